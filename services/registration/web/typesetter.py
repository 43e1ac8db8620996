"""Sets one document: of `{"template": path, "data": ...}` it makes a PDF, or nothing where it cannot."""

import json
import sys
from typing import Any, Final

import typst

from shared.limited_process import limit_this_process

MEMORY: Final = 2_000_000_000
PROCESSOR_SECONDS: Final = 30


def main() -> None:
    limit_this_process(MEMORY, PROCESSOR_SECONDS)
    given = json.load(sys.stdin.buffer)
    sys.stdout.buffer.write(typeset(given["template"], given["data"]))


def typeset(template: str, data: Any) -> bytes:
    """With typst's own fonts alone: the same data gives the same bytes wherever it is set."""
    how: dict[str, Any] = {
        "sys_inputs": {"data": json.dumps(data)},
        "format": "pdf",
        "ignore_system_fonts": True,
    }
    try:
        made = typst.compile(template, pdf_standards="a-2b", **how)
    except typst.TypstError:  # a sign that no font has, which the standard forbids, is printed as a box
        made = typst.compile(template, **how)
    assert isinstance(made, bytes)
    return made


if __name__ == "__main__":
    main()
