"""Tokens of programs as admins see them: made, shown once, revoked."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from services.registration.features.accounts.accounts_desk import accounts_of
from services.registration.features.accounts.api_tokens import NameTaken
from services.registration.features.accounts.domain.scopes import RESERVED, SCOPE
from services.registration.features.accounts.pages.grant_form import end_of_day, is_slug
from services.registration.kernel.actions import Action
from services.registration.web.access import Access, SignedIn
from services.registration.web.desk import done_message, redirect_with_message, staff_page
from services.registration.web.front import OfficePages, now

PATH: Final = "/staf/token"
FIELDS: Final = ("nama", "lingkup", "sampai")
NO_NAME: Final = "Tulis nama dengan huruf kecil, angka, dan tanda hubung, misalnya portal"
TAKEN: Final = "Nama ini sudah dipakai token lain"
NO_SCOPE: Final = "Tulis satu lingkup per baris, seperti contohnya"
NO_DAY: Final = "Tulis tanggal berakhirnya, yang belum lewat"
REVOKED: Final = "Token itu sudah dicabut."


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix=PATH)
    Manager = Annotated[SignedIn, Depends(access.page(Action.MANAGE_ACCOUNTS))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def listed(user: Manager, request: Request) -> HTMLResponse:
        return await _shown(front, user, {}, {}, did=done_message(front, request))

    @router.post("", response_class=HTMLResponse)
    async def make(user: Manager, request: Request) -> HTMLResponse:
        sent = await request.form()
        values = {name: str(sent.get(name, "")).strip()[:2_000] for name in FIELDS}
        scopes, until = values["lingkup"].split(), end_of_day(values["sampai"], front.office.zone)
        errors = {} if is_slug(values["nama"]) and values["nama"] not in RESERVED else {"nama": NO_NAME}
        if not scopes or not all(SCOPE.fullmatch(scope) for scope in scopes):
            errors["lingkup"] = NO_SCOPE
        if until is None or until <= now():
            errors["sampai"] = NO_DAY
        if until is None or errors:
            return await _shown(front, user, values, errors)
        try:
            token = await accounts_of(front).tokens.make(values["nama"], scopes, until, user.actor)
        except NameTaken:
            return await _shown(front, user, values, {"nama": TAKEN})
        return await _shown(front, user, {}, {}, token=token)

    @router.post("/{name}/cabut")
    async def revoke(name: str, user: Manager) -> Response:
        await accounts_of(front).tokens.revoke(name, user.actor)
        return redirect_with_message(front, PATH, REVOKED)

    return router


async def _shown(
    front: OfficePages,
    user: SignedIn,
    values: dict[str, str],
    errors: dict[str, str],
    token: str = "",
    did: str = "",
) -> HTMLResponse:
    """`token`: the new one, which no other page shows."""
    return staff_page(
        front,
        user,
        "staf-token.html",
        422 if errors else 200,
        tokens=await accounts_of(front).tokens.all(),
        now=now(),
        values=dict.fromkeys(FIELDS, "") | values,
        errors=errors,
        token=token,
        done=did,
    )
