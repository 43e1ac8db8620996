"""Accepting an invitation: a name, a password, an authenticator, and the codes to keep on paper."""

from datetime import UTC, datetime
from typing import Final

import segno
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from pydantic import TypeAdapter, ValidationError

from shared.accounts.domain.account import Account
from shared.accounts.domain.names import is_reserved
from shared.accounts.domain.one_time_codes import address
from shared.accounts.domain.passwords import weakness
from shared.accounts.domain.session import Proof
from shared.accounts.invitations import PATH
from shared.accounts.pages.account_pages import AccountPages, accounts_of, now
from shared.accounts.pages.sign_in import begun
from shared.contracts.types import Line
from shared.http import Problem
from shared.visible import visible

GONE: Final = (
    "Undangan ini sudah dipakai, sudah lewat 72 jam, atau diganti dengan yang baru. Mintalah lagi kepada {}."
)
TYPED: Final = ("nama", "kata-sandi", "kode", "bukaan")
"""The last one: by which the key of this form's authenticator is found again."""
NO_NAME: Final = "Tulis nama Anda"
RESERVED: Final = "Nama ini dipakai layanan ini sendiri; tulis nama Anda"
WRONG_CODE: Final = "Kode ini tidak cocok. Tunggu kode berikutnya di aplikasi, lalu tulis keenam angkanya"


def routes(front: AccountPages) -> APIRouter:
    router = APIRouter(prefix=front.at(f"{PATH}/{{token}}"))

    @router.get("", response_class=HTMLResponse)
    async def empty(token: str) -> HTMLResponse:
        invited = await _invited(front, token)
        opened = accounts_of(front).authenticators.nonce()
        return _form(front, token, invited, {"nama": invited.name, "kode": "", "bukaan": opened}, {})

    @router.post("", response_class=HTMLResponse)
    async def accept(token: str, request: Request) -> Response:
        async with request.form(max_files=0, max_fields=8) as sent:
            typed = {name: str(sent.get(name, "")) for name in TYPED}
            typed["nama"] = visible(typed["nama"]).strip()
        with accounts_of(front).sign_ins.turn(request, "invitation"):
            return await _accepted(front, token, request, typed)

    return router


async def _accepted(front: AccountPages, token: str, request: Request, typed: dict[str, str]) -> Response:
    desk, (name, password, code, opened) = accounts_of(front), typed.values()
    invited, at = await _invited(front, token), now()
    opened = opened[:64] or desk.authenticators.nonce()
    secret = desk.authenticators.fitting(token, opened, code, at)
    errors = _errors(front, invited, name, password)
    if secret is None:
        errors["kode"] = WRONG_CODE
    if secret is None:
        desk.sign_ins.refused(request, "invitation", invited.id)
    if secret is None or errors:
        values = {"nama": name[:200], "kode": "", "bukaan": opened}
        return _form(front, token, invited, values, errors)
    kept = await desk.hashes.of(password)
    # as of when it came: hashing takes its time, and a code is good for a minute
    codes = await desk.invitations.accept(token, name, kept, secret, code, at)
    if codes is None:
        raise Problem(404, "link_unknown", GONE.format(front.frame.admin))
    page = front.page("staf-kode-pemulihan.html", codes=codes)
    return await begun(front, request, invited.id, page, Proof(at))


def _errors(front: AccountPages, invited: Account, name: str, password: str) -> dict[str, str]:
    """By field, what is to be mended, but for the code."""
    errors, common = {}, accounts_of(front).common
    try:
        TypeAdapter(Line).validate_python(name)
    except ValidationError:
        errors["nama"] = NO_NAME
    if is_reserved(name, (front.frame.token.name,)):
        errors["nama"] = RESERVED
    if told := weakness(password, invited.email, common):
        errors["kata-sandi"] = told
    return errors


async def _invited(front: AccountPages, token: str) -> Account:
    """Raises `Problem` 404."""
    invited = await accounts_of(front).invitations.of(token, datetime.now(UTC))
    if invited is None:
        raise Problem(404, "link_unknown", GONE.format(front.frame.admin))
    return invited


def _form(
    front: AccountPages, token: str, invited: Account, values: dict[str, str], errors: dict[str, str]
) -> HTMLResponse:
    secret = accounts_of(front).authenticators.given(token, values["bukaan"])
    link = address(secret, invited.email, front.name)
    picture = segno.make(link, micro=False).svg_inline(scale=5, dark="#000", light="#fff", title="Kode QR")
    provider = accounts_of(front).provider
    return front.page(
        "staf-undangan.html",
        422 if errors else 200,
        provider=provider and provider.name,
        action=front.at(f"{PATH}/{token}"),
        email=invited.email,
        secret=secret,
        link=link,
        picture=Markup(picture),  # noqa: S704 - of squares alone
        values=values | {"kata-sandi": ""},
        errors=errors,
    )
