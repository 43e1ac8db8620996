"""What pages of accounts work with."""

from dataclasses import dataclass
from typing import Final

from services.registration.features.accounts.accounts import Accounts
from services.registration.features.accounts.sessions import Sessions
from services.registration.features.accounts.staff_access import FormMarks, StaffAccess
from services.registration.kernel.feature import OfficeStore
from services.registration.kernel.features import Features
from services.registration.web.api import Parts
from shared.pages.cookies import SessionCookie

NAME: Final = "accounts"


@dataclass(frozen=True, slots=True)
class AccountsDesk:
    access: StaffAccess
    accounts: Accounts
    sessions: Sessions


def accounts_of(parts: Parts) -> AccountsDesk:
    found: AccountsDesk = parts.parts[NAME]
    return found


def accounts_desk(
    of: OfficeStore, features: Features, token_hash: str, session_keys: str, secure: bool
) -> AccountsDesk:
    """`secure`: TLS is there."""
    accounts, sessions = Accounts(of.store), Sessions(of.store)
    cookie, marks = SessionCookie("simpul", secure), FormMarks(session_keys)
    access = StaffAccess(of, accounts, sessions, token_hash, cookie, marks, features.activity_of)
    return AccountsDesk(access, accounts, sessions)
