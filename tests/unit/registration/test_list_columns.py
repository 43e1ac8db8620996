"""Lists of other programs as commands: their columns, the words of their categories, and answers."""

from typing import Any

import pytest

from services.registration.features.gatherings.sheets.excel import read_sheet
from services.registration.features.gatherings.sheets.list_columns import (
    ColumnChoice,
    ListColumns,
    titles_digest,
)
from services.registration.features.gatherings.sheets.sheet_report import SheetReport
from services.registration.features.gatherings.sheets.typed_columns import (
    Table,
    proposed,
    read_columns,
    table_of,
    unknown_words,
)
from services.registration.workbooks.sheet_text import text_book
from shared.contracts.questions import Question

GOOGLE = (
    "Timestamp,Email Address,Nama Lengkap (beserta gelar),Anda mendaftar sebagai apa?,"
    "Ukuran kaos,Hari hadir\r\n"
    '"2024/01/02 8:15:12",uji1@sekolah.example,"Ni Uji, S.Pd.",Bapak/Ibu guru kelas,m,"Senin, Rabu"\r\n'
    "2024/01/02 8:16:40 AM GMT+8,uji2@sekolah.example,Made Uji,Kepala Sekolah,XXL,\r\n"
)
PRETIX = (
    "Event slug;Order code;Position ID;Status;Email;Phone number;Order date;Product;Price;Attendee name;"
    "Attendee name: Given name;Attendee name: Family name;Attendee email;Company;Ukuran kaos\n"
    "rakor;ABC12;1;paid;dinas@dinas.example;;2024-01-02;Guru;0.00;Ni Uji;Ni;Uji;uji1@sekolah.example;SD 1;M\n"
    "rakor;ABC13;1;canceled;;;2024-01-02;Guru;0.00;Made Uji;Made;Uji;uji2@sekolah.example;SD 2;L\n"
)
INDICO = (
    "\ufeffID,Name,Email Address,Affiliation,Phone Number,Registration date,Registration state\n"
    '1,"Uji, Made",uji3@sekolah.example,SMA Contoh,+62 812-3456-7890,2024-01-02T08:00:00,Complete\n'
    '2,"Uji, Ketut",uji4@sekolah.example,SMA Contoh,,2024-01-02T08:00:00,Withdrawn\n'
)
SHIRT = Question(id="kaos", label="Ukuran kaos", kind="one", choices=("S", "M", "L"))
DAYS = Question(id="hari", label="Hari hadir", kind="some", choices=("Senin", "Rabu"))


def table(text: str) -> Table:
    found = table_of(text_book(text.encode()))
    assert found is not None
    return found


def read(text: str, encoding: str = "utf-8", questions: Any = (), **chosen: str) -> SheetReport:
    found = table(text)
    typed = read_columns(chosen, found, questions)
    assert typed.errors == {}
    return read_sheet(text.encode(encoding), "uji", ListColumns(questions, {found.digest: typed.choice}))


def test_a_google_form_by_the_letters_of_its_columns() -> None:
    questions = (SHIRT, DAYS)
    report = read(
        GOOGLE,
        questions=questions,
        name="c",
        email="B: Email Address",
        category="Anda mendaftar sebagai apa?",
        **{"tanya.kaos": "E", "tanya.hari": "F", "kata.0": "bapak/ibu guru kelas", "arti.0": "guru"},
    )
    first, second = (row.command for row in report.rows)
    assert (first.participant.name, first.category) == ("Ni Uji, S.Pd.", "guru")
    assert first.answers == {"kaos": "m", "hari": ("Senin", "Rabu")}
    assert (second.category, second.answers) == ("kepala-sekolah", {})
    assert [(one.row, one.column, one.field, one.refused) for one in report.problems] == [
        (3, "E", "Ukuran kaos", False)
    ]
    assert "diundang tanpa jawaban" in report.problems[0].message


def test_words_of_categories_that_nobody_knows_are_asked_about() -> None:
    choice = ColumnChoice({"Anda mendaftar sebagai apa?": "category"})
    assert unknown_words(table(GOOGLE), choice) == ["bapak/ibu guru kelas"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_pretix_with_one_category_for_all_leaves_out_who_cancelled(encoding: str) -> None:
    report = read(
        PRETIX.replace("Ni Uji;Ni", "Ni Ujié;Ni"),
        encoding,
        (SHIRT,),
        name="Attendee name",
        email="M",
        status="Status",
        semua="guru",
        institution="Company",
        **{"tanya.kaos": "Ukuran kaos"},
    )
    (row,) = report.rows
    who = row.command.participant
    assert (who.name, who.email) == ("Ni Ujié", "uji1@sekolah.example")
    assert row.command.institution is not None
    assert (row.command.institution.name, row.command.category) == ("SD 1", "guru")
    assert row.command.answers == {"kaos": "M"}
    assert any("Status canceled" in one.message for one in report.problems)


def test_indico_with_a_mark_of_byte_order() -> None:
    chosen = {"name": "Name", "email": "C", "status": "G", "semua": "dinas", "phone": "Phone Number"}
    report = read(INDICO, **chosen)
    assert [row.command.participant.name for row in report.rows] == ["Uji, Made"]
    assert report.rows[0].command.participant.phone == "+62 812-3456-7890"


def test_tabs_and_titles_in_another_order_are_the_same_list() -> None:
    rows = [line.split(",") for line in ("Name,Email Address,Org", "Made,made@dinas.example,Dinas")]
    there = "\n".join("\t".join(row) for row in rows)
    back = "\n".join("\t".join(reversed(row)) for row in rows)
    assert table(there).digest == table(back).digest == titles_digest(["ORG", " email  address", "name"])
    known = {table(there).digest: ColumnChoice({"Name": "name", "Email Address": "email"}, {}, "dinas")}
    for text in (there, back):
        report = read_sheet(text.encode(), "uji", ListColumns((), known))
        assert [row.command.participant.email for row in report.rows] == ["made@dinas.example"]


def test_columns_that_other_programs_call_alike_are_proposed() -> None:
    assert proposed(table(PRETIX), (SHIRT,)) == {
        "name": "J: Attendee name",
        "email": "M: Attendee email",
        "institution": "N: Company",
        "status": "D: Status",
        "tanya.kaos": "O: Ukuran kaos",
    }
    found = proposed(table(INDICO), ())
    assert (found["name"], found["email"], found["status"]) == (
        "B: Name",
        "C: Email Address",
        "G: Registration state",
    )


def test_what_is_missing_or_not_there_is_told_at_its_field() -> None:
    typed = read_columns({"email": "ZZ", "name": "C", "nip": "C"}, table(GOOGLE), (SHIRT,))
    assert typed.errors == {
        "nip": "Kolom Nama Lengkap (beserta gelar) dipilih untuk dua hal",
        "email": "Kolom “ZZ” tidak ada di berkas ini",
        "category": "Pilih kolom unsur, atau unsur untuk semua orang",
    }


def test_a_column_with_the_words_of_a_question_is_read_without_being_chosen() -> None:
    text = "Nama;Email;Unsur;Jabatan;UKURAN KAOS\nMade;made@sekolah.example;guru;Guru kelas;L\n"
    asked = (SHIRT, Question(id="jabatan"))
    report = read_sheet(text.encode(), "uji", ListColumns(asked))
    assert report.rows[0].command.answers == {"kaos": "L", "jabatan": "Guru kelas"}
    assert dict(report.columns)["E"] == "Ukuran kaos"
    without = read_sheet(text.encode(), "uji").rows[0].command
    assert "answers" not in without.model_fields_set, "the same row stays the same command"


def test_where_no_row_looks_like_titles_no_column_is_offered() -> None:
    assert table_of(text_book(b"made@sekolah.example;Made\nketut@sekolah.example;Ketut\n")) is None
