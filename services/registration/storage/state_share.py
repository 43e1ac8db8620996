"""A share of a partition's states, folded from the ledger and compared with what is stored."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zlib import crc32

import bson

from services.registration.kernel.features import Features
from services.registration.kernel.loaded_states import Ref
from services.registration.storage.documents import number_of, position
from services.registration.storage.ledger import cursor_of, stored_facts
from services.registration.storage.stored_fact import LedgerUnreadable, StoredFact, read_stored
from shared.mongo.driver import Document, Session, Store

FACTS_AT_ONCE: Final = 1_000
STATES_OF_A_QUERY: Final = 1_000
_NONE_YET: Final = (None, None)


@dataclass(slots=True)
class Findings:
    """`states`: how many were compared; `mismatches`: those that are stored otherwise than the facts lead to,
    or not at all; `surplus`: by kind, how many are stored that no fact made. `facts_without_row`,
    `facts_erased`: folded without what stays in the office: no row lies beside them, or an empty one."""

    facts: int = 0
    states: int = 0
    mismatches: list[Ref] = field(default_factory=list)
    surplus: dict[str, int] = field(default_factory=dict)
    facts_without_row: int = 0
    facts_erased: int = 0


class StateShare:
    """The states of a partition whose ids fall into one of so many shares. `states`: each with the time of
    the last fact that changed it; None where nobody can say what it is."""

    def __init__(
        self, store: Store, features: Features, partition: int, share: tuple[int, int], findings: Findings
    ) -> None:
        self.states: dict[Ref, tuple[Any, datetime]] = {}
        self._store = store
        self._features = features
        self._codecs = {name: kind.codec for name, kind in features.kinds.items() if kind.codec}
        self._partition = partition
        self._share, self._shares = share
        self._findings = findings
        self._number = 0

    async def follow(self, number: int) -> None:
        """All facts up to this one. Raises `LedgerUnreadable` and `FactWithoutState`."""
        while self._number < number:
            after, end = position(self._partition, self._number), position(self._partition, number + 1)
            page = await stored_facts(self._store, after, end, FACTS_AT_ONCE)
            facts = [self._read(place, *rows) for place, rows in enumerate(page, self._number + 1)]
            if not facts:
                raise self._lacks(self._number + 1)
            stand_ins = await self._stand_ins(facts)
            for fact in facts:
                self._fold(fact, stand_ins)
            self._number = facts[-1].number
            self._findings.facts += len(facts) if self._share == 0 else 0

    async def compare(self) -> None:
        """With what is stored by now. Raises as `follow`."""

        async def at_one_moment(session: Session) -> tuple[datetime, dict[Ref, Document]]:
            row = await self._store["cursors"].find_one({"_id": self._partition}, session=session)
            assert row is not None, "a partition keeps its cursor"
            cursor = cursor_of(row)
            await self.follow(cursor.number)
            return cursor.time, await self._stored(self.states, session)

        now, stored = await self._store.snapshot(at_one_moment)
        self._findings.states += len(self.states)
        self._findings.mismatches += [
            ref for ref in self.states if ref not in stored or not self._is_same(ref, stored[ref], now)
        ]

    def _read(self, number: int, row: Document, beside: Document | None) -> StoredFact:
        if number_of(row["_id"]) != number:
            raise self._lacks(number)
        return read_stored(self._features, row, beside, self._holds)

    def _lacks(self, number: int) -> LedgerUnreadable:
        return LedgerUnreadable(f"the ledger lacks fact {number} of partition {self._partition}")

    def _holds(self, ref: Ref) -> bool:
        return ref.kind in self._codecs and crc32(ref.id.encode()) % self._shares == self._share

    async def _stand_ins(self, facts: Sequence[StoredFact]) -> dict[Ref, Any]:
        """The stored states that follow facts of which nothing beside them tells what they say."""
        wanted = [fact.private.follower for fact in facts if fact.private and not fact.private.has_content]
        found = {ref: self._state(ref, row) for ref, row in (await self._stored(wanted)).items()}
        return {ref: state for ref, state in found.items() if state is not None}

    def _state(self, ref: Ref, row: Document) -> Any:
        """None where it cannot be read: it differs, whatever is wrong with it."""
        try:
            return self._codecs[ref.kind].read(row)
        except Exception:  # it may repeat what a person sent
            return None

    def _fold(self, fact: StoredFact, stand_ins: Mapping[Ref, Any]) -> None:
        """Each of its states on its own, as deciding does; where nobody can tell what one follows, it is None
        from there on. Raises `LedgerUnreadable`."""
        unknown: Ref | None = None
        if (private := fact.private) is not None and not private.has_content:
            self._findings.facts_without_row += private.row is None
            self._findings.facts_erased += private.row is not None
            unknown = private.follower if private.follower not in stand_ins else None
        content = fact.content(stand_ins)
        for ref in fact.refs:
            state, _ = self.states.get(ref, _NONE_YET)
            if ref == unknown or (state is None and ref in self.states):
                self.states[ref] = None, fact.at
            else:
                with fact.followed():
                    state = self._features.kinds[ref.kind].evolve(state, content, fact.number)
                self.states[ref] = state, fact.at

    async def _stored(self, refs: Iterable[Ref], session: Session | None = None) -> dict[Ref, Document]:
        names: defaultdict[str, list[str]] = defaultdict(list)
        for ref in refs:
            names[ref.kind].append(ref.id)
        found: dict[Ref, Document] = {}
        for kind, ids in names.items():
            rows = self._store[self._codecs[kind].collection]
            for start in range(0, len(ids), STATES_OF_A_QUERY):
                wanted = {"_id": {"$in": ids[start : start + STATES_OF_A_QUERY]}}
                async for row in rows.find(wanted, session=session):
                    found[Ref(kind, row["_id"])] = row
        return found

    def _is_same(self, ref: Ref, row: Document, now: datetime) -> bool:
        """What of a row hangs on the moment when it was written stands as of some moment since the fact. A
        row of an older version is compared as it would be written today."""
        (state, at), codec = self.states[ref], self._codecs[ref.kind]
        older = row.get("v", 1) < codec.version
        stored = self._state(ref, row) if older else None
        if state is None or (older and stored is None):
            return False
        return any(
            bson.encode(codec.written(ref.id, self._partition, state, moment))
            == bson.encode(codec.written(ref.id, self._partition, stored, moment) if older else row)
            for moment in (at, now)
        )
