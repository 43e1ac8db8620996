"""What one aggregate causes in another: commands with the id of the fact that caused them."""

from collections.abc import Sequence

from services.registration.application.digests import Digests
from shared.contracts.commands import CorrectRegistration
from shared.contracts.facts import ParticipantCorrected
from shared.mongo.driver import Document, Store


class Reactions:
    """Found in the states as they are now: who registered later was met as corrected."""

    def __init__(self, store: Store, digests: Digests) -> None:
        self._store = store
        self._digests = digests

    async def to(self, fact: Document) -> Sequence[CorrectRegistration]:
        if fact["type"] != ParticipantCorrected.type:
            return []
        ref = fact["key"].removeprefix("p:")
        names = [row["_id"] for row in await self._store["activities"].find({}, {"_id": 1}).to_list(None)]
        found, number, left = [], 1, set(names)
        while left:
            ids = {self._digests.registration(name, ref, number): name for name in left}
            rows = await (
                self._store["registrations"].find({"_id": {"$in": list(ids)}}, {"status": 1}).to_list(None)
            )
            found += [
                CorrectRegistration(activity=ids[row["_id"]], registration=row["_id"])
                for row in rows
                if row["status"] != "cancelled"
            ]
            left = {ids[row["_id"]] for row in rows if row["status"] == "cancelled"}
            number += 1
        return found
