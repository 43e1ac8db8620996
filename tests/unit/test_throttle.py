"""Whoever fails too often waits until the first failure is over, and nobody else does."""

import pytest

from shared import throttle
from shared.throttle import FailureThrottle


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_last_of_so_many_failures_makes_it_wait_for_the_first() -> None:
    clock = Clock()
    doors = FailureThrottle(3, 60.0, clock)
    for second in (0.0, 10.0, 20.0):
        assert doors.wait("192.0.2.1") == 0
        clock.now = second
        doors.failed("192.0.2.1")
    assert doors.wait("192.0.2.1") == 40.0
    assert doors.wait("192.0.2.2") == 0
    clock.now = 60.0
    assert doors.wait("192.0.2.1") == 0
    doors.failed("192.0.2.1")
    assert doors.wait("192.0.2.1") == 10.0


def test_all_addresses_of_one_host_are_one_source() -> None:
    doors = FailureThrottle(1, 60.0, Clock())
    doors.failed("2001:db8:0:1::1")
    assert doors.wait("2001:db8:0:1::2") == 60.0
    assert doors.wait("2001:db8:0:2::1") == 0


def test_the_oldest_source_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "SOURCES", 2)
    doors = FailureThrottle(1, 60.0, Clock())
    for number in range(3):
        doors.failed(f"192.0.2.{number}")
    assert [doors.wait(f"192.0.2.{number}") for number in range(3)] == [0, 60.0, 60.0]
