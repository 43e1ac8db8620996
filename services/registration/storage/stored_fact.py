"""A fact as it lies in the ledger, with what stays in the office of it, read to be folded once more."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from services.registration.kernel.decisions import NewFact
from services.registration.kernel.feature import FactWithoutState, PrivatePart
from services.registration.kernel.features import Features
from services.registration.kernel.loaded_states import Ref
from services.registration.storage.documents import NUMBER_BITS, number_of
from shared.contracts.facts import FACTS, Body
from shared.kafka.facts import failure
from shared.mongo.driver import Document


class LedgerUnreadable(Exception):
    """A fact is missing from the ledger, of a type that this version does not know, or cannot be folded."""


class PrivateRow(NamedTuple):
    """What stays in the office of a fact. `follower`: the state that follows it; `row`: as it is stored."""

    part: PrivatePart
    follower: Ref
    row: Document | None

    @property
    def has_content(self) -> bool:
        return self.row is not None and len(self.row) > 1

    def value(self, stand_ins: Mapping[Ref, Any]) -> Any:
        """What it says; else what the stored state says in its place, None where there is none."""
        if self.row is not None and self.has_content:
            return self.part.value(self.row)
        return self.part.of(stand_ins[self.follower]) if self.follower in stand_ins else None


class StoredFact(NamedTuple):
    """`refs`: which states it changes; `private`: where one of them follows that."""

    partition: int
    number: int
    at: datetime
    body: Body
    refs: Sequence[Ref]
    private: PrivateRow | None

    def content(self, stand_ins: Mapping[Ref, Any]) -> NewFact:
        """`stand_ins`: stored states, for what was erased. Raises `LedgerUnreadable`."""
        with self.followed():
            return NewFact(self.body, self.private.value(stand_ins) if self.private else None)

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Raises `LedgerUnreadable` for whatever fails, without its text: that may be a person's."""
        with _read(self.partition, self.number):
            yield


def read_stored(
    features: Features, row: Document, beside: Document | None, holds: Callable[[Ref], bool]
) -> StoredFact:
    """`holds`: which states are followed. Raises `LedgerUnreadable` and `FactWithoutState`."""
    partition, number = int(row["_id"]) >> NUMBER_BITS, number_of(row["_id"])
    if (model := FACTS.get(row["type"])) is None:
        raise LedgerUnreadable(
            f"fact {number} of partition {partition} is a {row['type']}: use the version that knows it"
        )
    with _read(partition, number):
        body = model.model_validate(row["data"], extra="ignore")
        refs = [ref for ref in features.states_of(body, row["key"]) if holds(ref)]
    stated = features.facts[model].private
    part = stated if stated and stated.has(body) else None
    follower = next((ref for ref in refs if part and ref.kind == part.kind), None)
    private = PrivateRow(part, follower, beside) if part and follower else None
    return StoredFact(partition, number, row["at"], body, refs, private)


@contextmanager
def _read(partition: int, number: int) -> Iterator[None]:
    try:
        yield
    except FactWithoutState:
        raise
    except Exception as error:
        raise LedgerUnreadable(
            f"fact {number} of partition {partition} cannot be folded ({failure(error)})"
        ) from None
