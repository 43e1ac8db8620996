"""Mutants of registration, each a function that patches this process (see `proof.mutants`)."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

from proof.mutants_patch import patch


def no_deduplication() -> None:
    """Nobody looks whether a command is known, and no index refuses it twice."""
    from services.registration.storage.ledger import Ledger
    from services.registration.storage.loader import Loader
    from shared.mongo.driver import PyMongoError

    claim = Ledger.claim

    async def unindexed(ledger: Any, partition: int) -> Any:
        for name in ("facts", "outcomes"):
            try:
                await ledger._store[name].drop_index("command_1")
            except PyMongoError:  # another partition has dropped it
                continue
        return await claim(ledger, partition)

    async def nothing_known(loader: Any, asked: Any) -> dict[bytes, bytes]:
        return {}

    patch(Ledger, "claim", unindexed)
    patch(Loader, "_known", nothing_known)


def acknowledged_first() -> None:
    """The records are marked as decided before the transaction that decides them."""
    from services.registration.storage.ledger import Ledger

    commit = Ledger.commit

    async def hasty(ledger: Any, batch: Any) -> None:
        before, after = batch.before, batch.after
        await ledger._store["cursors"].update_one(
            {"_id": before.partition, "epoch": before.epoch, "next": before.next},
            {"$set": {"next": after.next}},
        )
        batch.before = replace(before, next=after.next)
        await commit(ledger, batch)

    patch(Ledger, "commit", hasty)


def no_seat_check() -> None:
    from services.registration.features.gatherings.domain.activity import ActivityState

    patch(ActivityState, "has_room", lambda state, signature: True)


def promotion_out_of_order() -> None:
    """Who came last is promoted first."""
    from services.registration.features.gatherings.gathering_states import line_name, registration_state
    from services.registration.features.gatherings.register import Register

    async def from_behind(register: Any, activity: str, state: Any, limit: int) -> Any:
        lines: dict[Any, list[Any]] = defaultdict(list)
        for line, number in state.waiting.items():
            if number:
                rows = register._store["registrations"].find(
                    {"activity": activity, "line": line_name(line), "status": "waitlisted"}
                )
                ahead = await rows.sort("arrival", -1).limit(limit).to_list(None)
                lines[line] = [registration_state(row) for row in ahead]
        return lines

    patch(Register, "_lines", from_behind)


def offer_counted_twice() -> None:
    """Who takes the seat that was held for them takes another one beside it."""
    from services.registration.features.gatherings.domain import offers

    taken = offers.taken

    def twice(registration: Any, out_of_turn: Any = None) -> Any:
        return taken(registration, out_of_turn).model_copy(update={"offered": None})

    patch(offers, "taken", twice)


def hold_ignored() -> None:
    """Seats that are held for the invited count as free."""
    from services.registration.features.gatherings.domain.activity import ActivityState, moved

    has_room = ActivityState.has_room

    def greedy(state: Any, signature: Any, many: int = 1) -> bool:
        taken = state.taken
        for hold in state.holds.values():
            taken = moved(taken, hold.quotas, -hold.left)
        return has_room(replace(state, taken=taken), signature, many)

    patch(ActivityState, "has_room", greedy)


def no_cursor_guard() -> None:
    """A batch is written wherever the cursor stands and whoever has claimed it."""
    from services.registration.storage.ledger import Ledger

    write = Ledger.write

    async def unguarded(ledger: Any, commit: Any, session: Any) -> None:
        row = await ledger._store["cursors"].find_one({"_id": commit.before.partition}, session=session)
        asked = commit.before
        commit.before = replace(asked, **{name: row[name] for name in ("epoch", "next", "number")})
        try:
            await write(ledger, commit, session)
        finally:
            commit.before = asked

    patch(Ledger, "write", unguarded)


def pointer_first() -> None:
    """Facts count as published before they are sent."""
    from services.registration.storage.publisher import Publisher

    async def hasty(publisher: Any, cursor: Any) -> Any:
        facts = await publisher._ledger.unpublished(cursor.partition, cursor.published)
        if not facts:
            return cursor
        number = int(facts[-1]["_id"]) & ((1 << 40) - 1)
        offset = cursor.published_offset
        await publisher._ledger.mark_published(cursor, cursor.published, number, offset)
        await publisher._send_entries(cursor, await publisher._entries(facts))
        for fact in facts:
            offset = (await (await publisher._send(cursor, fact))).offset
        return replace(cursor, published=number)

    patch(Publisher, "publish", hasty)


def no_claim() -> None:
    """Who gets a partition goes on with what it remembers, and raises no epoch."""
    from services.registration.kernel.partition_processor import PartitionProcessor
    from services.registration.storage.ledger import Ledger, cursor_of

    remembered: dict[int, Any] = {}
    claim, remember = PartitionProcessor._claim, PartitionProcessor._remember

    async def unraised(ledger: Any, partition: int) -> Any:
        return cursor_of(await ledger._store["cursors"].find_one({"_id": partition}))

    async def unforgetful(owner: Any) -> Any:
        start = await claim(owner)
        owner._kept = dict(remembered.get(owner.held.partition, {}))
        return start

    def kept(owner: Any, loaded: Any) -> None:
        remember(owner, loaded)
        remembered[owner.held.partition] = dict(owner._kept)

    patch(Ledger, "claim", unraised)
    patch(PartitionProcessor, "_claim", unforgetful)
    patch(PartitionProcessor, "_remember", kept)


def people_unread() -> None:
    """Whoever another transaction met first keeps the reference that this one made up for them."""
    from services.registration.features.people.store import People, person_row
    from shared.mongo.driver import UpdateOne

    async def keep(people: Any, meetings: Any, session: Any) -> None:
        rows = [person_row(one.person, one.who.model_dump(exclude_none=True)) for one in meetings if one.new]
        writes = [
            UpdateOne({"known_by": {"$in": row["known_by"]}}, {"$setOnInsert": row}, upsert=True)
            for row in rows
        ]
        if writes:
            await people._store["people"].bulk_write(writes, ordered=False, session=session)

    patch(People, "keep", keep)


def canary_in_a_fact() -> None:
    """A fact of a registration holds the name."""
    import bson

    import services.registration.storage.ledger as ledger
    from shared.contracts.commands import SubmitRegistration

    encoded = vars(ledger)["encoded_fact"]

    def named(cursor: Any, number: int, key: str, at: Any, content: Any, asked: Any, *more: Any) -> bytes:
        document = encoded(cursor, number, key, at, content, asked, *more)
        if asked is None or not isinstance(asked.command, SubmitRegistration):
            return bytes(document)
        row: dict[str, Any] = bson.decode(document, codec_options=bson.CodecOptions(tz_aware=True))
        row["data"]["name"] = asked.command.participant.name
        return bson.encode(row)

    patch(ledger, "encoded_fact", named)


def revived() -> None:
    """Who submits after a cancellation gets the cancelled registration back, and no round of their own."""
    import services.registration.features.gatherings.domain.registration as registration

    submit = registration.submit

    def again(state: Any, candidate: Any, known: Any, now: Any) -> Any:
        def live(name: str) -> Any:
            found = known(name)
            return None if found is not None and found.status == "cancelled" else found

        return submit(state, candidate, live, now)

    patch(registration, "submit", again)


def any_number_proves() -> None:
    """Whoever names a number is taken for who has it."""
    from services.registration.features.people.people import ProvingSources

    patch(ProvingSources, "__contains__", lambda sources, source: True)


def unbounded() -> None:
    """An activity may end when it likes, and its times are shown with no end of the calendar in mind."""
    from shared import instants

    patch(instants, "at_place", lambda at, zone: at.astimezone(zone))  # before a feature takes it by name
    from services.registration.features.gatherings import gathering_contents

    patch(gathering_contents, "_instants", lambda *given: iter(()))


def poison_skipped() -> None:
    """What cannot be decided is passed over and noted nowhere."""
    from services.registration.storage.ledger import Ledger

    write = Ledger.write

    async def silent(ledger: Any, commit: Any, session: Any) -> None:
        commit.parked = []
        await write(ledger, commit, session)

    patch(Ledger, "write", silent)
