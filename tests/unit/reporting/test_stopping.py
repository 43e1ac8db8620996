"""A fact that cannot be counted stops its office with a sentence, behind all that can be."""

from typing import Any

import pytest

from services.reporting.domain import counting
from services.reporting.domain.counting import advance_until_stop
from services.reporting.domain.cursor import Cursor
from tests.support.offices import SpeakingOffice


@pytest.mark.parametrize("place", [0, 3, 6])
def test_what_goes_wrong_in_a_fact_stops_behind_those_before_it(
    place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(told: Any) -> Any:
        raise OverflowError("date value out of range")

    monkeypatch.setattr(counting, "_attributes", breaks)
    office = SpeakingOffice(code="contoh", ledger="a" * 32)
    said = [
        office.publish("rakor", "2024-01", 9) if number == place else office.confirm("rakor")
        for number in range(7)
    ]
    step, sentence = advance_until_stop(Cursor("contoh", 0), said)
    assert (step.after.number if step else 0) == place
    assert sentence is not None
    assert f"contoh-0-{place + 1} cannot be taken in by this version (OverflowError at" in sentence
    assert "range" not in sentence
