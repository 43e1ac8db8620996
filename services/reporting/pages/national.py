"""The directorate's pages: figures, and beside them how far they can be relied upon. No JavaScript."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment

from services.reporting.domain.measures import MEASURES, of_activities
from services.reporting.domain.permissions import Action
from services.reporting.domain.questions import Filters, Question, Report
from services.reporting.domain.standing import OfficeStanding
from services.reporting.entrypoints.directorate import Directorate, Tag
from services.reporting.pages.query import FIELDS, PageQuery, choices, filters_in_words, read_query
from services.reporting.pages.tables import FILTERS, ListPage, Pagination, Table, highest
from services.reporting.storage.figures import Unchanged, report
from shared.accounts.access import SignedIn
from shared.accounts.desk_pages import done_message
from shared.accounts.pages.account_pages import TEMPLATES, AccountPages
from shared.contracts.types import ZONES
from shared.mongo.driver import Document, Store
from shared.pages import environment

CONTROL: Final = {
    "equal": "cocok dengan laporan balai",
    "waiting": "belum ada laporan pembanding",
    "differs": "BERBEDA dari laporan balai",
}
ZONE: Final = "WIB"  # the directorate's own clock
JAKARTA: Final = ZoneInfo(ZONES[ZONE])
UNITS: Final = ((86_400, "hari"), (3_600, "jam"), (60, "menit"), (1, "detik"))
MONTHS: Final = 12
RELIED: Final = 6
NO_OFFICE: Final = "Balai ini tidak dikenal, atau belum mengirim data."


def templates(directorate_name: str) -> Environment:
    found = environment(Path(__file__).parent / "templates", TEMPLATES)
    found.filters |= FILTERS
    found.globals |= {
        "directorate": directorate_name,
        "measures": MEASURES,
        "fields": FIELDS,
        "control": CONTROL,
    }
    return found


def problem_page(
    templates: Environment, _: str, status: int, headers: dict[str, str], heading: str, detail: str
) -> HTMLResponse:
    text = templates.get_template("problem.html").render(heading=heading, sentence=detail)
    return HTMLResponse(text, status, headers)


def routes(store: Store, front: AccountPages, directorate: Directorate) -> APIRouter:
    pages = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    view = NationalPages(store, front, directorate)
    Visitor = Annotated[SignedIn | None, Depends(directorate.open(Action.SEE_FIGURES))]  # noqa: N806

    @pages.get("/")
    async def national(request: Request, user: Visitor) -> Response:
        return await view.figures(request, user, None)

    @pages.get("/saring")
    async def filters(request: Request, user: Visitor) -> Response:
        return await view.filters(request, user is not None, None)

    @pages.get("/balai/{code}")
    async def office(request: Request, user: Visitor, code: str) -> Response:
        return await view.figures(request, user, code)

    @pages.get("/balai/{code}/saring")
    async def office_filters(request: Request, user: Visitor, code: str) -> Response:
        return await view.filters(request, user is not None, code)

    return pages


class NationalPages:
    """The national pages, or those of the office that is named."""

    def __init__(self, store: Store, front: AccountPages, directorate: Directorate) -> None:
        self._store, self._front, self._directorate = store, front, directorate

    async def figures(self, request: Request, user: SignedIn | None, office: str | None) -> Response:
        exact = user is not None
        query, wrong = read_query(request, exact)
        if wrong:
            return await self.filters(request, exact, office)
        if office is not None:
            query.office = office
        here = user or await self._directorate.desk.access.visitor(request)
        csrf = here.csrf if here else ""
        # a page tells its own age: the same figures a minute later are another page
        tag = self._directorate.tag(request, exact, csrf, f"{datetime.now(JAKARTA):%Y%m%d%H%M}")
        try:
            found = await self._report(query, exact, office, tag)
        except Unchanged:
            return tag.unchanged()
        if _is_unknown(office, found.offices):
            return self._missing()
        shown = _shown(request.query_params, query, office, found)
        said = done_message(self._front, request)
        return self._page(
            "national.html", 200, tag.headers, exact=exact, user=here, csrf=csrf, done=said, **shown
        )

    async def filters(self, request: Request, exact: bool, office: str | None) -> Response:
        """The form, with what does not fit told at its field."""
        _, wrong = read_query(request, exact)
        found = await report(self._store, Question(("kind",), Filters(), exact))
        if _is_unknown(office, found.offices):
            return self._missing()
        offered = choices(found.tables[0], found.offices, office)
        hidden = {"office"} if office is not None else set()
        if not exact and "cohort" not in wrong:
            hidden.add("cohort")
        return self._page(
            "filter.html",
            422 if wrong else 200,
            {},
            office=next((one for one in found.offices if one.office == office), None),
            path=_path(office),
            choices=offered,
            shown=[name for name in FIELDS if name not in hidden],
            wrong=wrong,
            typed=dict(request.query_params),
        )

    def _page(self, look: str, status: int, headers: dict[str, str], **values: Any) -> HTMLResponse:
        return self._front.page(look, status, headers, **values)

    def _missing(self) -> HTMLResponse:
        return problem_page(self._front.templates, "", 404, {}, "Tidak ditemukan", NO_OFFICE)

    async def _report(self, query: PageQuery, exact: bool, office: str | None, tag: Tag) -> Report:
        total = Question((), Filters(**query.model_dump()), exact)
        first = replace(total, by=("activity", "month", "kind") if office is not None else ("office",))
        month, category = replace(total, by=("month",)), replace(total, by=("category",))
        found = await report(
            self._store, total, first, month, category, titles_of=office, is_known=tag.matches
        )
        return found if exact else found.for_anyone()


def _shown(given: Mapping[str, str], query: PageQuery, office: str | None, found: Report) -> dict[str, Any]:
    """What the figures' page tells."""
    standings = [one for one in found.offices if query.office in (None, one.office)]
    filters = query.model_dump(by_alias=True, exclude_none=True)
    own = {name: value for name, value in filters.items() if office is None or name != "office"}
    pagination = Pagination(given, own)
    return {
        "office": next((one for one in standings if one.office == office), None),
        "path": _path(office),
        "as_of": found.as_of.astimezone(JAKARTA),
        "ago": lambda moment: ago(moment, found.as_of),
        "total": found.tables[0][0],
        "standings": standings,
        "reliance": _reliance(standings, pagination),
        "latest": max((one.last_fact_at for one in standings if one.last_fact_at), default=None),
        "offices": {one.office: one for one in found.offices},
        "tables": _tables(found, office, pagination),
        "titles": found.titles,
        "filters": own,
        "filters_in_words": filters_in_words(query, found.offices, ("office",) if office is not None else ()),
        "to_filter": _path(office).rstrip("/") + "/saring" + _query_string(own),
        "office_query": _query_string({name: value for name, value in own.items() if name != "office"}),
        "file_query": lambda table: urlencode({"by": table.by} | filters, safe=","),
    }


def _tables(found: Report, office: str | None, pagination: Pagination) -> list[Table]:
    _, first, months, categories = found.tables
    people = [row for row in categories if row["category"]]
    if office is None:
        rows = pagination.of("balai", "Per balai", first)
        top = Table(rows, "Balai", "office", highest(first))
    else:
        rows = pagination.of("kegiatan", "Per kegiatan", _latest_first(first))
        top = Table(rows, "Kegiatan", "activity,month,kind", without=("activities",))
    by_month = pagination.of("bulan", "Per bulan kegiatan", _latest_first(months), MONTHS)
    return [
        top,
        Table(by_month, "Bulan", "month", highest(months)),
        Table(
            pagination.of("unsur", "Per unsur peserta", people, 10),
            "Unsur",
            "category",
            None,
            of_activities(),
        ),
    ]


def _reliance(standings: Sequence[OfficeStanding], pagination: Pagination) -> ListPage:
    """What is not to be relied upon comes first."""
    return pagination.of(
        "data", "Kelengkapan data per balai", sorted(standings, key=lambda one: one.sound), RELIED
    )


def _latest_first(rows: list[Document]) -> list[Document]:
    return sorted(rows, key=lambda row: (row["month"] or "", row.get("activity") or ""), reverse=True)


def _is_unknown(office: str | None, offices: Sequence[OfficeStanding]) -> bool:
    return office is not None and office not in {one.office for one in offices}


def _path(office: str | None) -> str:
    return f"/balai/{office}" if office is not None else "/"


def _query_string(filters: Mapping[str, Any]) -> str:
    return f"?{urlencode(filters)}" if filters else ""


def ago(moment: datetime, now: datetime) -> str:
    """`5 detik lalu`, in the largest unit that is full."""
    seconds = int((now - moment).total_seconds())
    for length, unit in UNITS:
        if seconds >= length:
            return f"{seconds // length} {unit} lalu"
    return "baru saja"
