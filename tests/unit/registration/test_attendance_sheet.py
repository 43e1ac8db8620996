"""Attendance sheets: each row of each sheet is taken, told, or proposed to staff."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter

from services.registration.features.gatherings.sheets.excel import opened
from services.registration.features.gatherings.sheets.marks import MarksReport, read_marks
from services.registration.workbooks.sheets import Book, Sheet
from shared.contracts.activity import Activity

TITLES = ["Kode", "Nama", "Instansi", "hari-1: Hari ke-1"]
SATU, DUA, TIGA, EMPAT = (name.ljust(29, "a") for name in ("satu", "dua", "tiga", "empat"))


@dataclass
class Enrolled:
    id: str
    who: Mapping[str, str]
    institution: str = "SDN 1 Contoh"
    status: str = "confirmed"
    attended: Mapping[str, int] = field(default_factory=dict)


KNOWN = [
    Enrolled(SATU, {"name": "Ni Uji Satu, S.Pd.", "nip": "193501012010012001"}),
    Enrolled(DUA, {"name": "I Uji Dua"}, attended={"hari-1": 2}),
    Enrolled(TIGA, {"name": "I Kembar"}, "SDN 1 Contoh"),
    Enrolled(EMPAT, {"name": "I Kembar"}, "SDN 2 Contoh"),
]
ACTIVITY = Activity.model_validate(
    {
        "id": "uji",
        "title": "Uji",
        "kind": "rakor",
        "sessions": [
            {
                "id": "hari-1",
                "title": "Hari ke-1",
                "starts": "2026-11-27T08:00:00+08:00",
                "ends": "2026-11-27T10:00:00+08:00",
                "zone": "WITA",
                "jp": 2,
            }
        ],
        "quotas": [{"id": "semua", "seats": 9}],
        "opens": "2026-11-01T00:00:00+08:00",
        "closes": "2026-11-26T00:00:00+08:00",
    }
)


def read(*rows: list[Any], titles: list[str] = TITLES, font: str = "Calibri") -> MarksReport:
    return read_sheets({"Hadir": [titles, *rows]}, font)


def read_sheets(sheets: dict[str, list[list[Any]]], font: str = "Calibri") -> MarksReport:
    data = BytesIO()
    with xlsxwriter.Workbook(data) as made:
        look = made.add_format({"font_name": font})
        for name, rows in sheets.items():
            page = made.add_worksheet(name)
            for at, row in enumerate(rows):
                page.write_row(at, 0, row[:3])
                for column, cell in enumerate(row[3:], start=3):
                    page.write(at, column, cell, look if at else None)
    return read_marks(opened(data.getvalue()), ACTIVITY, KNOWN)


def present(report: MarksReport) -> list[tuple[str, bool]]:
    return [(row.command.registration, row.command.present) for row in report.rows]


@pytest.mark.parametrize("mark", ["x", "V", "√", "✓", "✔", 1, "1", True, "TRUE", "WAHR", "Hadir", "ya"])
def test_a_tick_is_a_tick_however_it_is_written(mark: Any) -> None:
    report = read([SATU, "Ni Uji Satu", "", mark])
    assert (present(report), report.problems) == ([(SATU, True)], ())


@pytest.mark.parametrize(
    ("font", "letter", "there"),
    [
        ("Wingdings", "ü", True),
        ("Wingdings", "þ", True),
        ("Wingdings", "\uf0fc", True),
        ("Wingdings", "û", False),
        ("Wingdings", "x", False),
        ("Wingdings", "ý", False),
        ("Wingdings 2", "P", True),
        ("Wingdings 2", "O", False),
    ],
)
def test_a_sign_of_a_font_of_signs_is_what_it_shows(font: str, letter: str, there: bool) -> None:
    report = read([SATU, "", "", letter], [DUA, "", "", letter], font=font)
    assert present(report) == [(SATU, True)] if there else [(DUA, False)]
    assert (report.same, report.problems) == (1, ())


@pytest.mark.parametrize("mark", ["izin", "Sakit", "tugas lain", "Dinas Luar"])
def test_who_is_excused_was_not_there_and_the_reason_is_told_not_to_be_kept(mark: str) -> None:
    report = read([SATU, "Ni Uji Satu", "", mark], [DUA, "", "", mark])
    assert (present(report), report.same, report.refused_rows) == ([(DUA, False)], 1, 0)
    assert [(one.row, one.column, one.refused, one.value) for one in report.problems] == [
        (2, "D", False, mark),
        (3, "D", False, mark),
    ]
    assert all("belum dicatat" in one.message for one in report.problems)


def test_a_row_without_its_code_is_proposed_and_never_taken() -> None:
    titles = [*TITLES, "NIP"]
    report = read(
        ["", "Orang lain sama sekali", "", "x", "19350101 201001 2 001"],
        ["", "ni uji satu", "", "x"],
        ["", "I Kembar", "SDN 2 Contoh", "x"],
        ["", "I Kembar", "", "x"],
        ["", "Tamu Tak Terdaftar", "", "x"],
        ["keliru", "I Uji Dua", "", "x"],
        titles=titles,
    )
    assert report.rows == ()
    assert [one.row for one in report.problems if one.refused] == [2, 3, 4, 5, 6, 7]
    assert [one.recorded and one.recorded.partition(";")[0] for one in report.problems] == [
        f"mungkin maksudnya Ni Uji Satu, S.Pd., kode {SATU}",
        f"mungkin maksudnya Ni Uji Satu, S.Pd., kode {SATU}",
        f"mungkin maksudnya I Kembar, kode {EMPAT}",
        f"mungkin maksudnya I Kembar, kode {TIGA} atau I Kembar, kode {EMPAT}",
        None,
        f"mungkin maksudnya I Uji Dua, kode {DUA}",
    ]
    assert "tidak ditemukan" in report.problems[4].message
    assert f"kode {SATU}" not in str(report.problems[0].kept())


def test_what_is_below_the_list_is_told_too() -> None:
    report = read(
        [SATU, "Ni Uji Satu", "", "x"], ["", "Jumlah", "", 1], [], ["", "", "Denpasar, 1 Maret 2026", ""]
    )
    assert present(report) == [(SATU, True)]
    assert [(one.row, one.refused) for one in report.problems] == [(3, False), (5, False)]


def test_every_sheet_is_read_or_named() -> None:
    report = read_sheets(
        {
            "Pagi": [TITLES, [SATU, "", "", "x"]],
            "Sore": [TITLES, [DUA, "", "", "tidak"], ["", "Tamu", "", "x"]],
            "Catatan": [["Tanggal", "Isi"], ["1", "rapat"]],
            "Kosong": [],
        }
    )
    assert [(row.sheet, row.number) for row in report.rows] == [("Pagi", 2), ("Sore", 2)]
    assert (report.sheets, report.unread) == (("Pagi", "Sore"), ("Catatan",))
    assert [(one.sheet, one.row) for one in report.problems] == [("Sore", 3), (None, None)]


def test_a_sheet_whose_codes_were_deleted_proposes_each_row() -> None:
    report = read(["Ni Uji Satu", "SDN 1 Contoh", "", "x"], titles=["Nama", "Instansi", "", "hari-1: Hari"])
    assert (report.rows, report.refused_rows) == ((), 1)
    assert f"kode {SATU}" in str(report.problems[0].recorded)


def test_an_error_is_no_mark() -> None:
    report = read([SATU, "", "", "#N/A"])
    assert (report.rows, report.problems[0].value) == ((), "#N/A")


def test_a_second_table_beside_the_first_gives_its_marks_to_nobody() -> None:
    report = read([SATU, "Ni Uji Satu", "", "", DUA, "I Uji Dua", "", "x"], titles=[*TITLES, *TITLES])
    assert present(report) == []
    assert [one.column for one in report.problems] == ["E", "F", "H"]
    assert "sudah ada di kirinya" in report.problems[0].message


def test_a_list_of_strangers_is_not_looked_through_for_ever() -> None:
    people = [Enrolled(f"{number:029d}", {"name": f"I Contoh {number}"}) for number in range(500)]
    rows = [["", f"Ni Lain Sekali {number}", "", "x"] for number in range(300)]
    long = ["", "dr. " * 50_000, "", "x"]
    report = read_marks(Book([Sheet("Hadir", [TITLES, long, *rows])]), ACTIVITY, people)
    assert len(report.problems) == 301
    assert report.problems[0].message.endswith("tidak ditemukan; daftarkan dulu")
    assert report.problems[-1].message.endswith("tidak dicari lagi karena terlalu banyak; tulis kodenya")


def test_two_rows_that_contradict_each_other_are_told() -> None:
    report = read([SATU, "Ni Uji Satu", "", "x"], [SATU, "Ni Uji Satu", "", "tidak"], [SATU, "", "", "x"])
    assert present(report) == [(SATU, True)]
    assert [one.message for one in report.problems] == ["Bertentangan dengan baris 2; tidak diambil"]


def test_a_name_that_is_not_the_codes_is_told() -> None:
    report = read([SATU, "I Uji Dua", "", "x"], [DUA, "I Uji Duwa", "", "x"])
    assert present(report) == [(SATU, True)]
    (told,) = report.problems
    assert (told.row, told.column, told.refused, told.recorded) == (2, "B", False, "Ni Uji Satu, S.Pd.")
    assert "Uji" not in str(told.kept()), "what is kept names nobody"


def test_marks_below_a_title_of_no_session_are_told() -> None:
    report = read([SATU, "", "", "", "x"], [DUA, "", "", "", "hadir"], titles=[*TITLES, "HARI-2"])
    assert (present(report), report.problems[0].column, report.problems[0].refused) == ([], "E", False)
    assert "(2 tanda hadir)" in report.problems[0].message


def test_a_merged_mark_is_of_its_first_row_alone_and_told_at_the_others() -> None:
    rows = [TITLES, [SATU, "", "", "x"], [TIGA, "", "", ""]]
    report = read_marks(Book([Sheet("Hadir", rows, merged=[(1, 3, 2, 3)])]), ACTIVITY, KNOWN)
    assert present(report) == [(SATU, True)]
    assert [(one.row, one.column, one.refused) for one in report.problems] == [(3, "D", True)]
