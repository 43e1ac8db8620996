"""Text without the signs that nobody sees, by which two texts that look alike would differ."""

import unicodedata
from typing import Any, Final

BLANK_LETTERS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols to Unicode, and a space to everybody who looks."""

IGNORED: Final = (
    *((0x034F, 0x034F), (0x17B4, 0x17B5), (0x180B, 0x180F), (0xFE00, 0xFE0F), (0xFFF0, 0xFFF8)),
    (0xE0000, 0xE0FFF),  # tags and variation selectors, also those not given out yet
)
"""Default ignorable to Unicode (UAX 44), and not all of the category Cf."""


def visible(text: str) -> str:
    """Without format characters (Cf: of width zero, of direction, soft hyphens, tags) and their like."""
    if text.isascii():
        return text
    return "".join(" " if sign in BLANK_LETTERS else sign for sign in text if not _unseen(sign))


def all_visible(data: Any) -> Any:
    """JSON with each of its texts made `visible`; names of fields stay as they are."""
    if isinstance(data, str):
        return visible(data)
    if isinstance(data, list):
        return [all_visible(item) for item in data]
    if isinstance(data, dict):
        return {name: all_visible(value) for name, value in data.items()}
    return data


def _unseen(sign: str) -> bool:
    return unicodedata.category(sign) == "Cf" or any(low <= ord(sign) <= high for low, high in IGNORED)
