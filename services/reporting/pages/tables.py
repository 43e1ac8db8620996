"""Tables of the pages: a few rows at a time, so that a page stays small however much there is to tell."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from services.reporting.domain.measures import MEASURES
from services.reporting.domain.suppression import cell_text
from shared.mongo.driver import Document
from shared.pages import pages_of
from shared.words import number

ROWS: Final = 8  # with long names and filters, and every office in trouble, a page has 28 kB of its 30
RARE: Final = ("beyond", "invited", "came_by_invitation")
"""Measures with a column only where one of the rows has any: a page has 30 kB."""
WIDEST: Final = 50  # per cent of a chart's width: beside the longest bar its figure has room on a phone


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list; where the pages before and after it are, if there are any."""

    id: str
    heading: str
    rows: Sequence[Any]
    page: int
    pages: int
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Table:
    """`by`: what the files of all its rows are asked for. `highest`: of what the bars above it are drawn to,
    None without them. `without`: measures that say nothing there."""

    list: ListPage
    first: str
    by: str
    highest: int | None = None
    without: tuple[str, ...] = ()

    @property
    def columns(self) -> dict[str, str]:
        rare = [name for name in RARE if not any(row.get(name) for row in self.list.rows)]
        return {name: one.label for name, one in MEASURES.items() if name not in (*self.without, *rare)}


class Pagination:
    """Which page of each list is shown stands in the URL, beside the filters."""

    def __init__(self, query: Mapping[str, str], filters: Mapping[str, Any]) -> None:
        named = {name: value for name, value in query.items() if name.startswith("hal-")}
        self._pages = {name: int(value) for name, value in named.items() if _is_page(value)}
        self._filters = filters

    def of(self, id_: str, heading: str, rows: Sequence[Any], size: int = ROWS) -> ListPage:
        """A page beyond the last is the last."""
        pages = pages_of(len(rows), size)
        page = min(self._pages.get(f"hal-{id_}", 1), pages)
        before = self._to(id_, page - 1) if page > 1 else None
        after = self._to(id_, page + 1) if page < pages else None
        return ListPage(id_, heading, rows[(page - 1) * size : page * size], page, pages, before, after)

    def _to(self, id_: str, page: int) -> str:
        return f"?{urlencode({**self._filters, **self._pages, f'hal-{id_}': page})}#{id_}"


def _is_page(value: str) -> bool:
    return value.isascii() and value.isdigit() and 0 < len(value) < 6 and int(value) > 0


def lower_bound(value: Any) -> int:
    """As much of a figure as everyone may know."""
    return int(value.get("at_least", 0) if isinstance(value, dict) else value)


def highest(rows: Sequence[Document]) -> int:
    return max((lower_bound(row[name]) for row in rows for name in ("confirmed", "present")), default=0)


def bar(value: Any, of: int) -> int:
    """Its length in per cent."""
    return WIDEST * max(0, lower_bound(value)) // max(of, 1)


def figure(value: Any) -> str:
    """`1.200`, `<5`, `≥1.200`, or a dash for what is not shown at all or cannot be split."""
    if value is None:
        return "–"
    if not isinstance(value, dict):
        return number(value)
    if "at_least" not in value:
        return str(cell_text(value))
    return f"≥{number(value['at_least'])}" if value["at_least"] else "–"


FILTERS: Final[dict[str, Callable[..., Any]]] = {"figure": figure, "bar": bar}
