"""How often one email address, and one source address, may submit in an hour: one count for all instances."""

import asyncio
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any, Final

from services.registration.application.digests import Digests
from shared.contracts.commands import SubmitRegistration
from shared.mongo.driver import Document, ReturnDocument, Store, is_passing

HOUR_MS: Final = 3_600_000
COUNT_SECONDS: Final = 0.4
_LIVE: Final = {"$gt": ["$until", "$$NOW"]}
_HOUR: Final = {
    "now": "$$NOW",
    "until": {"$cond": [_LIVE, "$until", {"$add": ["$$NOW", HOUR_MS]}]},
}


class TooOften(Exception):
    """`seconds`: until it may be tried again, at least 1."""

    def __init__(self, row: Document) -> None:
        super().__init__("too often")
        self.seconds = max(1, round((row["until"] - row["now"]).total_seconds()))


@dataclass(frozen=True, slots=True)
class Limits:
    """Rows of `counted`, under keyed digests that expire after their hour; an address is never kept."""

    store: Store
    digests: Digests
    per_email: int
    per_address: int

    async def admit(self, command: bytes, submitted: SubmitRegistration, address: str) -> None:
        """Count a public submission by its digest; sent again, it counts no more.

        `address` is the connection's own: behind a proxy all requests share the proxy's, since what a
        header says of another can be made up. Without MongoDB nothing is counted. Raises `TooOften`.
        """
        try:
            async with asyncio.timeout(COUNT_SECONDS):
                await self._admit(command, submitted, address)
        except Exception as error:
            if isinstance(error, TooOften) or not is_passing(error):
                raise

    async def _admit(self, command: bytes, submitted: SubmitRegistration, address: str) -> None:
        email = submitted.participant.email.lower()
        mine = await self._of_email(self.digests.counted("email", submitted.activity, email), command)
        if mine["again"]:
            return
        if mine["full"]:
            raise TooOften(mine)
        row = await self._of_address(self.digests.counted("address", network(address)))
        if row["count"] > self.per_address:
            await self._counted.update_one({"_id": mine["_id"]}, {"$pull": {"commands": command}})
            raise TooOften(row)

    @property
    def _counted(self) -> Any:
        return self.store.unjournaled("counted")

    async def _of_email(self, name: bytes, command: bytes) -> Document:
        """`again`: this command was counted before; `full`: no further one is."""
        begun = {"$set": _HOUR | {"commands": {"$cond": [_LIVE, "$commands", []]}}}
        seen = {
            "again": {"$in": [command, "$commands"]},
            "full": {"$gte": [{"$size": "$commands"}, self.per_email]},
        }
        more = {"$concatArrays": ["$commands", [command]]}
        added = {"commands": {"$cond": [{"$or": ["$again", "$full"]}, "$commands", more]}}
        return await self._update(name, [begun, {"$set": seen}, {"$set": added}])

    async def _of_address(self, name: bytes) -> Document:
        return await self._update(
            name, [{"$set": _HOUR | {"count": {"$cond": [_LIVE, {"$add": ["$count", 1]}, 1]}}}]
        )

    async def _update(self, name: bytes, steps: list[dict[str, Any]]) -> Document:
        row: Document = await self._counted.find_one_and_update(
            {"_id": name}, steps, upsert=True, return_document=ReturnDocument.AFTER
        )
        return row


def network(address: str) -> str:
    """What counts as one source: an IPv4 address, or the /64 that an IPv6 host has to itself."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return address if isinstance(found, IPv4Address) else str(ip_network((found, 64), strict=False))
