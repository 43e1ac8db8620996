"""The accounts as their admins see them: invite, grant, disable, end sessions."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import done_message, redirect_with_message, staff_page
from shared.accounts.domain.account import Account, LastAdmin
from shared.accounts.domain.permissions import MANAGE_ACCOUNTS, Grant
from shared.accounts.invitations import AccountExists, is_email
from shared.accounts.pages import grant_form
from shared.accounts.pages.account_pages import AccountPages, accounts_of, now, proof_asked
from shared.http import Problem

PATH: Final = "/akun"
ELSEWHERE: Final = "luar"
"""Chosen instead of a role for whoever brings theirs along."""
NO_EMAIL: Final = "Tulis alamat email, misalnya nama@instansi.example"
EXISTS: Final = "Alamat ini sudah punya akun; ubah perannya di akun itu"
UNKNOWN: Final = "Akun ini tidak ditemukan di {} kami."
LAST_ADMIN: Final = (
    "Ini {} terakhir, atau yang terakhir tanpa tanggal akhir. Angkat dahulu yang lain tanpa tanggal akhir, "
    "supaya selalu ada yang dapat mengundang."
)
INVITED: Final = "Undangan sudah dikirim; tautannya berlaku 72 jam dan dapat dipakai satu kali."
GRANTED: Final = "Peran sudah diubah. Sesi akun ini berakhir: ia masuk lagi dengan peran yang baru."
HAS_IT: Final = "Akun ini sudah punya peran itu; tidak ada yang diubah."
NOT_THERE: Final = "Peran itu tidak ada lagi pada akun ini; tidak ada yang diubah."
ENDED: Final = "Semua sesi akun ini sudah diakhiri."
DISABLED: Final = "Akun sudah dinonaktifkan, dan semua sesinya diakhiri."


def routes(front: AccountPages, access: Access) -> APIRouter:
    router = APIRouter(prefix=front.at(PATH))
    Viewer = Annotated[SignedIn, Depends(access.page(MANAGE_ACCOUNTS))]  # noqa: N806
    Manager = Annotated[SignedIn, Depends(access.proved(MANAGE_ACCOUNTS))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def listed(user: Viewer, request: Request) -> HTMLResponse:
        return await _listed(
            front, user, {}, {}, done_message(front, request), proof=await proof_asked(front, request)
        )

    @router.post("", response_class=HTMLResponse)
    async def invite(user: Manager, request: Request) -> Response:
        sent = await request.form()
        values = grant_form.typed(sent) | {"email": str(sent.get("email", "")).strip()[:254]}
        grant, errors = await _grant(front, values)
        if values["peran"] == ELSEWHERE and _elsewhere(front):
            errors = {}
        if not is_email(values["email"]):
            errors = {"email": NO_EMAIL} | errors
        if errors:
            return await _listed(front, user, values, errors)
        grants = [grant] if grant else []
        try:
            link = await accounts_of(front).invitations.invite(values["email"], grants, now(), user.actor)
        except AccountExists:
            return await _listed(front, user, values, {"email": EXISTS})
        if not _is_mailed(front):
            return await _listed(front, user, {}, {}, link=link)
        return redirect_with_message(front, front.at(PATH), INVITED)

    @router.get("/{account}", response_class=HTMLResponse)
    async def one(account: str, user: Viewer, request: Request) -> HTMLResponse:
        found, proof = await _account(front, account), await proof_asked(front, request)
        return await _shown(front, user, found, did=done_message(front, request), proof=proof)

    @router.post("/{account}/peran", response_class=HTMLResponse)
    async def grant(account: str, user: Manager, request: Request) -> Response:
        """Take one grant away, by its key, or add one."""
        found, sent = await _account(front, account), await request.form()
        if "hapus" in sent:
            return await _without(front, user, found, str(sent["hapus"]))
        values = grant_form.typed(sent)
        added, errors = await _grant(front, values)
        if added is None:
            return await _shown(front, user, found, values, errors)
        done = await accounts_of(front).accounts.add_grant(found.id, added, user.actor)
        return redirect_with_message(front, front.at(f"{PATH}/{found.id}"), GRANTED if done else HAS_IT)

    @router.post("/{account}/undangan", response_class=HTMLResponse)
    async def invite_again(account: str, user: Manager) -> Response:
        found = await _account(front, account)
        try:
            link = await accounts_of(front).invitations.invite_again(found.id, now(), user.actor)
        except LastAdmin:
            return await _last_admin(front, user, found)
        if not _is_mailed(front):
            return await _shown(front, user, await _account(front, account), link=link)
        return redirect_with_message(front, front.at(f"{PATH}/{found.id}"), INVITED)

    @router.post("/{account}/sesi")
    async def end_sessions(account: str, user: Manager) -> Response:
        found = await _account(front, account)
        await accounts_of(front).accounts.end_sessions(found.id, user.actor)
        return redirect_with_message(front, front.at(f"{PATH}/{found.id}"), ENDED)

    @router.post("/{account}/nonaktif", response_class=HTMLResponse)
    async def disable(account: str, user: Manager) -> Response:
        found = await _account(front, account)
        try:
            await accounts_of(front).accounts.disable(found.id, user.actor)
        except LastAdmin:
            return await _last_admin(front, user, found)
        return redirect_with_message(front, front.at(f"{PATH}/{found.id}"), DISABLED)

    return router


async def _account(front: AccountPages, name: str) -> Account:
    """Raises `Problem` 404."""
    found = await accounts_of(front).accounts.one(name)
    if found is None:
        raise Problem(404, "not_found", UNKNOWN.format(front.frame.house))
    return found


async def _grant(front: AccountPages, values: dict[str, str]) -> tuple[Grant | None, dict[str, str]]:
    """As `grant_form.read`, of the activities that there are, also those that the form no longer offers."""
    named = values["kegiatan"]
    known = await accounts_of(front).activities.known([named]) if named else {}
    return grant_form.read(values, front.zone, front.frame.roles, known, now())


async def _without(front: AccountPages, user: SignedIn, account: Account, key: str) -> Response:
    """Nothing is changed where it has no such grant: the form is an old one, or was sent twice."""
    named = next((one for one in account.grants if one.key == key), None)
    try:
        done = named and await accounts_of(front).accounts.remove_grant(account.id, named, user.actor)
    except LastAdmin:
        return await _last_admin(front, user, account)
    return redirect_with_message(front, front.at(f"{PATH}/{account.id}"), GRANTED if done else NOT_THERE)


async def _listed(
    front: AccountPages,
    user: SignedIn,
    values: dict[str, str],
    errors: dict[str, str],
    did: str = "",
    link: str = "",
    proof: str = "",
) -> HTMLResponse:
    empty = dict.fromkeys(("email", *grant_form.FIELDS), "")
    return staff_page(
        front,
        user,
        "staf-akun.html",
        422 if errors else 200,
        accounts=await accounts_of(front).accounts.all(),
        values=empty | values,
        errors=errors,
        done=did,
        link=link,
        proof=proof,
        **await _shared(front),
    )


async def _shown(
    front: AccountPages,
    user: SignedIn,
    account: Account,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    told: str = "",
    did: str = "",
    link: str = "",
    proof: str = "",
) -> HTMLResponse:
    return staff_page(
        front,
        user,
        "staf-satu-akun.html",
        422 if errors else 409 if told else 200,
        account=account,
        sessions=await accounts_of(front).sessions.of_account(account.id, datetime.now(UTC)),
        values=values or dict.fromkeys(grant_form.FIELDS, ""),
        errors=errors or {},
        told=told,
        done=did,
        link=link,
        proof=proof,
        **await _shared(front),
    )


async def _last_admin(front: AccountPages, user: SignedIn, account: Account) -> HTMLResponse:
    return await _shown(front, user, account, told=LAST_ADMIN.format(front.frame.admin))


def _is_mailed(front: AccountPages) -> bool:
    """Whether the link of an invitation is; else whoever invites sees it once, and hands it on."""
    return accounts_of(front).invitations.announce is not None


def _elsewhere(front: AccountPages) -> str:
    """What accounts are called that bring their roles along; empty where none do."""
    provider = accounts_of(front).provider
    return provider.name if provider and provider.gives_roles else ""


async def _shared(front: AccountPages) -> dict[str, Any]:
    return {
        "roles": front.frame.roles,
        "activities": await accounts_of(front).activities.offered(),
        "elsewhere": _elsewhere(front),
        "now": now(),
        "mailed": _is_mailed(front),
    }
