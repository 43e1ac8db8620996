"""What an office's topics hold beyond an older ledger."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime

from pydantic import ValidationError

from services.registration.kernel.commit import Cursor
from services.registration.kernel.feature import EntryModel
from services.registration.kernel.ports import DoesNotFit
from services.registration.kernel.received_commands import appended_at
from services.registration.kernel.recovery import DirectoryEntries, RecoveredFact
from services.registration.storage.log_consistency import intake_start, ours
from services.registration.storage.provision import LONG_AGO
from shared.contracts.facts import Body
from shared.kafka.facts import Fact, OfficeStopped
from shared.kafka.offsets import Log
from shared.kafka.records import Record
from shared.mongo.driver import Document
from shared.signatures import EntrySignatures, Forged


async def facts_beyond(log: Log, cursor: Cursor) -> list[RecoveredFact]:
    """Those that the ledger lacks, in order, each with the offset where it stands last; all in memory, about
    a kilobyte each. Raises `DoesNotFit` where the topic was lost or lacks one."""
    found: dict[int, Fact] = {}
    last = 0
    async for records in log.onward((await log.bounds())[0]):
        for record in records:
            fact = ours(record, cursor)
            last = max(last, fact.stated.number)
            if fact.stated.number > cursor.number:
                found[fact.stated.number] = fact
    if last < cursor.published:
        raise DoesNotFit(
            f"{log.name} ends at fact {last}, but {cursor.published} were published: the topic was lost; "
            "run `simpul republish`, or `simpul recover --new-ledger` where the database is old as well"
        )
    for number in range(cursor.number + 1, last):
        if number not in found:
            raise DoesNotFit(f"{log.name} lacks fact {number}: what comes after it cannot be put behind it")
    return [RecoveredFact(found[number], _body(found[number])) for number in sorted(found)]


def _body(fact: Fact) -> Body:
    try:
        body = fact.body()
    except OfficeStopped as stopped:
        raise DoesNotFit(str(stopped)) from None
    if body is None:
        raise DoesNotFit(f"fact {fact.stated.id} is a {fact.type}: use the version that knows it")
    return body


async def entries_of(
    log: Log,
    wanted: Collection[str] | None,
    models: Mapping[str, type[EntryModel]],
    signatures: EntrySignatures,
) -> DirectoryEntries:
    """The directory's latest word on these keys, or on all, and how much of it only a newer version knows;
    `models`: by how keys begin. What the office signed goes before what it did not, and what somebody forged
    is passed over.
    Raises `DoesNotFit` for what is no entry."""
    found: dict[bool, dict[str, EntryModel]] = {False: {}, True: {}}
    others: dict[str, set[str]] = defaultdict(set)
    async for records in log.onward((await log.bounds())[0]):
        for record in records:
            key = (record.key or b"").decode(errors="replace")
            kind, _, name = key.partition(":")
            if kind not in models:
                others[kind].add(name)
            elif wanted is None or key in wanted:
                with suppress(Forged):
                    _keep(found[signatures.signed(record)], key, models[kind], record)
    return DirectoryEntries(found[False] | found[True], {kind: len(names) for kind, names in others.items()})


def _keep(kept: dict[str, EntryModel], key: str, model: type[EntryModel], record: Record) -> None:
    """As readers do: the highest revision counts, and a tombstone ends it."""
    if record.value is None:
        kept.pop(key, None)
        return
    try:
        entry = model.read(record.value)
    except ValidationError:
        raise DoesNotFit(
            f"{record.topic} partition {record.partition} offset {record.offset} holds no readable entry"
        ) from None
    if key not in kept or kept[key].rev <= entry.rev:
        kept[key] = entry


async def reading_from(log: Log, cursor: Cursor, decided_at: datetime) -> Document:
    """Where intake is read on, as a change of the cursor; `decided_at`: when the last fact was decided.

    A fact's time is that of its command's record, and time never runs back. So what came before the last
    fact's moment was decided; what came after it left no fact, and is decided once more in the same order
    upon the same state, which gives the same.
    """
    change = await intake_again(log, cursor)
    start, now = change.get("next", cursor.next), LONG_AGO if change else cursor.time
    async for records in log.onward(start):
        for record in records:
            now = max(now, appended_at(record))
            if now >= decided_at:
                return change | {"next": record.offset}
    return change | {"next": start}


async def intake_again(log: Log, cursor: Cursor) -> Document:
    """As `intake_start`; of what was trimmed past the cursor, its beginning, too."""
    try:
        return await intake_start(log, cursor)
    except DoesNotFit:
        return {"next": (await log.bounds())[0]}
