"""One account for each role of an office and of the directorate, made as people make them: invited,
accepted."""

import asyncio
import html
import re
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import httpx
import pyotp

from local.addresses import AccountAddress, DemoAddresses, NationalAddress, OfficeAddress
from local.client import StoryStopped, until

ROLES: Final = ("admin", "panitia", "pintu", "penelaah", "pimpinan")
NATIONAL_ROLES: Final = ("melihat", "mengelola")
NATIONAL: Final = "direktorat"
OVER: Final = 422  # a code ended on its way
TRIES: Final = 5
STEP: Final = timedelta(seconds=30)


async def make_accounts(addresses: DemoAddresses) -> dict[str, dict[str, AccountAddress]]:
    """By office and role. Raises `StoryStopped`."""
    offices = addresses.offices.items()
    made = await asyncio.gather(*(_of_office(code, one, addresses.mailbox.url) for code, one in offices))
    return dict(zip(addresses.offices, made, strict=True))


async def make_national_accounts(national: NationalAddress) -> dict[str, AccountAddress]:
    """By role: invited with the directorate's token, by links that whoever invites is shown and nobody mails.
    Raises `StoryStopped`."""
    links = {}
    async with httpx.AsyncClient(base_url=national.url, timeout=20) as pages:
        _expect(await pages.post("/masuk", data={"sandi": _read(national.token_file)}), 303)
        csrf = _found(r'name="csrf" value="([^"]+)"', (await pages.get("/akun")).text)
        for role in NATIONAL_ROLES:
            answer = await pages.post(
                "/akun", data={"csrf": csrf, "email": _email(role, NATIONAL), "peran": role}
            )
            links[role] = _found(r'<code id="tautan">([^<]+)</code>', answer.text)
    folder = Path(national.token_file).parent / "accounts"
    return {role: await _accept(link, role, NATIONAL, folder) for role, link in links.items()}


async def _of_office(code: str, office: OfficeAddress, mailbox: str) -> dict[str, AccountAddress]:
    """Invited with the office's token, which is an admin's."""
    async with httpx.AsyncClient(base_url=office.url, timeout=20) as desk:
        _expect(await desk.post("/staf/masuk", data={"sandi": _read(office.staff_token_file)}), 303)
        csrf = _found(r'name="csrf" value="([^"]+)"', (await desk.get("/staf/akun")).text)
        for role in ROLES:
            typed = {"csrf": csrf, "email": _email(role, code), "peran": role}
            _expect(await desk.post("/staf/akun", data=typed), 303)
    links = await _links(mailbox, {_email(role, code): role for role in ROLES})
    folder = Path(office.env_file).parent / "accounts"
    return {role: await _accept(links[role], role, code, folder) for role in ROLES}


async def _links(mailbox: str, roles: dict[str, str]) -> dict[str, str]:
    """By role, as their mails have them."""
    found: dict[str, str] = {}

    async def all_came() -> bool:
        async with httpx.AsyncClient(timeout=20) as client:
            for mail in (await client.get(f"{mailbox}/api/v1/messages")).json():
                if mail["to"] in roles:
                    found[roles[mail["to"]]] = _found(r"(http\S+/staf/undangan/\S+)", mail["text"])
        return len(found) == len(roles)

    await until("the invitations of staff came by mail", all_came)
    return found


async def _accept(link: str, role: str, code: str, folder: Path) -> AccountAddress:
    password = " ".join(secrets.token_hex(3) for _ in range(4))
    async with httpx.AsyncClient(timeout=20) as browser:
        form = (await browser.get(link)).text
        secret = _found(r'<code id="kunci">(\w+)</code>', form)
        typed = {"nama": f"Petugas {role} {code}", "kata-sandi": password}
        typed["bukaan"] = _found(r'name="bukaan" value="([^"]+)"', form)
        for _ in range(TRIES):
            before = pyotp.TOTP(secret).at(datetime.now(UTC) - STEP)  # so that the one of now is still good
            answer = await browser.post(link, data=typed | {"kode": before})
            if answer.status_code != OVER:
                break
        _expect(answer, 200)
    return AccountAddress(
        _email(role, code),
        _written(folder / f"{role}-password", password),
        _written(folder / f"{role}-totp-secret", secret),
    )


def _email(role: str, code: str) -> str:
    return f"{role}@{code}.example"


def _read(path: str) -> str:
    return Path(path).read_text().strip()


def _written(path: Path, text: str) -> str:
    """Only its owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)
    return str(path)


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise StoryStopped(f"a page or mail for staff lacks {pattern}")
    return html.unescape(found[1])


def _expect(answer: httpx.Response, status: int) -> None:
    if answer.status_code != status:
        raise StoryStopped(f"{answer.request.method} for an account answered {answer.status_code}")
