"""The directorate's page: figures, and beside each office how far they can be relied upon. No JavaScript."""

from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.reporting.figures import Question, report
from shared.contracts.types import ZONES
from shared.mongo.driver import Store

MONTHS: Final = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)
CONTROL: Final = {
    "equal": "cocok dengan laporan balai",
    "waiting": "belum ada laporan pembanding",
    "differs": "BERBEDA dari laporan balai",
}
JAKARTA: Final = ZoneInfo(ZONES["WIB"])  # the directorate's own clock
UNITS: Final = ((86_400, "hari"), (3_600, "jam"), (60, "menit"), (1, "detik"))
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
}


def routes(store: Store, directorate: str) -> APIRouter:
    pages = APIRouter(include_in_schema=False)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "month": month, "words": words}
    template = environment.get_template("national.html")

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


def number(value: int) -> str:
    """Indonesian grouping: `27.434`."""
    return f"{value:,}".replace(",", ".").replace("-", "−")


def month(value: str | None) -> str:
    return f"{MONTHS[int(value[5:]) - 1]} {value[:4]}" if value else "bulan belum diketahui"


def words(slug: str) -> str:
    return slug.replace("-", " ")
