"""The directorate's pages: figures, and beside them how far they can be relied upon. No JavaScript."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment

from services.reporting.asked import FIELDS, Asked, asked_by, choices
from services.reporting.directorate import Directorate, Tag
from services.reporting.figures import Filters, Question, Report, Unchanged, report
from services.reporting.veil import text
from shared.contracts.types import ZONES
from shared.mongo.driver import Document, Store
from shared.pages import HEADERS, environment
from shared.words import number

CONTROL: Final = {
    "equal": "cocok dengan laporan balai",
    "waiting": "belum ada laporan pembanding",
    "differs": "BERBEDA dari laporan balai",
}
MEASURES: Final = {
    "activities": "Kegiatan",
    "seats": "Kursi",
    "confirmed": "Terkonfirmasi",
    "waitlisted": "Daftar tunggu",
    "cancelled": "Dibatalkan",
    "present": "Hadir",
    "session_attendances": "Kehadiran sesi",
    "jp_attended": "JP diikuti",
}
JAKARTA: Final = ZoneInfo(ZONES["WIB"])  # the directorate's own clock
UNITS: Final = ((86_400, "hari"), (3_600, "jam"), (60, "menit"), (1, "detik"))
WIDEST: Final = 50  # per cent of a chart's width: beside the longest bar its figure has room on a phone
NO_OFFICE: Final = "Balai ini tidak dikenal, atau belum mengirim data."


@dataclass(frozen=True, slots=True)
class Table:
    """`by`: what the files of the same rows are asked for. `chart`: whether bars stand above it.
    `without`: measures that say nothing there."""

    id: str
    heading: str
    first: str
    by: str
    rows: list[Document]
    chart: bool = False
    without: tuple[str, ...] = ()


def routes(store: Store, directorate_name: str, directorate: Directorate) -> APIRouter:
    pages = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    looks = environment(Path(__file__).parent / "templates")
    looks.filters |= {"figure": figure, "bar": lambda value, of: WIDEST * max(0, known(value)) // max(of, 1)}
    looks.globals |= {"directorate": directorate_name, "measures": MEASURES, "fields": FIELDS}
    view = View(store, looks, directorate)

    @pages.get("/")
    async def national(request: Request) -> Response:
        return await view.answer(request, None)

    @pages.get("/balai/{code}")
    async def office(request: Request, code: str) -> Response:
        return await view.answer(request, code)

    @pages.get("/masuk")
    async def sign_in_form() -> Response:
        return HTMLResponse(looks.get_template("sign-in.html").render(wrong=False), headers=HEADERS)

    @pages.post("/masuk")
    async def sign_in(request: Request) -> Response:
        typed = dict(parse_qsl((await request.body()).decode(errors="replace"))).get("token", "")
        if not directorate.is_token(typed):
            body = looks.get_template("sign-in.html").render(wrong=True)
            return HTMLResponse(body, 422, headers=HEADERS)
        answer = RedirectResponse("/", 303)
        directorate.sign_in(request, answer)
        return answer

    @pages.post("/keluar")
    async def sign_out() -> Response:
        answer = RedirectResponse("/", 303)
        directorate.sign_out(answer)
        return answer

    return pages


class View:
    def __init__(self, store: Store, looks: Environment, directorate: Directorate) -> None:
        self._store, self._looks, self._directorate = store, looks, directorate

    async def answer(self, request: Request, office: str | None) -> Response:
        """The national page, or one office's."""
        exact = self._directorate.asks(request)
        asked, wrong = asked_by(request, exact)
        if office is not None:
            asked.office = office
        # a page tells its own age: the same figures a minute later are another page
        tag = self._directorate.tag(request, exact, f"{datetime.now(JAKARTA):%Y%m%d%H%M}")
        try:
            found = await self._report(asked, exact, office, tag)
        except Unchanged:
            return tag.unchanged()
        if office is not None and office not in {one.office for one in found.offices}:
            body = self._looks.get_template("missing.html").render(sentence=NO_OFFICE)
            return HTMLResponse(body, 404, headers=HEADERS)
        template = self._looks.get_template("national.html")
        said = self._said(asked, exact, office, found)
        body = template.render(**said, wrong=wrong, typed=dict(request.query_params))
        return HTMLResponse(body, 422 if wrong else 200, headers=HEADERS | tag.headers)

    async def _report(self, asked: Asked, exact: bool, office: str | None, tag: Tag) -> Report:
        filters = Filters(**asked.model_dump())
        total = Question((), filters, exact)
        second = replace(total, by=("activity", "month", "kind") if office is not None else ("office",))
        month, category = replace(total, by=("month",)), replace(total, by=("category",))
        kinds = Question(("kind",), Filters(), exact)
        questions = (total, second, month, category, kinds)
        found = await report(self._store, *questions, titles_of=office, known=tag.known)
        return found if exact else found.for_anyone()

    def _said(self, asked: Asked, exact: bool, office: str | None, found: Report) -> dict[str, Any]:
        total, second, months, categories, kinds = found.tables
        standings = [one for one in found.offices if asked.office in (None, one.office)]
        filters = asked.model_dump(by_alias=True, exclude_none=True)
        people = [row for row in categories if row["category"]]
        by_month = Table("bulan", "Per bulan kegiatan", "Bulan", "month", months, chart=True)
        by_category = Table(
            "unsur", "Per unsur peserta", "Unsur", "category", people, without=("activities", "seats")
        )
        if office is None:
            first = Table("balai", "Per balai", "Balai", "office", second, chart=True)
        else:
            by = "activity,month,kind"
            first = Table(
                "kegiatan", "Per kegiatan", "Kegiatan", by, _latest_first(second), without=("activities",)
            )
        own = {name: value for name, value in filters.items() if office is None or name != "office"}
        return {
            "exact": exact,
            "office": next((one for one in standings if one.office == office), None),
            "as_of": found.as_of.astimezone(JAKARTA),
            "ago": lambda moment: ago(moment, found.as_of),
            "control": CONTROL,
            "total": total[0],
            "standings": standings,
            "latest": max((one.last_fact_at for one in standings if one.last_fact_at), default=None),
            "offices": {one.office: one for one in found.offices},
            "tables": [first, by_month, by_category],
            "titles": found.titles,
            "filters": own,
            "office_query": urlencode({name: value for name, value in filters.items() if name != "office"}),
            "file_query": urlencode(filters),
            "choices": choices(kinds, found.offices, office),
            "highest": highest,
        }


def _latest_first(rows: list[Document]) -> list[Document]:
    return sorted(rows, key=lambda row: (row["month"] or "", row["activity"]), reverse=True)


def known(value: Any) -> int:
    """As much of a figure as everyone may know."""
    return int(value.get("at_least", 0) if isinstance(value, dict) else value)


def highest(rows: Sequence[Document]) -> int:
    return max((known(row[name]) for row in rows for name in ("confirmed", "present")), default=0)


def figure(value: Any) -> str:
    """`1.200`, `<5`, `≥1.200`, or a dash for what is not shown at all."""
    if not isinstance(value, dict):
        return number(value)
    if "at_least" not in value:
        return str(text(value))
    return f"≥{number(value['at_least'])}" if value["at_least"] else "–"


def ago(moment: datetime, now: datetime) -> str:
    """`5 detik lalu`, in the largest unit that is full."""
    seconds = int((now - moment).total_seconds())
    for length, unit in UNITS:
        if seconds >= length:
            return f"{seconds // length} {unit} lalu"
    return "baru saja"
