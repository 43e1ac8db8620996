"""The directorate's page: figures, and beside each office how far they can be relied upon. No JavaScript."""

from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from services.reporting.figures import Question, report
from shared.contracts.types import ZONES
from shared.mongo.driver import Store
from shared.pages import HEADERS, environment

CONTROL: Final = {
    "equal": "cocok dengan laporan balai",
    "waiting": "belum ada laporan pembanding",
    "differs": "BERBEDA dari laporan balai",
}
JAKARTA: Final = ZoneInfo(ZONES["WIB"])  # the directorate's own clock
UNITS: Final = ((86_400, "hari"), (3_600, "jam"), (60, "menit"), (1, "detik"))


def routes(store: Store, directorate: str) -> APIRouter:
    pages = APIRouter(include_in_schema=False)
    template = environment(Path(__file__).parent / "templates").get_template("national.html")

    @pages.get("/", response_class=HTMLResponse)
    async def national() -> HTMLResponse:
        found = await report(
            store, Question(), Question(("office",)), Question(("month",)), Question(("category",))
        )
        totals, offices, months, categories = found.tables
        return HTMLResponse(
            template.render(
                directorate=directorate,
                as_of=found.as_of.astimezone(JAKARTA),
                ago=lambda moment: ago(moment, found.as_of),
                control=CONTROL,
                total=totals[0],
                standings=found.offices,
                by_office={row["office"]: row for row in offices},
                months=months,
                categories=[row for row in categories if row["category"]],
            ),
            headers=HEADERS,
        )

    return pages


def ago(moment: datetime, now: datetime) -> str:
    """`5 detik lalu`, in the largest unit that is full."""
    seconds = int((now - moment).total_seconds())
    for length, unit in UNITS:
        if seconds >= length:
            return f"{seconds // length} {unit} lalu"
    return "baru saja"
