"""What the nation publishes: one row of figures for each office, month, kind and category. Compacted.

Rows are exact, so the topic is for the directorate alone; a null value says that a row is zero by now.
"""

from functools import cache
from typing import Any, ClassVar, Final

from pydantic import create_model

from shared.contracts.facts import MEASURES
from shared.contracts.types import Count, Message, Month, OfficeCode, Signed, Slug


class Row(Message):
    """A row's place, without its figures."""

    type: ClassVar[str] = "id.simpul.national.row.v1"

    rev: Count
    office: OfficeCode
    month: Month | None
    kind: Slug | None
    category: Slug | None


ABOUT: Final = """Key `{office}|{YYYY-MM}|{kind}|{category}`; a part that is null is empty there.

`rev`: higher than that of every row written before; of two records of a key the one with the higher
holds. Activities and seats stand in the row whose category is null."""
_OF_THE_FIRST_RELEASE: Final = frozenset(
    (
        *("activities", "seats", "confirmed", "waitlisted", "cancelled"),
        *("present", "session_attendances", "jp_attended"),
    )
)
"""Rows lack measures that came later, which means 0."""


@cache
def national_row(measures: tuple[str, ...]) -> type[Row]:
    """A row with a figure for each of these measures."""
    columns: dict[str, Any] = {
        name: (Signed, ...) if name in _OF_THE_FIRST_RELEASE else (Signed, 0) for name in measures
    }
    return create_model("NationalRow", __base__=Row, __doc__=ABOUT, **columns)


NationalRow: Final = national_row(tuple(MEASURES))
"""A row with a figure for each measure that offices may state."""
