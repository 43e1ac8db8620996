"""Tokens of programs as admins see them: made, shown once, revoked."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from shared.accounts.access import Access, SignedIn
from shared.accounts.api_tokens import NameTaken
from shared.accounts.desk_pages import done_message, redirect_with_message, staff_page
from shared.accounts.domain.permissions import MANAGE_ACCOUNTS
from shared.accounts.pages.account_pages import AccountPages, accounts_of, now, proof_asked
from shared.accounts.pages.grant_form import end_of_day, is_slug

PATH: Final = "/token"
FIELDS: Final = ("nama", "lingkup", "sampai")
NO_NAME: Final = "Tulis nama dengan huruf kecil, angka, dan tanda hubung, misalnya portal"
TAKEN: Final = "Nama ini sudah dipakai token lain"
NO_SCOPE: Final = "Tulis satu lingkup per baris, seperti contohnya"
NO_DAY: Final = "Tulis tanggal berakhirnya, yang belum lewat"
REVOKED: Final = "Token itu sudah dicabut."


def routes(front: AccountPages, access: Access) -> APIRouter:
    router = APIRouter(prefix=front.at(PATH))
    Viewer = Annotated[SignedIn, Depends(access.page(MANAGE_ACCOUNTS))]  # noqa: N806
    Manager = Annotated[SignedIn, Depends(access.proved(MANAGE_ACCOUNTS))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def listed(user: Viewer, request: Request) -> HTMLResponse:
        did, proof = done_message(front, request), await proof_asked(front, request)
        return await _shown(front, user, {}, {}, did=did, proof=proof)

    @router.post("", response_class=HTMLResponse)
    async def make(user: Manager, request: Request) -> HTMLResponse:
        sent = await request.form()
        values = {name: str(sent.get(name, "")).strip()[:2_000] for name in FIELDS}
        scopes, until = values["lingkup"].split(), end_of_day(values["sampai"], front.zone)
        free = is_slug(values["nama"]) and values["nama"] not in front.frame.reserved
        errors = {} if free else {"nama": NO_NAME}
        if not scopes or not all(front.frame.scope.fullmatch(scope) for scope in scopes):
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
        return redirect_with_message(front, front.at(PATH), REVOKED)

    return router


async def _shown(
    front: AccountPages,
    user: SignedIn,
    values: dict[str, str],
    errors: dict[str, str],
    token: str = "",
    did: str = "",
    proof: str = "",
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
        scopes_hint=front.scopes_hint,
        done=did,
        proof=proof,
    )
