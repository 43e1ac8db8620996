"""One transaction of a recovery: facts of a topic, with what their features bring back of them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from services.registration.kernel.batch import description_digest
from services.registration.kernel.commit import Commit, Cursor, FactRows, NumberedFact
from services.registration.kernel.decisions import NewFact
from services.registration.kernel.features import Features
from services.registration.kernel.folding import fold
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.recovery import RecoveredFact, Recovery
from shared.contracts.facts import Body, OfficeDescribed, OfficeTotals
from shared.contracts.types import rfc3339
from shared.kafka.facts import Fact


@dataclass(frozen=True, slots=True)
class RecoveryBatch:
    """`lost`: sentences about what does not come back."""

    commit: Commit
    lost: Sequence[str]


def lost_outcomes(partition: int, since: datetime) -> str:
    return (
        f"partition {partition}, after {rfc3339(since)}: which command caused which fact, refusals and their "
        "reasons, parked records, and of people first known then NIP, NUPTK and who may be the same; "
        "a command of that time that is sent again is decided as a new one"
    )


def changed_by(features: Features, told: Iterable[RecoveredFact]) -> dict[str, set[str]]:
    """The states of each kind that these facts change. Raises `FactWithoutState`."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for fact, body in told:
        for kind, name in features.states_of(body, fact.key):
            found[kind].add(name)
    return found


class FeatureRecovery(NamedTuple):
    """`facts`: of the feature that the recovery is of."""

    facts: frozenset[type[Body]]
    recovery: Recovery

    def told(self, told: Iterable[RecoveredFact]) -> list[RecoveredFact]:
        return [one for one in told if type(one.body) in self.facts]


@dataclass(frozen=True, slots=True)
class RecoveryBatches:
    """`encode` gives a fact as it is stored."""

    features: Features
    recoveries: Sequence[FeatureRecovery]
    encode: Callable[[Fact, NewFact], FactRows]

    def forward(self, cursor: Cursor, loaded: LoadedStates, told: Sequence[RecoveredFact]) -> RecoveryBatch:
        """`loaded`: the states that these facts change. Raises `DoesNotFit` where the key is another."""
        commit, lost = Commit(before=cursor, after=cursor), list[str]()
        recoveries = {fact: recovery for facts, recovery in self.recoveries for fact in facts}
        for one in told:
            commit.after = after(commit.after, one)
            recovery = recoveries.get(type(one.body))
            lost += recovery.lost(one) if recovery else ()
            content = NewFact(one.body, recovery.private(one, loaded) if recovery else None)
            number, key, at = one.fact.stated.number, one.fact.key, one.fact.stated.at
            row = NumberedFact(number, key, at, content, None, self.encode(one.fact, content))
            fold(self.features, commit, loaded, row)
            commit.facts.append(row)
        return RecoveryBatch(commit, lost)


def after(cursor: Cursor, one: RecoveredFact) -> Cursor:
    """The cursor behind a fact that is published already."""
    number, at = one.fact.stated.number, one.fact.stated.at
    moved = replace(
        cursor,
        number=number,
        time=max(cursor.time, at),
        published=number,
        published_offset=one.fact.offset,
    )
    match one.body:
        case OfficeTotals():
            return replace(moved, totals=number, totals_at=at)
        case OfficeDescribed() as body:
            return replace(moved, described=description_digest(body))
    return moved
