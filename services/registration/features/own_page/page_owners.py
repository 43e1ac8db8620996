"""Whose page an address opens: all people of the office who have it today."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from services.registration.features.people.domain.person import Person
from services.registration.kernel.digests import Digests
from shared.contracts.commands import Participant
from shared.mongo.driver import Document, Store

log = logging.getLogger(__name__)

MOST: Final = 20
"""A mailbox that several share, as that of a school."""
LOOKED_AT: Final = 500
"""Those, too, who had it once."""


@dataclass(frozen=True, slots=True)
class PageOwners:
    store: Store
    digests: Digests

    async def of(self, address: bytes) -> Sequence[Person]:
        """By the keyed digest of an address. Who had it and was corrected since is not among them."""
        which = {"hints": address, "who": {"$exists": True}}
        rows = await self.store["people"].find(which).limit(LOOKED_AT).to_list(None)
        people = [person for row in rows if (person := _person(row)) is not None]
        return [one for one in people if self.digests.address(one.who.email) == address][:MOST]


def _person(row: Document) -> Person | None:
    """None for a row that cannot be read, which takes nobody else's page with it."""
    try:
        return Person(row["ref"], row["_id"], Participant.model_validate(row["who"]))
    except ValidationError as error:
        log.warning("a person cannot be read: %d faults", error.error_count())
        return None
