"""Lets in whoever works with the service: by the session of their browser, or by a token, as far as their
roles go."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from fastapi import Request
from itsdangerous import Signer
from starlette.routing import Match

from shared.accounts.access import ApiPermission, PagePermission, SignedIn
from shared.accounts.accounts import Accounts
from shared.accounts.api_tokens import ApiToken, ApiTokens
from shared.accounts.domain.account import Account
from shared.accounts.domain.session import Session
from shared.accounts.frame import Frame
from shared.accounts.sessions import Sessions
from shared.http import Problem, bears_token, borne_token, token_matches, unauthorized
from shared.links import secrets
from shared.pages.cookies import SessionCookie
from shared.sign_ins import SignIns

SIGN_IN: Final = "/masuk"
PROOF: Final = "/buktikan"
UNPROVED: Final = "Buktikan dulu bahwa ini Anda."
SIGNED_OUT: Final = "Silakan masuk. Sesi berakhir sesudah 30 menit tanpa kegiatan, paling lama 12 jam."
FOREIGN: Final = "Formulir ini sudah tidak berlaku. Buka lagi halamannya."


class FormMarks:
    """Marks the forms of a session, so that no other site's page can send one. `keys` as `SigningKeys`."""

    def __init__(self, keys: str) -> None:
        self._signer = Signer(
            secrets(keys), "simpul/formulir", key_derivation="hmac", digest_method=hashlib.sha256
        )

    def mark(self, session: bytes) -> str:
        return self._signer.get_signature(session.hex()).decode()

    def fits(self, mark: str, session: bytes) -> bool:
        return self._signer.verify_signature(session.hex().encode(), mark.encode())


@dataclass(frozen=True, slots=True)
class StaffAccess:
    """`token_hash`: SHA-256 (hex) of the service's one token, which is `frame.token`'s; `activity`: of which
    one the thing is that the path of a request names."""

    frame: Frame
    accounts: Accounts
    sessions: Sessions
    token_hash: str
    cookie: SessionCookie
    marks: FormMarks
    sign_ins: SignIns
    tokens: ApiTokens
    activity: Callable[[Request], Awaitable[str | None]]

    def page(self, action: str) -> PagePermission:
        return PagePermission(action, self._enter)

    def proved(self, action: str) -> PagePermission:
        return PagePermission(action, self._enter_proved)

    def api(self, action: str) -> ApiPermission:
        return ApiPermission(action, self._bear)

    async def bearer(self, request: Request, action: str) -> SignedIn | None:
        return await self._bear(request, action) if bears_token(request) else None

    async def visitor(self, request: Request) -> SignedIn | None:
        """Whoever signed in, at a page that is for the public, too."""
        session = await self.session(request)
        account = await self._account(session) if session else None
        return self._user(account, self.marks.mark(session.id)) if session and account else None

    async def session(self, request: Request) -> Session | None:
        """The live one of the browser that asks."""
        cookie = self.cookie.of(request)
        return await self.sessions.of(cookie, datetime.now(UTC)) if cookie else None

    def signed_out(self) -> Problem:
        return Problem(303, "signed_out", SIGNED_OUT, {"Location": self.frame.prefix + SIGN_IN})

    async def _enter(self, request: Request, action: str) -> SignedIn:
        session = await self.session(request)
        account = await self._account(session) if session else None
        if session is None or account is None:
            raise self.signed_out()
        nonce = ""
        if request.method != "GET":
            sent = await request.form()
            if not self.marks.fits(str(sent.get("csrf", "")), session.id):
                raise Problem(403, "foreign_form", FOREIGN)
            nonce = str(sent.get("nonce", ""))
        user = self._user(account, self.marks.mark(session.id), nonce)
        return await self._require(user, action, request)

    async def _enter_proved(self, request: Request, action: str) -> SignedIn:
        user, session = await self._enter(request, action), await self.session(request)
        if session is None:
            raise self.signed_out()
        if not self.is_proved(session):
            where = proof_path(self.frame, _onward(request))
            raise Problem(303, "unproved", UNPROVED, {"Location": where})
        return user

    def is_proved(self, session: Session) -> bool:
        """Lately. The one token is nobody, who has nothing else to prove."""
        return session.account == self.token_account or session.is_proved(datetime.now(UTC))

    async def _account(self, session: Session) -> Account | None:
        if session.account == self.token_account:
            return self.frame.token
        account = await self.accounts.one(session.account)
        return account.with_roles(session.roles) if account and account.state == "active" else None

    @property
    def token_account(self) -> str:
        """Whose sessions are of the service's one token: another token has others."""
        return f"{self.frame.token.id}:{hashlib.sha256(self.token_hash.lower().encode()).hexdigest()[:16]}"

    async def _bear(self, request: Request, action: str) -> SignedIn:
        """A program's token never waits: nobody guesses one, and others of its network may well fail."""
        if token := await self.tokens.of(borne_token(request), datetime.now(UTC)):
            return await self._in_scope(request, action, token)
        self.sign_ins.require_turn(request, "token")
        if not token_matches(request, self.token_hash):
            if bears_token(request):
                self.sign_ins.refused(request, "token")
            raise unauthorized()
        return await self._require(self._user(self.frame.token), action, request)

    async def _in_scope(self, request: Request, action: str, token: ApiToken) -> SignedIn:
        """Raises `Problem` 403."""

        def permitted(action: str, activity: str | None) -> bool:
            return self.frame.in_scope(token.scopes, action, activity, request)

        return await self._require(
            SignedIn(token.actor, token.name, permitted, source=token.name), action, request
        )

    def _user(self, account: Account, csrf: str = "", nonce: str = "") -> SignedIn:
        now = datetime.now(UTC)
        return SignedIn(
            account.id,
            account.called,
            lambda action, activity: self.frame.roles.permit(account.grants, action, activity, now),
            csrf,
            nonce,
            roles=frozenset(grant.role for grant in account.grants if grant.holds(now)),
        )

    async def _require(self, user: SignedIn, action: str, request: Request) -> SignedIn:
        """Raises `Problem` 403."""
        if not user.may(action) and not user.may(action, await self.activity(request)):
            raise forbidden(self.frame, action)
        return user


def proof_path(frame: Frame, onward: str) -> str:
    """Where somebody proves who they are, and goes on from."""
    return f"{frame.prefix}{PROOF}?{urlencode({'lanjut': onward})}"


def _onward(request: Request) -> str:
    """The same again; of a form, which may hold a name, the page that it stands on: the nearest above."""
    path, query = request.url.path, request.url.query
    if request.method == "GET":
        return f"{path}?{query}" if query else path
    while path and not _is_page(request, path):
        path = path.rpartition("/")[0]
    return path


def _is_page(request: Request, path: str) -> bool:
    asked = {**request.scope, "method": "GET", "path": path}
    is_file = "." in path.rpartition("/")[2]
    return not is_file and any(route.matches(asked)[0] is Match.FULL for route in request.app.routes)


def forbidden(frame: Frame, action: str) -> Problem:
    roles = frame.roles.of(action)
    told = " atau ".join(filter(None, [", ".join(roles[:-1]), roles[-1]]))
    detail = f"Ini hanya untuk peran {told}{frame.where}. Peran diberikan oleh {frame.admin}."
    return Problem(403, "forbidden", detail, roles=list(map(str, roles)))
