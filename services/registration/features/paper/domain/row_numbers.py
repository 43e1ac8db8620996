"""Numbers of rows as somebody types them from a list that was signed: `1-40, 42`."""

import re
from typing import Final

LONGEST: Final = 4_000
"""Letters: two thousand rows, each by itself."""
_PIECE: Final = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")


class NumbersRefused(Exception):
    """The text says what to do, to whoever typed them."""


def row_numbers(typed: str, rows: int) -> list[int]:
    """Each once, in their order. `rows`: how many the list has. Raises `NumbersRefused`."""
    if len(typed) > LONGEST:
        raise NumbersRefused("Nomornya terlalu banyak untuk sekali kirim. Kirim sebagian dulu.")
    joined = re.sub(r"\s*(?:-|–|—|s\.?/?d\.?)\s*", "-", typed.strip())
    pieces = [piece for piece in re.split(r"[\s,;]+", joined) if piece]
    if not pieces:
        raise NumbersRefused("Tulis nomor yang hadir, misalnya 1-40, 42.")
    found: set[int] = set()
    for piece in pieces:
        found.update(_numbers(piece, rows))
    return sorted(found)


def _numbers(piece: str, rows: int) -> range:
    read = _PIECE.fullmatch(piece)
    if read is None:
        shown = piece if len(piece) <= 20 else f"{piece[:20]}…"
        raise NumbersRefused(f"“{shown}” bukan nomor. Tulis seperti 1-40, 42.")
    first, last = int(read[1]), int(read[2] or read[1])
    if first > last:
        raise NumbersRefused(f"“{piece}” terbalik: tulis {last}-{first}.")
    if first < 1 or last > rows:
        raise NumbersRefused(
            f"Nomor {first if first < 1 else last} tidak ada: daftar ini bernomor 1 sampai {rows}."
        )
    return range(first, last + 1)
