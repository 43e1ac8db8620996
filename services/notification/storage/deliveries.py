"""The ledger of deliveries: each owed once, claimed under a lease, every attempt in writing."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from time import monotonic
from typing import Final

from services.notification.kernel.deliveries import Delivery, FanOut, State
from services.notification.kernel.mail_features import MailFeatures
from services.notification.kernel.ports import ClaimedDelivery, LeaseLost
from shared.contracts.directory import recipient_key
from shared.mongo.driver import Document, ReturnDocument, Store, UpdateOne

CLOCK_SECONDS = 30.0  # between two looks at MongoDB's clock
KEPT_ATTEMPTS = 50  # the newest; `tries` counts them all
STORED_AS: Final = {
    "cause": "fact",
    "recipient": "registration",
    "needs_recipient": "needs_registration",
    "until": "starts",
}
"""Fields whose names in the database are older than mails to others than registrations."""
DELIVERY_FIELDS: Final = tuple((name, STORED_AS.get(name, name)) for name in Delivery.__slots__)
FAN_OUT_FIELDS: Final = tuple((name, STORED_AS.get(name, name)) for name in FanOut.__slots__)
NOT_SENT: tuple[State, ...] = ("failed", "ambiguous", "withdrawn")


def insertion(delivery: Delivery, send_from: datetime) -> UpdateOne:
    """Owed once, however often its fact is read. What fell due before `send_from` is closed at once."""
    row = document(delivery)
    row |= {"state": "pending", "next": delivery.due, "tries": 0, "waits": 0, "ambiguous": 0, "attempts": []}
    if delivery.due < send_from:
        row |= {"state": "expired", "reason": "before_birth"}
    return UpdateOne({"_id": delivery.id}, {"$setOnInsert": row}, upsert=True)


def document(owed: Delivery | FanOut) -> Document:
    """As it lies in the database; of a trace there is a word only where there is one."""
    fields = DELIVERY_FIELDS if isinstance(owed, Delivery) else FAN_OUT_FIELDS
    row: Document = {stored: getattr(owed, name) for name, stored in fields}  # `asdict` copies: 21 us, not 2
    if owed.trace is None:
        del row["trace"]
    return row


def delivery(row: Document) -> Delivery:
    return Delivery(**{name: row[stored] for name, stored in DELIVERY_FIELDS if stored in row})


def fan_out(row: Document) -> FanOut:
    return FanOut(**{name: row[stored] for name, stored in FAN_OUT_FIELDS if stored in row})


async def due_again(store: Store, id: str, features: MailFeatures) -> Document | None:
    """Make a delivery that was closed without a mail due now, as if it fell due just now; the row as it is
    then, None unless there is such a one. It is judged anew: what is pointless is withdrawn again; and it
    waits for its recipient as last corrected."""
    now, wanted = await store.now(), {"_id": id, "state": {"$in": NOT_SENT}}
    row = await store["deliveries"].find_one(wanted) or {}
    due: Document = {"state": "pending", "due": now, "next": now, "reason": None}
    if row and (rev := await _last_stated(store, recipient_key(row["registration"]), features)):
        due["needs_registration"] = rev
    return await store["deliveries"].find_one_and_update(
        wanted, {"$set": due, "$unset": {"closed": ""}}, return_document=ReturnDocument.AFTER
    )


async def _last_stated(store: Store, key: str, features: MailFeatures) -> int:
    """The revision that facts gave an entry last; 0 where none do."""
    rule = features.entry_rule(key)
    if rule is None or not rule.rows:
        return 0
    row = await store[rule.rows].find_one({"_id": key.partition(":")[2]})
    return row["rev"] if row else 0


class MongoLedger:
    """A claimed row carries its claim and `next` = the end of the lease; an attempt that was begun and not
    answered carries `open`. `revs`: revisions of what its attempts told."""

    def __init__(self, store: Store) -> None:
        self._store, self._rows = store, store["deliveries"]
        self._told: tuple[datetime, float] | None = None

    async def claim(self, at_most: int, lease: timedelta) -> list[ClaimedDelivery]:
        if self._told is None or monotonic() > self._told[1] + CLOCK_SECONDS:
            self._told = await self._store.now(), monotonic()
        now = self.now()
        due = {"state": "pending", "next": {"$lte": now}}
        found = self._rows.find(due, {"_id": 1}).sort("next", 1).limit(at_most)
        ids = [row["_id"] async for row in found]
        if not ids:
            return []
        claim = token_hex(8)
        await self._rows.update_many(
            {"_id": {"$in": ids}, **due}, {"$set": {"claim": claim, "next": now + lease}}
        )
        rows = [row async for row in self._rows.find({"_id": {"$in": ids}, "claim": claim})]
        return [
            ClaimedDelivery(
                delivery(row),
                claim,
                row["tries"],
                row["waits"],
                lost_attempt="open" in row,
            )
            for row in sorted(rows, key=lambda row: row["due"])
        ]

    def now(self) -> datetime:
        """MongoDB's time, as far as it told: an instance whose own clock is wrong would hold others up."""
        assert self._told, "nothing was claimed yet"
        then, at = self._told
        return then + timedelta(seconds=monotonic() - at)

    async def begin_attempts(
        self, held: Sequence[ClaimedDelivery], lease: timedelta, revs: Mapping[str, int]
    ) -> list[ClaimedDelivery]:
        now, begun = self.now(), list[ClaimedDelivery]()
        for rev in sorted(set(revs.values())):
            alike = [one for one in held if revs[one.delivery.id] == rev]
            begin = {"open": now, "next": now + lease, "reason": None}
            change = {"$set": begin, "$addToSet": {"revs": rev}}
            begun += await self._change_all(alike, change)
        return begun

    async def take_back(self, held: Sequence[ClaimedDelivery]) -> list[ClaimedDelivery]:
        return await self._change_all(held, {"$set": {"claim": held[0].claim}, "$unset": {"open": ""}})

    async def count_lost(self, held: ClaimedDelivery) -> None:
        change = _answered(None, self.now())
        change["$inc"]["ambiguous"] = 1
        await self._change(held, change)

    async def close(
        self,
        held: Sequence[ClaimedDelivery],
        state: State,
        reason: str | None,
        code: int | None,
        knows: int | None = None,
    ) -> list[ClaimedDelivery]:
        change: Document = _answered(code, self.now()) if code is not None else {}
        change["$set"] = {"state": state, "reason": reason, "closed": self.now()}
        change["$unset"] = {"open": "", "claim": ""}
        if knows is not None:
            change["$addToSet"] = {"revs": knows}
        return await self._change_all(held, change)

    async def postpone(self, held: ClaimedDelivery, seconds: float, code: int | None, tried: bool) -> None:
        change: Document = _answered(code, self.now()) if tried else {}
        change["$set"] = {"next": self._in(seconds)}
        change["$unset"] = {"open": "", "claim": ""}
        await self._change(held, change)

    async def wait(self, held: ClaimedDelivery, seconds: float, reason: str | None) -> None:
        until = {"next": self._in(seconds), "reason": reason}
        await self._change(held, {"$inc": {"waits": 1}, "$set": until, "$unset": {"claim": ""}})

    async def release(self, held: Sequence[ClaimedDelivery], seconds: float) -> None:
        if held:
            await self._rows.update_many(
                {"_id": {"$in": [item.delivery.id for item in held]}, "claim": held[0].claim},
                {"$set": {"next": self._in(seconds)}, "$unset": {"claim": ""}},
            )

    def _in(self, seconds: float) -> datetime:
        return self.now() + timedelta(seconds=seconds)

    async def _change_all(self, held: Sequence[ClaimedDelivery], change: Document) -> list[ClaimedDelivery]:
        """In one write; another may hold some by now. Those that were changed show what was set."""
        ids = {"_id": {"$in": [item.delivery.id for item in held]}}
        done = await self._rows.update_many(ids | {"claim": held[0].claim}, change)
        if done.matched_count == len(held):
            return list(held)
        changed = {row["_id"] async for row in self._rows.find(ids | change["$set"], {"_id": 1})}
        return [item for item in held if item.delivery.id in changed]

    async def _change(self, held: ClaimedDelivery, change: Document) -> None:
        done = await self._rows.update_one({"_id": held.delivery.id, "claim": held.claim}, change)
        if done.matched_count == 0:
            raise LeaseLost


def _answered(code: int | None, now: datetime) -> Document:
    attempt = {"at": now, "code": code}
    return {
        "$inc": {"tries": 1},
        "$push": {"attempts": {"$each": [attempt], "$slice": -KEPT_ATTEMPTS}},
        "$unset": {"open": ""},
    }
