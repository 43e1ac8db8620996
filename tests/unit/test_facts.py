"""What a reader makes of a fact whose office is newer than itself."""

import json
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.contracts.facts import AnyFact, Stated
from shared.contracts.types import Count, Message, RegencyCode, Signed, Slug
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
    assert fact.stated.changes[0].add == {"confirmed": 1, "certificates": 1}
    assert fact.body() is not None


def test_a_change_of_no_activity_is_a_change() -> None:
    fact = read_fact(spoken(b'"activity":"rakor","category"', b'"material":"modul-1","category"'))
    assert asdict(fact.stated.changes[0].cell) == {
        "activity": None,
        "category": "mitra-kerja",
        "home_regency": "51.03",
        "cohort": None,
    }


def test_what_cannot_be_counted_is_no_fact() -> None:
    for old, new in ((b'"mitra-kerja"', b'"a|b"'), (b'"confirmed":1', b'"confirmed":"x"')):
        with pytest.raises(OfficeStopped):
            read_fact(spoken(old, new))


class PlainCell(Message):
    activity: Slug | None = None
    category: Slug | None = None
    home_regency: RegencyCode | None = None
    cohort: Count | None = None


class PlainChange(Message):
    cell: PlainCell
    add: dict[str, Signed]


class PlainFact(Stated):
    """A fact by the words that all messages are made of."""

    changes: tuple[PlainChange, ...] = ()


def read_plainly(text: bytes) -> Any:
    try:
        fact = PlainFact.read(text).model_dump()
    except ValidationError:
        return None
    return fact | {"changes": tuple(map(in_order, fact["changes"]))}


def in_order(change: dict[str, Any]) -> dict[str, Any]:
    """Measures that readers know come before others."""
    return change | {"add": dict(sorted(change["add"].items()))}


def read_as_readers_do(text: bytes) -> Any:
    try:
        fact = AnyFact.read(text)
    except ValidationError:
        return None
    changes = tuple(in_order(asdict(change)) for change in fact.changes)
    return {name: getattr(fact, name) for name in Stated.model_fields} | {"changes": changes}


CELL = {"activity": "rakor", "category": "guru", "home_regency": "51.03", "cohort": 2}
FACT = {
    "office": "bali",
    "ledger": "a" * 32,
    "partition": 3,
    "number": 7,
    "at": "2026-01-12T01:00:00.000Z",
    "subject": "rakor",
    "changes": [
        {"cell": CELL, "add": {"confirmed": 1, "waitlisted": -1}},
        {"cell": {"activity": "rakor"}, "add": {"seats": 2.0, "certificates": 3}},
    ],
}
PLACES = (
    *((name,) for name in FACT),
    *(("changes", 0, name) for name in ("cell", "add")),
    *(("changes", 0, "cell", name) for name in (*CELL, "level")),
    *(("changes", 0, "add", name) for name in ("confirmed", "jp_attended", "certificates")),
)
NUMBERS = (0, -1, 1.0, -0.0, 1.5, 1e3, 1e300, 2**53 - 1, 2**53, 1 - 2**53, -(2**53), 2**64, 10**30)
TEXTS = (
    "",
    "1",
    "1.0",
    "1768179600",
    "2026-01-12",
    "2026-01-12T01:00:00",
    "2026-01-12T08:00:00+07:00",
    "a|b",
)
ODD = st.sampled_from((*NUMBERS, *TEXTS, None, True, False, [], {}, [1], {"confirmed": 1}, float("nan")))
ABSENT = object()


def changed(place: tuple[Any, ...], value: Any) -> bytes:
    fact = json.loads(json.dumps(FACT))
    within = fact
    for step in place[:-1]:
        within = within[step]
    if value is ABSENT:
        within.pop(place[-1], None)
    else:
        within[place[-1]] = value
    return json.dumps(fact).encode()


@given(st.sampled_from(PLACES), ODD | st.just(ABSENT) | st.integers() | st.floats() | st.text(max_size=3))
@settings(max_examples=400)
def test_readers_take_what_the_words_of_messages_take_and_nothing_else(
    place: tuple[Any, ...], value: Any
) -> None:
    text = changed(place, value)
    assert repr(read_as_readers_do(text)) == repr(read_plainly(text))


@given(st.binary(max_size=60), st.integers(0, 300), st.integers(0, 20))
@example(b'"number":8,', 1, 0)
@example(b'"add":{"confirmed":5},"add":{},', 217, 0)
@settings(max_examples=400)
def test_readers_take_no_other_bytes_than_the_words_of_messages(put: bytes, at: int, gone: int) -> None:
    text = json.dumps(FACT, separators=(",", ":")).encode()
    spoiled = text[:at] + put + text[at + gone :]
    assert repr(read_as_readers_do(spoiled)) == repr(read_plainly(spoiled))
