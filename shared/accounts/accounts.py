"""Accounts in the database of their service: no other one reads them."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from shared.accounts.domain.account import Account, LastAdmin, management
from shared.accounts.domain.history import COMMAND_LINE
from shared.accounts.domain.permissions import MANAGE_ACCOUNTS, Grant, Roles
from shared.accounts.history import History, history_row
from shared.accounts.sessions import Sessions
from shared.mongo.driver import Document, ReturnDocument, Session, Store
from shared.mongo.indexes import Index, ascending

COLLECTIONS: Final[Mapping[str, tuple[Index, ...]]] = {
    "accounts": (
        ascending("accounts", "letters", unique=True),
        ascending("accounts", "invitation.token", unique=True, sparse=True),
        ascending("accounts", "identity.issuer", "identity.subject", unique=True, sparse=True),
        ascending("accounts", "passkeys.id", unique=True, sparse=True),
    )
}
"""`letters`: of the address, by which one person has one account; `identity`: of a provider of OpenID
Connect, which is one person's, too."""
CREDENTIALS: Final = ("password", "totp", "recovery", "identity", "passkeys")
"""What an account signs in with."""


def letters(email: str) -> str:
    return email.strip().lower()


@dataclass(frozen=True, slots=True)
class Ways:
    """What an account can prove with whose it is."""

    password: bool
    identity: bool
    passkey: bool


@dataclass(frozen=True, slots=True)
class Accounts:
    """Whatever takes something from an account ends its sessions in the same transaction. `roles`: of the
    service, some of which manage accounts."""

    store: Store
    sessions: Sessions
    history: History
    roles: Roles

    async def one(self, name: str) -> Account | None:
        row = await self.store["accounts"].find_one({"_id": name})
        return account(row) if row else None

    async def by_email(self, email: str) -> Account | None:
        row = await self.store["accounts"].find_one({"letters": letters(email)})
        return account(row) if row else None

    async def ways(self, name: str) -> Ways:
        row = await self.store["accounts"].find_one({"_id": name}) or {}
        return Ways("password" in row, "identity" in row, bool(row.get("passkeys")))

    async def all(self) -> list[Account]:
        """By address."""
        return await self._all()

    @asynccontextmanager
    async def keeping_admins(self, name: str, by: str, session: Session) -> AsyncIterator[None]:
        """What is done within to this account leaves an admin, for good where there was one; else `LastAdmin`
        is raised, and the transaction undone. Others that count are written to, too: of two admins who
        disable each other at once, one comes second and finds out. Whoever types the `simpul` command may
        always invite the next one."""
        before = await self._all(session)
        yield
        if by == COMMAND_LINE or not self._managed(one for one in before if one.id == name):
            return
        others = {"_id": {"$ne": name}, "grants.role": {"$in": self.roles.of(MANAGE_ACCOUNTS)}}
        await self.store["accounts"].update_many(others, {"$inc": {"relied_on": 1}}, session=session)
        if self._managed(await self._all(session)) < self._managed(before):
            raise LastAdmin

    def _managed(self, some: Iterable[Account]) -> int:
        return management(some, self.roles, datetime.now(UTC))

    async def _all(self, session: Session | None = None) -> list[Account]:
        rows = await self.store["accounts"].find({}, session=session).sort("letters", 1).to_list(None)
        return [account(row) for row in rows]

    async def add_grant(self, name: str, grant: Grant, by: str) -> bool:
        """False, and nothing is changed, where it has this one. `by`: the actor who has it done, here and
        below."""
        (row,) = grant_rows([grant])
        which = {"_id": name, "grants": {"$not": {"$elemMatch": row}}}
        return await self._change(which, {"$push": {"grants": row}}, "change_grants", by)

    async def remove_grant(self, name: str, grant: Grant, by: str) -> bool:
        """False where it has none like this. Raises `LastAdmin`, as `disable` does."""
        (row,) = grant_rows([grant])
        which = {"_id": name, "grants": {"$elemMatch": row}}
        return await self._change(which, {"$pull": {"grants": row}}, "change_grants", by)

    async def grant(self, name: str, grants: Sequence[Grant], by: str) -> None:
        """Replace what an account may do."""
        await self._change({"_id": name}, {"$set": {"grants": grant_rows(grants)}}, "change_grants", by)

    async def disable(self, name: str, by: str) -> None:
        """Nobody signs in with it until it is invited again, and its invitation opens nothing."""
        forgotten = dict.fromkeys((*CREDENTIALS, "invitation"), "")
        change = {"$set": {"state": "disabled"}, "$unset": forgotten}
        await self._change({"_id": name}, change, "disable_account", by)

    async def end_sessions(self, name: str, by: str) -> None:
        async def work(session: Session) -> None:
            await self.history.write(history_row(by, "end_sessions", [name]), session)
            await self.sessions.end_all(name, transaction=session)

        await self.store.transaction(work)

    async def _change(self, which: Document, change: Document, deed: str, by: str) -> bool:
        """Whether the account was as `which` has it, also beside others who change it."""
        name: str = which["_id"]

        async def work(session: Session) -> bool:
            async with self.keeping_admins(name, by, session):
                row = await self.store["accounts"].find_one_and_update(
                    which, change, session=session, return_document=ReturnDocument.AFTER
                )
            if row is None:
                return False
            grants = ", ".join(map(str, account(row).grants)) or "tidak ada"
            told = grants if deed == "change_grants" else ""
            await self.history.write(history_row(by, deed, [name], told), session)
            await self.sessions.end_all(name, transaction=session)
            return True

        return await self.store.transaction(work)


def account(row: Document) -> Account:
    grants = tuple(Grant(one["role"], one["activity"], one["until"]) for one in row["grants"])
    return Account(row["_id"], row["email"], row["name"], row["state"], grants)


def grant_rows(grants: Sequence[Grant]) -> list[dict[str, Any]]:
    return [{"role": str(one.role), "activity": one.activity, "until": one.until} for one in grants]
