import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from local.errors import ChildDied, NotReady
from local.processes import Processes, until_ready

PARENT = """
import sys, time
from pathlib import Path
from local.processes import Processes
processes = Processes(Path(sys.argv[1]))
print(*(processes.start(str(n), ["sleep", "600"]).pid for n in range(3)), flush=True)
time.sleep(600)
"""


def is_alive(pid: int) -> bool:
    """A zombie that nobody reaps here is as good as gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def until(condition: Callable[[], bool], within: float = 5) -> bool:
    deadline = time.monotonic() + within
    while not condition() and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    return condition()


async def test_children_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE)
    assert parent.stdout
    children = [int(pid) for pid in parent.stdout.readline().split()]
    assert all(is_alive(pid) for pid in children)
    parent.kill()
    parent.wait()
    assert await until(lambda: not any(is_alive(pid) for pid in children))


async def test_a_child_that_does_not_listen_is_killed_after_the_grace(tmp_path: Path) -> None:
    stubborn = (
        "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    )
    with Processes(tmp_path, grace=0.3) as processes:
        child = processes.start("stubborn", [sys.executable, "-c", stubborn])
        assert await until(lambda: child.last_lines() == "deaf")
    assert child.process.returncode == -signal.SIGKILL


async def test_a_child_that_stops_in_time_is_not_killed(tmp_path: Path) -> None:
    polite = "trap 'echo closed; exit 0' TERM; echo up; while :; do sleep 0.05; done"
    with Processes(tmp_path) as processes:
        child = processes.start("polite", ["sh", "-c", polite])
        assert await until(lambda: child.last_lines() == "up")
    assert child.process.returncode == 0
    assert child.last_lines().endswith("closed")


async def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        child = processes.start("outer", ["sh", "-c", "sleep 600 & echo $!; wait"])
        assert await until(lambda: bool(child.last_lines()))
        inner = int(child.last_lines())
        assert is_alive(inner)
    assert await until(lambda: not is_alive(inner))


async def test_work_ends_with_the_name_and_last_lines_of_a_child_that_died(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        processes.start("steady", ["sleep", "600"])
        processes.start("weak", ["sh", "-c", "echo reading; echo no such table; exit 3"])
        with pytest.raises(ChildDied, match=r"weak ended with status 3(.|\n)*no such table"):
            await processes.guard(asyncio.sleep(30))


async def test_work_that_is_done_first_gives_its_result(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        processes.start("steady", ["sleep", "600"])
        await processes.run("short", ["true"])
        assert await processes.guard(asyncio.sleep(0.3, "done")) == "done"


async def test_a_command_that_fails_says_so(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        with pytest.raises(ChildDied, match="provision ended with status 2"):
            await processes.run("provision", ["sh", "-c", "exit 2"])
        with pytest.raises(ChildDied, match="was killed by signal 9"):
            await processes.run("provision", ["sh", "-c", "kill -9 $$"])


async def test_a_child_that_never_becomes_ready_is_named(tmp_path: Path) -> None:
    async def never() -> bool:
        return False

    with Processes(tmp_path) as processes:
        child = processes.start("slow", ["sleep", "600"])
        with pytest.raises(NotReady, match=r"slow was not ready within 0\.2 s"):
            await until_ready(child, never, within=0.2)


async def test_a_child_has_a_process_group_of_its_own(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        child = processes.start("steady", ["sleep", "600"])
        assert os.getpgid(child.pid) == child.pid != os.getpgid(0)
