"""Accounts of an office's staff, and browsers where they are signed in."""

import re
import secrets
from datetime import UTC, datetime
from html import unescape

import httpx

from services.registration.features.accounts.accounts_desk import office_invitations
from shared.accounts.accounts import grant_rows, letters
from shared.accounts.domain.permissions import Grant
from shared.accounts.domain.session import Proof
from shared.accounts.sessions import Sessions
from tests.support.office import PUBLIC_URL, TestOffice


async def account(office: TestOffice, *grants: Grant, state: str = "active") -> str:
    """An account of somebody who does not exist; its id."""
    name = f"u:{secrets.token_urlsafe(12)}"
    email = f"{secrets.token_hex(6)}@balai.example"
    row = {"_id": name, "email": email, "letters": letters(email), "name": "Ni Luh Petugas", "state": state}
    await office.store["accounts"].insert_one(row | {"grants": grant_rows(grants)})
    return name


async def session(office: TestOffice, name: str, device: str = "Firefox di Linux") -> dict[str, str]:
    """A new session of an account, as a header of requests."""
    now = datetime.now(UTC)
    cookie = await Sessions(office.store).begin(name, device, now, Proof(now))
    return {"Cookie": f"__Host-simpul={cookie}"}


async def marks(client: httpx.AsyncClient, headers: dict[str, str]) -> dict[str, str]:
    """What every form of this session carries."""
    page = await client.get("/staf/perangkat", headers=headers)
    return {"csrf": unescape(re.search(r'name="csrf" value="([^"]+)"', page.text)[1])}  # type: ignore[index]


async def invited_again(office: TestOffice, name: str) -> str:
    """The path of a new invitation's link."""
    making = office_invitations(office.store, PUBLIC_URL)
    return (await making.invite_again(name, datetime.now(UTC), "staff")).removeprefix(PUBLIC_URL)
