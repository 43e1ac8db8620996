"""The figures over HTTP: JSON, CSV and XLSX."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import StringConstraints

from services.reporting.domain.permissions import Action
from services.reporting.domain.questions import DIMENSIONS, OF_PERSONS, Dimension, Filters, Question, Report
from services.reporting.entrypoints.directorate import CHALLENGE, Directorate
from services.reporting.entrypoints.files import SHEET, as_csv, as_workbook
from services.reporting.storage.figures import Unchanged, report
from shared.accounts.access import SignedIn
from shared.contracts.types import INT_BOUND, Month, OfficeCode, Slug, rfc3339
from shared.http import Problem, problem_answer
from shared.mongo.driver import Store

ABOUT = """Figures of all offices, grouped by any of the dimensions.

`activities` and `seats` are stated for an activity as a whole: grouped by `category`, `cohort` or
`home_regency` they stand in the row where those dimensions are null, and are null in every other, as they
are under a filter by `category` or `cohort`. `month`, `kind`, `province` and
`regency` are the activity's (`online` where it has no place); `home_regency` is the participants'.
`activity` is null for people whom a newer office counts in none; without the directorate's token they are
left out. A person in two activities is counted twice. Rows without any figure are left out; without `by`
there is exactly one row.

With `Authorization: Bearer` and a token of the directorate with the scope `figures:read` every figure is
exact. Without it `{"below": 5}`
stands for fewer than five people, or fewer than five in each activity and category that the row is made of;
`{"at_least": n}` for a figure of which the rest would give such a number away; `facts` is null; and
`cohort` and `home_regency` may not be asked for.

`offices` says how far each may be relied upon. `control` is `equal` when its sums equalled the totals that
the office stated last, at that very number, in every partition; `differs` when one did not; `waiting` while
a partition with facts has stated none. `stopped` says why nothing more is read of an office, else null.
"""


By = Annotated[str, Query(include_in_schema=False)]  # a list in one text, as only OpenAPI's own words say it
Province = Annotated[str, StringConstraints(pattern="^([1-9][0-9]|online)$")]
Cohort = Annotated[int, Query(ge=0, le=INT_BOUND)]
DOCUMENTED: dict[str, Any] = {
    "parameters": [
        {
            "name": "by",
            "in": "query",
            "description": "separated by commas, each once",
            "style": "form",
            "explode": False,
            "schema": {
                "type": "array",
                "items": {"type": "string", "enum": [*DIMENSIONS]},
                "uniqueItems": True,
            },
        }
    ],
}
ANSWERS: dict[int | str, dict[str, Any]] = {
    304: {"description": "nothing is other than at the `ETag` of `If-None-Match`"},
    401: problem_answer("another token than the directorate's, or a question that needs it"),
}
OF_DIRECTORATE = "Angkatan dan asal peserta hanya dirinci untuk direktorat: dengan token, atau sesudah masuk."
Write = Callable[[Question, Report], Response]


def routes(store: Store, directorate: Directorate) -> APIRouter:
    api = APIRouter(prefix="/api/v1")
    Reader = Annotated[SignedIn | None, Depends(directorate.open(Action.SEE_FIGURES))]  # noqa: N806
    Exporter = Annotated[SignedIn | None, Depends(directorate.open(Action.EXPORT_FIGURES))]  # noqa: N806

    def filters_of(
        by: By = "",
        office: OfficeCode | None = None,
        province: Province | None = None,
        kind: Slug | None = None,
        category: Slug | None = None,
        cohort: Cohort | None = None,
        first: Annotated[Month | None, Query(alias="from")] = None,
        last: Annotated[Month | None, Query(alias="to")] = None,
    ) -> Question:
        filters = Filters(office, province, kind, category, cohort, first, last)
        return Question(_dimensions(by), filters, exact=False)

    Asked = Annotated[Question, Depends(filters_of)]  # noqa: N806

    async def answer(
        request: Request, user: SignedIn | None, asked: Question, write: Write, deed: str = "export_figures"
    ) -> Response:
        question = replace(asked, exact=user is not None)
        if user is None and question.named & OF_PERSONS:
            raise Problem(401, "unauthorized", OF_DIRECTORATE, CHALLENGE)
        tag = directorate.tag(request, question.exact)
        try:
            found = await report(store, question, is_known=tag.matches)
        except Unchanged:
            return tag.unchanged()
        if user is not None:
            rows = len(found.tables[0])
            await directorate.desk.history.note(user.actor, deed, query=request.url.query, count=rows)
        written = write(question, found if question.exact else found.for_anyone())
        written.headers.update(tag.headers)
        return written

    @api.get("/figures", description=ABOUT, openapi_extra=DOCUMENTED, responses=ANSWERS)
    async def figures(request: Request, user: Reader, asked: Asked) -> Response:
        return await answer(request, user, asked, _json, "read_figures")

    @api.get(
        "/figures.csv",
        response_class=Response,
        responses=ANSWERS | {200: {"content": {"text/csv": {}}}},
        description="The same rows; a dimension that is null is left empty, a figure that is null is `–`, "
        "what is not told exactly is `<5` or `≥n`.",
        openapi_extra=DOCUMENTED,
    )
    async def figures_csv(request: Request, user: Exporter, asked: Asked) -> Response:
        return await answer(request, user, asked, _csv)

    @api.get(
        "/figures.xlsx",
        response_class=Response,
        responses=ANSWERS | {200: {"content": {SHEET: {}}}},
        description="The same rows as a workbook, with a sheet of how far each office may be relied upon.",
        openapi_extra=DOCUMENTED,
    )
    async def figures_xlsx(request: Request, user: Exporter, asked: Asked) -> Response:
        return await answer(request, user, asked, _xlsx)

    return api


def _dimensions(by: str) -> tuple[Dimension, ...]:
    named = [name.strip() for name in by.split(",") if name.strip()]
    found = tuple(name for name in get_args(Dimension) if name in named)
    if len(found) != len(named):
        raise Problem(
            422, "invalid", "`by` hanya boleh memuat: " + ", ".join(DIMENSIONS) + "; masing-masing sekali."
        )
    return tuple(sorted(found, key=named.index))


def _json(_: Question, found: Report) -> Response:
    offices = [asdict(one) | {"last_fact_at": _time(one.last_fact_at)} for one in found.offices]
    return JSONResponse({"as_of": rfc3339(found.as_of), "rows": found.tables[0], "offices": offices})


def _csv(question: Question, found: Report) -> Response:
    written = as_csv(question.by, found.tables[0])
    return _file(written.encode(), "text/csv; charset=utf-8", found.as_of, "csv")


def _xlsx(question: Question, found: Report) -> Response:
    return _file(as_workbook(question.by, found), SHEET, found.as_of, "xlsx")


def _file(written: bytes, media_type: str, as_of: datetime, ending: str) -> Response:
    name = f"angka-simpul-{as_of:%Y%m%dT%H%M%SZ}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(written, media_type=media_type, headers=headers)


def _time(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None
