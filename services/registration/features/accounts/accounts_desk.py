"""What pages of an office's accounts work with, and what other features write into its history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import Request

from services.registration.features.accounts.domain.deeds import WORDS, Deed
from services.registration.features.accounts.frame import FRAME, SCOPES_HINT
from services.registration.features.accounts.history import OfficeHistory
from services.registration.features.accounts.notices import Notices
from services.registration.kernel.context import OfficeContext
from services.registration.kernel.feature import EntryWriter, OfficeStore
from services.registration.kernel.features import Features
from services.registration.web.api import FeatureServices
from services.registration.web.front import OfficePages
from shared.accounts.access import SignedIn
from shared.accounts.accounts_desk import AccountsDesk, accounts_desk
from shared.accounts.invitations import Invitations, invitations
from shared.accounts.pages.account_pages import AccountPages
from shared.accounts.pages.devices import PATH as DEVICES
from shared.mongo.driver import Store

NAME: Final = "accounts"


def accounts_of(parts: FeatureServices) -> AccountsDesk:
    found: AccountsDesk = parts.parts[NAME]
    return found


def history_of(parts: FeatureServices) -> OfficeHistory:
    found = accounts_of(parts).history
    assert isinstance(found, OfficeHistory), "`parts` made it"
    return found


def office_invitations(store: Store, public_url: str, history: OfficeHistory | None = None) -> Invitations:
    """Whose links are mailed."""
    history = history or OfficeHistory(store, WORDS, {})
    return invitations(store, history, public_url, FRAME, Notices(store).announce)


@dataclass(frozen=True, slots=True)
class OfficeActivities:
    """For which a role may be, whichever feature's they are."""

    of: OfficeStore
    features: Features

    async def offered(self) -> Mapping[str, str]:
        return await self.features.activities(self.of)

    async def known(self, names: Sequence[str]) -> Mapping[str, str]:
        return await self.features.titles(self.of, names)


def parts(context: OfficeContext) -> AccountsDesk:
    of, sign_in = context.of, context.sign_in
    history = OfficeHistory(of.store, WORDS, context.features.history)

    async def activity(request: Request) -> str | None:
        """Of which activity the thing is that the path names."""
        given = request.path_params
        for name, activity_of in context.features.activity_of.items():
            if name in given:
                return await activity_of(of, given[name])
        return given.get("activity")

    return accounts_desk(
        sign_in,
        office_invitations(of.store, sign_in.public_url, history),
        FRAME,
        lambda typed: of.digests.counted("sign-in", typed),
        activity,
        Notices(of.store, f"{sign_in.public_url.rstrip('/')}{FRAME.prefix}{DEVICES}").announce_sign_in,
        OfficeActivities(of, context.features),
    )


def account_pages(front: OfficePages) -> AccountPages:
    office = front.office
    return AccountPages(
        accounts_of(front),
        front.templates,
        front.done_sentences,
        office.name,
        office.zone,
        SCOPES_HINT.format(office.code),
        {"office": office},
    )


async def note(
    parts: FeatureServices, user: SignedIn, deed: Deed, *about: str, query: str = "", count: int | None = None
) -> None:
    """Into the history, before the answer: who read or took along what of whom."""
    await accounts_of(parts).history.note(user.actor, deed, *about, query=query, count=count)


async def publish_notices(desk: AccountsDesk, entries: EntryWriter) -> None:
    await Notices(desk.invitations.store).keep_publishing(entries)
