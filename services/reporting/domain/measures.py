"""How measures are called on pages and in files."""

from typing import Final

LABELS: Final = {
    "activities": "Kegiatan",
    "seats": "Kursi",
    "confirmed": "Terkonfirmasi",
    "waitlisted": "Daftar tunggu",
    "cancelled": "Dibatalkan",
    "present": "Hadir",
    "session_attendances": "Kehadiran sesi",
    "jp_attended": "JP diikuti",
}
