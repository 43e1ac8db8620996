"""What an outcome says to people, in plain Indonesian: what happened, and what to do."""

from collections.abc import Mapping
from typing import Any

_RESULTS = {
    "confirmed": "Pendaftaran terkonfirmasi.",
    "waitlisted": "Kuota penuh. Pendaftaran masuk daftar tunggu, urutan ke-{place}.",
    "cancelled": "Pembatalan sudah dicatat.",
    "recorded": "Kehadiran sudah dicatat.",
    "published": "Kegiatan sudah diumumkan.",
    "changed": "Perubahan kegiatan sudah dicatat.",
    "corrected": "Data sudah diperbaiki.",
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

PENDING = "Sedang diproses. Silakan muat ulang sebentar lagi."


class _Given(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return {"field": "isian"}.get(key, "")


def sentence(result: str, reason: str | None, numbers: Mapping[str, str | int]) -> str:
    """One sentence; `numbers` fill its gaps and hold no personal data."""
    text = _REASONS[reason] if reason else _RESULTS[result]
    return text.format_map(_Given(numbers))
