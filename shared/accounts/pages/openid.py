"""Signing in at a provider of OpenID Connect, and accepting an invitation with an identity of it."""

import hmac
import logging
import secrets
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from shared.accounts.challenges import LASTS
from shared.accounts.domain.session import PROVED_FOR, Proof
from shared.accounts.identities import IdentityTaken
from shared.accounts.invitations import PATH as INVITATION
from shared.accounts.openid_provider import (
    RETURN,
    Identity,
    IdentityRefused,
    OpenIdProvider,
    ProviderUnavailable,
)
from shared.accounts.pages.account_pages import AccountPages, accounts_of, now
from shared.accounts.pages.invitation import GONE
from shared.accounts.pages.proved import proved_page
from shared.accounts.pages.sign_in import begun, welcome
from shared.accounts.sessions import digest
from shared.accounts.staff_access import SIGN_IN
from shared.http import Problem

log = logging.getLogger(__name__)
BEGIN: Final = f"{SIGN_IN}/oidc"
NONE: Final = "Layanan ini tidak memakai akun dari luar. Masuklah dengan kata sandi."
AWAY: Final = "Layanan akun {provider} tidak menjawab sekarang. Cara lain untuk masuk tetap dapat dipakai."
STALE: Final = (
    "Percobaan masuk ini sudah lewat 10 menit, sudah dipakai, atau dimulai di peramban lain. Mulailah lagi."
)
CANCELLED: Final = "Anda belum masuk: layanan akun {provider} tidak memberikan persetujuan. Mulailah lagi."
REFUSED: Final = (
    "Jawaban layanan akun {provider} tidak dapat dipercaya. Mulailah lagi; bila terulang, beri tahu {admin}."
)
UNKNOWN: Final = (
    "Akun {provider} ini belum terhubung dengan akun petugas di {house} kami. "
    "Mintalah undangan kepada {admin}, buka tautannya, lalu pilih Pakai akun {provider}."
)
OTHER: Final = "Di layanan akun {provider} masuk orang lain, bukan pemilik akun petugas ini. Mulailah lagi."
NOT_ANEW: Final = (
    "Layanan akun {provider} tidak menanyakan lagi siapa Anda, jadi belum terbukti. Keluarlah dahulu di "
    "sana, lalu mulai lagi."
)
TAKEN: Final = (
    "Akun {provider} ini sudah terhubung dengan akun petugas lain di {house} kami. Tanyakan kepada {admin}."
)


def routes(front: AccountPages) -> APIRouter:
    """By links, not forms: the policy of our pages lets no form lead to another site."""
    router = APIRouter(prefix=front.frame.prefix)

    @router.get(BEGIN)
    async def begin(request: Request) -> Response:
        return await to_provider(front, request, {})

    @router.get(f"{INVITATION}/{{token}}/oidc")
    async def accept(token: str, request: Request) -> Response:
        if await accounts_of(front).invitations.of(token, now()) is None:
            raise Problem(404, "link_unknown", GONE.format(front.frame.admin))
        return await to_provider(front, request, {"invitation": digest(token).hex()})

    @router.get(RETURN, response_class=HTMLResponse)
    async def returned(request: Request, state: str = "", code: str = "") -> Response:
        desk, provider = accounts_of(front), _provider(front)
        desk.sign_ins.require_turn(request, "openid")
        if not code:
            return _failed(front, 422, CANCELLED)
        browser, kept = desk.away.of(request), await desk.challenges.redeem(state, "openid", now())
        if kept is None or not hmac.compare_digest(digest(browser).hex(), kept["browser"]):
            desk.sign_ins.refused(request, "openid")
            return _failed(front, 422, STALE)
        try:
            identity = await provider.identity(code, *_own_of(browser, state))
        except ProviderUnavailable:
            return _failed(front, 503, AWAY)
        except IdentityRefused as refused:
            log.warning("an identity was refused", extra={"rule": str(refused)})
            desk.sign_ins.refused(request, "openid")
            return _failed(front, 422, REFUSED)
        if "session" in kept:
            return await _proved(front, request, identity, kept)
        return await _with_identity(front, request, identity, kept)

    return router


async def to_provider(
    front: AccountPages, request: Request, kept: dict[str, str], anew: bool = False
) -> Response:
    """To the provider, with what this browser alone can come back with. `anew`: also who is signed in there
    signs in."""
    desk, provider = accounts_of(front), _provider(front)
    desk.sign_ins.require_turn(request, "openid")
    browser = desk.away.of(request) or secrets.token_urlsafe(32)
    state = desk.challenges.issue("openid", kept | {"browser": digest(browser).hex()}, now())
    try:
        url = await provider.authorization_url(state, *_own_of(browser, state), anew)
    except ProviderUnavailable:
        return _failed(front, 503, AWAY)
    answer = RedirectResponse(url, 303)
    desk.away.set(answer, browser, int(LASTS.total_seconds()))
    return answer


def _own_of(browser: str, state: str) -> tuple[str, str]:
    """Nonce and verifier (RFC 7636) of one sign-in: whoever has its state alone cannot know the verifier,
    since `browser` is a secret of this browser's cookie."""
    return digest(f"nonce {browser} {state}").hex(), digest(f"verifier {browser} {state}").hex()


async def _with_identity(
    front: AccountPages, request: Request, identity: Identity, kept: dict[str, str]
) -> Response:
    desk = accounts_of(front)
    try:
        if "invitation" in kept:
            account = await desk.identities.bind(bytes.fromhex(kept["invitation"]), identity, now())
            if account is None:
                raise Problem(404, "link_unknown", GONE.format(front.frame.admin))
        else:
            account = await desk.identities.account(identity)
    except IdentityTaken:
        desk.sign_ins.refused(request, "openid")
        return _failed(front, 422, TAKEN)
    if account is None:
        desk.sign_ins.refused(request, "openid")
        return _failed(front, 422, UNKNOWN)
    return await _entered(front, request, account, identity)


async def _proved(
    front: AccountPages, request: Request, identity: Identity, kept: dict[str, str]
) -> Response:
    """Back to where a session was asked who has it: its own account, at the provider just now."""
    desk, account = accounts_of(front), await accounts_of(front).identities.account(identity)
    if account is None or account != kept["account"]:
        desk.sign_ins.refused(request, "proof", kept["account"])
        return _failed(front, 422, OTHER)
    when = identity.authenticated
    if when is None or now() >= when + PROVED_FOR:
        return _failed(front, 422, NOT_ANEW)
    await desk.sessions.prove(account, bytes.fromhex(kept["session"]), when)
    page = proved_page(front, kept["onward"], await desk.credentials.accepted(account))
    desk.away.end(page)
    return page


async def _entered(front: AccountPages, request: Request, account: str, identity: Identity) -> Response:
    """A page of ours between the provider and the desk: a browser does not send the cookie of a session along
    where another site leads it."""
    desk = accounts_of(front)
    onward = welcome(front, await desk.credentials.accepted(account)).headers["Location"]
    page = front.page("staf-sudah-masuk.html", headers={"Refresh": f"0; url={onward}"}, onward=onward)
    desk.away.end(page)
    return await begun(front, request, account, page, Proof(identity.authenticated, identity.roles))


def _provider(front: AccountPages) -> OpenIdProvider:
    """Raises `Problem` 404."""
    provider = accounts_of(front).provider
    if provider is None:
        raise Problem(404, "not_found", NONE)
    return provider


def _failed(front: AccountPages, status: int, sentence: str) -> HTMLResponse:
    provider = _provider(front)
    said = sentence.format(provider=provider.name, house=front.frame.house, admin=front.frame.admin)
    return front.page(
        "staf-masuk-oidc.html", status, said=said, begin=front.at(BEGIN), provider=provider.name
    )
