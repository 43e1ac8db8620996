"""The office's people as its staff look for them and see them."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.registration.features.people.reactions import RegistrationOfPerson, registrations_of
from services.registration.kernel.digests import Digests
from shared.mongo.driver import Document, Store

_KNOWN: Final[Document] = {"who": {"$exists": True}}
_SEARCHED: Final = ("name", "email", "nip", "nuptk")


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in a list. `who`: name and email, perhaps phone, nip, nuptk."""

    ref: str
    who: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """`who`: name and email, perhaps phone, nip, nuptk. `held`: where this person is registered; `unproved`:
    which of their numbers nobody but they themselves stated."""

    who: Mapping[str, str]
    held: tuple[RegistrationOfPerson, ...]
    unproved: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Persons:
    """Reads rows of `people`. `titles`: of activities, by their ids."""

    store: Store
    digests: Digests
    titles: Callable[[Sequence[str]], Awaitable[Mapping[str, str]]]

    async def found(self, text: str, skip: int, limit: int) -> tuple[list[PersonRow], int]:
        """A part of those whose name, email or number holds this text, by name without titles, and how many
        they are in all."""
        part: dict[str, Any] = {"$or": [{f"who.{name}": containing(text)} for name in _SEARCHED]}
        wanted = _KNOWN | (part if text else {})
        rows = self.store["people"].find(wanted, {"ref": 1, "who": 1}).sort([("letters", 1), ("_id", 1)])
        shown = await rows.skip(skip).limit(limit).to_list(None)
        return [PersonRow(row["ref"], row["who"]) for row in shown], await self.store[
            "people"
        ].count_documents(wanted)

    async def one(self, ref: str) -> PersonDetails:
        """Also of who is not known any more, whose `who` is empty then."""
        row = await self.store["people"].find_one({"ref": ref} | _KNOWN) or {}
        held = await registrations_of(self.store, self.digests, ref)
        return PersonDetails(row.get("who", {}), tuple(sorted(held)), tuple(row.get("unproved", ())))


def containing(text: str) -> Document:
    """Of a field that holds this text, in capitals or not."""
    return {"$regex": re.escape(text.replace("\x00", "\N{REPLACEMENT CHARACTER}")), "$options": "i"}
