"""Attempts of one source at once are no more than one after the other, and leave room for others."""

import asyncio
from collections import Counter

import pytest
from fastapi import Request
from prometheus_client import CollectorRegistry

from shared.accounts import password_hashes
from shared.accounts.password_hashes import PasswordHashes
from shared.http import Problem
from shared.sign_ins import SignIns
from shared.throttle import NoRoom


def request(address: str) -> Request:
    return Request({"type": "http", "headers": [], "client": (address, 1)})


async def attempt(sign_ins: SignIns, address: str, right: bool = False) -> int:
    """The answer's status: 422 of what was evaluated, and wrong."""
    try:
        with sign_ins.turn(request(address), "page"):
            await asyncio.sleep(0.01)
            if not right:
                sign_ins.refused(request(address), "page")
            return 303 if right else 422
    except Problem as problem:
        return problem.status if problem.headers and "Retry-After" in problem.headers else 0


async def test_forty_at_once_are_not_all_evaluated() -> None:
    sign_ins = SignIns(CollectorRegistry(), failures=20)
    answers = Counter[int]()
    for _ in range(5):
        answers += Counter(await asyncio.gather(*(attempt(sign_ins, "198.51.100.7") for _ in range(40))))
    assert answers == {422: 20, 429: 180}
    assert await attempt(sign_ins, "203.0.113.4") == 422, "others do not wait"


async def test_what_was_right_counts_only_while_it_lasts() -> None:
    sign_ins = SignIns(CollectorRegistry(), failures=3)
    for _ in range(5):
        answers = await asyncio.gather(*(attempt(sign_ins, "198.51.100.7", right=True) for _ in range(3)))
        assert answers == [303] * 3


async def test_who_finds_the_queue_of_hashes_full_is_told_to_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(password_hashes, "WAITING", 3)
    hashes = PasswordHashes()
    found = await asyncio.gather(*(hashes.fits("x", None) for _ in range(5)), return_exceptions=True)
    assert [isinstance(one, NoRoom) for one in found] == [False] * 3 + [True] * 2
    assert await hashes.fits("x", None) is False
    monkeypatch.setattr(password_hashes, "WAITING", 0)
    with pytest.raises(Problem) as refused, SignIns(CollectorRegistry()).turn(request("203.0.113.4"), "page"):
        hashes.require_room()
    assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "10"})
