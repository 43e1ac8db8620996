"""Sheets that staff sent: an hour until they are confirmed, then thirty days without what stood in them."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple

from services.registration.features.gatherings.sheets.sheet_report import Problem, refused_rows
from shared.mongo.driver import Document, Store, is_passing

Kind = Literal["participants", "attendance"]
Sent = tuple[int, bytes, str | None]
"""A row of the sheet, the digest of its command, and the sheet's name where several were read."""
SHEET_BYTES: Final = 10_000_000
UNCONFIRMED: Final = timedelta(hours=1)
TOLD: Final = timedelta(days=30)  # of the rows that were not taken: their numbers, and why
LATEST: Final = 20
NOTE_SECONDS: Final = 0.4


@dataclass(frozen=True, slots=True)
class Upload:
    """`data` until it was sent; then `sent`, and of the rows that were not, `problems`."""

    token: str
    activity: str
    kind: Kind
    data: bytes | None
    sent: tuple[Sent, ...] = ()
    problems: tuple[Problem, ...] = ()
    handled: bool = False


class WrongRows(NamedTuple):
    """A sheet of which so many rows were not taken."""

    token: str
    activity: str
    kind: Kind
    rows: int


@dataclass(frozen=True, slots=True)
class Uploads:
    """Rows of `uploads`."""

    store: Store

    async def keep(self, activity: str, kind: Kind, data: bytes | None) -> str:
        """Its token."""
        token = secrets.token_urlsafe(16)
        until = datetime.now(UTC) + UNCONFIRMED
        row = {"_id": token, "activity": activity, "kind": kind, "data": data, "until": until}
        await self.store["uploads"].insert_one(row)
        return token

    async def find(self, token: str, activity: str, kind: Kind) -> Upload | None:
        row = await self.store["uploads"].find_one({"_id": token, "activity": activity, "kind": kind})
        return _upload(row) if row else None

    async def was_sent(self, token: str, sent: Sequence[Sent], problems: Sequence[Problem]) -> None:
        """Names and addresses of the sheet go."""
        told = {
            "sent": [list(one) for one in sent],
            "problems": [one.kept() for one in problems],
            "until": datetime.now(UTC) + TOLD,
        }
        await self.store["uploads"].update_one({"_id": token}, {"$set": told, "$unset": {"data": ""}})

    async def note(self, activity: str, sent: Sequence[Sent], problems: Sequence[Problem]) -> None:
        """Of an invitation sheet that a program sent; without MongoDB it goes unnoted, since its rows are
        commands all the same."""
        try:
            async with asyncio.timeout(NOTE_SECONDS):
                await self.was_sent(await self.keep(activity, "participants", None), sent, problems)
        except Exception as error:
            if not is_passing(error):
                raise

    async def wrong(self) -> list[WrongRows]:
        """Of the sheet sent last for each activity and kind, unless it was handled: a mended sheet is sent
        whole, so what an earlier one lacked is told by the later one."""
        rows = await (
            self.store["uploads"]
            .find({"sent": {"$exists": True}}, {"sent": 0})
            .sort("until", -1)
            .limit(LATEST)
            .to_list(None)
        )
        last = {(row["activity"], row["kind"]): row for row in reversed(rows)}
        found = []
        for row in last.values():
            if not row.get("handled"):
                wrong = _refused(row) + await self._refused_later(row)
                found += [WrongRows(row["_id"], row["activity"], row["kind"], wrong)] if wrong else []
        return found

    async def _refused_later(self, row: Document) -> int:
        """Rows whose commands were refused, counted anew until all are decided. Who is registered already
        is no wrong row."""
        if "refused" in row:
            return int(row["refused"])
        kept = await self.store["uploads"].find_one({"_id": row["_id"]}, {"sent": 1}) or {}
        sent = {"command": {"$in": [bytes(one[1]) for one in kept.get("sent", ())]}}
        of_rows = {"result": "refused", "reason": {"$ne": "already_registered"}}
        refused = await self.store["outcomes"].count_documents(sent | of_rows)
        decided = await self.store["outcomes"].count_documents(sent)
        decided += await self.store["facts"].count_documents(sent)
        if decided == len(set(sent["command"]["$in"])):
            await self.store["uploads"].update_one({"_id": row["_id"]}, {"$set": {"refused": refused}})
        return refused

    async def was_handled(self, token: str) -> None:
        """A note of the office to itself, so no command: no seat and no figure depends on it."""
        await self.store["uploads"].update_one({"_id": token}, {"$set": {"handled": True}})


def _refused(row: Document) -> int:
    """Rows that were refused when the sheet was looked through."""
    return refused_rows([Problem(**one) for one in row.get("problems", ())])


def _upload(row: Document) -> Upload:
    return Upload(
        row["_id"],
        row["activity"],
        row["kind"],
        row.get("data"),
        tuple((one[0], bytes(one[1]), one[2] if len(one) > 2 else None) for one in row.get("sent", ())),
        tuple(Problem(**one) for one in row.get("problems", ())),
        row.get("handled", False),
    )
