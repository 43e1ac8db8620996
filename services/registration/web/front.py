"""What the pages of an office work with, and how a page is answered."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, Final, TypeVar, cast

from fastapi.responses import HTMLResponse
from jinja2 import Environment

from services.registration.kernel.feature import ActivitySection
from services.registration.kernel.features import Features
from services.registration.web.api import OfficeApi
from services.registration.web.mails import Mails
from shared.contracts.activity import Activity
from shared.links import Links
from shared.office import Office
from shared.pages import environment
from shared.pages.done_sentences import DoneSentences
from shared.regions import regencies

WAIT_SECONDS: Final = 4.0  # for an outcome; most stand within a tenth of a second
T = TypeVar("T")


def now() -> datetime:
    return datetime.now(UTC)


async def poll_until(look: Callable[[], Awaitable[T]], done: Callable[[T], bool]) -> T:
    """What a look finds, once it is done or the time for an outcome is over.

    A page that loads itself again would cut off whoever is being read to: so it waits before it is sent.
    """
    give_up = monotonic() + WAIT_SECONDS
    while True:
        found = await look()
        if done(found) or monotonic() > give_up:
            return found
        await asyncio.sleep(0.1)


def templates(features: Features) -> Environment:
    """Those that all pages share, and those of each feature."""
    own = [feature.templates for feature in features.features if feature.templates]
    found = environment(Path(__file__).with_name("templates"), *own)
    found.filters["regency"] = lambda code: regencies()[code].name if code in regencies() else code
    found.globals["activity_pages"] = [
        page for feature in features.features for page in feature.activity_pages
    ]
    found.globals["activity_sections"] = [
        (feature.name, section) for feature in features.features for section in feature.activity_sections
    ]
    return found


@dataclass(frozen=True, slots=True)
class OfficePages:
    """`desk`: the office's API, whose way in the pages share. `mails`: None where none are asked for."""

    office: Office
    desk: OfficeApi
    links: Links
    mails: Mails | None
    templates: Environment

    @property
    def parts(self) -> Mapping[str, Any]:
        """By a feature's name, what its pages work with."""
        return self.desk.parts

    @property
    def done_sentences(self) -> DoneSentences:
        return self.desk.done_sentences

    async def sections(self, activity: Activity) -> list[tuple[str, Mapping[str, Any]]]:
        """What features show of an activity on its own page: templates, and what each is filled with."""
        stated = cast(list[tuple[str, ActivitySection]], self.templates.globals["activity_sections"])
        return [(one.template, await one.values(self.parts[name], activity)) for name, one in stated]

    def page(
        self, look: str, status: int = 200, headers: dict[str, str] | None = None, **values: Any
    ) -> HTMLResponse:
        text = self.templates.get_template(look).render(office=self.office, **values)
        return HTMLResponse(text, status, headers)

    def problem(
        self, path: str, status: int, headers: dict[str, str], heading: str, detail: str
    ) -> HTMLResponse:
        """Staff are led back to their desk, everybody else to the activities."""
        to_desk = path.startswith("/staf")
        return self.page("galat.html", status, headers, heading=heading, detail=detail, to_desk=to_desk)
