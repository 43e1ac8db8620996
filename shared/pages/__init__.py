"""What all pages have in common: one look, plain HTML with its CSS inside, nothing from elsewhere."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared import words


def pages_of(rows: int, size: int) -> int:
    """How many pages a list fills; an empty one has a page, too."""
    return max(1, -(-rows // size))


def environment(*folders: Path) -> Environment:
    """Templates of one service, which extend `base.html` and import `forms.html` of the shared look."""
    found = Environment(
        loader=FileSystemLoader([*folders, Path(__file__).with_name("templates")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "number": words.number,
        "month": words.month,
        "words": words.words,
        "kind": words.kind_label,
        "day": words.day,
        "moment": words.moment,
        "span": words.span,
        "dates": words.dates,
    }
    return found
