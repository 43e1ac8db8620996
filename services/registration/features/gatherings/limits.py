"""How often one mailbox, and one source address, may submit in an hour: one count for all instances."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from services.registration.features.gatherings.public import PublicSubmission
from services.registration.kernel.digests import Digests
from shared.mongo.driver import Document, ReturnDocument, Store, UpdateOne
from shared.throttle import network

HOUR: Final = timedelta(hours=1)
NOWHERE: Final = ""  # stands for every activity that does not exist
_LIVE: Final = {"$gt": ["$until", "$$NOW"]}
_HOUR: Final = {
    "now": "$$NOW",
    "until": {"$cond": [_LIVE, "$until", {"$add": ["$$NOW", HOUR // timedelta(milliseconds=1)]}]},
}


@dataclass(frozen=True, slots=True)
class Limits:
    """Rows of `counted`, under keyed digests that expire after their hour; an address is never kept."""

    store: Store
    digests: Digests
    per_email: int
    per_address: int

    async def admit(self, arrivals: Sequence[PublicSubmission], there: set[str]) -> dict[bytes, int]:
        """Count submissions; answers with the seconds that those have to wait which are over a limit.

        A mailbox is counted in each activity, and once in all that are not `there`; whatever stands behind
        a `+` in its name is no other mailbox. Sent again within the hour, a command counts no more. An
        address is the connection's own, or what a trusted proxy says it is.
        """
        mailboxes = {
            one.command: self.digests.counted(
                "email",
                one.submitted.activity if one.submitted.activity in there else NOWHERE,
                mailbox(one.submitted.participant.email),
            )
            for one in arrivals
        }
        late = await self._over_mailbox(mailboxes)
        addresses = {
            one.command: self.digests.counted("address", network(one.address))
            for one in arrivals
            if one.command not in late
        }
        over = await self._over_address(addresses)
        if over:  # who was turned away loses no try
            pulls = [
                UpdateOne({"_id": mailboxes[command]}, {"$pull": {"commands": command}}) for command in over
            ]
            await self._counted.bulk_write(pulls, ordered=False)
        return late | over

    async def admit_once(self, purpose: str, address: str) -> int:
        """Count one request of another kind from a network; the seconds that it has to wait, 0 for none."""
        row = await self._add(self.digests.counted(purpose, network(address)), 1)
        return _seconds(row) if row["count"] > self.per_address else 0

    @property
    def _counted(self) -> Any:
        return self.store.unjournaled("counted")

    async def _over_mailbox(self, mailboxes: Mapping[bytes, bytes]) -> dict[bytes, int]:
        until = datetime.now(UTC) + HOUR
        new = [{"_id": name, "until": until, "commands": [command]} for command, name in mailboxes.items()]
        there = await self.store.insert_missing("counted", new) if new else set()
        if not there:  # nobody was counted before
            return {}
        counted = [(command, name) for command, name in mailboxes.items() if name in there]
        updates = [UpdateOne({"_id": name}, self._added(command), upsert=True) for command, name in counted]
        await self._counted.bulk_write(updates, ordered=False)
        found = await self._counted.find({"_id": {"$in": list(there)}}).to_list(None)
        rows = {bytes(row["_id"]): row for row in found}
        return {
            command: _seconds(rows[name])
            for command, name in counted
            if name in rows and command not in rows[name]["commands"]
        }

    def _added(self, command: bytes) -> list[dict[str, Any]]:
        """Counted unless it was before, or there is no room."""
        begun = {"$set": _HOUR | {"commands": {"$cond": [_LIVE, "$commands", []]}}}
        stays = {
            "$or": [
                {"$in": [command, "$commands"]},
                {"$gte": [{"$size": "$commands"}, self.per_email]},
            ]
        }
        more = {"$concatArrays": ["$commands", [command]]}
        return [begun, {"$set": {"commands": {"$cond": [stays, "$commands", more]}}}]

    async def _over_address(self, addresses: Mapping[bytes, bytes]) -> dict[bytes, int]:
        """All of one address are counted at once; those over the limit are the last of them."""
        from_one: dict[bytes, list[bytes]] = defaultdict(list)
        for command, name in addresses.items():
            from_one[name].append(command)
        rows = await asyncio.gather(*(self._add(name, len(some)) for name, some in from_one.items()))
        found: dict[bytes, int] = {}
        for commands, row in zip(from_one.values(), rows, strict=True):
            if (over := row["count"] - self.per_address) > 0:
                found |= dict.fromkeys(commands[-over:], _seconds(row))
        return found

    async def _add(self, name: bytes, number: int) -> Document:
        count = {"count": {"$cond": [_LIVE, {"$add": ["$count", number]}, number]}}
        row: Document = await self._counted.find_one_and_update(
            {"_id": name}, [{"$set": _HOUR | count}], upsert=True, return_document=ReturnDocument.AFTER
        )
        return row


def _seconds(row: Document) -> int:
    return max(1, round(float((row["until"] - row["now"]).total_seconds())))


def mailbox(email: str) -> str:
    """What counts as one mailbox, whatever tag stands behind its name (`ani+rakor@` is `ani@`)."""
    name, _, domain = email.lower().rpartition("@")
    return f"{name.partition('+')[0]}@{domain}"
