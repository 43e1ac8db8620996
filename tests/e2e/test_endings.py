"""However a demo ends, nothing of it stays behind, and it says why in one sentence."""

import os
import signal
from collections.abc import Callable

from tests.e2e.demo import Demo

READY = "processes are ready"
SERVERS_AND_SERVICES = 8  # broker, database, mailbox and five services


def nothing_is_left_of(demo: Demo) -> bool:
    return demo.alive() == [] and demo.listening() == []


def test_once_ends_by_itself_with_0_and_leaves_nothing(new_demo: Callable[..., Demo]) -> None:
    demo = new_demo("--once")
    demo.said(READY, within=400)
    assert len(demo.alive()) > SERVERS_AND_SERVICES
    assert len(demo.listening()) == 9
    assert demo.ended(within=400) == 0, demo.output
    assert "differs" not in demo.output
    assert nothing_is_left_of(demo)


def test_ctrl_c_in_the_middle_leaves_nothing(new_demo: Callable[..., Demo]) -> None:
    demo = new_demo()
    demo.said("announced", within=200)
    demo.process.send_signal(signal.SIGINT)
    assert demo.ended(within=200) == 0
    assert demo.output.endswith("Everything is stopped; the logs are in .simpul/logs.\n")
    assert "Traceback" not in demo.output
    assert nothing_is_left_of(demo)


def test_a_service_that_dies_is_named_with_its_last_lines(new_demo: Callable[..., Demo]) -> None:
    demo = new_demo("--once")
    demo.said(READY, within=400)
    os.kill(demo.child("services.notification.main", "SIMPUL_OFFICE=sumbar"), signal.SIGKILL)
    assert demo.ended(within=200) == 1
    assert "notification-sumbar was killed by signal 9; its last lines:" in demo.output
    log = (demo.simpul / "logs/notification-sumbar.log").read_text().splitlines()
    assert log[-1][:300] in demo.output
    assert "Traceback" not in demo.output
    assert nothing_is_left_of(demo)
