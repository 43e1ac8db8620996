"""Inviting somebody: a link that is used once, told as the service tells it."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pydantic import TypeAdapter, ValidationError

from shared.accounts.accounts import (
    CREDENTIALS,
    Accounts,
    account,
    grant_rows,
    letters,
)
from shared.accounts.domain.account import Account
from shared.accounts.domain.history import COMMAND_LINE
from shared.accounts.domain.one_time_codes import (
    accepted_step,
    new_recovery_codes,
    new_token,
    plain_recovery_code,
)
from shared.accounts.domain.permissions import Grant
from shared.accounts.frame import Frame
from shared.accounts.history import History, history_row
from shared.accounts.sessions import Sessions, digest
from shared.contracts.types import Email
from shared.mongo.driver import Document, DuplicateKeyError, ReturnDocument, Session, Store

LASTS: Final = timedelta(hours=72)
PATH: Final = "/undangan"


class AccountExists(Exception):
    """Somebody with this address was invited before."""


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """What is told of one. `number`: how many this account has had; `link`: which nobody can read from the
    database later."""

    account: Account
    number: int
    link: str
    at: datetime
    until: datetime


Announce = Callable[[NewInvitation, Session], Awaitable[None]]
"""Writes down, in the transaction, that somebody is to be told."""


@dataclass(frozen=True, slots=True)
class Invitations:
    """`url`: under which the pages of accounts are; `announce`: None where whoever invites hands the link
    on."""

    store: Store
    accounts: Accounts
    url: str
    announce: Announce | None = None

    async def invite(self, email: str, grants: Sequence[Grant], now: datetime, by: str) -> str:
        """Make an account; its link. `by`: the actor who has it done, here and below.
        Raises `AccountExists`."""
        row: Document = {
            "_id": f"u:{secrets.token_urlsafe(12)}",
            "email": email.strip(),
            "letters": letters(email),
        }
        row |= {"name": "", "state": "invited", "grants": grant_rows(grants), "rev": 0}

        async def work(session: Session) -> str:
            await self.store["accounts"].insert_one(row, session=session)
            return await self._invite(row["_id"], now, by, session)

        try:
            return await self.store.transaction(work)
        except DuplicateKeyError:
            raise AccountExists from None

    async def invite_again(self, name: str, now: datetime, by: str) -> str:
        """A new link, which alone opens the account from now on; with it goes what they signed in with.
        Raises `LastAdmin`."""

        async def work(session: Session) -> str:
            async with self.accounts.keeping_admins(name, by, session):
                link = await self._invite(name, now, by, session)
            await self.accounts.sessions.end_all(name, transaction=session)
            return link

        return await self.store.transaction(work)

    async def _invite(self, name: str, now: datetime, by: str, session: Session) -> str:
        token, until = new_token(), now + LASTS
        invitation = {"token": digest(token), "until": until}
        row = await self.store["accounts"].find_one_and_update(
            {"_id": name},
            {
                "$set": {"invitation": invitation, "state": "invited"},
                "$unset": dict.fromkeys(CREDENTIALS, ""),
                "$inc": {"rev": 1},
            },
            session=session,
            return_document=ReturnDocument.AFTER,
        )
        assert row, "accounts are never deleted"
        made = NewInvitation(account(row), row["rev"], f"{self.url}{PATH}/{token}", now, until)
        told = ", ".join(map(str, made.account.grants))
        await self.accounts.history.write(history_row(by, "invite_account", [name], told), session)
        if self.announce:
            await self.announce(made, session)
        return made.link

    async def of(self, token: str, now: datetime) -> Account | None:
        """Who may accept. None for a token that is wrong, used or over."""
        row = await self.store["accounts"].find_one(standing(digest(token), now))
        return account(row) if row else None

    async def accept(
        self, token: str, name: str, password: str, secret: str, code: str, now: datetime
    ) -> list[str] | None:
        """Use the invitation up; their recovery codes, to be shown once. `password`: its hash; `secret`: of
        their authenticator. None where the code is wrong, or somebody was faster."""
        step = accepted_step(secret, code, now, 0)
        if step is None:
            return None
        codes = new_recovery_codes()
        known = [digest(plain_recovery_code(one)) for one in codes]
        credentials = {"password": password, "totp": secret, "step": step, "recovery": known}
        given = {"name": name, **credentials}
        return codes if await self.use(digest(token), given, now) else None

    async def use(self, token: bytes, given: Document, now: datetime) -> str | None:
        """Use the invitation of this token's digest up: which account is active now, with what is `given`.
        None where it cannot be accepted any more. Raises `DuplicateKeyError`."""

        async def work(session: Session) -> str | None:
            row = await self.store["accounts"].find_one_and_update(
                standing(token, now),
                {"$set": given | {"state": "active"}, "$unset": {"invitation": ""}},
                session=session,
            )
            if row is None:
                return None
            done = history_row(row["_id"], "accept_invitation", [row["_id"]])
            await self.accounts.history.write(done, session)
            return str(row["_id"])

        return await self.store.transaction(work)


def standing(token: bytes, now: datetime) -> Document:
    """Whose invitation of this token's digest can be accepted."""
    return {"invitation.token": token, "invitation.until": {"$gt": now}, "state": "invited"}


def invitations(
    store: Store, history: History, public_url: str, frame: Frame, announce: Announce | None = None
) -> Invitations:
    accounts = Accounts(store, Sessions(store), history, frame.roles)
    return Invitations(store, accounts, public_url.rstrip("/") + frame.prefix, announce)


def is_email(text: str) -> bool:
    try:
        TypeAdapter(Email).validate_python(text)
    except ValidationError:
        return False
    return True


async def invited(making: Invitations, email: str, grant: Grant, now: datetime) -> str:
    """Invite from the command line. The link; where they have an account a new one, and this grant alone.
    Raises `ValueError` where this is no address."""
    if not is_email(email):
        raise ValueError("this is no email address")
    try:
        return await making.invite(email, [grant], now, COMMAND_LINE)
    except AccountExists:
        known = await making.accounts.by_email(email)
        assert known, "it was there just now"
        await making.accounts.grant(known.id, [grant], COMMAND_LINE)
        return await making.invite_again(known.id, now, COMMAND_LINE)
