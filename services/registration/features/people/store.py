"""The office's people: found before a transaction, written in that of a command that is accepted."""

import asyncio
import secrets
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from services.registration.features.people.domain.person import Person
from services.registration.features.people.people import NUMBERS, KnownPerson, PeopleIndex, PersonMatch
from services.registration.kernel.commit import ReadConflict
from services.registration.kernel.digests import Digests, PersonDigests
from shared.contracts.commands import Participant
from shared.identity import comparable_name
from shared.mongo.driver import (
    DUPLICATE_KEY,
    BulkWriteError,
    Document,
    DuplicateKeyError,
    InsertOne,
    Session,
    Store,
    UpdateMany,
    UpdateOne,
)

SAME_HINT: Final = 1_000  # people read for the hints of one batch
new_ref: Final = partial(secrets.token_hex, 12)
_INDEXED: Final = {"known_by": 1, "hints": 1, "ref": 1, "unproved": 1}
_INDEXED_WHO: Final = _INDEXED | {"who.name": 1, "who.nip": 1, "who.nuptk": 1}


class People:
    """Rows of `people`, one a person: `{_id, ref, who, known_by, hints, unproved, numbers, letters}`.

    `known_by` is unique over all rows and identifies; `hints` may be of several and identifies nobody;
    `numbers`: digests of all that were ever named, for who looks after persons with several; `letters`: the
    name to sort by, without titles.
    A person's contact is written when first seen. Meeting them again changes nothing of it but numbers
    that it lacks; staff correct it.
    """

    def __init__(self, store: Store, digests: Digests) -> None:
        self._store = store
        self._digests = digests

    async def index(self, met: Iterable[PersonDigests]) -> PeopleIndex:
        """Of all whom these digests may lead to."""
        keys = {digest for digests in met for digest in digests.all}
        if not keys:
            return PeopleIndex((), new_ref)
        people, wanted = self._store["people"], {"$in": list(keys)}
        rows, hinted = await asyncio.gather(
            people.find({"known_by": wanted}, _INDEXED_WHO).to_list(None),
            people.find({"hints": wanted}, _INDEXED_WHO).limit(SAME_HINT).to_list(None),
        )
        unique = {row["_id"]: row for row in (*rows, *hinted)}
        return PeopleIndex(map(known_person, unique.values()), new_ref)

    async def ref(self, who: Participant, proving: bool = False) -> str | None:
        """Of this person, if they are known. `proving`: who asks states numbers that are proved."""
        digests = self._digests.person(who)
        found = (await self.index([digests])).known(digests, proving)
        return found.ref if found else None

    async def named(self, refs: Sequence[str]) -> list[Person]:
        """Those of these people that are known."""
        rows = self._store["people"].find({"ref": {"$in": list(refs)}, "who": {"$exists": True}})
        return [
            Person(row["ref"], row["_id"], Participant.model_validate(row["who"]))
            for row in await rows.to_list(None)
        ]

    async def keep(self, meetings: Sequence[PersonMatch], session: Session) -> None:
        """Within the transaction that accepts what they submitted. Raises `ReadConflict`."""
        met = {one.person.ref: one for one in meetings if one.new}
        writes: list[Any] = [InsertOne(_row(one)) for one in met.values()]
        for one in meetings:
            writes += [*_additions(one), *_taken_over(one)]
        try:
            if writes:
                await self._store["people"].bulk_write(writes, ordered=True, session=session)
        except BulkWriteError as error:
            if any(failed["code"] == DUPLICATE_KEY for failed in error.details["writeErrors"]):
                raise ReadConflict("somebody is known by this already") from None
            raise
        await self.list_same(((one.person.ref, ref) for one in meetings for ref in one.same), session)

    async def correct(self, was: Person, now: Person, session: Session) -> None:
        """Within the transaction of who decides for this person. They are found by what is right now alone;
        what was wrong stays a hint to staff. Raises `ReadConflict`."""
        people = self._store["people"]
        row = await people.find_one({"_id": now.contact}, session=session)
        if row is None:
            return
        before, after = self._digests.person(was.who), self._digests.person(now.who)
        stated = {name for name in NUMBERS if getattr(was.who, name) != getattr(now.who, name)}
        unproved = (set(row.get("unproved", ())) - stated) & after.numbers.keys()
        proved = {digest for name, digest in after.numbers.items() if name not in unproved} | {after.email}
        wanted = {"known_by": {"$in": list(proved)}, "_id": {"$ne": now.contact}}
        others = await people.find(wanted, _INDEXED, session=session).to_list(None)
        taken = {digest for other in others for digest in map(bytes, other["known_by"])}
        known_by = set(map(bytes, row["known_by"])) - set(before.all) | (proved - taken)
        hints = set(map(bytes, row["hints"])) - {before.address} | {after.address} | {before.email}
        hints = (hints | set(after.all) | taken & proved) - known_by
        change: Document = {
            "who": now.who.model_dump(exclude_none=True),
            "letters": comparable_name(now.who.name),
            "known_by": sorted(known_by),
            "hints": sorted(hints),
            "unproved": sorted(unproved),
        }
        resolved: Document = {}
        if stated:
            change["numbers"] = {name: [digest] for name, digest in after.numbers.items()}
            resolved["$unset"] = {"several": ""}
        try:
            await people.update_one({"_id": now.contact}, {"$set": change} | resolved, session=session)
        except DuplicateKeyError:
            raise ReadConflict("somebody is known by this already") from None
        await self.list_same(((now.ref, other["ref"]) for other in others), session)

    async def list_same(self, pairs: Iterable[tuple[str, str]], session: Session | None = None) -> None:
        """Put pairs of refs on the list of people who may be the same; one that was looked at stays so."""
        writes = [
            UpdateOne({"_id": "|".join(pair)}, {"$setOnInsert": {"refs": list(pair)}}, upsert=True)
            for pair in sorted({(min(pair), max(pair)) for pair in pairs})
        ]
        if writes:
            await self._store["perhaps_same"].bulk_write(writes, ordered=False, session=session)

    async def with_several_numbers(self) -> list[str]:
        """Refs of people of whom more than one NUPTK or NIP was named, or more than is told apart."""
        several = [{"several": True}, *({f"numbers.{name}.1": {"$exists": True}} for name in NUMBERS)]
        rows = await self._store["people"].find({"$or": several}, {"ref": 1}).sort("ref", 1).to_list(None)
        return [row["ref"] for row in rows]

    async def contacts(self, refs: Sequence[str], session: Session | None = None) -> dict[str, str]:
        """Of those of these people that are known: ref -> the row that holds them."""
        rows = self._store["people"].find(
            {"ref": {"$in": list(refs)}, "who": {"$exists": True}}, {"ref": 1}, session=session
        )
        return {row["ref"]: row["_id"] for row in await rows.to_list(None)}


def known_person(row: Mapping[str, Any]) -> KnownPerson:
    """Of a row of `people`, with or without the rest of the contact."""
    who = row.get("who", {})
    return KnownPerson(
        row["ref"],
        row["_id"],
        set(map(bytes, row["known_by"])),
        set(map(bytes, row["hints"])),
        who.get("name", ""),
        {name: who[name] for name in NUMBERS if name in who},
        set(row.get("unproved", ())),
    )


def person_row(person: KnownPerson, who: Document) -> Document:
    row: Document = {"_id": person.contact, "ref": person.ref, "who": who}
    row |= {"known_by": sorted(person.known_by), "hints": sorted(person.hints)}
    row["letters"] = comparable_name(who["name"])
    return row | ({"unproved": sorted(person.unproved)} if person.unproved else {})


def _row(meeting: PersonMatch) -> Document:
    """Of who is new, with what the rest of the batch added to them."""
    who = meeting.who.model_dump(exclude_none=True)
    return person_row(meeting.person, who | meeting.person.numbers)


def _additions(meeting: PersonMatch) -> list[Any]:
    """What a meeting adds to a row that stands."""
    added: Document = {"known_by": meeting.proved, "hints": meeting.claimed}
    added |= {f"numbers.{name}": [digest] for name, digest in meeting.named.items()}
    more = {name: {"$each": sorted(digests)} for name, digests in added.items() if digests}
    change: Document = {"$addToSet": more} if more else {}
    if meeting.numbers:
        change["$set"] = {f"who.{name}": number for name, number in meeting.numbers.items()}
        change["$pull"] = {"unproved": {"$in": list(meeting.numbers)}}
    return [UpdateOne({"_id": meeting.person.contact}, change)] if change else []


def _taken_over(meeting: PersonMatch) -> list[Any]:
    """Whoever only claimed a number that is proved to be this person's has it no longer."""
    if not (meeting.same and meeting.proved):
        return []
    stated = {name: value for name in NUMBERS if (value := getattr(meeting.who, name))}
    return [
        UpdateMany(
            {
                "ref": {"$in": list(meeting.same)},
                "who": {"$exists": True},
                "unproved": name,
                f"who.{name}": value,
            },
            {"$unset": {f"who.{name}": ""}, "$pull": {"unproved": name}},
        )
        for name, value in stated.items()
    ]
