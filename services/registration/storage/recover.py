"""Rolling an older database forward from the office's own facts and directory: nothing is decided anew.

What each step leaves when the process is killed there: a cursor that reads on further along still stands
behind the facts of its topic, so that nobody decides; facts are written in transactions together with the
states, the people, the pointer and the list of what is lost. Run again, it goes on.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from time import time
from typing import Final

from services.registration.kernel.commit import ClaimLost, Cursor, FactRows
from services.registration.kernel.decisions import NewFact
from services.registration.kernel.feature import OfficeStore
from services.registration.kernel.features import Features
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.recovery import DirectoryEntries, RecoveredFact
from services.registration.kernel.recovery_batches import (
    FeatureRecovery,
    RecoveryBatch,
    RecoveryBatches,
    changed_by,
    lost_outcomes,
)
from services.registration.storage.documents import encoded_private, position, recovered_fact
from services.registration.storage.facts_beyond_ledger import entries_of, facts_beyond, reading_from
from services.registration.storage.formats import formats
from services.registration.storage.ledger import Ledger, cursor_of
from services.registration.storage.provision import LONG_AGO, make_again, require_key
from services.registration.storage.published_keys import PublishedKeys
from services.registration.storage.republish import cursors_of
from shared.contracts import topics
from shared.kafka.connection import KafkaSettings
from shared.kafka.facts import Fact, read_fact
from shared.kafka.offsets import Log, reader
from shared.mongo.driver import DatabaseMisfit, Document, ReturnDocument, Session
from shared.mongo.formats import require_formats
from shared.signatures import EntrySignatures

FACTS_AT_ONCE: Final = 500


async def recover(
    of: OfficeStore,
    features: Features,
    kafka: KafkaSettings,
    replication: int,
    signatures: EntrySignatures | None = None,
) -> list[str]:
    """Bring every partition's ledger, states and people up to its topic, without publishing or mailing.

    `signatures`: which entries of the directory hold, all unless given. Says what came back, and what is lost
    by it. Raises `DoesNotFit` and `ClaimLost`, where it may be run
    again once what they say was mended, and `DatabaseMisfit`.
    """
    office, store, digests = of.office, of.store, of.digests
    cursors = await cursors_of(store)
    if not cursors:
        raise DatabaseMisfit(f"{store.name} was not provisioned: run `simpul provision office {office}`")
    await require_formats(store, formats(features), f"simpul provision office {office}")
    for upgrade in features.upgrades:
        await upgrade.require(store, office)
    if any(cursor.number for cursor in cursors):
        await require_key(store, digests)
    await store.ensure_collection("lost")
    said = await make_again(office, kafka, len(cursors), replication)
    signatures = signatures or EntrySignatures(office)
    keys = PublishedKeys(of, features, kafka.bootstrap, len(cursors), signatures)
    recovery = OfficeRecovery(of, features, kafka.bootstrap, signatures, keys)
    partitions = await recovery.of_this_ledger(cursors)
    said += filter(None, await asyncio.gather(*map(recovery.forward, partitions)))
    # an empty register keeps the key that its registrations were named with
    await require_key(store, digests)
    lost = await store["lost"].find({}).sort([("at", 1), ("_id", 1)]).to_list(None)
    return said + [f"lost: {row['_id']}" for row in lost]


class OfficeRecovery:
    def __init__(
        self,
        of: OfficeStore,
        features: Features,
        bootstrap: str,
        signatures: EntrySignatures,
        keys: PublishedKeys,
    ) -> None:
        self._of = of
        self._office = of.office
        self._store = of.store
        self._features = features
        self._bootstrap = bootstrap
        self._signatures = signatures
        self._keys = keys
        self._ledger = Ledger(of, features)

    async def of_this_ledger(self, cursors: Sequence[Cursor]) -> Sequence[Cursor]:
        """A register that was only provisioned and never written takes the ledger that its topic tells of.

        Raises `DatabaseMisfit` for any other that is of another ledger.
        """
        ledger = await self._told_ledger(cursors)
        if ledger in (None, cursors[0].ledger):
            return cursors
        if any(cursor.number for cursor in cursors):
            raise DatabaseMisfit(
                f"{topics.facts(self._office)} holds ledger {ledger}, {self._store.name} is ledger "
                f"{cursors[0].ledger}: restore a backup of the former, or provision an empty database"
            )
        await self._store["cursors"].update_many({"number": 0}, {"$set": {"ledger": ledger}})
        return [replace(one, ledger=ledger) for one in cursors]

    async def _told_ledger(self, cursors: Sequence[Cursor]) -> str | None:
        async with reader(self._bootstrap) as consumer:
            for cursor in cursors:
                log = Log(consumer, topics.facts(self._office), cursor.partition)
                first, end = await log.bounds()
                if first < end and (record := await log.record_at(first)):
                    return read_fact(record).stated.ledger
        return None

    async def forward(self, cursor: Cursor) -> str | None:
        """One partition; what came back, if anything lacked.

        Raises `DoesNotFit`, `ClaimLost`, `DatabaseMisfit`.
        """
        partition = cursor.partition
        async with reader(self._bootstrap) as consumer:
            told = await facts_beyond(Log(consumer, topics.facts(self._office), partition), cursor)
            directory = Log(consumer, topics.directory(self._office), partition)
            entries = await self._entries(directory, told)
            told = await self._keys.restored(told)
            intake = Log(consumer, topics.intake(self._office), partition)
            reading = await reading_from(intake, cursor, told[-1].fact.stated.at if told else LONG_AGO)
        if not told and reading == {"next": cursor.next}:
            return None
        if await self._goes_on(cursor):
            return None
        await self._require_one_moment(cursor)
        cursor = await self._read_on(cursor, reading)
        recoveries = [
            FeatureRecovery(frozenset(feature.facts), feature.recovery(self._of, told, entries))
            for feature in self._features.features
            if feature.recovery
        ]
        for start in range(0, len(told), FACTS_AT_ONCE):
            cursor = await self._write(cursor, recoveries, told[start : start + FACTS_AT_ONCE])
        return "; ".join(
            [
                f"partition {partition}: {len(told)} facts came back; intake is read from {cursor.next}",
                *(
                    f"{number} entries {kind}: of its directory are of a newer version and were passed over"
                    for kind, number in sorted(entries.passed_over.items())
                ),
            ]
        )

    async def _entries(self, directory: Log, told: Sequence[RecoveredFact]) -> DirectoryEntries:
        """Those that these facts changed or may need."""
        if not told:
            return DirectoryEntries({})
        rules = self._features.entries
        wanted = {
            f"{rules[kind].prefix}:{name}"
            for kind, names in changed_by(self._features, told).items()
            if kind in rules
            for name in names
        }
        models = {rule.prefix: rule.model for rule in rules.values()}
        return await entries_of(directory, wanted, models, self._signatures)

    async def _goes_on(self, cursor: Cursor) -> bool:
        """Whether its owner decides: then it fits, and what seemed to lack was decided just now."""
        stands = {"_id": cursor.partition, "next": cursor.next, "number": cursor.number}
        return not await self._store["cursors"].count_documents(stands)

    async def _require_one_moment(self, cursor: Cursor) -> None:
        beyond = {
            "$gt": position(cursor.partition, cursor.number),
            "$lt": position(cursor.partition + 1, 0),
        }
        if await self._store["facts"].find_one({"_id": beyond}, {"_id": 1}):
            raise DatabaseMisfit(
                f"{self._store.name} holds facts of partition {cursor.partition} beyond its cursor: the "
                "backup is not of one moment (mongodump makes such with --oplog); restore another"
            )

    async def _read_on(self, cursor: Cursor, reading: Document) -> Cursor:
        """Move where intake is read. Owners of the lost database count for nothing: epochs go on from the
        seconds since 1970, more than there can have been claims."""
        stood = {"_id": cursor.partition, "next": cursor.next, "number": cursor.number}
        change = {"$set": reading, "$unset": {"last": ""}, "$max": {"epoch": int(time())}}

        async def work(session: Session) -> Document | None:
            await self._note([lost_outcomes(cursor.partition, cursor.time)], session)
            return await self._store["cursors"].find_one_and_update(
                stood, change, return_document=ReturnDocument.AFTER, session=session
            )

        row = await self._store.transaction(work)
        if row is None:
            raise ClaimLost(moved_meanwhile(cursor))
        return cursor_of(row)

    async def _write(
        self, cursor: Cursor, recoveries: Sequence[FeatureRecovery], told: Sequence[RecoveredFact]
    ) -> Cursor:
        """The next facts, whole or not at all. A service that looks again meanwhile takes the claim, sees
        that its partition does not fit yet, and leaves it alone."""
        forwarding = RecoveryBatches(self._features, recoveries, self._rows)
        while True:
            claimed = await self._ledger.claim(cursor.partition)
            if (claimed.next, claimed.number) != (cursor.next, cursor.number):
                raise ClaimLost(moved_meanwhile(cursor))
            for one in recoveries:
                await one.recovery.read(one.told(told))
            loaded = await self._loaded(told)
            forward = forwarding.forward(claimed, loaded, told)
            try:
                await self._store.transaction(partial(self._commit, recoveries, told, loaded, forward))
            except ClaimLost:
                continue
            return forward.commit.after

    def _rows(self, fact: Fact, content: NewFact) -> FactRows:
        place = position(fact.stated.partition, fact.stated.number)
        return FactRows(recovered_fact(fact), encoded_private(self._features, place, content))

    async def _commit(
        self,
        recoveries: Sequence[FeatureRecovery],
        told: Sequence[RecoveredFact],
        loaded: LoadedStates,
        forward: RecoveryBatch,
        session: Session,
    ) -> None:
        after = forward.commit.after
        await self._ledger.write(forward.commit, session)
        pointer = {"published": after.published, "published_offset": after.published_offset}
        await self._store["cursors"].update_one({"_id": after.partition}, {"$set": pointer}, session=session)
        for one in recoveries:
            await one.recovery.restore(one.told(told), loaded, session)
        await self._note(forward.lost, session)

    async def _loaded(self, told: Sequence[RecoveredFact]) -> LoadedStates:
        loaded = self._features.loaded()
        for kind, names in changed_by(self._features, told).items():
            if codec := self._features.kinds[kind].codec:
                rows = self._store[codec.collection].find({"_id": {"$in": list(names)}})
                loaded.states[kind] = {row["_id"]: codec.read(row) for row in await rows.to_list(None)}
        return loaded

    async def _note(self, lost: Sequence[str], session: Session) -> None:
        """What is lost outlives a kill, and whoever looks later finds it here."""
        row = {"$setOnInsert": {"at": datetime.now(UTC)}}
        for one in lost:
            await self._store["lost"].update_one({"_id": one}, row, upsert=True, session=session)


def moved_meanwhile(cursor: Cursor) -> str:
    return f"partition {cursor.partition} was written meanwhile: run it again"
