"""What pages of accounts work with."""

from dataclasses import dataclass
from typing import Final

from services.registration.features.accounts.accounts import Accounts
from services.registration.features.accounts.api_tokens import ApiTokens
from services.registration.features.accounts.challenges import Challenges
from services.registration.features.accounts.credentials import Credentials
from services.registration.features.accounts.domain.history import Deed
from services.registration.features.accounts.history import History
from services.registration.features.accounts.identities import Identities
from services.registration.features.accounts.invitations import Invitations, invitations
from services.registration.features.accounts.notices import Notices
from services.registration.features.accounts.openid_provider import RETURN, OpenIdProvider
from services.registration.features.accounts.passkeys import Passkeys, has_domain
from services.registration.features.accounts.password_hashes import PasswordHashes, common_passwords
from services.registration.features.accounts.session_starts import SessionStarts
from services.registration.features.accounts.sessions import Sessions
from services.registration.features.accounts.sign_in_notices import SignInNotices
from services.registration.features.accounts.staff_access import FormMarks, StaffAccess
from services.registration.kernel.context import OfficeContext
from services.registration.kernel.feature import EntryWriter
from services.registration.kernel.features import Features
from services.registration.web.access import SignedIn
from services.registration.web.api import FeatureServices
from shared.doors import Address
from shared.pages.cookies import SessionCookie
from shared.sign_ins import SignIns

NAME: Final = "accounts"


@dataclass(frozen=True, slots=True)
class AccountsDesk:
    """`features`: of the office; `common`: passwords that are refused; `provider`, `passkeys`: None where the
    office has no such way in; `away`: the cookie by which a browser is known that comes back from the
    provider; `browser`: the one by which it is known from sign-in to sign-in."""

    access: StaffAccess
    features: Features
    accounts: Accounts
    invitations: Invitations
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


def accounts_of(parts: FeatureServices) -> AccountsDesk:
    found: AccountsDesk = parts.parts[NAME]
    return found


def parts(context: OfficeContext) -> AccountsDesk:
    of, sign_in = context.of, context.sign_in
    history, hashes = History(of.store, context.features.history), PasswordHashes()
    accounts = Accounts(of.store, Sessions(of.store), history)
    link = f"{sign_in.public_url.rstrip('/')}/staf/perangkat"
    notices = SignInNotices(of.store, Notices(of.store), link)
    tokens = ApiTokens(of.store, history)
    address, challenges = Address.of(sign_in.public_url), Challenges(of.store)
    secure = address.scheme == "https"
    cookie, away = SessionCookie("simpul", secure), SessionCookie("simpul-pergi", secure, "lax")
    return AccountsDesk(
        StaffAccess(
            of,
            accounts,
            accounts.sessions,
            sign_in.token_hash,
            cookie,
            FormMarks(sign_in.session_keys),
            sign_in.sign_ins,
            tokens,
            context.features.activity_of,
        ),
        context.features,
        accounts,
        invitations(of.store, sign_in.public_url),
        Credentials(of.store, of.digests, hashes, notices),
        hashes,
        common_passwords(),
        challenges,
        Identities(of.store),
        OpenIdProvider(sign_in.openid, f"{address.origin}{RETURN}") if sign_in.openid else None,
        Passkeys(of.store, challenges, history, address) if has_domain(address) else None,
        away,
        SessionCookie("simpul-peramban", secure, "lax"),
        SessionStarts(of.store, accounts.sessions, history, notices),
    )


async def note(
    parts: FeatureServices, user: SignedIn, deed: Deed, *about: str, query: str = "", count: int | None = None
) -> None:
    """Into the history, before the answer: who read or took along what of whom."""
    await accounts_of(parts).history.note(user.actor, deed, *about, query=query, count=count)


async def publish_notices(desk: AccountsDesk, entries: EntryWriter) -> None:
    await desk.invitations.notices.keep_publishing(entries)
