"""People of a register that was made before numbers had to be proved: a row each instead of one a digest.

Killed at any line it goes on when it is run again: the rows that only lead to a person are deleted after the
person's own row holds what they said.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic_core import from_json

from services.registration.features.people.people import ProvingSources
from services.registration.features.people.store import People
from services.registration.kernel.digests import Digests
from services.registration.kernel.received_commands import canonical
from shared.contracts.commands import Participant, SubmitRegistration
from shared.contracts.facts import ParticipantCorrected
from shared.identity import comparable_name
from shared.mongo.driver import DatabaseMisfit, Document, Store, UpdateOne
from shared.mongo.indexes import ascending, drop_indexes, make_indexes

VERSION: Final = 2
AT_ONCE: Final = 500
MARK: Final = {"_id": "people"}
MEANWHILE: Final = (
    ascending("people", "ref", "contact"),
    ascending("facts", "registrant.ref", sparse=True),
)
"""Dropped once it is done: no service is to find a person's facts by an index."""
_TITLES: Final = frozenset({"prof", "dr", "drs", "dra", "ir", "h", "hj"})


async def is_upgraded(store: Store) -> bool:
    row = await store["keys"].find_one(MARK)
    return row is not None and row["version"] == VERSION


async def mark_fresh(store: Store) -> None:
    """A register that holds nobody yet has nothing to upgrade."""
    if not await store["people"].find_one({}, {"_id": 1}):
        await _mark(store)


async def _mark(store: Store) -> None:
    await store["keys"].update_one(MARK, {"$set": {"version": VERSION}}, upsert=True)


async def require_upgraded(store: Store, office: str) -> None:
    """Raises `DatabaseMisfit`."""
    if not await is_upgraded(store):
        raise DatabaseMisfit(
            f"{store.name} knows its people in a former way: stop the office's registration, and run "
            f"`simpul provision office {office}`"
        )


async def upgrade(store: Store, digests: Digests, proving: ProvingSources) -> list[str]:
    """Safe to repeat, while no registration of the office runs. Says what it did."""
    if await is_upgraded(store):
        return []
    people = store["people"]
    await make_indexes(store, MEANWHILE)
    corrected, done = await _corrected(store, proving), 0
    old = {"who": {"$exists": True}, "known_by": {"$exists": False}}
    while rows := await people.find(old).limit(AT_ONCE).to_list(None):
        await _Upgrading(store, digests, proving, corrected).rows(rows)
        done += len(rows)
    await people.delete_many({"who": {"$exists": False}})
    await drop_indexes(store, MEANWHILE)
    await _mark(store)
    return [f"{done} people of {store.name} are known by what was proved of them alone"] if done else []


async def _corrected(store: Store, proving: ProvingSources) -> Mapping[str, set[str]]:
    """By a person's ref, the fields that staff corrected."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    async for fact in store["facts"].find({"type": ParticipantCorrected.type}):
        if fact.get("source") in proving:
            found[fact["key"].removeprefix("p:")] |= set(fact["data"]["fields"])
    return found


@dataclass(frozen=True, slots=True)
class _Upgrading:
    store: Store
    digests: Digests
    proving: ProvingSources
    corrected: Mapping[str, set[str]]

    async def rows(self, rows: Sequence[Document]) -> None:
        refs = [row["ref"] for row in rows]
        leading: defaultdict[str, set[bytes]] = defaultdict(set)
        async for row in self.store["people"].find({"ref": {"$in": refs}, "who": {"$exists": False}}):
            leading[row["ref"]].add(bytes.fromhex(row["_id"]))
        first = await self._first_facts(refs)
        upgraded = [self._row(row, leading[row["ref"]], first.get(row["ref"])) for row in rows]
        taken, same = await self._taken(upgraded), set[tuple[str, str]]()
        writes = []
        for row in upgraded:
            others = {
                digest: taken[digest]
                for digest in row["known_by"]
                if taken.get(digest, row["ref"]) != row["ref"]
            }
            same |= {(row["ref"], ref) for ref in others.values()}
            row["known_by"] -= others.keys()
            row["hints"] |= others.keys()
            taken |= dict.fromkeys(row["known_by"], row["ref"])
            change = {name: sorted(value) if isinstance(value, set) else value for name, value in row.items()}
            writes.append(UpdateOne({"_id": change.pop("_id")}, {"$set": change, "$unset": {"contact": ""}}))
        await People(self.store, self.digests).list_same(same)
        await self.store["people"].bulk_write(writes, ordered=True)
        await self.store["people"].delete_many({"ref": {"$in": refs}, "who": {"$exists": False}})

    async def _first_facts(self, refs: Sequence[str]) -> dict[str, Document]:
        facts = self.store["facts"].find({"registrant.ref": {"$in": refs}}).sort([("at", 1), ("_id", 1)])
        found: dict[str, Document] = {}
        async for fact in facts:
            found.setdefault(fact["registrant"]["ref"], fact)
        return found

    async def _taken(self, rows: Iterable[Document]) -> dict[bytes, str]:
        wanted = list({digest for row in rows for digest in row["known_by"]})
        found = self.store["people"].find({"known_by": {"$in": wanted}}, {"known_by": 1, "ref": 1})
        return {bytes(digest): row["ref"] async for row in found for digest in row["known_by"]}

    def _row(self, row: Document, leading: set[bytes], first: Document | None) -> Document:
        """A number stays proved where a source that proves it named the person as they are called, or staff
        corrected it. What else leads to somebody whom the public named is a hint, no identity."""
        who = Participant.model_validate(row["who"])
        found = self.digests.person(who)
        stated = first is not None and first.get("source") in self.proving and self._says(first, who)
        unproved = set() if stated else found.numbers.keys() - self.corrected.get(row["ref"], set())
        proved = {digest for name, digest in found.numbers.items() if name not in unproved}
        explained = set(found.all) | self._former(who)
        if re.fullmatch("[0-9a-f]{32}", row["_id"]):
            explained.add(bytes.fromhex(row["_id"]))
        unexplained = leading - explained
        upgraded: Document = {
            "_id": row["_id"],
            "ref": row["ref"],
            "letters": comparable_name(who.name),
            "known_by": proved | {found.email} | (unexplained if stated else set()),
            "hints": {found.address, *found.numbers.values()} - proved | (set() if stated else unexplained),
        }
        if unproved:
            upgraded["unproved"] = sorted(unproved)
        if found.numbers:
            upgraded["numbers"] = {name: [digest] for name, digest in found.numbers.items()}
        return upgraded | ({"several": True} if unexplained else {})

    def _says(self, fact: Document, who: Participant) -> bool:
        """Whether the command of this fact named its person as the contact does: only then was it the
        first to name them."""
        registrant = {
            name: value for name, value in fact["registrant"].items() if name not in ("ref", "contact")
        }
        person = who.model_dump(exclude_none=True)
        said = {"activity": fact["data"]["activity"], "participant": person} | registrant
        command = SubmitRegistration.model_validate(said)
        payload = self.digests.payload(command.type, canonical(from_json(command.encoded())))
        return payload == bytes(fact["payload"])

    def _former(self, who: Participant) -> set[bytes]:
        """By what the contact was known under the folding of names that those rows were made with."""
        return set(self.digests.named(who, _folded_formerly(who.name)).all)


def _folded_formerly(name: str) -> str:
    words = unicodedata.normalize("NFKC", name).casefold().partition(",")[0]
    parts = re.sub(r"\.(?=\S)", ". ", words).split()
    while len(parts) > 1 and parts[0].rstrip(".") in _TITLES:
        parts.pop(0)
    return " ".join(parts)
