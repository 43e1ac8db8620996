"""What is told of gatherings, in plain Indonesian: what happened, and what to do."""

from collections.abc import Mapping
from typing import Final

from services.registration.kernel.sentences import Sentences

_RESULTS: Final = {
    "confirmed": "Pendaftaran terkonfirmasi.",
    "waitlisted": "Kuota penuh. Pendaftaran masuk daftar tunggu, urutan ke-{place}.",
    "submitted": "Pendaftaran sudah masuk dan menunggu persetujuan panitia.",
    "invited": "Undangan sudah dikirim, dan kursinya disimpan.",
    "rejected": "Pendaftaran tidak disetujui; alasannya dikirim lewat email.",
    "cancelled": "Pembatalan sudah dicatat.",
    "recorded": "Kehadiran sudah dicatat.",
    "changed": "Perubahan sudah dicatat.",
    "received": "Pendaftaran sudah kami terima. "
    "Rinciannya hanya kami kirim ke alamat email yang tercatat pada kami.",
}
_REASONS: Final = {
    "window_closed": "Pendaftaran sudah ditutup. Hubungi panitia bila Anda masih ingin ikut.",
    "not_open_yet": "Pendaftaran belum dibuka. Silakan coba lagi setelah tanggal pembukaan.",
    "not_eligible": "Kegiatan ini tidak menyediakan kuota untuk unsur, daerah, atau angkatan tersebut, "
    "atau peserta masih di daftar tunggu.",
    "already_registered": "Peserta ini sudah terdaftar. Periksa email yang dipakai saat mendaftar.",
    "activity_unknown": "Kegiatan tidak ditemukan. Periksa kembali kode kegiatannya.",
    "activity_exists": "Kegiatan dengan kode ini sudah ada. Pakai kode lain, atau ubah kegiatan yang ada.",
    "activity_cancelled": "Kegiatan ini dibatalkan.",
    "quota_below_taken": "Kuota {quota} tidak dapat diturunkan di bawah {taken}: kursi itu sudah terisi.",
    "no_seat": "Kuota orang ini penuh. Tambah kursinya, atau beri tempat di luar kuota.",
    "not_approved": "Pendaftaran ini belum disetujui. Setujui dahulu, baru dapat diberi tempat.",
    "already_answered": "Pendaftaran ini sudah diputuskan. Muat ulang halamannya untuk melihat hasilnya.",
    "not_invited": "Kegiatan ini hanya untuk yang diundang. Pakai tautan pada undangan Anda.",
    "deadline_passed": "Batas waktunya sudah lewat. Hubungi panitia bila masih diperlukan.",
    "offer_ended": "Tidak ada tempat yang sedang ditawarkan kepada peserta ini: tawarannya sudah berakhir.",
    "already_confirmed": "Pendaftaran ini sudah terkonfirmasi.",
    "quota_rule_fixed": "Peruntukan kuota tidak dapat diubah karena sudah ada pendaftar; "
    "jumlah kursinya dapat.",
    "session_unknown": "Pertemuan tidak ditemukan dalam kegiatan ini.",
    "session_not_open": "Presensi pertemuan ini belum dibuka. Catat kembali mendekati jam mulai.",
    "registration_unknown": "Pendaftaran tidak ditemukan dalam kegiatan ini.",
    "already_cancelled": "Pendaftaran ini sudah dibatalkan.",
}
STATUS_LABELS: Final[Mapping[str, str]] = {
    "confirmed": "Terkonfirmasi",
    "submitted": "Menunggu persetujuan",
    "offered": "Ditawari tempat",
    "waitlisted": "Daftar tunggu",
    "cancelled": "Dibatalkan",
    "rejected": "Tidak disetujui",
}
"""Of a registration, as staff read it."""
SENTENCES: Final = Sentences(_RESULTS, _REASONS)
