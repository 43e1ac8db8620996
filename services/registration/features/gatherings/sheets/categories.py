"""Which category a list means by what people write under `Unsur` or `Jabatan`."""

import re
from typing import Final

from services.registration.workbooks.sheets import LONGEST_COMPARED

CATEGORIES: Final[dict[str, tuple[str, ...]]] = {
    "guru-penggerak": ("gurupenggerak", "gp"),
    "guru": ("guru", "pendidik", "gurukelas", "gurumapel", "gurumatapelajaran"),
    "kepala-sekolah": ("kepalasekolah", "kepsek", "kasek", "ks", "kepalasatuanpendidikan"),
    "pengawas": ("pengawas", "pengawassekolah"),
    "fasilitator": ("fasilitator", "fasilitatorsekolahpenggerak", "fsp"),
    "dinas": ("dinas", "dinaspendidikan", "disdik", "disdikpora", "dinaspendidikankepemudaandanolahraga"),
    "mitra-kerja": ("mitrakerja", "mitra"),
    "komunitas": ("komunitas", "komunitasbelajar", "kombel"),
    "lainnya": ("lainnya", "lainlain", "lain"),
    "narasumber": ("narasumber", "pemateri", "pembicara"),
    "panitia": ("panitia", "panitiapelaksana"),
    "widyaprada": ("widyaprada", "wp"),
}
"""What is written alone, in letters only."""

_SCHOOL: Final = "(?:sekolah|sd|smp|sma|smk|slb|tk|paud|kb|ra|mi|mts|ma|madrasah)(?:n|ln|s)?"
_BEGINNINGS: Final = (
    ("guru-penggerak", r"guru penggerak|gp"),
    ("kepala-sekolah", rf"(?:kepala|kepsek|kasek) {_SCHOOL}|kepsek|kasek"),
    ("pengawas", r"pengawas"),
    ("guru", r"guru|pendidik"),
    ("fasilitator", r"fasilitator"),
    ("dinas", r"(?:kepala |staf |pegawai )?(?:dinas|disdik\w*)"),
    ("mitra-kerja", r"mitra kerja"),
    ("komunitas", r"komunitas|kombel"),
    ("widyaprada", r"widyaprada"),
)
"""What longer words begin with: `Guru BK`, `Pengawas Sekolah Madya`, `Kepala Dinas Pendidikan`."""
_BEFORE: Final = re.compile(
    r"^(?:unsur|perwakilan|plt|plh|pjs?|pelaksana (?:tugas|harian)|penjabat)\b[\s.:]*"
)


def categories(written: str) -> set[str]:
    """Each that is named; none where nothing is known, several where it is not said which one counts."""
    if len(written) > LONGEST_COMPARED:
        return set()
    written = written.casefold()
    if (whole := _exactly(written)) is not None:
        return {whole}
    parts = re.split(r"[/&,;+]|\bdan\b|\bmerangkap\b", re.sub(r"\(.*?\)", " ", written))
    found = [_beginning(part) for part in parts]
    return {slug for slug in found if slug} if found[0] else set()


def _exactly(written: str) -> str | None:
    letters = re.sub(r"[\W\d_]", "", re.sub(r"^(unsur|perwakilan|wakil)\b", "", written))
    return next((slug for slug, synonyms in CATEGORIES.items() if letters in synonyms), None)


def _beginning(part: str) -> str | None:
    words = " ".join(re.sub(r"[\W_]", " ", _BEFORE.sub("", part.strip())).split())
    return _exactly(words) or next(
        (slug for slug, beginning in _BEGINNINGS if re.match(rf"(?:{beginning})\b", words)), None
    )
