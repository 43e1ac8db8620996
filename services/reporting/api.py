"""The figures over HTTP: JSON and CSV."""

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Query, Response

from services.reporting.figures import DIMENSIONS, Dimension, Question, report
from shared.contracts.facts import MEASURES
from shared.contracts.types import Month, OfficeCode, rfc3339
from shared.http import Problem
from shared.mongo.driver import Store

ABOUT = """Figures of all offices, grouped by any of the dimensions.

`activities` and `seats` are stated for an activity as a whole: grouped by `category`, `cohort` or
`home_regency` they stand in the row where those dimensions are null. `month`, `kind`, `province` and
`regency` are the activity's (`online` where it has no place); `home_regency` is the participants'.
A person in two activities is counted twice. Rows without any figure are left out; without `by` there is
exactly one row.

`offices` says how far each may be relied upon. `control` is `equal` when its sums equalled the totals that
the office stated last, at that very number, in every partition; `differs` when one did not; `waiting` while
a partition with facts has stated none. `stopped` says why nothing more is read of an office, else null.
"""


By = Annotated[str, Query(include_in_schema=False)]  # a list in one text, as only OpenAPI's own words say it
GROUPED: dict[str, Any] = {
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
    ]
}


def routes(store: Store) -> APIRouter:
    api = APIRouter(prefix="/api/v1")

    @api.get("/figures", description=ABOUT, openapi_extra=GROUPED)
    async def figures(
        by: By = "",
        office: OfficeCode | None = None,
        first: Annotated[Month | None, Query(alias="from")] = None,
        last: Annotated[Month | None, Query(alias="to")] = None,
    ) -> dict[str, Any]:
        found = await report(store, Question(_dimensions(by), office, first, last))
        offices = [asdict(one) | {"last_fact_at": _time(one.last_fact_at)} for one in found.offices]
        return {"as_of": rfc3339(found.as_of), "rows": found.tables[0], "offices": offices}

    @api.get(
        "/figures.csv",
        response_class=Response,
        responses={200: {"content": {"text/csv": {}}}},
        description="The same rows; null is left empty.",
        openapi_extra=GROUPED,
    )
    async def figures_csv(
        by: By = "",
        office: OfficeCode | None = None,
        first: Annotated[Month | None, Query(alias="from")] = None,
        last: Annotated[Month | None, Query(alias="to")] = None,
    ) -> Response:
        question = Question(_dimensions(by), office, first, last)
        found = await report(store, question)
        text = _csv([*question.by, *MEASURES], found.tables[0])
        name = f"angka-simpul-{found.as_of:%Y%m%dT%H%M%SZ}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

    return api


def _dimensions(by: str) -> tuple[Dimension, ...]:
    named = [name.strip() for name in by.split(",") if name.strip()]
    found = tuple(name for name in get_args(Dimension) if name in named)
    if len(found) != len(named):
        raise Problem(
            422, "invalid", "`by` hanya boleh memuat: " + ", ".join(DIMENSIONS) + "; masing-masing sekali."
        )
    return tuple(sorted(found, key=named.index))


def _time(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None


def _csv(columns: list[str], rows: Iterable[dict[str, Any]]) -> str:
    """RFC 4180. Every value is a slug, a code or an integer: none can begin a formula but a negative sum."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
