"""Deciding a batch in memory: one command after another, each seeing what those before it caused."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.registration.kernel.commit import (
    Commit,
    Cursor,
    FactRows,
    LastRecord,
    NumberedFact,
    OutcomeWithoutFact,
)
from services.registration.kernel.decisions import Decision, NewFact, Refusal
from services.registration.kernel.features import Features
from services.registration.kernel.folding import fold
from services.registration.kernel.loaded_states import LoadedStates, Ref
from services.registration.kernel.received_commands import (
    PoisonRecord,
    ReceivedCommand,
    appended_at,
    record_digest,
)
from shared.contracts.commands import Tick
from shared.contracts.facts import OfficeDescribed
from shared.contracts.outcomes import Result
from shared.kafka.records import Record

log = logging.getLogger(__name__)

MAX_FACTS = 2_000  # of one transaction: what is over is decided in the next
OFFICE_KEY = "office"


def partition_key(partition: int) -> str:
    """Key of what is about a partition as a whole: its control totals and its ticks."""
    return f"partition-{partition}"


Encode = Callable[[int, str, datetime, NewFact, ReceivedCommand | None, str | None], FactRows]
"""Number, key, time, what happened, the command whose first fact it is, and the trace that it is of."""


class FactTooLarge(Exception):
    """An encoded fact is over 256 kB."""


@dataclass(frozen=True, slots=True)
class OfficeStatements:
    """What ticks state: the office's description with its digest, and how often control totals come."""

    description: OfficeDescribed
    digest: str
    totals_every: timedelta

    @classmethod
    def of(cls, description: OfficeDescribed, totals_every: timedelta) -> "OfficeStatements":
        return cls(description, description_digest(description), totals_every)


def description_digest(description: OfficeDescribed) -> str:
    """Of the description that a partition stated last, as its cursor keeps it."""
    return hashlib.sha256(description.model_dump_json().encode()).hexdigest()


class Batch:
    """Collects one `Commit`. A command whose decision or encoding fails is parked alone."""

    def __init__(
        self,
        features: Features,
        cursor: Cursor,
        loaded: LoadedStates,
        encode: Encode,
        standing: OfficeStatements,
    ) -> None:
        self.commit = Commit(before=cursor, after=cursor)
        self._features = features
        self._loaded = loaded
        self._encode = encode
        self._standing = standing

    @property
    def full(self) -> bool:
        return len(self.commit.facts) >= MAX_FACTS

    def take(self, item: ReceivedCommand | PoisonRecord) -> None:
        """Decide one record. Time never runs back, whatever the records' own times do."""
        commit, record = self.commit, item.record
        now = max(commit.after.time, appended_at(record))
        commit.after = replace(commit.after, next=record.offset + 1, time=now)
        commit.taken += 1
        if isinstance(item, PoisonRecord):
            commit.parked.append(item)
            return
        try:
            if isinstance(item.command, Tick):
                self._tick(item.key, now)
            else:
                self._decide(item, now)
        except Exception as error:  # one bad command must not hold up those behind it
            log.exception("a command failed to be decided", extra={"offset": record.offset})
            commit.parked.append(PoisonRecord(record, "failed", type(error).__name__, item))

    def close(self, record: Record) -> None:
        """Keep the last record taken, by which the next owner knows the log again."""
        last = LastRecord(record.offset, appended_at(record), record_digest(record))
        self.commit.after = replace(self.commit.after, last=last)

    def _decide(self, asked: ReceivedCommand, now: datetime) -> None:
        payload = self._loaded.known.get(asked.digest)
        if payload == asked.payload:
            return  # the first outcome stands
        if payload is not None:
            self.commit.outcomes.append(OutcomeWithoutFact(asked, now, "refused", "id_reused"))
            return
        command = asked.command
        if isinstance(command, Refusal):
            self._refuse(asked, command, now)
        else:
            rule = self._features.commands[type(command)]
            self._settle(asked, rule.decide(self._loaded, asked, now), rule.result, now)
        self._loaded.known[asked.digest] = asked.payload

    def _settle(self, asked: ReceivedCommand, decision: Decision, result: Result, now: datetime) -> None:
        if isinstance(decision, Refusal):
            self._refuse(asked, decision, now)
        elif not decision:
            self.commit.outcomes.append(OutcomeWithoutFact(asked, now, result))
        else:
            try:
                self._apply(asked.key, decision, now, asked)
            except FactTooLarge:
                self._refuse(asked, Refusal("too_large"), now)

    def _refuse(self, asked: ReceivedCommand, refusal: Refusal, now: datetime) -> None:
        self._write_beside(refusal.side_writes)
        self.commit.outcomes.append(
            OutcomeWithoutFact(asked, now, "refused", refusal.reason, refusal.numbers)
        )

    def _write_beside(self, side_writes: tuple[object, ...]) -> None:
        self._features.accept(self._loaded, side_writes)
        self.commit.side_writes += side_writes

    def _tick(self, key: str, now: datetime) -> None:
        for kind, timer in self._features.timers:
            for name, state in list(self._loaded.states[kind].items()):
                if state is not None and timer.due(state, now) and not self.full:
                    self._apply(name, timer.step(self._loaded, name, now), now, None)
                elif state is not None and Ref(kind, name) in self._loaded.unfinished:
                    # over meanwhile: written again, it is no more of these
                    self.commit.changed[kind][name] = state
        cursor = self.commit.after
        if key == OFFICE_KEY and cursor.described != self._standing.digest:
            self._apply(OFFICE_KEY, [NewFact(self._standing.description)], now, None)
            self.commit.after = replace(self.commit.after, described=self._standing.digest)
        cursor = self.commit.after
        if cursor.number > cursor.totals and now >= cursor.totals_at + self._standing.totals_every:
            number = cursor.number + 1
            self.commit.totals = True
            self.commit.after = replace(cursor, number=number, totals=number, totals_at=now)

    def _apply(self, key: str, decision: list[NewFact], now: datetime, asked: ReceivedCommand | None) -> None:
        """Number the facts of one decision, encode all of them, and only then let the states follow.

        Raises `FactTooLarge`, `FactWithoutState` and `FeatureMismatch`, before any state does."""
        first, trace = self.commit.after.number + 1, asked.trace if asked else None
        facts = [
            NumberedFact(number, key, now, content, found, rows)
            for number, content in enumerate(decision, first)
            for found in [asked if number == first else None]
            for rows in [self._encode(number, key, now, content, found, trace)]
        ]
        changed = [self._features.changed_by(fact) for fact in facts]
        for fact, refs in zip(facts, changed, strict=True):
            fold(self._features, self.commit, self._loaded, fact, refs)
            if fact.content.side_writes:
                self._write_beside(fact.content.side_writes)
        self.commit.facts += facts
        self.commit.after = replace(self.commit.after, number=self.commit.after.number + len(facts))
