"""Sheets that staff sent and have not confirmed yet: an hour, then they are gone."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from services.registration.application.rows import Problem
from shared.mongo.driver import Store

Kind = Literal["participants", "attendance"]
Sent = tuple[int, bytes]
"""A row of the sheet, and the digest of the command that it became."""


@dataclass(frozen=True, slots=True)
class Upload:
    """`data` until it was sent; then `sent`, and of the rows that were not, `problems`."""

    token: str
    activity: str
    kind: Kind
    data: bytes | None
    sent: tuple[Sent, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Uploads:
    """Rows of `uploads`."""

    store: Store

    async def keep(self, activity: str, kind: Kind, data: bytes) -> str:
        token = secrets.token_urlsafe(16)
        row = {"_id": token, "activity": activity, "kind": kind, "data": data, "at": datetime.now(UTC)}
        await self.store["uploads"].insert_one(row)
        return token

    async def find(self, token: str, activity: str, kind: Kind) -> Upload | None:
        row = await self.store["uploads"].find_one({"_id": token, "activity": activity, "kind": kind})
        if row is None:
            return None
        sent = tuple((number, bytes(digest)) for number, digest in row.get("sent", ()))
        problems = tuple(Problem(**one) for one in row.get("problems", ()))
        return Upload(token, activity, kind, row.get("data"), sent, problems)

    async def was_sent(self, token: str, sent: Sequence[Sent], problems: Sequence[dict[str, object]]) -> None:
        """Names and addresses of the sheet go."""
        told = {"sent": [list(one) for one in sent], "problems": list(problems)}
        await self.store["uploads"].update_one({"_id": token}, {"$set": told, "$unset": {"data": ""}})
