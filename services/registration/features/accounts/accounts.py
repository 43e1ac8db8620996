"""Accounts of an office in its own database: they are no facts, and no other service reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.registration.features.accounts.domain.account import Account
from services.registration.features.accounts.domain.permissions import Grant
from services.registration.kernel.actions import Role
from shared.mongo.driver import Document, Store
from shared.mongo.indexes import Index, ascending

COLLECTIONS: Final[Mapping[str, tuple[Index, ...]]] = {
    "accounts": (ascending("accounts", "letters", unique=True),)
}
"""`letters`: of the address, by which one person has one account."""


def letters(email: str) -> str:
    return email.strip().lower()


@dataclass(frozen=True, slots=True)
class Accounts:
    store: Store

    async def one(self, name: str) -> Account | None:
        row = await self.store["accounts"].find_one({"_id": name})
        return account(row) if row else None

    async def all(self) -> list[Account]:
        """By address."""
        rows = await self.store["accounts"].find({}).sort("letters", 1).to_list(None)
        return [account(row) for row in rows]


def account(row: Document) -> Account:
    grants = tuple(Grant(Role(one["role"]), one["activity"], one["until"]) for one in row["grants"])
    return Account(row["_id"], row["email"], row["name"], row["state"], grants)


def grant_rows(grants: tuple[Grant, ...]) -> list[dict[str, Any]]:
    return [{"role": one.role.value, "activity": one.activity, "until": one.until} for one in grants]
