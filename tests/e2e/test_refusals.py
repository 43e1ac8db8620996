"""A demo that may not start says why, and leaves the one that is up as it was."""

from dataclasses import replace
from pathlib import Path

import httpx

from tests.e2e.demo import Demo
from tests.support.demo_ports import free_ports


def refused(demo: Demo) -> str:
    """What a demo that may not start said."""
    try:
        assert demo.start().ended(within=20) == 1
        assert demo.alive() == []
        return demo.output
    finally:
        demo.leave_nothing()


def test_a_second_start_says_so_and_leaves_the_first_untouched(played: Demo) -> None:
    before = played.alive(), (played.simpul / "demo.json").read_bytes()
    told = refused(Demo(played.folder, free_ports()))
    assert told == "Another demo writes to .simpul; stop that one first.\n"
    assert (played.alive(), (played.simpul / "demo.json").read_bytes()) == before
    assert httpx.get(f"{played.addresses.national.management_url}/health/ready").is_success


def test_a_port_in_use_is_told_and_leaves_its_owner_untouched(played: Demo, tmp_path: Path) -> None:
    before = played.alive()
    taken = played.ports.sumbar_notification
    told = refused(Demo(tmp_path / "other", replace(free_ports(), sumbar_notification=taken)))
    assert told.startswith(f"Port {taken}, wanted by sumbar notification, is in use: stop what runs there")
    assert len(told.splitlines()) == 1
    assert played.alive() == before
