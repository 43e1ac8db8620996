"""Accounts of the directorate's people, and browsers where they are signed in."""

import re
import secrets
from datetime import UTC, datetime
from html import unescape

import httpx

from services.reporting.domain.permissions import Role
from shared.accounts.accounts import grant_rows, letters
from shared.accounts.domain.permissions import Grant
from shared.accounts.domain.session import Proof
from shared.accounts.sessions import Sessions
from shared.mongo.driver import Store

COOKIE = "simpul-direktorat"


async def account(store: Store, role: Role, until: datetime | None = None) -> str:
    """An account of somebody who does not exist; its id."""
    name, email = f"u:{secrets.token_urlsafe(12)}", f"{secrets.token_hex(6)}@direktorat.example"
    row = {"_id": name, "email": email, "letters": letters(email), "name": "Sri Direktorat"}
    row |= {"state": "active", "grants": grant_rows([Grant(role, until=until)]), "rev": 1}
    await store["accounts"].insert_one(row)
    return name


async def session(store: Store, name: str, device: str = "Firefox di Linux") -> dict[str, str]:
    """A new session of an account, as a header of requests."""
    now = datetime.now(UTC)
    cookie = await Sessions(store).begin(name, device, now, Proof(now))
    return {"Cookie": f"{COOKIE}={cookie}"}


async def signed_in(store: Store, role: Role) -> dict[str, str]:
    return await session(store, await account(store, role))


def marks(page: httpx.Response) -> dict[str, str]:
    """What every form of this session carries."""
    return {"csrf": unescape(re.search(r'name="csrf" value="([^"]+)"', page.text)[1])}  # type: ignore[index]
