"""Kinds of activities as the directorate names them. An office may name others: `kind` is an open slug."""

from typing import Final

KINDS: Final[dict[str, str]] = {
    "rakor": "Rapat koordinasi",
    "diskusi-terpumpun": "Diskusi kelompok terpumpun",
    "lokakarya": "Lokakarya",
    "bimtek": "Bimbingan teknis",
    "pelatihan": "Pelatihan",
    "sosialisasi": "Sosialisasi",
    "webinar": "Webinar",
    "pendampingan": "Pendampingan",
    "refleksi": "Refleksi",
    "festival": "Festival atau panen karya",
}
