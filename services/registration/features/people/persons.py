"""The office's people as its staff look for them and see them."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from services.registration.features.people.reactions import RegistrationOfPerson, registrations_of
from services.registration.kernel.digests import Digests
from shared.mongo.driver import Document, Store

_KNOWN: Final[Document] = {"who": {"$exists": True}}
_SEARCHED: Final = ("who.name", "who.email", "who.nip", "who.nuptk")
MOST_WORDS: Final = 6
DIGITS: Final = 4
"""From so many on a word may be a part of a telephone number, however that is written."""
_IN_NUMBERS: Final = frozenset("0123456789+-().")


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
        """A part of those whose name, email or numbers hold these words, by name without titles, and how many
        they are in all."""
        wanted = _KNOWN | (holding(text, _SEARCHED, "who.phone") if text else {})
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


def holding(text: str, fields: Sequence[str], phone: str) -> Document:
    """Of what holds these words in any order, each a part of a field or of a telephone number. Numbers that
    follow each other may be one that is typed with blanks."""
    found: list[Document] = []
    for numbers, run in groupby(text.split()[:MOST_WORDS], key=_is_number):
        words = list(run)
        each = [_word(word, fields, phone) for word in words]
        if numbers and len(words) > 1:
            each = [{"$or": [_word("".join(words), fields, phone), {"$and": each}]}]
        found += each
    return {"$and": found}


def _is_number(word: str) -> bool:
    return _IN_NUMBERS.issuperset(word)


def _word(word: str, fields: Sequence[str], phone: str) -> Document:
    held: list[Document] = [{field: containing(word)} for field in fields]
    digits = "".join(filter(str.isdecimal, word))
    rest = digits.removeprefix("62").lstrip("0")
    if len(digits) >= DIGITS and len(rest) >= DIGITS - 1 and digits.isascii():
        held.append({phone: {"$regex": "[^0-9]*".join(rest)}})
    return {"$or": held}


def containing(text: str) -> Document:
    """Of a field that holds this text, in capitals or not."""
    return {"$regex": re.escape(text.replace("\x00", "\N{REPLACEMENT CHARACTER}")), "$options": "i"}
