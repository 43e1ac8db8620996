"""The report of an activity as files: for the printer, for a text program, for a spreadsheet."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any, Final

import xlsxwriter

from services.registration.features.paper.domain.activity_report import ActivityReport, Attendee, Share

TABLES: Final = (
    ("sessions", "Kehadiran per pertemuan"),
    ("categories", "Menurut unsur"),
    ("regencies", "Menurut kabupaten/kota"),
    ("institutions", "Menurut instansi"),
)
HEADS: Final = ("", "Terkonfirmasi", "Hadir", "Persen")
PEOPLE: Final = (("present", "Peserta yang hadir"), ("absent", "Peserta yang tidak hadir"))
PERSON_HEADS: Final = ("No.", "Nama", "Unsur", "Instansi", "Pertemuan", "JP")
PLAIN: Final = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}


@dataclass(frozen=True, slots=True)
class ReportHead:
    """`facts`: what stands before the tables, label and words."""

    office: str
    title: str
    facts: tuple[tuple[str, str], ...]


def for_typst(head: ReportHead, report: ActivityReport) -> dict[str, Any]:
    tables = [
        {"title": title, "rows": [asdict(share) | {"percent": share.percent} for share in shares]}
        for title, shares in _tables(report)
    ]
    people = [{"title": title, "rows": list(rows)} for title, rows in _people(report)]
    return asdict(head) | {"tables": tables, "people": people, "heads": PERSON_HEADS}


def as_docx(head: ReportHead, report: ActivityReport) -> bytes:
    """For whoever writes the rest of it."""
    import docx  # takes a fifth of the service's start, for a file that few ask for
    from docx.shared import Cm

    document = docx.Document()
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
    document.add_paragraph(head.office.upper())
    document.add_heading(f"Laporan kegiatan: {head.title}", 0)
    for label, words in head.facts:
        document.add_paragraph().add_run(f"{label}: ").bold = True
        document.paragraphs[-1].add_run(words)
    for title, shares in _tables(report):
        document.add_heading(title, 1)
        _docx_table(document, HEADS, [_cells(share) for share in shares])
    for title, rows in _people(report):
        document.add_heading(title, 1)
        _docx_table(document, PERSON_HEADS, rows)
    data = BytesIO()
    document.save(data)
    return data.getvalue()


def as_xlsx(head: ReportHead, report: ActivityReport) -> bytes:
    """Every text is text: what begins with `=` is somebody's name, never a formula."""
    data = BytesIO()
    with xlsxwriter.Workbook(data, PLAIN) as book:
        bold = book.add_format({"bold": True})
        sheet = _sheet(book, "Ringkasan", 4)
        sheet.write_string(0, 0, f"Laporan kegiatan: {head.title}", bold)
        for at, (label, words) in enumerate((("Balai", head.office), *head.facts), start=1):
            sheet.write_string(at, 0, label)
            sheet.write_string(at, 1, words)
        at = len(head.facts) + 3
        for title, shares in _tables(report):
            at = _xlsx_table(sheet, at, (title, *HEADS[1:]), [_cells(share) for share in shares], bold) + 1
        for title, rows in _people(report):
            of_people = _sheet(book, title[:31], len(PERSON_HEADS))
            of_people.freeze_panes(1, 0)
            of_people.repeat_rows(0)
            end = _xlsx_table(of_people, 0, PERSON_HEADS, rows, bold)
            of_people.autofilter(0, 0, max(end - 1, 1), len(PERSON_HEADS) - 1)
    return data.getvalue()


def _tables(report: ActivityReport) -> list[tuple[str, Sequence[Share]]]:
    return [(title, getattr(report, name)) for name, title in TABLES]


def _people(report: ActivityReport) -> list[tuple[str, list[tuple[Any, ...]]]]:
    return [
        (title, [_person(number, one) for number, one in enumerate(getattr(report, name), start=1)])
        for name, title in PEOPLE
    ]


def _person(number: int, one: Attendee) -> tuple[Any, ...]:
    return number, one.name, one.category, one.institution, len(one.attended), one.jp


def _cells(share: Share) -> tuple[Any, ...]:
    return share.label, share.confirmed, share.present, share.percent


def _docx_table(document: Any, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    body = list(rows)
    table = document.add_table(rows=1 + len(body), cols=len(heads), style="Table Grid")
    cells = table._cells  # each look at a row's own cells walks the whole table
    for at, value in enumerate(value for row in (heads, *body) for value in row):
        cells[at].text = str(value)


def _sheet(book: Any, name: str, columns: int) -> Any:
    sheet = book.add_worksheet(name)
    sheet.set_column(0, columns - 1, 24)
    sheet.set_paper(9)  # A4
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    return sheet


def _xlsx_table(sheet: Any, at: int, heads: Sequence[str], rows: Iterable[Sequence[Any]], bold: Any) -> int:
    """The row after it."""
    for column, head in enumerate(heads):
        sheet.write_string(at, column, head, bold)
    for row in rows:
        at += 1
        for column, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(at, column, value)
            else:
                sheet.write_string(at, column, value)
    return at + 1
