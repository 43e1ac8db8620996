"""Reading an office's facts: in the order of their numbers, each once, whatever the topic repeats."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import ValidationError
from pydantic_core import from_json

from shared.contracts.envelope import Envelope, Unreadable
from shared.contracts.facts import FACTS, AnyFact, Body
from shared.contracts.topics import office_of
from shared.kafka.records import Record


class OfficeStopped(Exception):
    """An office's facts cannot be what they say: nothing more is read of it until someone has looked."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as it was read. `stated` suffices to count it; `body` has the rest of the types known here."""

    stated: AnyFact
    type: str
    key: str
    offset: int
    value: bytes

    def body(self) -> Body | None:
        """What its type adds, or None for a type that this version does not know.

        `changes` are left out: `stated` has them, openly, and here a newer office's would be refused.
        """
        if (model := FACTS.get(self.type)) is None:
            return None
        data = from_json(self.value)
        data.pop("changes", None)
        return model.model_validate(data, extra="ignore")


def read_fact(record: Record) -> Fact:
    """Raises `OfficeStopped` for what is no fact of the topic's office: a fact is never skipped."""
    place = f"{record.topic} partition {record.partition} offset {record.offset}"
    try:
        envelope = Envelope.of(record.headers)
        stated = AnyFact.read(record.value or b"")
    except (Unreadable, ValidationError) as error:
        raise OfficeStopped(f"{place} holds no readable fact ({type(error).__name__})") from None
    if stated.office != office_of(record.topic) or stated.partition != record.partition:
        raise OfficeStopped(f"{place} holds a fact of {stated.office}, partition {stated.partition}")
    key = (record.key or b"").decode(errors="replace")
    return Fact(stated, envelope.type, key, record.offset, record.value or b"")


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
        if ledger is not None and fact.stated.ledger != ledger:
            raise OfficeStopped(
                f"facts of {fact.stated.office} come from ledger {fact.stated.ledger}, not {ledger}: "
                "the office's register was made anew"
            )
        ledger = fact.stated.ledger
        if fact.stated.number <= number:
            continue
        if fact.stated.number > number + 1:
            return Run(found, gap=number + 1)
        found.append(fact)
        number = fact.stated.number
    return Run(found)
