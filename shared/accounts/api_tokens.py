"""Tokens of programs in the service's database: of each its digest, its name, its scopes and its end."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.accounts.domain.session import SEEN_EVERY
from shared.accounts.history import History, history_row
from shared.accounts.sessions import digest
from shared.mongo.driver import Document, DuplicateKeyError, Session, Store
from shared.mongo.indexes import Index, ascending

COLLECTIONS: Final[Mapping[str, tuple[Index, ...]]] = {
    "api_tokens": (ascending("api_tokens", "name", unique=True),),
    "revoked_tokens": (),
}
"""A revoked one keeps its actor and its name, by which the history calls it; its digest opens nothing more.
The name is free again, for the same program: its source stays the same."""
PREFIX: Final = "simpul_"
"""By which scanners of sources know one that was left somewhere."""


class NameTaken(Exception):
    """Another token has this name."""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """`actor`: of what the program does, as an account's; `seen`: when it was used last."""

    name: str
    actor: str
    scopes: tuple[str, ...]
    until: datetime
    seen: datetime | None


@dataclass(frozen=True, slots=True)
class ApiTokens:
    store: Store
    history: History

    async def make(self, name: str, scopes: Sequence[str], until: datetime, by: str) -> str:
        """The token, which is shown once. Raises `NameTaken`."""
        token, actor = PREFIX + secrets.token_urlsafe(32), f"u:{secrets.token_urlsafe(12)}"
        row: Document = {"_id": digest(token), "name": name, "actor": actor, "scopes": list(scopes)}
        row |= {"until": until, "seen": None}

        async def work(session: Session) -> None:
            await self.store["api_tokens"].insert_one(row, session=session)
            told = f"{name}: {', '.join(scopes)}"
            await self.history.write(history_row(by, "make_token", [actor], told), session)

        try:
            await self.store.transaction(work)
        except DuplicateKeyError:
            raise NameTaken from None
        return token

    async def revoke(self, name: str, by: str) -> None:
        async def work(session: Session) -> None:
            row = await self.store["api_tokens"].find_one_and_delete({"name": name}, session=session)
            if row is not None:
                kept = {"_id": row["actor"], "name": name}
                await self.store["revoked_tokens"].insert_one(kept, session=session)
                await self.history.write(history_row(by, "revoke_token", [row["actor"]], name), session)

        await self.store.transaction(work)

    async def of(self, token: str, now: datetime) -> ApiToken | None:
        """None for one that is unknown or over. Notes that it was used."""
        if not token.startswith(PREFIX):
            return None
        row = await self.store["api_tokens"].find_one({"_id": digest(token), "until": {"$gt": now}})
        if row is None:
            return None
        if row["seen"] is None or now - row["seen"] >= SEEN_EVERY:
            await self.store["api_tokens"].update_one({"_id": row["_id"]}, {"$set": {"seen": now}})
        return _token(row)

    async def all(self) -> list[ApiToken]:
        rows = await self.store["api_tokens"].find({}).sort("name", 1).to_list(None)
        return [_token(row) for row in rows]

    async def called(self) -> dict[str, str]:
        """All that there ever were, by their actors."""
        revoked = await self.store["revoked_tokens"].find({}).to_list(None)
        gone = {row["_id"]: f"Token {row['name']} (dicabut)" for row in revoked}
        return gone | {one.actor: f"Token {one.name}" for one in await self.all()}


def _token(row: Document) -> ApiToken:
    return ApiToken(row["name"], row["actor"], tuple(row["scopes"]), row["until"], row["seen"])
