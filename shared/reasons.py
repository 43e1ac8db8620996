"""The reasons by which programs know problems, each with a title and a sentence on what to do."""

from typing import Final, NamedTuple


class ReasonText(NamedTuple):
    title: str
    advice: str


OTHER: Final = ReasonText(
    "Permintaan ditolak", "Sebabnya tertulis pada jawaban yang Anda terima, di isian `detail`."
)
REASONS: Final = {
    "activity_cancelled": ReasonText(
        "Kegiatan dibatalkan", "Kegiatan ini tidak jadi dilaksanakan. Tanyakan kepada panitia bila perlu."
    ),
    "activity_exists": ReasonText(
        "Kode kegiatan sudah dipakai", "Pakai kode lain, atau ubah kegiatan yang sudah ada."
    ),
    "activity_unknown": ReasonText("Kegiatan tidak ditemukan", "Periksa kembali kode kegiatannya."),
    "already_answered": ReasonText(
        "Sudah diputuskan", "Tidak ada yang perlu dilakukan: keputusan yang pertama tetap berlaku."
    ),
    "already_cancelled": ReasonText(
        "Pendaftaran sudah dibatalkan", "Tidak ada yang perlu dilakukan: pembatalannya sudah tercatat."
    ),
    "already_confirmed": ReasonText(
        "Sudah terkonfirmasi", "Tidak ada yang perlu dilakukan: tempatnya sudah ada."
    ),
    "already_registered": ReasonText(
        "Peserta sudah terdaftar", "Pendaftaran yang pertama tetap berlaku; tidak perlu mendaftar lagi."
    ),
    "deadline_passed": ReasonText("Batas waktu sudah lewat", "Hubungi panitia bila masih diperlukan."),
    "failed": ReasonText(
        "Permintaan gagal diproses", "Ini kesalahan di pihak kami. Sebutkan kode `id` kepada petugas."
    ),
    "forbidden": ReasonText(
        "Di luar peran Anda", "Peran yang boleh tertulis di `roles`. Admin balai dapat memberikannya."
    ),
    "file_refused": ReasonText(
        "Berkas tidak diterima", "Kirim PDF, Word, Excel, PowerPoint, OpenDocument, JPG, PNG, atau teks."
    ),
    "file_unknown": ReasonText(
        "Berkas tidak ditemukan", "Unggah sekali lagi: berkas yang tidak dipakai dihapus sesudah satu hari."
    ),
    "foreign_form": ReasonText(
        "Formulir tidak berlaku lagi", "Buka lagi halamannya, lalu kirim formulir yang baru."
    ),
    "foreign_host": ReasonText(
        "Nama layanan tidak dikenal", "Pakai alamat layanan yang diumumkan oleh balai atau direktorat."
    ),
    "foreign_origin": ReasonText(
        "Dikirim dari situs lain", "Kirim hanya dari halaman layanan ini, atau dari program tanpa `Origin`."
    ),
    "http_error": OTHER,
    "id_reused": ReasonText(
        "Kunci sudah dipakai untuk isi lain", "Kirim ulang dengan `Idempotency-Key` yang baru."
    ),
    "invalid": ReasonText(
        "Isian tidak sesuai", "Perbaiki isian yang disebut di `errors` atau `detail`, lalu kirim ulang."
    ),
    "link_unknown": ReasonText("Tautan tidak dikenal", "Buka lagi tautan itu dari email yang Anda terima."),
    "method_not_allowed": ReasonText(
        "Cara ini tidak dilayani", "Header `Allow` menyebut cara yang dilayani di alamat itu."
    ),
    "no_seat": ReasonText("Tidak ada kursi kosong", "Tambah kursi kuotanya, atau beri tempat di luar kuota."),
    "not_approved": ReasonText("Belum disetujui", "Setujui pendaftarannya dahulu."),
    "not_eligible": ReasonText(
        "Tidak ada kuota yang sesuai", "Periksa unsur, daerah, dan angkatan yang dibuka untuk kegiatan itu."
    ),
    "not_found": ReasonText("Tidak ditemukan", "Alamatnya mungkin salah ketik atau terpotong."),
    "not_invited": ReasonText("Hanya untuk yang diundang", "Pakai tautan pada undangan."),
    "not_open_yet": ReasonText("Pendaftaran belum dibuka", "Coba lagi sesudah tanggal pembukaan."),
    "not_resendable": ReasonText(
        "Email tidak dapat dikirim lagi", "Hanya yang gagal, ditarik, atau tidak pasti sampai yang dapat."
    ),
    "offer_ended": ReasonText(
        "Tawaran sudah berakhir", "Tempatnya sudah diberikan kepada yang berikutnya; daftar lagi bila perlu."
    ),
    "outcome_unknown": ReasonText(
        "Hasil tidak ditemukan", "Tanyakan hasil hanya dengan alamat di `Location` dari jawaban pertama."
    ),
    "participant_unknown": ReasonText("Peserta tidak ditemukan", "Muat ulang daftar peserta balai ini."),
    "part_unknown": ReasonText("Tidak ada di daftar pengisi", "Muat ulang daftar pengisi kegiatan itu."),
    "quota_below_taken": ReasonText(
        "Kuota di bawah kursi yang terisi", "Tulis jumlah yang tidak kurang dari kursi yang sudah terisi."
    ),
    "quota_rule_fixed": ReasonText(
        "Peruntukan kuota tetap", "Sesudah ada pendaftar, hanya jumlah kursinya yang dapat diubah."
    ),
    "registration_unknown": ReasonText("Pendaftaran tidak ditemukan", "Periksa kembali nomornya."),
    "session_not_open": ReasonText("Presensi belum dibuka", "Catat kembali mendekati jam mulai pertemuan."),
    "session_unknown": ReasonText("Pertemuan tidak ditemukan", "Periksa kembali kode pertemuannya."),
    "signed_out": ReasonText("Anda belum masuk", "Masuk dahulu dengan akun Anda."),
    "too_large": ReasonText("Kiriman terlalu besar", "Bagi menjadi beberapa kiriman."),
    "too_often": ReasonText("Terlalu banyak permintaan", "Tunggu selama yang disebut `Retry-After`."),
    "too_slow": ReasonText("Kiriman terputus", "Kirim sekali lagi, bila perlu lewat sambungan lain."),
    "unauthorized": ReasonText("Token tidak dikenal", "Sertakan token yang benar di header `Authorization`."),
    "unavailable": ReasonText(
        "Layanan sedang tidak dapat dihubungi", "Ulangi permintaan yang sama sesudah `Retry-After`."
    ),
    "unsupported_encoding": ReasonText(
        "Isi dimampatkan, atau bukan UTF-8",
        "Kirim isinya apa adanya, tanpa `Content-Encoding`, dan formulir dalam UTF-8.",
    ),
    "unsupported_type": ReasonText(
        "Jenis isi tidak diterima", "Kirim JSON dengan `Content-Type: application/json`."
    ),
    "upload_unknown": ReasonText("Unggahan tidak ditemukan", "Unggah lembar itu sekali lagi."),
    "window_closed": ReasonText("Pendaftaran sudah ditutup", "Hubungi panitia bila Anda masih ingin ikut."),
}


def explained(reason: str) -> ReasonText:
    return REASONS.get(reason, OTHER)
