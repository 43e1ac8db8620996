"""Sheets to take along. Every cell is text: what begins with `=` is somebody's name, never a formula."""

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any, Final

import xlsxwriter

from services.registration.features.gatherings.answers_shown import as_cells
from services.registration.features.gatherings.gathering_sentences import STATUS_LABELS
from services.registration.features.gatherings.question_words import question_words
from services.registration.features.gatherings.roster import EnrolledParticipant
from services.registration.features.gatherings.sheets.categories import CATEGORIES
from services.registration.features.gatherings.sheets.headers import REQUIRED, TITLES
from services.registration.features.gatherings.sheets.marks import FIRST_TITLES, PRESENT, session_title
from shared.contracts.activity import Activity, sessions_in_order
from shared.contracts.questions import Question
from shared.regions import regencies
from shared.words import words

PLAIN: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_HINTS: Final = (
    "Isi satu orang satu baris. Nama, Email, dan Unsur wajib; kolom lain boleh kosong.",
    "NIP, NUPTK, dan No. HP sudah berformat teks, supaya tidak ada angka yang hilang.",
    "Kabupaten/Kota: nama lengkap atau kode Kemendagri, misalnya Kabupaten Badung atau 51.03.",
    "Pilihan Unsur: " + ", ".join(map(words, CATEGORIES)) + ".",
)
TEMPLATE_ROWS: Final = 5_000
LONGEST_LIST: Final = 255  # letters of choices that Excel takes


def written(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """One sheet with a row of titles."""
    data = BytesIO()
    with xlsxwriter.Workbook(data, PLAIN) as book:
        _fill(book, titles, rows)
    return data.getvalue()


def participants(rows: Iterable[EnrolledParticipant], questions: Sequence[Question] = ()) -> bytes:
    """With a column for each question."""
    titles = ["Kode", "Status", *TITLES.values(), "JP", *(one.words for one in questions)]
    return written(titles, (_participant(row) + as_cells(questions, row.answers) for row in rows))


def attendance(activity: Activity, rows: Iterable[EnrolledParticipant]) -> bytes:
    """A column per session with what is ticked already; filled in, it is the import."""
    sessions = sessions_in_order(activity.sessions)
    titles = [*FIRST_TITLES, *map(session_title, sessions)]
    cells = (
        [row.id, row.who["name"], row.institution]
        + [PRESENT if one.id in row.attended else "" for one in sessions]
        for row in rows
    )
    return written(titles, cells)


def template(questions: Sequence[Question] = ()) -> bytes:
    """The empty invitation sheet."""
    data = BytesIO()
    with xlsxwriter.Workbook(data, PLAIN) as book:
        text = book.add_format({"num_format": "@"})
        sheet = _fill(book, [*TITLES.values(), *(one.words for one in questions)], [], text)
        column = list(TITLES).index("category")
        choices = {"validate": "list", "source": list(map(words, CATEGORIES))}
        sheet.data_validation(1, column, TEMPLATE_ROWS, column, choices)
        for place, one in enumerate(questions, start=len(TITLES)):
            listed = {"validate": "list", "source": list(one.offered)}
            if one.answered_by == "one" and len(",".join(one.offered)) < LONGEST_LIST:
                sheet.data_validation(1, place, TEMPLATE_ROWS, place, listed)
        hints = book.add_worksheet("Petunjuk")
        hints.set_column(0, 0, 90)
        needed = "Wajib: " + ", ".join(TITLES[field] for field in REQUIRED) + "."
        asked = [
            f"{one.words}: {question_words(one)}."
            + (" Pisahkan beberapa pilihan dengan titik koma." if one.answered_by == "some" else "")
            for one in questions
        ]
        for at, hint in enumerate((*_HINTS, needed, *asked)):
            hints.write_string(at, 0, hint)
    return data.getvalue()


def _fill(book: Any, titles: Sequence[str], rows: Iterable[Sequence[str]], look: Any = None) -> Any:
    sheet, bold = book.add_worksheet(), book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(titles) - 1, 22, look)
    for at, title in enumerate(titles):
        sheet.write_string(0, at, title, bold)
    for number, row in enumerate(rows, start=1):
        for at, cell in enumerate(row):
            if cell:
                sheet.write_string(number, at, cell)
    return sheet


def _participant(row: EnrolledParticipant) -> list[str]:
    code = row.regency or ""
    who: Mapping[str, str] = row.who
    found = {
        "name": who["name"],
        "email": who["email"],
        "phone": who.get("phone", ""),
        "nip": who.get("nip", ""),
        "nuptk": who.get("nuptk", ""),
        "category": words(row.category),
        "institution": row.institution,
        "npsn": row.npsn or "",
        "regency": regencies()[code].name if code in regencies() else code,
        "cohort": "" if row.cohort is None else str(row.cohort),
        "group": row.group or "",
    }
    hours = str(sum(row.attended.values()))
    return [row.id, STATUS_LABELS[row.status], *(found[field] for field in TITLES), hours]
