"""Which column of a sheet holds what, by the headers that offices use."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from services.registration.workbooks.sheets import LONGEST_COMPARED, Area, Cell, below_first, is_blank

HEADER_SEARCH_ROWS: Final = 40  # a letterhead with address and the letter's subject takes 6 to 15
TITLES_TOLD: Final = 20

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    # Best synonym first: where a sheet has both "Unsur" and "Jabatan", Unsur is read.
    "name": (
        *("namalengkap", "nama", "namapeserta", "namalengkapdangelar", "namalengkapgelar", "namadangelar"),
        *("namaguru", "fullname", "name"),
    ),
    "nip": ("nip", "nipnipppk", "nipppk", "nomorindukpegawai"),
    "nuptk": ("nuptk",),
    "email": ("email", "surel", "alamatemail", "alamatsurel", "emailaktif", "emailaddress"),
    "phone": (
        *("nohp", "nowa", "hp", "wa", "nohpwa", "nomorhp", "nomorwa", "telepon", "notelepon", "whatsapp"),
        *("nomorhpwa", "nomorwhatsapp", "nowhatsapp", "nomortelepon", "nomorhandphone", "nohandphone"),
        *("handphone", "notelp", "telp", "phonenumber"),
    ),
    "category": ("unsur", "kategori", "jabatan", "unsurpeserta", "jabatansaatini", "peran"),
    "institution": (
        "instansi",
        "unitkerja",
        "asalsekolah",
        "asalinstansi",
        "namainstansi",
        "lembaga",
        "sekolah",
        "namasekolah",
        "satuanpendidikan",
        "asalunitkerja",
        "asallembaga",
        "tempattugas",
        "unitorganisasi",
    ),
    "npsn": ("npsn",),
    "regency": ("kabupatenkota", "kabkota", "kabupaten", "kota", "kab", "asalkabupatenkota", "asalkabkota"),
    "cohort": ("angkatan",),
    "group": ("kelompok", "kelompokdampingan"),
}
TITLES: Final[dict[str, str]] = {
    "name": "Nama",
    "nip": "NIP",
    "nuptk": "NUPTK",
    "email": "Email",
    "phone": "No. HP/WA",
    "category": "Unsur",
    "institution": "Instansi",
    "npsn": "NPSN",
    "regency": "Kabupaten/Kota",
    "cohort": "Angkatan",
    "group": "Kelompok",
}
REQUIRED: Final = ("name", "email", "category")
_BESIDES: Final = "aktif anda peserta beserta dengan dan gelar lengkap bapak ibu yang sesuai wajib diisi"
_ADORNED: Final = frozenset(_BESIDES.split())
"""Words of a form's question that change nothing of what it asks: `Nama Lengkap beserta Gelar`."""


@dataclass(frozen=True, slots=True)
class Header:
    """`row`: the last of its rows, as Excel counts, from 1. `columns`: field -> index of its column, from 0.
    `status`: where the product's own list says what became of each registration. `words`: what the list
    writes for a category -> the category; `category`: of everybody where nothing is written."""

    row: int
    columns: dict[str, int]
    status: int | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    category: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(
            name
            for name in REQUIRED
            if name not in self.columns and not (name == "category" and self.category)
        )


def find_header(rows: Sequence[Sequence[Cell]], merged: Sequence[Area] = ()) -> Header | None:
    """The first row, or two, that have a name column and most known headers, or None. Required columns may
    be missing. A title that is merged over two rows stands in both."""
    titles = [list(row) for row in rows[: HEADER_SEARCH_ROWS + 1]]
    for below, column, first in below_first(merged):
        if below < len(titles) and column < min(len(titles[below]), len(titles[first])):
            titles[below][column] = titles[first][column]
    candidates = []
    for at, row in enumerate(titles[:HEADER_SEARCH_ROWS]):
        candidates.append(_header(at + 1, row))
        if at + 1 < len(titles) and (both := _two_rows(row, titles[at + 1])):
            candidates.append(_header(at + 2, both))
    best = max(candidates, key=lambda header: len(header.columns), default=None)
    return best if best and len(best.columns) >= 2 and "name" in best.columns else None


def titles_seen(rows: Sequence[Sequence[Cell]]) -> tuple[int, list[str]]:
    """The row that looks most like titles, and what it says; 0 where none does. Never a row with an address
    or a long number: that is of somebody."""
    best: tuple[int, list[str]] = (0, [])
    for at, row in enumerate(rows[:HEADER_SEARCH_ROWS], start=1):
        words = [" ".join(str(cell).split()) for cell in row if str(cell).strip()]
        personal = any("@" in word or len(re.findall(r"\d", word)) > 5 or len(word) > 80 for word in words)
        if not personal and len(words) > max(1, len(best[1])):
            best = at, words[:TITLES_TOLD]
    return best


def column_letter(index: int) -> str:
    """0 -> A, 26 -> AA."""
    first, last = divmod(index, 26)
    return (column_letter(first - 1) if first else "") + chr(ord("A") + last)


def _two_rows(upper: Sequence[Cell], lower: Sequence[Cell]) -> list[Cell] | None:
    """Titles under which more precise ones stand; None where the lower row says something else, too."""
    known = _columns(upper)
    if "name" not in known or not _columns(lower):
        return None
    under = [cell for at, cell in enumerate(lower) if at not in known.values()]
    over = [lower[at] for at in known.values() if at < len(lower) and lower[at] != upper[at]]
    if not is_blank(over) or any(str(cell).strip() and not _known(cell) for cell in under):
        return None
    width = max(len(upper), len(lower))
    padded = [[*row, *[""] * (width - len(row))] for row in (upper, lower)]
    return [below if str(below).strip() else above for above, below in zip(*padded, strict=True)]


def _header(row: int, titles: Iterable[Cell]) -> Header:
    cells = list(titles)
    status = next((at for at, cell in enumerate(cells) if str(cell).strip().casefold() == "status"), None)
    return Header(row, _columns(cells), status)


def _columns(row: Iterable[Cell]) -> dict[str, int]:
    found: dict[str, tuple[int, int]] = {}
    for index, cell in enumerate(row):
        if match := _known(cell):
            field, rank = match
            found[field] = min(found.get(field, (rank, index)), (rank, index))
    return {field: index for field, (_, index) in found.items()}


def _known(cell: Cell) -> tuple[str, int] | None:
    """Field and rank of its synonym. `Nama (sesuai KTP)` is Nama; of `Unsur/Jabatan` either part will do."""
    if not isinstance(cell, str) or len(cell) > LONGEST_COMPARED:
        return None
    header = cell.casefold()
    plain = re.sub(r"\(.*?\)", " ", header)
    core = " ".join(word for word in re.findall(r"[^\W\d_]+", plain) if word not in _ADORNED)
    for rank, texts in enumerate(((header, plain, *re.split(r"[/|]", plain)), (core,))):
        for text in texts:
            letters = re.sub(r"[\W\d_]", "", text)
            for name, synonyms in FIELDS.items():
                if letters in synonyms:
                    return name, rank * 100 + synonyms.index(letters)
    return None
