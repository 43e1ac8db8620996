"""What all pages have in common: one look, plain HTML with its CSS inside, nothing from elsewhere."""

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared import words

# A page loads nothing, is framed by nobody, sends its forms here only, and tells no other site its address.
# (Under `no-referrer` browsers would send the forms with `Origin: null`, as a foreign page's.)
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def pages_of(rows: int, size: int) -> int:
    """How many pages a list fills; an empty one has a page, too."""
    return max(1, -(-rows // size))


def environment(looks: Path) -> Environment:
    """Templates of one service, which extend `base.html` and import `forms.html` of the shared look."""
    found = Environment(
        loader=FileSystemLoader([looks, Path(__file__).with_name("looks")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "number": words.number,
        "month": words.month,
        "words": words.words,
        "day": words.day,
        "moment": words.moment,
        "span": words.span,
    }
    return found
