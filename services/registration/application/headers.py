"""Which column of a sheet holds what, by the headers that offices use."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

Cell = str | int | float
"""What a cell holds; an empty one is ''."""

HEADER_SEARCH_ROWS: Final = 40  # a letterhead with address and the letter's subject takes 6 to 15

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    # Best synonym first: where a sheet has both "Unsur" and "Jabatan", Unsur is read.
    "name": ("namalengkap", "nama", "namapeserta", "namalengkapdangelar", "namalengkapgelar", "namadangelar"),
    "nip": ("nip", "nipnipppk", "nipppk", "nomorindukpegawai"),
    "nuptk": ("nuptk",),
    "email": ("email", "surel", "alamatemail", "alamatsurel", "emailaktif"),
    "phone": ("nohp", "nowa", "hp", "wa", "nohpwa", "nomorhp", "nomorwa", "telepon", "notelepon", "whatsapp"),
    "category": ("unsur", "kategori", "jabatan", "unsurpeserta"),
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
    ),
    "npsn": ("npsn",),
    "regency": ("kabupatenkota", "kabkota", "kabupaten", "kota", "kab", "asalkabupatenkota"),
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


@dataclass(frozen=True, slots=True)
class Header:
    """`row`: as Excel counts, from 1. `columns`: field -> index of its column, from 0."""

    row: int
    columns: dict[str, int]

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(field for field in REQUIRED if field not in self.columns)


def find_header(rows: Sequence[Sequence[Cell]]) -> Header | None:
    """The first row that has a name column and most known headers, or None. It may lack required columns."""
    candidates = [Header(at + 1, _columns(row)) for at, row in enumerate(rows[:HEADER_SEARCH_ROWS])]
    best = max(candidates, key=lambda header: len(header.columns), default=None)
    return best if best and len(best.columns) >= 2 and "name" in best.columns else None


def column_letter(index: int) -> str:
    """0 -> A, 26 -> AA."""
    first, last = divmod(index, 26)
    return (column_letter(first - 1) if first else "") + chr(ord("A") + last)


def _columns(row: Sequence[Cell]) -> dict[str, int]:
    found: dict[str, tuple[int, int]] = {}
    for index, cell in enumerate(row):
        if isinstance(cell, str) and (match := _field(cell)):
            field, rank = match
            found[field] = min(found.get(field, (rank, index)), (rank, index))
    return {field: index for field, (_, index) in found.items()}


def _field(header: str) -> tuple[str, int] | None:
    """Field and rank of its synonym. `Nama (sesuai KTP)` is Nama; of `Unsur/Jabatan` either part will do."""
    plain = re.sub(r"\(.*?\)", " ", header.casefold())
    for text in (header.casefold(), plain, *re.split(r"[/|]", plain)):
        letters = re.sub(r"[\W\d_]", "", text)
        for field, synonyms in FIELDS.items():
            if letters in synonyms:
                return field, synonyms.index(letters)
    return None
