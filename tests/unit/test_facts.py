"""What a reader makes of a fact whose office is newer than itself."""

from dataclasses import replace

import pytest

from shared.kafka.facts import OfficeStopped, read_fact
from tests.support.offices import SpeakingOffice, Spoken


def spoken(old: bytes, new: bytes) -> Spoken:
    record = SpeakingOffice().confirm("rakor")
    assert old in record.value
    return replace(record, value=record.value.replace(old, new))


def test_unknown_categories_measures_and_keys_hide_nothing_that_is_known() -> None:
    fact = read_fact(spoken(b'"mitra-kerja"', b'"widyaiswara","level":"madya"'))
    assert fact.stated.changes[0].cell.category == "widyaiswara"
    assert fact.body().model_dump(include={"activity", "round"}) == {"activity": "rakor", "round": 1}  # type: ignore[union-attr]
    fact = read_fact(spoken(b'"confirmed":1', b'"confirmed":1,"certificates":1'))
    assert fact.stated.changes[0].add == {"confirmed": 1}
    assert fact.body() is not None


def test_what_cannot_be_counted_is_no_fact() -> None:
    for old, new in ((b'"mitra-kerja"', b'"a|b"'), (b'"confirmed":1', b'"confirmed":"x"')):
        with pytest.raises(OfficeStopped):
            read_fact(spoken(old, new))
