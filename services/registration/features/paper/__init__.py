"""What an activity needs on paper: lists that participants sign, name badges, the report; and what was signed
is taken back into the register."""

from pathlib import Path
from typing import Final

from services.registration.features.paper.pages import printing, recording, reporting
from services.registration.features.paper.paper_desk import NAME, parts
from services.registration.features.paper.printed_lists import COLLECTIONS
from services.registration.kernel.actions import Action
from services.registration.kernel.feature import ActivityPage, Feature

PAPER: Final = Feature(
    name=NAME,
    commands={},
    facts={},
    kinds={},
    collections=COLLECTIONS,
    staff_pages=(printing.routes, recording.routes, reporting.routes),
    templates=Path(__file__).with_name("templates"),
    activity_pages=(
        ActivityPage("cetak", "Cetak daftar hadir dan papan nama", Action.EXPORT_ROSTER, "Hari-H"),
        ActivityPage("hadir-kertas", "Catat dari daftar hadir kertas", Action.RECORD_ATTENDANCE, "Hari-H"),
        ActivityPage("laporan", "Laporan kegiatan", Action.SEE_ROSTER, "Laporan"),
    ),
    parts=parts,
)
