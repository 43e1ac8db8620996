"""Lets staff in: by the session of their browser, or by a token, as far as their roles go."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from fastapi import Request
from itsdangerous import Signer

from services.registration.features.accounts.accounts import Accounts
from services.registration.features.accounts.api_tokens import ApiToken, ApiTokens
from services.registration.features.accounts.domain.account import Account
from services.registration.features.accounts.domain.permissions import Grant, permitted, permitted_roles
from services.registration.features.accounts.domain.scopes import in_scope
from services.registration.features.accounts.domain.session import Session
from services.registration.features.accounts.sessions import Sessions
from services.registration.kernel.actions import Action, Role
from services.registration.kernel.feature import ActivityOf, OfficeStore
from services.registration.web.access import ApiPermission, PagePermission, SignedIn
from shared.contracts.envelope import OFFICE_STAFF
from shared.http import Problem, bears_token, borne_token, token_matches, unauthorized
from shared.links import secrets
from shared.pages.cookies import SessionCookie
from shared.sign_ins import SignIns

SIGN_IN: Final = "/staf/masuk"
PROOF: Final = "/staf/buktikan"
UNPROVED: Final = "Buktikan dulu bahwa ini Anda: berkas ini memuat data orang."
OFFICE: Final = Account(OFFICE_STAFF, "", "Token balai", "active", (Grant(Role.ADMIN),))
"""Whoever has the office's one token, of whom no more is known."""
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
    """`token_hash`: SHA-256 (hex) of the office's one token, which is an admin's; `activity_of` as `Feature`
    has it, of all features."""

    of: OfficeStore
    accounts: Accounts
    sessions: Sessions
    token_hash: str
    cookie: SessionCookie
    marks: FormMarks
    sign_ins: SignIns
    tokens: ApiTokens
    activity_of: Mapping[str, ActivityOf]

    def page(self, action: Action) -> PagePermission:
        return PagePermission(action, self._enter)

    def export(self, action: Action) -> PagePermission:
        return PagePermission(action, self._enter_proved)

    def api(self, action: Action) -> ApiPermission:
        return ApiPermission(action, self._bear)

    async def bearer(self, request: Request, action: Action) -> SignedIn | None:
        return await self._bear(request, action) if bears_token(request) else None

    async def session(self, request: Request) -> Session | None:
        """The live one of the browser that asks."""
        return await self.sessions.of(self.cookie.of(request), datetime.now(UTC))

    def signed_out(self) -> Problem:
        return Problem(303, "signed_out", SIGNED_OUT, {"Location": SIGN_IN})

    async def _enter(self, request: Request, action: Action) -> SignedIn:
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
        return await self._allowed(request, action, account, self.marks.mark(session.id), nonce)

    async def _enter_proved(self, request: Request, action: Action) -> SignedIn:
        """The office's token is nobody, who has nothing else to prove."""
        user, session = await self._enter(request, action), await self.session(request)
        if session is None:
            raise self.signed_out()
        if session.account != self.office_account and not session.is_proved(datetime.now(UTC)):
            raise Problem(303, "unproved", UNPROVED, {"Location": proof_path(_onward(request))})
        return user

    async def _account(self, session: Session) -> Account | None:
        if session.account == self.office_account:
            return OFFICE
        account = await self.accounts.one(session.account)
        return account.with_roles(session.roles) if account and account.state == "active" else None

    @property
    def office_account(self) -> str:
        """Whose sessions are of the office's token: another token has others."""
        return f"{OFFICE_STAFF}:{hashlib.sha256(self.token_hash.lower().encode()).hexdigest()[:16]}"

    async def _bear(self, request: Request, action: Action) -> SignedIn:
        self.sign_ins.require_turn(request, "token")
        if token := await self.tokens.of(borne_token(request), datetime.now(UTC)):
            return await self._in_scope(request, action, token)
        if not token_matches(request, self.token_hash):
            if bears_token(request):
                self.sign_ins.refused(request, "token")
            raise unauthorized()
        return await self._allowed(request, action, OFFICE)

    async def _in_scope(self, request: Request, action: Action, token: ApiToken) -> SignedIn:
        """Raises `Problem` 403."""
        source = request.query_params.get("source", "")

        def permitted(action: Action, activity: str | None) -> bool:
            return in_scope(token.scopes, action, activity, source)

        user = SignedIn(token.actor, token.name, permitted, source=token.name)
        if not user.may(action) and not user.may(action, await self._activity(request)):
            raise forbidden(action)
        return user

    async def _allowed(
        self, request: Request, action: Action, account: Account, csrf: str = "", nonce: str = ""
    ) -> SignedIn:
        """Raises `Problem` 403."""
        now = datetime.now(UTC)
        user = SignedIn(
            account.id,
            account.called,
            lambda action, activity: permitted(account.grants, action, activity, now),
            csrf,
            nonce,
        )
        if not user.may(action) and not user.may(action, await self._activity(request)):
            raise forbidden(action)
        return user

    async def _activity(self, request: Request) -> str | None:
        """Of which activity the thing is that the path names."""
        given = request.path_params
        for name, activity_of in self.activity_of.items():
            if name in given:
                return await activity_of(self.of, given[name])
        return given.get("activity")


def proof_path(onward: str) -> str:
    """Where somebody proves who they are, and goes on from."""
    return f"{PROOF}?{urlencode({'lanjut': onward})}"


def _onward(request: Request) -> str:
    """The same again; of a form, which may hold a name, the page that it stands on."""
    path, query = request.url.path, request.url.query
    if request.method != "GET":
        return path.rpartition("/")[0]
    return f"{path}?{query}" if query else path


def forbidden(action: Action) -> Problem:
    roles = permitted_roles(action)
    told = " atau ".join(filter(None, [", ".join(roles[:-1]), roles[-1]]))
    detail = f"Ini hanya untuk {told}, seluruh balai atau kegiatan ini. Peran diberikan oleh admin balai."
    return Problem(403, "forbidden", detail, roles=[role.value for role in roles])
