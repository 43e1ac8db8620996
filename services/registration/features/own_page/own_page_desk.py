"""What pages of one's own work with."""

from dataclasses import dataclass
from typing import Final

from services.registration.features.own_page.link_requests import LinkRequests
from services.registration.features.own_page.page_owners import PageOwners
from services.registration.kernel.context import OfficeContext
from services.registration.kernel.feature import EntryWriter
from services.registration.web.api import FeatureServices

NAME: Final = "own_page"


@dataclass(frozen=True, slots=True)
class OwnPageDesk:
    requests: LinkRequests
    owners: PageOwners


def parts(context: OfficeContext) -> OwnPageDesk:
    owners = PageOwners(context.of.store, context.of.digests)
    return OwnPageDesk(LinkRequests(context.of.store, context.of.digests, owners, context.links), owners)


def own_page(of: FeatureServices) -> OwnPageDesk:
    found: OwnPageDesk = of.parts[NAME]
    return found


async def mail_links(desk: OwnPageDesk, entries: EntryWriter) -> None:
    await desk.requests.keep_mailing(entries)
