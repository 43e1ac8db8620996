"""What an outcome says to people, in plain Indonesian: what happened, and what to do."""

import re
from collections.abc import Mapping
from typing import Any, Final

_RESULTS = {
    "confirmed": "Pendaftaran terkonfirmasi.",
    "waitlisted": "Kuota penuh. Pendaftaran masuk daftar tunggu, urutan ke-{place}.",
    "cancelled": "Pembatalan sudah dicatat.",
    "recorded": "Kehadiran sudah dicatat.",
    "published": "Kegiatan sudah diumumkan.",
    "changed": "Perubahan kegiatan sudah dicatat.",
    "corrected": "Data sudah diperbaiki.",
    "received": "Pendaftaran sudah kami terima. "
    "Rinciannya hanya kami kirim ke alamat email yang tercatat pada kami.",
}

_REASONS = {
    "window_closed": "Pendaftaran sudah ditutup. Hubungi panitia bila Anda masih ingin ikut.",
    "not_open_yet": "Pendaftaran belum dibuka. Silakan coba lagi setelah tanggal pembukaan.",
    "not_eligible": "Kegiatan ini tidak menyediakan kuota untuk unsur, daerah, atau angkatan tersebut, "
    "atau peserta masih di daftar tunggu.",
    "already_registered": "Peserta ini sudah terdaftar. Periksa email yang dipakai saat mendaftar.",
    "activity_unknown": "Kegiatan tidak ditemukan. Periksa kembali kode kegiatannya.",
    "activity_exists": "Kegiatan dengan kode ini sudah ada. Pakai kode lain, atau ubah kegiatan yang ada.",
    "activity_cancelled": "Kegiatan ini dibatalkan.",
    "quota_below_taken": "Kuota {quota} tidak dapat diturunkan di bawah {taken}: kursi itu sudah terisi.",
    "quota_rule_fixed": "Peruntukan kuota tidak dapat diubah karena sudah ada pendaftar; "
    "jumlah kursinya dapat.",
    "session_unknown": "Pertemuan tidak ditemukan dalam kegiatan ini.",
    "session_not_open": "Presensi pertemuan ini belum dibuka. Catat kembali mendekati jam mulai.",
    "registration_unknown": "Pendaftaran tidak ditemukan dalam kegiatan ini.",
    "already_cancelled": "Pendaftaran ini sudah dibatalkan.",
    "participant_unknown": "Peserta tidak ditemukan di balai ini. Muat ulang daftar peserta.",
    "id_reused": "Kode permintaan ini sudah dipakai untuk isi yang berbeda. Kirim ulang dengan kode baru.",
    "invalid": "Isian tidak sesuai. Periksa kembali: {field}.",
    "too_large": "Data terlalu besar. Bagi menjadi beberapa kiriman.",
    "unreadable": "Kiriman tidak terbaca. Perbaiki bentuknya, lalu kirim ulang.",
    "wrong_partition": "Kiriman salah partisi. Pakai pembagi murmur2, lalu kirim ulang.",
    "wrong_office": "Kiriman menyebut balai lain. Kirim ke topik balai tersebut.",
    "unknown_type": "Jenis perintah tidak dikenal.",
    "failed": "Perintah gagal diproses dan disimpan untuk diperiksa petugas.",
}

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


def sentence(result: str, reason: str | None, numbers: Mapping[str, str | int]) -> str:
    """One sentence; `numbers` fill its gaps and hold no personal data."""
    if reason == "invalid" and numbers.get("rule") in _RULES:
        return f"Isian tidak sesuai: {misfit(str(numbers['field']), str(numbers['rule']))}."
    text = _REASONS[reason] if reason else _RESULTS[result]
    return text.format_map(_Given((name, value) for name, value in numbers.items() if value != ""))


def misfit(field: str, rule: str) -> str:
    """What is wrong with a field, as a clause that begins with its name."""
    return f"{_label(field)} {_RULES.get(rule, 'tidak sesuai')}"


def _label(field: str) -> str:
    in_list = re.fullmatch(r"(sessions|quotas)\.([0-9]+)\.?(.*)", field)
    if in_list:
        part = _PARTS.get(in_list[3], in_list[3])
        return f"{_LABELS[in_list[1]]} {int(in_list[2]) + 1}{', ' if part else ''}{part}"
    return _LABELS.get(field, field)
