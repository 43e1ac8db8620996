"""The reasons by which programs know problems, each with a title and a sentence on what to do."""

from typing import Final, NamedTuple


class Explained(NamedTuple):
    title: str
    advice: str


OTHER: Final = Explained(
    "Permintaan ditolak", "Sebabnya tertulis pada jawaban yang Anda terima, di isian `detail`."
)
REASONS: Final = {
    "activity_cancelled": Explained(
        "Kegiatan dibatalkan", "Kegiatan ini tidak jadi dilaksanakan. Tanyakan kepada panitia bila perlu."
    ),
    "activity_exists": Explained(
        "Kode kegiatan sudah dipakai", "Pakai kode lain, atau ubah kegiatan yang sudah ada."
    ),
    "activity_unknown": Explained("Kegiatan tidak ditemukan", "Periksa kembali kode kegiatannya."),
    "already_cancelled": Explained(
        "Pendaftaran sudah dibatalkan", "Tidak ada yang perlu dilakukan: pembatalannya sudah tercatat."
    ),
    "already_registered": Explained(
        "Peserta sudah terdaftar", "Pendaftaran yang pertama tetap berlaku; tidak perlu mendaftar lagi."
    ),
    "failed": Explained(
        "Permintaan gagal diproses", "Ini kesalahan di pihak kami. Sebutkan kode `id` kepada petugas."
    ),
    "forbidden": Explained(
        "Di luar peran Anda", "Peran yang boleh tertulis di `roles`. Admin balai dapat memberikannya."
    ),
    "foreign_form": Explained(
        "Formulir tidak berlaku lagi", "Buka lagi halamannya, lalu kirim formulir yang baru."
    ),
    "foreign_host": Explained(
        "Nama layanan tidak dikenal", "Pakai alamat layanan yang diumumkan oleh balai atau direktorat."
    ),
    "foreign_origin": Explained(
        "Dikirim dari situs lain", "Kirim hanya dari halaman layanan ini, atau dari program tanpa `Origin`."
    ),
    "http_error": OTHER,
    "id_reused": Explained(
        "Kunci sudah dipakai untuk isi lain", "Kirim ulang dengan `Idempotency-Key` yang baru."
    ),
    "invalid": Explained(
        "Isian tidak sesuai", "Perbaiki isian yang disebut di `errors` atau `detail`, lalu kirim ulang."
    ),
    "link_unknown": Explained("Tautan tidak dikenal", "Buka lagi tautan itu dari email yang Anda terima."),
    "method_not_allowed": Explained(
        "Cara ini tidak dilayani", "Header `Allow` menyebut cara yang dilayani di alamat itu."
    ),
    "not_eligible": Explained(
        "Tidak ada kuota yang sesuai", "Periksa unsur, daerah, dan angkatan yang dibuka untuk kegiatan itu."
    ),
    "not_found": Explained("Tidak ditemukan", "Alamatnya mungkin salah ketik atau terpotong."),
    "not_open_yet": Explained("Pendaftaran belum dibuka", "Coba lagi sesudah tanggal pembukaan."),
    "not_resendable": Explained(
        "Email tidak dapat dikirim lagi", "Hanya yang gagal, ditarik, atau tidak pasti sampai yang dapat."
    ),
    "outcome_unknown": Explained(
        "Hasil tidak ditemukan", "Tanyakan hasil hanya dengan alamat di `Location` dari jawaban pertama."
    ),
    "participant_unknown": Explained("Peserta tidak ditemukan", "Muat ulang daftar peserta balai ini."),
    "quota_below_taken": Explained(
        "Kuota di bawah kursi yang terisi", "Tulis jumlah yang tidak kurang dari kursi yang sudah terisi."
    ),
    "quota_rule_fixed": Explained(
        "Peruntukan kuota tetap", "Sesudah ada pendaftar, hanya jumlah kursinya yang dapat diubah."
    ),
    "registration_unknown": Explained("Pendaftaran tidak ditemukan", "Periksa kembali nomornya."),
    "session_not_open": Explained("Presensi belum dibuka", "Catat kembali mendekati jam mulai pertemuan."),
    "session_unknown": Explained("Pertemuan tidak ditemukan", "Periksa kembali kode pertemuannya."),
    "signed_out": Explained("Anda belum masuk", "Masuk dahulu dengan akun Anda."),
    "too_large": Explained("Kiriman terlalu besar", "Bagi menjadi beberapa kiriman."),
    "too_often": Explained("Terlalu banyak permintaan", "Tunggu selama yang disebut `Retry-After`."),
    "too_slow": Explained("Kiriman terputus", "Kirim sekali lagi, bila perlu lewat sambungan lain."),
    "unauthorized": Explained("Token tidak dikenal", "Sertakan token yang benar di header `Authorization`."),
    "unavailable": Explained(
        "Layanan sedang tidak dapat dihubungi", "Ulangi permintaan yang sama sesudah `Retry-After`."
    ),
    "unsupported_encoding": Explained(
        "Isi dimampatkan", "Kirim isinya apa adanya, tanpa `Content-Encoding`."
    ),
    "unsupported_type": Explained(
        "Jenis isi tidak diterima", "Kirim JSON dengan `Content-Type: application/json`."
    ),
    "upload_unknown": Explained("Unggahan tidak ditemukan", "Unggah lembar itu sekali lagi."),
    "window_closed": Explained("Pendaftaran sudah ditutup", "Hubungi panitia bila Anda masih ingin ikut."),
}


def explained(reason: str) -> Explained:
    return REASONS.get(reason, OTHER)
