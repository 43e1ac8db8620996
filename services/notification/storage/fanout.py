"""Mails to many: written in batches from their feature's list, each once, wherever a crash fell."""

from datetime import datetime, timedelta

from services.notification.kernel.deliveries import Delivery
from services.notification.kernel.mail_features import MailFeatures
from services.notification.storage.deliveries import fan_out, insertion
from shared.mongo.driver import Document, Store

BATCH = 1_000


class FanOuts:
    """`gathered`: how long those wait that are told with what follows on them."""

    def __init__(
        self, store: Store, features: MailFeatures, send_from: datetime, gathered: timedelta
    ) -> None:
        self._store, self._features, self._send_from = store, features, send_from
        self._gathered = gathered

    async def step(self) -> bool:
        """Write the next batch of the oldest open fan-out; False when none is due.

        Two instances at the same batch write the same rows, since a delivery's id is its own.
        """
        # by MongoDB's clock, as mails go; those of a later version's templates wait for it
        due = {
            "done": False,
            "template": {"$in": [*self._features.templates]},
            "$expr": {"$lte": ["$due", "$$NOW"]},
        }
        row = await self._store["fanouts"].find_one(due, sort=[("due", 1), ("number", 1)])
        if row is None:
            return False
        owed = await self._next_owed(row)
        if owed:
            mails = [insertion(one, self._send_from) for one in owed]
            await self._store["deliveries"].bulk_write(mails, ordered=False)
        change: Document = {"done": True} if len(owed) < BATCH else {"after": owed[-1].recipient}
        await self._store["fanouts"].update_one({"_id": row["_id"], "after": row["after"]}, {"$set": change})
        return True

    async def _next_owed(self, row: Document) -> list[Delivery]:
        found = fan_out(row)
        recipients = self._features.owner(found.template).recipients
        assert recipients is not None, f"{found.template} is fanned out, to whom its feature does not say"
        wait = self._gathered if self._features.templates[found.template].gathered else timedelta(0)
        batch = await recipients(self._store, found, row["after"], BATCH)
        return [found.delivery(recipient, rev, wait) for recipient, rev in batch]
