"""What an outcome says to people, in plain Indonesian: what happened, and what to do."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_RULES: Final = {
    "web_address": "memuat alamat web; hapus alamat itu",
    "at_sign": "memuat tanda @; hapus tanda itu",
    "no_letter": "tidak memuat huruf; tulis dengan huruf",
    "stacked": "memuat terlalu banyak tanda pada satu huruf; hapus tanda itu",
    "invisible": "hanya berisi tanda tak terlihat; ketik ulang",
    "instant_out_of_range": "harus antara tahun 2000 dan 2100",
    "duration_out_of_range": "harus antara 0 dan 366 hari",
    "closes_before_it_opens": "harus sesudah pembukaan",
    "ends_before_it_starts": "harus sesudah mulai",
    "same_id": "memakai id yang sama lebih dari satu kali",
    "attended": "yang sudah dihadiri tidak dapat dihapus atau diubah JP-nya",
    "required": "wajib diisi",
    "link_or_file": "memuat satu tautan atau satu berkas, bukan keduanya",
    "missing": "wajib diisi",
    "string_too_short": "wajib diisi",
    "string_too_long": "terlalu panjang",
    "too_few_digits": "memuat terlalu sedikit angka",
    "nip_birth": "tidak diawali tanggal lahir",
    "nip_sex": "tidak memuat angka 1 atau 2 sebagai angka ke-15",
}
_LABELS: Final = {
    "participant.name": "Nama",
    "participant.email": "Alamat email",
    "participant.phone": "Nomor telepon",
    "participant.nip": "NIP",
    "participant.nuptk": "NUPTK",
    "name": "Nama",
    "email": "Alamat email",
    "phone": "Nomor telepon",
    "nip": "NIP",
    "nuptk": "NUPTK",
    "institution.name": "Nama instansi",
    "institution.npsn": "NPSN",
    "group": "Kelompok",
    "title": "Judul",
    "reason": "Alasan",
    "opens": "Waktu pembukaan",
    "closes": "Waktu penutupan",
    "sessions": "Pertemuan",
    "quotas": "Kuota",
    "reminder_before": "Jarak pengingat",
    "attendance_opens_before": "Jarak pembukaan presensi",
}
_PARTS: Final = {"starts": "waktu mulai", "ends": "waktu selesai", "title": "judul"}

PENDING = "Sedang diproses. Silakan muat ulang sebentar lagi."


class _Given(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return {"field": "isian"}.get(key, "")


@dataclass(frozen=True, slots=True)
class Sentences:
    """By result, and by the reason of what was refused or parked; gaps in braces."""

    results: Mapping[str, str]
    reasons: Mapping[str, str]

    def say(self, result: str, reason: str | None, numbers: Mapping[str, str | int]) -> str:
        """One sentence; `numbers` fill its gaps and hold no personal data."""
        if reason == "invalid" and numbers.get("rule") in _RULES:
            return f"Isian tidak sesuai: {misfit(str(numbers['field']), str(numbers['rule']))}."
        text = self.reasons[reason] if reason else self.results[result]
        return text.format_map(_Given((name, value) for name, value in numbers.items() if value != ""))


_RESULTS: Final = {
    "published": "Sudah diterbitkan.",
    "withdrawn": "Sudah ditarik.",
}
_REASONS: Final = {
    "id_reused": "Kode permintaan ini sudah dipakai untuk isi yang berbeda. Kirim ulang dengan kode baru.",
    "invalid": "Isian tidak sesuai. Periksa kembali: {field}.",
    "too_large": "Data terlalu besar. Bagi menjadi beberapa kiriman.",
    "unreadable": "Kiriman tidak terbaca. Perbaiki bentuknya, lalu kirim ulang.",
    "wrong_partition": "Kiriman salah partisi. Pakai pembagi murmur2, lalu kirim ulang.",
    "wrong_office": "Kiriman menyebut balai lain. Kirim ke topik balai tersebut.",
    "unknown_type": "Jenis perintah tidak dikenal.",
    "forbidden": "Pengirim tidak terbukti atau tidak berhak. Periksa tanda tangan dan izinnya.",
    "failed": "Perintah gagal diproses dan disimpan untuk diperiksa petugas.",
}
OF_ANY: Final = Sentences(_RESULTS, _REASONS)
"""Of commands whatever they are about."""


def misfit(field: str, rule: str) -> str:
    """What is wrong with a field, as a clause that begins with its name."""
    return f"{_label(field)} {_RULES.get(rule, 'tidak sesuai')}"


def _label(field: str) -> str:
    in_list = re.fullmatch(r"(sessions|quotas)\.([0-9]+)\.?(.*)", field)
    if in_list:
        part = _PARTS.get(in_list[3], in_list[3])
        return f"{_LABELS[in_list[1]]} {int(in_list[2]) + 1}{', ' if part else ''}{part}"
    return _LABELS.get(field, field)
