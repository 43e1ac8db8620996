"""The filters of the pages: what is asked for, what does not fit, and what there is to choose."""

from collections.abc import Collection, Sequence
from typing import Annotated, Final, get_args

from fastapi import Request
from pydantic import BaseModel, Field, ValidationError

from services.reporting.domain.standing import OfficeStanding
from services.reporting.entrypoints.api import Province
from shared.contracts.types import INT_BOUND, Category, Month, OfficeCode, Slug
from shared.mongo.driver import Document
from shared.regions import provinces
from shared.words import kind_label, month, words

FIELDS: Final = {
    "office": "Balai",
    "province": "Provinsi",
    "kind": "Jenis kegiatan",
    "category": "Unsur",
    "cohort": "Angkatan",
    "from": "Dari bulan",
    "to": "Sampai bulan",
}

# An office may name a new kind with every activity; others can be asked for in the URL.
MOST_KINDS: Final = 100
MONTHS_REVERSED: Final = "Sampai bulan: pilih bulan yang tidak mendahului “Dari bulan”."
FOR_DIRECTORATE: Final = "Menyaring menurut angkatan hanya untuk direktorat: masuk dahulu."


class PageQuery(BaseModel):
    """What the form sends."""

    office: OfficeCode | None = None
    province: Province | None = None
    kind: Slug | None = None
    category: Slug | None = None
    cohort: Annotated[int, Field(ge=0, le=INT_BOUND)] | None = None
    first: Month | None = Field(None, alias="from")
    last: Month | None = Field(None, alias="to")


def read_query(request: Request, exact: bool) -> tuple[PageQuery, dict[str, str]]:
    """What the form asks for, and by field what does not fit. A field left empty asks for nothing,
    and so does a form of which one field does not fit."""
    try:
        given = {name: value for name, value in request.query_params.items() if value}
        query = PageQuery.model_validate(given)
    except ValidationError as error:
        return PageQuery(), {str(one["loc"][0]): _advice(str(one["loc"][0])) for one in error.errors()}
    if query.first and query.last and query.last < query.first:
        return PageQuery(), {"to": MONTHS_REVERSED}
    if query.cohort is not None and not exact:
        return PageQuery(), {"cohort": FOR_DIRECTORATE}
    return query, {}


def _advice(field: str) -> str:
    advice = {
        "cohort": "tulis sebagai angka, misalnya 2.",
        "from": "tulis tahun dan bulan, misalnya 2024-01.",
        "to": "tulis tahun dan bulan, misalnya 2024-12.",
    }
    return f"{FIELDS[field]}: {advice.get(field, 'pilih dari daftar.')}"


def filters_in_words(
    query: PageQuery, offices: Sequence[OfficeStanding], but: Collection[str] = ()
) -> dict[str, str]:
    """What is filtered by, label -> value, in words; `but` for the fields that the page says anyway."""
    found = {
        "office": next((one.name for one in offices if one.office == query.office), query.office),
        "province": _places().get(query.province or ""),
        "kind": query.kind and kind_label(query.kind),
        "category": query.category and words(query.category),
        "cohort": query.cohort,
        "from": query.first and month(query.first),
        "to": query.last and month(query.last),
    }
    given = query.model_dump(by_alias=True, exclude_none=True)
    return {FIELDS[name]: str(found[name] or given[name]) for name in given if name not in but}


def choices(
    kinds: list[Document], offices: Sequence[OfficeStanding], office: str | None
) -> dict[str, dict[str, str]]:
    """By field: code -> what people read."""
    named = [row["kind"] for row in kinds if row["kind"]]
    found = {
        "office": {one.office: one.name for one in offices},
        "province": _places(),
        "kind": {kind: kind_label(kind) for kind in named[:MOST_KINDS]},
        "category": {slug: words(slug).capitalize() for slug in get_args(Category)},
    }
    return {name: values for name, values in found.items() if office is None or name != "office"}


def _places() -> dict[str, str]:
    return provinces() | {"online": "Daring"}
