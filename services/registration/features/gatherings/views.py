"""What staff and the public may read of the register."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any, NamedTuple

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.domain.registration import MAX_FACTS, Registration
from services.registration.features.gatherings.gathering_states import activity_state, registration_state
from services.registration.kernel.digests import Digests
from services.registration.kernel.feature import OfficeStore
from services.registration.storage.documents import position
from shared.contracts.activity import Activity, Session
from shared.contracts.types import AwareDatetime, Message
from shared.mongo.driver import Document, Store

PAGE = 100


class ActivityListing(Message):
    """An activity in a list. `[opens, closes)` is when one may register."""

    id: str
    title: str
    kind: str
    opens: AwareDatetime
    closes: AwareDatetime
    sessions: tuple[Session, ...]
    cancelled: bool


class UnusedSeats(NamedTuple):
    """`free`: a quota's id and how many seats of it are left."""

    activity: Activity
    waiting: int
    free: tuple[tuple[str, int], ...]


class Views:
    def __init__(self, store: Store, digests: Digests) -> None:
        self._store = store
        self._digests = digests

    async def state(self, name: str) -> ActivityState | None:
        """Public: how an activity is described, and its counts."""
        row = await self._store["activities"].find_one({"_id": name})
        return activity_state(row) if row else None

    async def listed(self) -> list[ActivityListing]:
        """Public: all activities, in no order."""
        fields = {f"described.{name}": 1 for name in ActivityListing.model_fields} | {"cancelled": 1}
        rows = await self._store["activities"].find({}, fields).to_list(None)
        return [
            ActivityListing.model_validate(row["described"] | {"cancelled": row["cancelled"]}) for row in rows
        ]

    async def states(self, names: Sequence[str]) -> dict[str, ActivityState]:
        rows = await self._store["activities"].find({"_id": {"$in": list(names)}}).to_list(None)
        return {row["_id"]: activity_state(row) for row in rows}

    async def titles(self, names: Sequence[str]) -> dict[str, str]:
        return {name: state.described.title for name, state in (await self.states(names)).items()}

    async def waiting_beside_free_seats(self, now: datetime) -> list[UnusedSeats]:
        """Staff: activities yet to end where people wait though a quota that is not theirs has seats."""
        rows = await self._store["activities"].find({"cancelled": False}).to_list(None)
        found = []
        for state in map(activity_state, rows):
            if state.waiting_in_all and any(session.ends > now for session in state.described.sessions):
                left = {one.id: one.seats - state.taken.get(one.id, 0) for one in state.described.quotas}
                free = tuple((name, seats) for name, seats in left.items() if seats > 0)
                found += [UnusedSeats(state.described, state.waiting_in_all, free)] if free else []
        return found

    async def activity(self, name: str) -> dict[str, Any] | None:
        """Public: details, and per quota its seats and how many are taken."""
        state = await self.state(name)
        if state is None:
            return None
        details = _public(state.described.model_dump(mode="json", exclude_none=True))
        quotas = [quota | {"taken": state.taken.get(quota["id"], 0)} for quota in details.pop("quotas", [])]
        return details | {
            "quotas": quotas,
            "waiting": state.waiting_in_all,
            "status": "cancelled" if state.cancelled else "open",
        }

    async def public_list(self, after: str | None) -> tuple[list[dict[str, Any]], str | None]:
        """A page of all activities by id, each as a list shows it, and after which one the next begins."""
        fields = {f"described.{name}": 1 for name in ActivityListing.model_fields} | {"cancelled": 1}
        wanted = {"_id": {"$gt": after}} if after else {}
        rows = await self._store["activities"].find(wanted, fields).sort("_id", 1).to_list(PAGE + 1)
        items = [
            _public(row["described"]) | {"status": "cancelled" if row["cancelled"] else "open"}
            for row in rows
        ]
        return items[:PAGE], items[PAGE - 1]["id"] if len(items) > PAGE else None

    async def caused(self, fact: str | None) -> list[Document]:
        """Type and data of all facts of the command whose first this is; those of later ticks are not."""
        try:
            _, partition, number = (fact or "").rsplit("-", 2)
            first = position(int(partition), int(number))
        except ValueError:
            return []
        between = {"$gte": first, "$lt": first + MAX_FACTS}
        rows = await self._store["facts"].find({"_id": between}).sort("_id", 1).to_list(None)
        return list(takewhile(lambda row: row is rows[0] or _of_same(row, rows[0]), rows))

    async def activity_of(self, registration: str) -> str | None:
        row = await self._store["registrations"].find_one({"_id": registration}, {"activity": 1})
        return row["activity"] if row else None

    async def registration(self, name: str) -> Registration | None:
        row = await self._store["registrations"].find_one({"_id": name})
        return registration_state(row) if row else None

    async def place(self, waiting: Registration) -> int:
        """In the line of all who wait in its activity: those ahead, plus one."""
        ahead = {"activity": waiting.activity, "status": "waitlisted", "arrival": {"$lt": waiting.arrival}}
        return 1 + await self._store["registrations"].count_documents(ahead)

    async def status_of(self, registration: str) -> str | None:
        row = await self._store["registrations"].find_one({"_id": registration}, {"status": 1})
        return row["status"] if row else None

    async def registrations(self, activity: str, after: str | None) -> tuple[list[Document], str | None]:
        """Staff: a page of an activity's registrations with who they are, and the mark of the next page."""
        between = self._digests.activity_range(activity)
        if after:
            between = {"$gt": after, "$lt": between["$lt"]}
        rows = await (
            self._store["registrations"]
            .find({"_id": between, "activity": activity})
            .sort("_id", 1)
            .limit(PAGE)
            .to_list(None)
        )
        contacts = list({row["who"]["contact"] for row in rows})
        people = await self._store["people"].find({"_id": {"$in": contacts}}).to_list(None)
        who = {row["_id"]: row["who"] for row in people}
        listed = [_listed(row, who.get(row["who"]["contact"], {})) for row in rows]
        return listed, rows[-1]["_id"] if len(rows) == PAGE else None


async def activity_of_registration(of: OfficeStore, registration: str) -> str | None:
    return await Views(of.store, of.digests).activity_of(registration)


def _public(described: Mapping[str, Any]) -> dict[str, Any]:
    """Without the links of its sessions: whoever has one is in the meeting. Who is confirmed is mailed it."""
    return {
        **described,
        "sessions": [
            {name: value for name, value in session.items() if name != "link"}
            for session in described["sessions"]
        ],
    }


def _of_same(row: Document, first: Document) -> bool:
    """A command's facts follow each other, of one moment and key, and the first alone names it."""
    return "command" not in row and (row["at"], row["key"]) == (first["at"], first["key"])


def _listed(row: Document, who: Document) -> Document:
    kept = {name: row["who"].get(name) for name in ("category", "regency", "cohort", "institution", "group")}
    return {
        "registration": row["_id"],
        "status": row["status"],
        "ref": row["who"]["ref"],
        "name": who.get("name"),
        "email": who.get("email"),
        "role_in_group": row["who"].get("role_in_group"),
        "answers": row["who"].get("answers", {}),
        "sessions": list(row["attended"]),
        **kept,
    }
