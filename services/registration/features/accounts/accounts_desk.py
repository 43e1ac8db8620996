"""What pages of accounts work with."""

from dataclasses import dataclass
from typing import Final

from services.registration.features.accounts.accounts import Accounts
from services.registration.features.accounts.api_tokens import ApiTokens
from services.registration.features.accounts.credentials import Credentials
from services.registration.features.accounts.domain.history import Deed
from services.registration.features.accounts.history import History
from services.registration.features.accounts.invitations import Invitations, invitations
from services.registration.features.accounts.password_hashes import PasswordHashes, common_passwords
from services.registration.features.accounts.sessions import Sessions
from services.registration.features.accounts.staff_access import FormMarks, StaffAccess
from services.registration.kernel.context import OfficeContext
from services.registration.kernel.feature import EntryWriter
from services.registration.web.access import SignedIn
from services.registration.web.api import FeatureServices
from shared.pages.cookies import SessionCookie
from shared.sign_ins import SignIns

NAME: Final = "accounts"


@dataclass(frozen=True, slots=True)
class AccountsDesk:
    """`common`: passwords that are refused."""

    access: StaffAccess
    accounts: Accounts
    invitations: Invitations
    credentials: Credentials
    hashes: PasswordHashes
    common: frozenset[str]

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
    tokens = ApiTokens(of.store, history)
    cookie = SessionCookie("simpul", sign_in.public_url.startswith("https:"))
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
        accounts,
        invitations(of.store, sign_in.public_url),
        Credentials(of.store, of.digests, hashes),
        hashes,
        common_passwords(),
    )


async def note(
    parts: FeatureServices, user: SignedIn, deed: Deed, *about: str, query: str = "", count: int | None = None
) -> None:
    """Into the history, before the answer: who read or took along what of whom."""
    await accounts_of(parts).history.note(user.actor, deed, *about, query=query, count=count)


async def publish_notices(desk: AccountsDesk, entries: EntryWriter) -> None:
    await desk.invitations.notices.keep_publishing(entries)
