"""What is promised of each mail to participants."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from services.notification.kernel.mail_template import AMBER, BLUE, GREEN, RED, MailTemplate

WEEK: Final = timedelta(days=7)
TEMPLATES: Final[Mapping[str, MailTemplate]] = {
    "confirmed": MailTemplate("Terkonfirmasi", GREEN, WEEK, resend_if_ambiguous=True),
    "waitlisted": MailTemplate("Daftar tunggu", AMBER, timedelta(days=3), resend_if_ambiguous=False),
    "submitted": MailTemplate("Menunggu persetujuan", AMBER, timedelta(days=3), resend_if_ambiguous=False),
    "rejected": MailTemplate("Tidak disetujui", RED, WEEK, resend_if_ambiguous=True),
    "offered": MailTemplate("Tempat untuk Anda", AMBER, WEEK, resend_if_ambiguous=True),
    "offer-ended": MailTemplate("Tawaran tempat berakhir", RED, WEEK, resend_if_ambiguous=False),
    "invited": MailTemplate("Undangan", BLUE, WEEK, resend_if_ambiguous=True),
    "invitation-reminder": MailTemplate("Undangan menunggu jawaban", AMBER, WEEK, resend_if_ambiguous=False),
    "promoted": MailTemplate("Terkonfirmasi dari daftar tunggu", GREEN, WEEK, resend_if_ambiguous=True),
    "cancelled": MailTemplate("Pendaftaran dibatalkan", RED, WEEK, resend_if_ambiguous=False),
    "reminder": MailTemplate("Pengingat", BLUE, WEEK, resend_if_ambiguous=False),
    "activity-changed": MailTemplate(
        "Perubahan kegiatan", AMBER, WEEK, resend_if_ambiguous=True, gathered=True
    ),
    "activity-cancelled": MailTemplate("Kegiatan dibatalkan", RED, WEEK, resend_if_ambiguous=True),
}
TO_THE_INVITED: Final = frozenset({"invited", "invitation-reminder"})
"""Who is invited has no registration."""
ONLY_WHILE_LIVE: Final = frozenset({"reminder", "activity-changed"})
"""Of no use to who has cancelled since, or when the activity was."""
BY_STANDING: Final = frozenset({"cancelled", "reminder", "activity-changed", "activity-cancelled"})
"""They say other things to who has or had a seat than to who waits."""
