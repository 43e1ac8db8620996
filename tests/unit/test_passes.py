"""A pass opens one office's mails for a minute, however far the clocks of two machines are apart in it."""

from typing import Any

import pytest

from shared import passes
from shared.links import Links
from shared.passes import Passes

KEYS, OTHER = f"k1:{'cd' * 32}", f"k2:{'ef' * 32}"


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    def by(seconds: float) -> None:
        now = passes.time()
        monkeypatch.setattr(passes, "time", lambda: now + seconds)

    return by


def test_a_pass_holds_for_its_office_and_any_key_that_is_honoured() -> None:
    made = Passes("bali", KEYS).new()
    assert Passes("bali", KEYS).holds(made)
    assert Passes("bali", f"{OTHER},{KEYS}").holds(made)
    assert not Passes("sumbar", KEYS).holds(made)
    assert not Passes("bali", OTHER).holds(made)


@pytest.mark.parametrize(("seconds", "holds"), [(58, True), (62, False), (-58, True), (-62, False)])
def test_it_holds_a_minute(later: Any, seconds: float, holds: bool) -> None:
    made = Passes("bali", KEYS).new()
    later(seconds)
    assert Passes("bali", KEYS).holds(made) is holds


def test_nothing_else_that_these_keys_sign_is_a_pass() -> None:
    link = Links("https://office.example", KEYS).to_cancel("a" * 29).rpartition("/")[2]
    for other in (link, "", "x", Passes("bali", KEYS).new()[:-2]):
        assert not Passes("bali", KEYS).holds(other)
