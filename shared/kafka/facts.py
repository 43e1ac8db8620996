"""Reading an office's facts: in the order of their numbers, each once, whatever the topic repeats."""

import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pydantic_core import from_json

from shared.contracts.envelope import attributes
from shared.contracts.facts import FACTS, AnyFact, Body, Stated
from shared.contracts.topics import office_of
from shared.kafka.records import Record


class OfficeStopped(Exception):
    """An office's facts cannot be what they say: nothing more is read of it until someone has looked."""


class FactUnfoldable(OfficeStopped):
    """A fact is what it says and still cannot be taken in here; another version may."""

    def __init__(self, stated: Stated, error: Exception) -> None:
        super().__init__(f"fact {stated.id} cannot be taken in by this version ({failure(error)})")
        self.number = stated.number


def failure(error: Exception) -> str:
    """What failed and where; never what it says, since that may repeat what a person sent."""
    places = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {Path(places[-1].filename).name}:{places[-1].lineno}"


class Fact(NamedTuple):
    """A fact as it was read. `stated` suffices to count it; `body` has the rest of the types known here."""

    stated: AnyFact
    type: str
    key: str
    offset: int
    value: bytes

    def body(self) -> Body | None:
        """What its type adds, or None for a type that this version does not know. Raises `OfficeStopped`.

        `changes` are left out: `stated` has them, openly, and here a newer office's would be refused.
        """
        if (model := FACTS.get(self.type)) is None:
            return None
        data = from_json(self.value)
        data.pop("changes", None)
        try:
            return model.model_validate(data, extra="ignore")
        except Exception:  # whatever a model's own checks raise: it is not what its type says
            raise OfficeStopped(f"fact {self.stated.id} is no readable {self.type}") from None


def read_fact(record: Record) -> Fact:
    """Raises `OfficeStopped` for what is no fact of the topic's office: a fact is never skipped."""
    value = record.value or b""
    try:
        type_ = attributes(record.headers)["ce_type"]
        stated = AnyFact.read(value)
    except Exception as error:  # whatever it is: a fact is never skipped
        raise _stopped(record, f"no readable fact ({type(error).__name__})") from None
    if stated.office != office_of(record.topic) or stated.partition != record.partition:
        raise _stopped(record, f"a fact of {stated.office}, partition {stated.partition}")
    return Fact(stated, type_, (record.key or b"").decode(errors="replace"), record.offset, value)


def _stopped(record: Record, held: str) -> OfficeStopped:
    return OfficeStopped(f"{record.topic} partition {record.partition} offset {record.offset} holds {held}")


@dataclass(frozen=True, slots=True)
class Run:
    """The facts to apply now. `gap`: the number that was expected where a higher one stood."""

    facts: list[Fact] = field(default_factory=list)
    gap: int | None = None


def run_after(number: int, ledger: str | None, facts: Iterable[Fact]) -> Run:
    """Those facts that follow `number` without a gap; lower numbers are repetitions and are dropped.

    `ledger` is the one read so far, None before the first fact. Raises `OfficeStopped` for another ledger.
    """
    found: list[Fact] = []
    for fact in facts:
        stated = fact.stated
        if ledger is not None and stated.ledger != ledger:
            raise OfficeStopped(
                f"facts of {stated.office} come from ledger {stated.ledger}, not {ledger}: "
                "the office's register was made anew"
            )
        ledger = stated.ledger
        if stated.number <= number:
            continue
        if stated.number > number + 1:
            return Run(found, gap=number + 1)
        found.append(fact)
        number = stated.number
    return Run(found)
