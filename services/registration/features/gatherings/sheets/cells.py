"""Reads one cell of an invitation sheet. What cannot be read is refused with a sentence, never guessed."""

import re
from collections.abc import Callable
from typing import Final

from services.registration.features.gatherings.sheets.categories import CATEGORIES, categories
from services.registration.workbooks.sheets import NO_RESULT, Cell, Unread
from shared import identity
from shared.regions import AmbiguousRegency, UnknownRegency, find_regency
from shared.visible import visible

DIGITS_KEPT: Final = 10**15
"""Spreadsheets keep 15 digits of a number: from here on the last ones are lost."""

_EMPTY: Final = re.compile(r"^([-–—.\s]*|0|tidak ada|n/?a|nihil)$", re.IGNORECASE)
_SCIENTIFIC: Final = re.compile(r"^\s*[0-9]+([.,][0-9]+)?\s*e\s*\+?[0-9]+\s*$", re.IGNORECASE)
_ROMAN: Final = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")

_NUMBER_RULES: Final = {
    "signs": "hanya boleh berisi angka",
    "length": "jumlah angkanya tidak tepat",
    "birth": "delapan angka pertamanya bukan tanggal lahir",
    "sex": "angka ke-15 harus 1 atau 2",
}


class CellRefused(ValueError):
    """Its text is an Indonesian sentence for the report; it never repeats what the cell holds."""


def unread(cell: Unread) -> str:
    if cell.shows == NO_RESULT:
        return "Rumus tanpa hasil; buka dan simpan di Excel, lalu unggah lagi"
    return f"Sel berisi galat {cell.shows}; perbaiki rumusnya atau ketik isinya"


def text(cell: Cell) -> str | None:
    """Spaces collapsed, case as typed; None for an empty cell or a dash. A number is written in full.

    Raises `CellRefused` for an error.
    """
    if isinstance(cell, Unread):
        raise CellRefused(unread(cell))
    if isinstance(cell, float):
        cell = int(cell) if cell.is_integer() else repr(cell)
    words = " ".join(str(cell).split())
    return None if _EMPTY.match(words) else words


def _compared(cell: Cell) -> str | None:
    """Of what is not sent as it was typed, but as what it stands for."""
    return text(visible(cell) if isinstance(cell, str) else cell)


def nip(cell: Cell) -> str | None:
    return _number(cell, "NIP", 18, identity.nip)


def nuptk(cell: Cell) -> str | None:
    return _number(cell, "NUPTK", 16, identity.nuptk)


def email(cell: Cell) -> str | None:
    """Lower case: mailboxes that differ by case alone are not seen in the field, sheets in capitals are."""
    found = _compared(cell)
    return found.lower().removeprefix("mailto:") if found else None


def category(cell: Cell) -> str | None:
    found = _compared(cell)
    if found is None:
        return None
    named = categories(found)
    if len(named) == 1:
        return named.pop()
    wrong = "Lebih dari satu unsur; tulis satu saja" if named else "Unsur tidak dikenal"
    raise CellRefused(f"{wrong}. Pilihan: " + ", ".join(slug.replace("-", " ") for slug in CATEGORIES))


def regency(cell: Cell) -> str | None:
    if isinstance(cell, float) and not cell.is_integer():
        cell = f"{cell:.2f}"  # a code kept as a number has lost its last zero: 32.10
    found = _compared(cell)
    if found is None:
        return None
    try:
        return find_regency(found).code
    except UnknownRegency:
        raise CellRefused(
            "Kabupaten/kota tidak dikenal. Tulis nama atau kode Kemendagri, misalnya 51.03"
        ) from None
    except AmbiguousRegency as shared:
        choices = " atau ".join(shared.choices)
        raise CellRefused(f"Nama ini milik lebih dari satu daerah. Tulis lengkap: {choices}") from None


def cohort(cell: Cell) -> int | None:
    """`1`, `I`, `Angkatan 1`."""
    found = _compared(cell)
    if found is None:
        return None
    bare = re.sub(r"^(angkatan|akt\.?)\s*", "", found.casefold())
    if bare in _ROMAN:
        return _ROMAN.index(bare) + 1
    if re.fullmatch(r"[0-9]{1,3}", bare) is None:
        raise CellRefused("Angkatan harus berupa angka, misalnya 1")
    return int(bare)


def _number(cell: Cell, title: str, length: int, read: Callable[[str], str]) -> str | None:
    if (isinstance(cell, float) and cell >= DIGITS_KEPT) or (
        isinstance(cell, str) and _SCIENTIFIC.match(cell)
    ):
        raise CellRefused(
            f"{title} tersimpan sebagai angka sehingga digit terakhirnya hilang. "
            "Ubah format sel menjadi Teks, lalu ketik ulang"
        )
    found = _compared(cell)
    if found is None:
        return None
    try:
        return read(re.sub(rf"^{title}\b[.:\s]*", "", found, flags=re.IGNORECASE))
    except identity.NotANumber as refused:
        raise CellRefused(f"{title} harus {length} angka: {_NUMBER_RULES[refused.rule]}") from None


READERS: Final[dict[str, Callable[[Cell], str | int | None]]] = {
    "name": text,
    "nip": nip,
    "nuptk": nuptk,
    "email": email,
    "phone": text,
    "category": category,
    "institution": text,
    "npsn": text,
    "regency": regency,
    "cohort": cohort,
    "group": text,
}
"""Field -> how its cell is read. Each raises `CellRefused` only."""
