"""The office's people, found by keyed digests: before the transaction and outside it, so repeatable."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from services.registration.application.digests import Digests
from services.registration.domain import happened as domain
from shared.contracts.commands import Participant
from shared.mongo.driver import BulkWriteError, Document, Session, Store, UpdateOne

DUPLICATE_KEY = 11000


@dataclass(frozen=True, slots=True)
class Person:
    """`ref` is random and stands for the person; `contact` is the row that holds name and addresses.
    `new`: nobody knew them before."""

    ref: str
    contact: str
    new: bool = False


class People:
    """Rows of `people`, one per digest: `{_id, ref, contact}`; the row that `contact` names holds the person.

    A person's contact is written when first seen. Meeting them again changes nothing of it; staff correct it.
    """

    def __init__(self, store: Store, digests: Digests) -> None:
        self._store = store
        self._digests = digests

    async def find(self, participants: Sequence[Participant]) -> list[Person]:
        """For each of them who they are; who was not known is known afterwards."""
        named = [[digest.hex() for digest in self._digests.person(one)] for one in participants]
        known = await self._rows({digest for digests in named for digest in digests})
        while rows := self._missing(participants, named, known):
            known |= await self._insert(rows)
        found = [self._strongest(digests, known) for digests in named]
        await self._note_contradictions(named, known)
        # what is read of a contact leaves out whose it is, so that only who is met here has that
        return [Person(row["ref"], row["contact"], "who" in known.get(row["contact"], ())) for row in found]

    def _missing(
        self, participants: Sequence[Participant], named: list[list[str]], known: dict[str, Document]
    ) -> dict[str, Document]:
        """First the contacts of those of whom nothing is known, then what leads to any of them: a row never
        stands before the one that it leads to."""
        fresh = {
            digests[-1]: self._contact(digests[-1], one)
            for digests, one in zip(named, participants, strict=True)
            if not any(digest in known for digest in digests)
        }
        known, further = known | fresh, dict[str, Document]()
        for digests in named:
            row = self._strongest(digests, known)
            for digest in digests:
                if digest not in known and digest not in further:
                    further[digest] = {"_id": digest, "ref": row["ref"], "contact": row["contact"]}
        return fresh | further

    async def ref(self, who: Participant) -> str | None:
        """Of this person, if they are known; nobody is known afterwards who was not."""
        digests = [digest.hex() for digest in self._digests.person(who)]
        known = await self._rows(set(digests))
        return str(self._strongest(digests, known)["ref"]) if known else None

    async def named(self, refs: Sequence[str]) -> list[domain.Person]:
        """Those of these people that are known."""
        rows = self._store["people"].find({"ref": {"$in": list(refs)}, "who": {"$exists": True}})
        return [
            domain.Person(row["ref"], row["_id"], Participant.model_validate(row["who"]))
            for row in await rows.to_list(None)
        ]

    async def correct(self, was: domain.Person, now: domain.Person, session: Session) -> None:
        """Within the transaction of who decides for this person. They are found by what is right now, and
        still by the name and address that they gave; not by a number that was another's."""
        who = now.who.model_dump(exclude_none=True)
        people = self._store["people"]
        await people.update_one({"_id": now.contact}, {"$set": {"who": who}}, session=session)
        before, after = self._names(was.who), self._names(now.who)
        wrong = before - self._names(was.who.model_copy(update={"nip": now.who.nip, "nuptk": now.who.nuptk}))
        gone = {"_id": {"$in": list(wrong - after - {now.contact})}, "ref": now.ref}
        await people.delete_many(gone, session=session)
        row = {"ref": now.ref, "contact": now.contact}
        fresh = [UpdateOne({"_id": one}, {"$setOnInsert": row}, upsert=True) for one in after - before]
        if fresh:
            await people.bulk_write(fresh, ordered=False, session=session)

    async def restore(self, named: Sequence[tuple[str, Participant, bool]], session: Session) -> None:
        """People as the directory names them: ref, who, and whether they are called so to this day. Whoever
        is known keeps the numbers that are known of them."""
        people = self._store["people"]
        stand = await self.contacts([ref for ref, _, _ in named], session)
        digests = [self._digests.person(who)[-1].hex() for _, who, _ in named]
        rows = await people.find({"_id": {"$in": digests}}, {"who": 0}, session=session).to_list(None)
        found = {row["_id"]: row["ref"] for row in rows}
        writes: list[UpdateOne] = []
        for digest, (ref, who, today) in zip(digests, named, strict=True):
            contact = stand.get(ref, ref)
            fields = {f"who.{name}": value for name, value in who.model_dump(exclude_none=True).items()}
            row = {"ref": ref, "contact": contact}
            change = {"$set": fields, "$setOnInsert": row} if today else {"$setOnInsert": row | fields}
            if today and who.phone is None:
                change["$unset"] = {"who.phone": ""}
            writes.append(UpdateOne({"_id": contact}, change, upsert=True))
            writes.append(UpdateOne({"_id": digest}, {"$setOnInsert": row}, upsert=True))
        if writes:
            await people.bulk_write(writes, ordered=True, session=session)
        for digest, (ref, _, _) in zip(digests, named, strict=True):
            if found.get(digest, ref) != ref:
                await self._perhaps_same((found[digest], ref), session)

    async def contacts(self, refs: Sequence[str], session: Session | None = None) -> dict[str, str]:
        """Of those of these people that are known: ref -> the row that holds them."""
        rows = self._store["people"].find(
            {"ref": {"$in": list(refs)}, "who": {"$exists": True}}, {"ref": 1}, session=session
        )
        return {row["ref"]: row["_id"] for row in await rows.to_list(None)}

    def _names(self, who: Participant) -> set[str]:
        return {digest.hex() for digest in self._digests.person(who)}

    async def _rows(self, digests: set[str]) -> dict[str, Document]:
        rows = self._store["people"].find({"_id": {"$in": list(digests)}}, {"who": 0})
        return {row["_id"]: row for row in await rows.to_list(None)}

    async def _insert(self, rows: dict[str, Document]) -> dict[str, Document]:
        """Insert in order, up to one that somebody else inserted meanwhile; answers with those that stand."""
        try:
            await self._store["people"].insert_many(rows.values(), ordered=True)
        except BulkWriteError as error:
            if any(one["code"] != DUPLICATE_KEY for one in error.details["writeErrors"]):
                raise
            return await self._rows(set(rows))
        return rows

    @staticmethod
    def _contact(digest: str, who: Participant) -> Document:
        person = who.model_dump(exclude_none=True)
        return {"_id": digest, "ref": secrets.token_hex(12), "contact": digest, "who": person}

    @staticmethod
    def _strongest(digests: list[str], known: dict[str, Document]) -> Document:
        """NUPTK wins, then NIP with name, then e-mail with name."""
        return next(known[digest] for digest in digests if digest in known)

    async def _note_contradictions(self, named: list[list[str]], known: dict[str, Document]) -> None:
        """A submission that leads to several people: perhaps they are the same person, for staff to see."""
        several = {
            tuple(sorted({known[digest]["ref"] for digest in digests if digest in known}))
            for digests in named
        }
        for refs in several:
            if len(refs) > 1:
                await self._perhaps_same(refs)

    async def _perhaps_same(self, refs: Sequence[str], session: Session | None = None) -> None:
        row = {"$setOnInsert": {"refs": sorted(refs)}}
        await self._store["perhaps_same"].update_one(
            {"_id": "|".join(sorted(refs))}, row, upsert=True, session=session
        )
