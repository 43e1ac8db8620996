"""What staff do that is no command, so that the ledger does not know it."""

from collections.abc import Mapping
from typing import Final, Literal

from shared.accounts.domain.history import ACCOUNT_DEEDS

Deed = Literal[
    "read_people",
    "read_person",
    "compare_people",
    "read_roster",
    "read_registration",
    "read_attendance",
    "read_mails",
    "read_list",
    "check_list",
    "export_participants",
    "export_attendance",
    "export_report",
    "print_list",
    "print_badges",
    "resend_mails",
    "compare_done",
]
"""Looking at people's data, taking it along, and what is done beside the ledger."""

WORDS: Final[Mapping[str, str]] = {
    **ACCOUNT_DEEDS,
    "read_people": "melihat daftar orang",
    "read_person": "melihat data orang",
    "compare_people": "membandingkan orang yang mungkin sama",
    "read_roster": "melihat peserta kegiatan",
    "read_registration": "melihat pendaftaran",
    "read_attendance": "melihat daftar kehadiran",
    "read_mails": "melihat daftar email",
    "read_list": "membaca daftar peserta lewat API",
    "check_list": "memeriksa lembar sebelum diimpor",
    "export_participants": "mengunduh daftar peserta",
    "export_attendance": "mengunduh lembar kehadiran",
    "export_report": "mengunduh laporan kegiatan",
    "print_list": "mencetak daftar hadir",
    "print_badges": "mencetak papan nama",
    "resend_mails": "mengirim lagi email",
    "compare_done": "menandai pasangan orang sudah diperiksa",
}
