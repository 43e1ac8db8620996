"""What pages of accounts work with."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from fastapi import Request

from shared.accounts import accounts as stored
from shared.accounts import api_tokens, challenges, credentials, history, sessions
from shared.accounts.accounts import Accounts
from shared.accounts.api_tokens import ApiTokens
from shared.accounts.authenticator_secrets import AuthenticatorSecrets
from shared.accounts.challenges import Challenges
from shared.accounts.credentials import Credentials
from shared.accounts.frame import Frame
from shared.accounts.history import History
from shared.accounts.identities import Identities
from shared.accounts.invitations import Invitations
from shared.accounts.openid_provider import RETURN, OpenIdProvider
from shared.accounts.passkeys import Passkeys, has_domain
from shared.accounts.password_hashes import PasswordHashes, common_passwords
from shared.accounts.session_starts import SessionStarts
from shared.accounts.sessions import Sessions
from shared.accounts.sign_in_notices import AnnounceSignIn, SignInNotices
from shared.accounts.sign_in_settings import SignInSettings
from shared.accounts.staff_access import FormMarks, StaffAccess
from shared.doors import Address
from shared.pages.cookies import SessionCookie
from shared.sign_ins import SignIns

COLLECTIONS = {
    **stored.COLLECTIONS,
    **sessions.COLLECTIONS,
    **credentials.COLLECTIONS,
    **challenges.COLLECTIONS,
    **history.COLLECTIONS,
    **api_tokens.COLLECTIONS,
}
"""What the database of a service with accounts holds for them, with their indexes."""


class Activities(Protocol):
    """For which a role may be."""

    async def offered(self) -> Mapping[str, str]:
        """Titles of those that a form offers, by id, in their order."""
        ...

    async def known(self, names: Sequence[str]) -> Mapping[str, str]:
        """Those of these names that there are, also if no form offers them any more."""
        ...


class NoActivities:
    """Of a service whose roles are all for the whole."""

    async def offered(self) -> Mapping[str, str]:
        return {}

    async def known(self, names: Sequence[str]) -> Mapping[str, str]:
        return {}


@dataclass(frozen=True, slots=True)
class AccountsDesk:
    """`common`: passwords that are refused; `provider`, `passkeys`: None where there is no such way in;
    `away`: the cookie by which a browser is known that comes back from the provider; `browser`: the one by
    which it is known from sign-in to sign-in."""

    frame: Frame
    access: StaffAccess
    accounts: Accounts
    invitations: Invitations
    authenticators: AuthenticatorSecrets
    credentials: Credentials
    hashes: PasswordHashes
    common: frozenset[str]
    challenges: Challenges
    identities: Identities
    provider: OpenIdProvider | None
    passkeys: Passkeys | None
    away: SessionCookie
    browser: SessionCookie
    starts: SessionStarts
    activities: Activities

    @property
    def sessions(self) -> Sessions:
        return self.accounts.sessions

    @property
    def tokens(self) -> ApiTokens:
        return self.access.tokens

    @property
    def history(self) -> History:
        return self.accounts.history

    @property
    def sign_ins(self) -> SignIns:
        return self.access.sign_ins


async def no_activity(_: Request) -> None:
    """Of a service whose paths name none."""


def accounts_desk(
    sign_in: SignInSettings,
    inviting: Invitations,
    frame: Frame,
    counted: Callable[[str], bytes],
    activity: Callable[[Request], Awaitable[str | None]] = no_activity,
    announce: AnnounceSignIn | None = None,
    activities: Activities | None = None,
) -> AccountsDesk:
    """`counted` as in `Credentials`, `activity` as in `StaffAccess`, `announce` as in `SignInNotices`."""
    store, accounts, hashes = inviting.store, inviting.accounts, PasswordHashes()
    tokens, notices = ApiTokens(store, accounts.history), SignInNotices(store, announce)
    address, challenges = Address.of(sign_in.public_url), Challenges(store, sign_in.session_keys)
    secure = address.scheme == "https"
    cookie, away = (
        SessionCookie(frame.cookie, secure),
        SessionCookie(f"{frame.cookie}-pergi", secure, "lax"),
    )
    return_url = f"{address.origin}{frame.prefix}{RETURN}"
    return AccountsDesk(
        frame,
        StaffAccess(
            frame,
            accounts,
            accounts.sessions,
            sign_in.token_hash,
            cookie,
            FormMarks(sign_in.session_keys),
            sign_in.sign_ins,
            tokens,
            activity,
        ),
        accounts,
        inviting,
        AuthenticatorSecrets(sign_in.session_keys),
        Credentials(store, counted, hashes, notices),
        hashes,
        common_passwords(),
        challenges,
        Identities(store, inviting),
        OpenIdProvider(sign_in.openid, return_url) if sign_in.openid else None,
        Passkeys(store, challenges, accounts.history, address) if has_domain(address) else None,
        away,
        SessionCookie(f"{frame.cookie}-peramban", secure, "lax"),
        SessionStarts(store, accounts.sessions, accounts.history, notices),
        activities or NoActivities(),
    )
