"""Making an activity known: a short link, a text for chats, a poster, and a calendar of all of them."""

from pathlib import Path
from typing import Final

from services.registration.features.sharing.pages import calendar_feed, share, short_links
from services.registration.kernel.actions import Action
from services.registration.kernel.feature import ActivityPage, Feature

SHARING: Final = Feature(
    name="sharing",
    commands={},
    facts={},
    kinds={},
    collections={},
    pages=(short_links.routes, calendar_feed.routes),
    staff_pages=(share.routes,),
    templates=Path(__file__).with_name("templates"),
    activity_pages=(ActivityPage("bagikan", "Bagikan kegiatan", Action.SEE_ROSTER, "Pesan"),),
)
