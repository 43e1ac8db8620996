"""A participant's own page: all of their registrations, behind a link that is mailed to whoever asks."""

from pathlib import Path
from typing import Final

from services.registration.features.own_page.link_requests import COLLECTIONS
from services.registration.features.own_page.own_page_desk import NAME, mail_links, parts
from services.registration.features.own_page.pages import asking, own
from services.registration.kernel.feature import Feature

OWN_PAGE: Final = Feature(
    name=NAME,
    commands={},
    facts={},
    kinds={},
    collections=COLLECTIONS,
    pages=(asking.routes, own.routes),
    templates=Path(__file__).with_name("templates"),
    work=mail_links,
    parts=parts,
)
