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
    "not_asked": "tidak ditanyakan dalam kegiatan ini; hapus isian itu",
    "other_category": "tidak ditanyakan kepada unsur ini; hapus isian itu",
    "one_line": "harus satu baris, paling banyak 200 huruf",
    "not_a_number": "harus berupa angka",
    "not_a_date": "harus berupa tanggal antara tahun 1900 dan 2100",
    "not_a_choice": "bukan salah satu pilihan",
    "not_a_phone": "bukan nomor telepon; tulis misalnya 0812-3456-7890",
    "string_type": "harus berupa teks",
    "kind_fixed": "tidak dapat dijawab dengan cara lain: sudah ada pendaftar",
    "choices": "perlu paling sedikit dua pilihan, dan hanya bila jawabannya dipilih",
    "same_choice": "memuat pilihan yang sama",
    "built_in": "sudah punya rumusan sendiri; tulis kodenya saja",
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
    "questions": "Pertanyaan",
    "answers": "Jawaban",
    "reminder_before": "Jarak pengingat",
    "attendance_opens_before": "Jarak pembukaan presensi",
    "offer_within": "Lamanya kursi ditawarkan",
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
    if field.startswith("answers."):
        return f"Jawaban “{field.partition('.')[2]}”"
    in_list = re.fullmatch(r"(sessions|quotas|questions)\.([0-9]+)\.?(.*)", field)
    if in_list:
        part = _PARTS.get(in_list[3], in_list[3])
        return f"{_LABELS[in_list[1]]} {int(in_list[2]) + 1}{', ' if part else ''}{part}"
    return _LABELS.get(field, field)
