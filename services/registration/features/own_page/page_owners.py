"""Whose page an address opens: all people of the office who have it today."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.registration.features.people.domain.person import Person
from services.registration.kernel.digests import Digests
from shared.contracts.commands import Participant
from shared.mongo.driver import Store

MOST: Final = 20
"""A mailbox that several share, as that of a school."""


@dataclass(frozen=True, slots=True)
class PageOwners:
    store: Store
    digests: Digests

    async def of(self, address: bytes) -> Sequence[Person]:
        """By the keyed digest of an address. Who had it and was corrected since is not among them."""
        rows = self.store["people"].find({"hints": address, "who": {"$exists": True}}).limit(MOST)
        people = [
            Person(row["ref"], row["_id"], Participant.model_validate(row["who"]))
            for row in await rows.to_list(None)
        ]
        return [person for person in people if self.digests.address(person.who.email) == address]
