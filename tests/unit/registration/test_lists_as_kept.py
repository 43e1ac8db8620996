"""Invitation lists as offices keep them: each row is taken, or told by row and column with what was seen."""

from io import BytesIO
from time import process_time
from typing import Any
from zipfile import ZipFile

import pytest
import xlsxwriter

from services.registration.features.gatherings.sheets.categories import categories
from services.registration.features.gatherings.sheets.excel import read_sheet
from services.registration.features.gatherings.sheets.rows import read_rows
from services.registration.features.gatherings.sheets.sheet_report import SheetReport, as_dict
from services.registration.workbooks.sheets import Book, Sheet

TITLES = ["No", "Nama", "NIP", "Email", "No. HP/WA", "Unsur", "Instansi", "NPSN", "Kabupaten/Kota"]
AREA = tuple[int, int, int, int]


def person(number: int, **changed: Any) -> list[Any]:
    row = {
        "no": number,
        "name": f"Ni Uji {number}",
        "nip": "",
        "email": f"uji{number}@sekolah.example",
        "phone": "",
        "category": "Guru",
        "institution": "SDN 1 Contoh",
        "npsn": "",
        "regency": "Kabupaten Badung",
    }
    return list((row | changed).values())


def book(*sheets: tuple[str, list[list[Any]]], merged: tuple[AREA, ...] = (), **looks: Any) -> bytes:
    """`looks`: `hidden` rows from 0, `struck` rows from 0. A cell may be a function that writes it."""
    data = BytesIO()
    with xlsxwriter.Workbook(data) as made:
        line = made.add_format({"font_strikeout": True})
        for name, rows in sheets:
            page = made.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if callable(cell):
                        cell(page, at, column)
                    elif cell != "":
                        page.write(at, column, cell, line if at in looks.get("struck", ()) else None)
            for top, left, bottom, right in merged:
                page.merge_range(top, left, bottom, right, rows[top][left])
            for row in looks.get("hidden", ()):
                page.set_row(row, None, None, {"hidden": True})
    return data.getvalue()


def error(shown: str) -> Any:
    return lambda page, row, column: page.write_formula(row, column, "=VLOOKUP(9,A50:B60,2,0)", None, shown)


def read(data: bytes) -> SheetReport:
    return read_sheet(data, "rakor")


def told(report: SheetReport) -> list[tuple[int | None, str | None, bool]]:
    return [(one.row, one.column, one.refused) for one in report.problems]


def test_merged_cells_say_the_same_of_each_of_their_rows() -> None:
    rows = [TITLES, person(1), person(2, regency="", institution=""), person(3, regency="")]
    report = read(book(("Peserta", rows), merged=((1, 8, 3, 8), (1, 6, 2, 6))))
    found = [(row.command.regency, row.command.institution) for row in report.rows]
    assert [regency for regency, _ in found] == ["51.03"] * 3
    assert [one and one.name for _, one in found] == ["SDN 1 Contoh"] * 3
    assert [one.message for one in report.problems] == [
        "Sel gabungan: isinya dipakai untuk baris 2 sampai 4",
        "Sel gabungan: isinya dipakai untuk baris 2 sampai 3",
    ]


def test_a_name_that_is_merged_makes_nobody_of_the_row_below() -> None:
    rows = [TITLES, person(1), ["", "", "", "", "", "Guru", "", "", ""]]
    report = read(book(("Peserta", rows), merged=((1, 1, 2, 1),)))
    assert [row.number for row in report.rows] == [2]


def test_a_list_on_several_sheets_is_read_whole_and_each_row_names_its_sheet() -> None:
    report = read(
        book(
            ("Badung", [TITLES, person(1), person(2, category="Raja")]),
            ("Gianyar", [TITLES, person(3), person(1)]),
            ("Denpasar", [TITLES, person(4)]),
        )
    )
    assert [(row.sheet, row.number) for row in report.rows] == [
        ("Badung", 2),
        ("Gianyar", 2),
        ("Denpasar", 2),
    ]
    assert [(one.sheet, one.row, one.message[:29]) for one in report.problems] == [
        ("Badung", 3, "Unsur tidak dikenal. Pilihan:"),
        ("Gianyar", 3, "Sama dengan baris 2 lembar Ba"),
    ]
    assert as_dict(report)["sheet"] == "Badung, Gianyar, Denpasar"


def test_the_sheet_that_has_the_columns_is_taken_and_the_others_are_named() -> None:
    committee = [["No", "Nama", "Jabatan"], [1, "Drs. Panitia Contoh", "Ketua"]]
    report = read(book(("Panitia", committee), ("Peserta", [TITLES, person(1)]), ("Sheet3", [])))
    shown = as_dict(report)
    assert (shown["sheet"], shown["unread_sheets"], shown["good"], shown["refused"]) == (
        "Peserta",
        ["Panitia"],
        1,
        0,
    )
    assert [one.message for one in report.problems] == ["Lembar Panitia tidak dibaca: kolom Email tidak ada"]


@pytest.mark.parametrize(
    ("cell", "value"), [(error("#N/A"), "#N/A"), ("#REF!", "#REF!"), (error("#DIV/0!"), "#DIV/0!")]
)
@pytest.mark.parametrize(
    ("field", "column", "refused"),
    [
        ("name", "B", True),
        ("nip", "C", True),
        ("email", "D", True),
        ("phone", "E", False),
        ("category", "F", True),
        ("institution", "G", False),
        ("npsn", "H", False),
        ("regency", "I", True),
    ],
)
def test_an_error_is_told_where_it_stands(
    cell: Any, value: str, field: str, column: str, refused: bool
) -> None:
    report = read(book(("Peserta", [TITLES, person(1), person(2, **{field: cell})])))
    (one,) = report.problems
    assert (one.row, one.column, one.refused, one.value) == (3, column, refused, value)
    assert value in one.message
    assert len(report.rows) == 2 - refused


def test_a_formula_that_was_never_worked_out_is_told_and_not_called_empty() -> None:
    rows = [TITLES, person(1, name=error("")), person(2, regency=error("")), person(3, institution=error(""))]
    report = read(book(("Peserta", rows)))
    assert told(report) == [(2, "B", True), (3, "I", True), (4, "G", False)]
    assert {one.message.partition(",")[0] for one in report.problems} == {
        "Rumus tanpa hasil; buka dan simpan di Excel"
    }
    assert {one.value for one in report.problems} == {"rumus tanpa hasil"}


def test_two_rows_of_titles_are_read_as_one() -> None:
    upper = ["No", "Nama", "Identitas", "", "Kontak", "", "Unsur", "Kabupaten/Kota", "Ket."]
    lower = ["", "", "NIP", "NUPTK", "Email", "No. HP/WA", "", "", ""]
    row = [1, "Ni Uji", "193501012010012001", "1234567890123456", "uji@sekolah.example", "", "Guru", "51.03"]
    head = [["BALAI CONTOH"], [], upper, lower, [f"({at})" for at in range(1, 10)], row]
    joined = tuple((2, at, 3, at) for at in (0, 1, 6, 7, 8))
    for merged in ((), joined):
        report = read(book(("Peserta", head), merged=merged))
        (invited,) = report.rows
        assert report.problems == ()
        assert (invited.command.participant.nip, invited.command.participant.nuptk) == (row[2], row[3])
        assert [title for _, title in report.columns] == [
            *("Nama", "NIP", "NUPTK", "Email", "No. HP/WA", "Unsur", "Kabupaten/Kota"),
        ]


def test_a_first_person_who_is_called_like_a_title_is_no_row_of_titles() -> None:
    rows = [["Nama", "Email", "Unsur", "Instansi"], ["Kota", "kota@sekolah.example", "Guru", "Sekolah"]]
    assert [row.number for row in read(book(("Peserta", rows))).rows] == [2]


def test_hidden_rows_are_read_and_told_and_struck_ones_are_told_and_not_read() -> None:
    rows = [TITLES, person(1), person(2), person(3)]
    report = read(book(("Peserta", rows), hidden=(2,), struck=(3,)))
    assert [row.number for row in report.rows] == [2, 3]
    assert [(one.row, one.refused, one.person, one.message.split(";")[0]) for one in report.problems] == [
        (3, False, "Ni Uji 2", "Baris tersembunyi"),
        (4, False, "Ni Uji 3", "Nama dicoret"),
    ]


@pytest.mark.parametrize(
    "titles",
    [
        ["Timestamp", "Email Address", "Nama Lengkap beserta Gelar", "Nomor WhatsApp", "Jabatan"],
        ["Stempel waktu", "Alamat Email", "Nama Lengkap (beserta gelar)", "Nomor HP/WA aktif", "Unsur"],
        ["Waktu", "Email Aktif Anda", "Nama Peserta *", "No. WhatsApp yang aktif", "Unsur Peserta"],
    ],
)
def test_the_titles_of_forms_are_known(titles: list[str]) -> None:
    row = ["2024-03-01 08:00", "uji@sekolah.example", "Ni Uji, S.Pd.", "080000000001", "Guru Kelas"]
    report = read(book(("Form Responses 1", [titles, row])))
    (invited,) = report.rows
    assert invited.command.participant.phone == "080000000001"
    assert report.problems == ()


def test_what_was_not_found_is_told_beside_what_was_seen() -> None:
    no_email = read(book(("Peserta", [["Nama", "Jabatan", "Kontak Peserta"], ["Ni Uji", "Guru", "x"]])))
    assert no_email.problems[0].message == (
        "Kolom Email tidak ada pada baris judul 1; judul yang terbaca: Nama, Jabatan, Kontak Peserta"
    )
    nothing = read(book(("Peserta", [["Orang", "Surat", "Peran Khusus"], ["Ni Uji", "x", "Guru"]])))
    assert "baris 1: Orang, Surat, Peran Khusus" in nothing.problems[0].message
    people = read(book(("Peserta", [["Ni Uji Rahasia", "uji@sekolah.example", "Guru"]])))
    assert "Rahasia" not in people.problems[0].message


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("GURU", {"guru"}),
        ("Guru Penggerak (GP)", {"guru-penggerak"}),
        ("guru\u00a0penggerak", {"guru-penggerak"}),
        ("Guru Penggerak Angkatan 5", {"guru-penggerak"}),
        ("Kepsek", {"kepala-sekolah"}),
        ("Plt. Kepala Sekolah", {"kepala-sekolah"}),
        ("Kepala SDN 1 Contoh", {"kepala-sekolah"}),
        ("Guru SD", {"guru"}),
        ("Guru BK", {"guru"}),
        ("Guru Kelas / Wali Kelas", {"guru"}),
        ("Pengawas Sekolah Madya", {"pengawas"}),
        ("Pengawas TK/SD", {"pengawas"}),
        ("Staf Dinas", {"dinas"}),
        ("Kepala Dinas Pendidikan", {"dinas"}),
        ("Fasilitator Daerah", {"fasilitator"}),
        ("Guru/Kepala Sekolah", {"guru", "kepala-sekolah"}),
        ("Operator", set()),
        ("Calon Guru Penggerak", set()),
        ("Mitra Kerjaa", set()),
        ("Tamu, dulu guru", set()),
    ],
)
def test_categories_are_known_as_people_write_them_and_never_guessed(written: str, meant: set[str]) -> None:
    assert categories(written) == meant


def test_totals_and_signatures_are_passed_over_with_a_note() -> None:
    rows = [
        *(TITLES, person(1), ["", "Jumlah", "", "1", "", "1 orang"], []),
        ["", "", "", "", "", "", "Denpasar, 1 Maret 2024"],
        *(["", "Drs. Kepala Contoh"], ["", "NIP. 19350101 199003 1 001"]),
    ]
    report = read(book(("Peserta", rows)))
    assert (len(report.rows), report.refused_rows) == (1, 0)
    assert told(report) == [(row, None, False) for row in (3, 5, 6, 7)]


def test_somebody_without_an_address_in_the_midst_of_the_list_is_refused_and_no_signature() -> None:
    report = read(book(("Peserta", [TITLES, person(1, email="", category=""), person(2)])))
    assert (len(report.rows), report.refused_rows) == (1, 1)


LINES = [
    *("No;Nama;Email;Unsur;Kabupaten/Kota", "1;Ni Uji Satu;uji1@sekolah.example;Guru;Kabupaten Badung"),
    '2;"Ni Uji ""Dua"", S.Pd.";uji2@sekolah.example;Guru;Kab. Gianyar',
]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("above", ["", "sep=", "BALAI CONTOH\r\n\r\n"])
def test_a_list_saved_as_text_is_read(encoding: str, delimiter: str, above: str) -> None:
    first = f"sep={delimiter}\r\n" if above == "sep=" else above
    text = first + "\r\n".join(line.replace(";", delimiter) for line in LINES)
    report = read(text.encode(encoding))
    assert [row.command.participant.name for row in report.rows] == ["Ni Uji Satu", 'Ni Uji "Dua", S.Pd.']
    assert [row.number - report.rows[0].number for row in report.rows] == [0, 1]
    assert report.problems == ()


def test_an_encoding_that_was_guessed_is_told() -> None:
    report = read("Nama;Email;Unsur\nNi Désiré;uji@sekolah.example;guru".encode("cp1252"))
    assert report.rows[0].command.participant.name == "Ni Désiré"
    assert [(one.row, one.refused) for one in report.problems] == [(None, False)]
    assert "Windows-1252" in report.problems[0].message
    assert report.readable


def test_the_status_of_the_products_own_list_is_heeded() -> None:
    titles = ["Kode", "Status", "Nama", "Email", "Unsur"]
    statuses = ["Terkonfirmasi", "Dibatalkan", "Daftar tunggu", "Ditolak"]
    rows = [
        [f"k{at}", status, f"Ni Uji {at}", f"uji{at}@x.example", "guru"] for at, status in enumerate(statuses)
    ]
    report = read(book(("Peserta", [titles, *rows])))
    assert [row.number for row in report.rows] == [2, 4]
    assert [(one.row, one.message) for one in report.problems] == [
        (3, "Status Dibatalkan; tidak diambil"),
        (5, "Status Ditolak; tidak diambil"),
    ]


def test_a_nip_may_say_that_it_is_one() -> None:
    report = read(book(("Peserta", [TITLES, person(1, nip="NIP. 19350101 201001 1 005")])))
    assert report.rows[0].command.participant.nip == "193501012010011005"


def test_a_cell_of_a_text_may_have_lines_of_its_own() -> None:
    text = 'Nama;Email;Unsur;Instansi\r"Ni Uji";uji@sekolah.example;guru;"SDN 1\rContoh\u2028\x0b"\r'
    report = read(text.encode())
    assert [row.number for row in report.rows] == [2]
    assert (report.rows[0].command.institution or report).name == "SDN 1 Contoh"  # type: ignore[union-attr]


def test_open_document_says_what_is_hidden_struck_out_and_failed() -> None:
    cell = "<table:table-cell office:value-type='string' {}><text:p>{}</text:p></table:table-cell>"

    def row(number: int, looks: str = "", cells: str = "", institution: str = "SD") -> str:
        found = (f"Ni Uji {number}", f"uji{number}@sekolah.example", "guru", institution)
        return (
            f"<table:table-row {looks}>{''.join(cell.format(cells, one) for one in found)}</table:table-row>"
        )

    titles = "".join(cell.format("", title) for title in ("Nama", "Email", "Unsur", "Instansi"))
    names = "".join(
        f" xmlns:{name}='urn:oasis:names:tc:opendocument:xmlns:{name}:1.0'"
        for name in ("office", "table", "text", "style")
    )
    content = (
        f"<office:document-content{names}><office:automatic-styles><style:style style:name='ce1'>"
        "<style:text-properties style:text-line-through-style='solid'/></style:style>"
        "</office:automatic-styles><office:body><office:spreadsheet><table:table table:name='Peserta'>"
        f"<table:table-row>{titles}</table:table-row>{row(1)}{row(2, institution='#N/A')}"
        f"{row(3, looks=chr(32) + 'table:visibility=' + repr('collapse'))}"
        f"{row(4, cells='table:style-name=' + repr('ce1'))}"
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    data = BytesIO()
    with ZipFile(data, "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        made.writestr("content.xml", content)
        made.writestr("META-INF/manifest.xml", "<manifest/>")
    report = read(data.getvalue())
    assert [row.number for row in report.rows] == [2, 3, 4]
    assert [(one.row, one.message.split()[0]) for one in report.problems] == [
        (3, "Sel"),
        (4, "Baris"),
        (5, "Nama"),
    ]


def test_people_above_the_titles_that_are_read_are_told() -> None:
    """Two tables, one below the other: the one with more titles is read."""
    first = [["Nama", "Email", "Unsur"], ["Ni Atas", "atas@sekolah.example", "Guru"]]
    report = read(book(("Peserta", [["DAFTAR"], *first, [""], TITLES, person(1)])))
    assert [row.number for row in report.rows] == [6]
    assert told(report) == [(3, None, True)]
    assert report.problems[0].message.startswith("Tidak dibaca: di atas baris judul 5")


def test_people_beside_the_columns_that_are_read_are_told() -> None:
    rows = [[*TITLES, "", *TITLES], [*person(1), "", *person(2)], [*person(3), "", *person(4)]]
    report = read(book(("Peserta", rows)))
    assert len(report.rows) == 2
    assert told(report) == [(1, None, False)]
    assert "berisi 2 alamat email" in report.problems[0].message


def test_a_row_that_says_something_outside_the_known_columns_is_told() -> None:
    blank = [""] * len(TITLES)
    rows = [[*TITLES, "Catatan"], person(1), [*blank, "Ni Lain"], [*blank, "lain@sekolah.example"], person(2)]
    report = read(book(("Peserta", rows)))
    assert [row.number for row in report.rows] == [2, 5]
    assert [one for one in told(report) if one[0] != 1] == [(3, None, False), (4, None, True)]


@pytest.mark.parametrize(
    "rows",
    [
        'Ni Satu;satu@uji.example;Guru;"belum\nNi Dua;dua@uji.example;Guru;\nNi Tiga;tiga@uji.example;Guru;',
        'Ni Satu;satu@uji.example;Guru;"belum\nNi Dua;dua@uji.example;Guru;"\nNi Tiga;tiga@uji.example;Guru;',
        '"Ni Satu;satu@uji.example;Guru;\r\nNi Dua;dua@uji.example;Guru;\r\n',
    ],
)
def test_a_quote_that_is_not_closed_swallows_nobody_in_silence(rows: str) -> None:
    report = read(f"Nama;Email;Unsur;Catatan\n{rows}\n".encode())
    assert (report.rows, report.problems[0].message[:33]) == ((), 'Tanda kutip (") pada baris 2 tida')


def test_a_cell_of_several_lines_swallows_no_row() -> None:
    address = '"Jl. A 1,\nKec. B, Kab. C, Prov. D, Indonesia"'
    report = read(f"Nama,Email,Unsur,Alamat\nNi Satu,satu@uji.example,Guru,{address}\n".encode())
    assert (len(report.rows), report.problems) == (1, ())


@pytest.mark.parametrize("long", ["(" * 100_000, "nama (" * 20_000])
def test_a_cell_of_any_length_is_looked_at_at_once(long: str) -> None:
    """Titles and categories are looked at with expressions that take the square of their length."""
    rows = [["Nama", "Email", "Unsur"], ["Ni Uji", "uji@sekolah.example", long], [long, long, long]]
    began = process_time()
    report = read_rows(Book([Sheet("Peserta", [[long] * 9, *rows])]), "rakor")
    assert (report.rows, process_time() - began < 5) == ((), True)


def test_two_rows_that_the_register_takes_for_one_person_are_told() -> None:
    """Somebody twice with other details, and somebody with another's number by a slip."""
    titles = [*TITLES, "NUPTK"]
    number, other = "1234567890123456", "1234567890123457"
    rows = [
        titles,
        [*person(1), number],
        [*person(2), number],
        [*person(3), ""],
        [*person(3, category="Dinas"), ""],
        [*person(4), other],
    ]
    report = read(book(("Peserta", rows)))
    assert len(report.rows) == 5
    assert told(report) == [(3, "J", False), (5, "D", False)]
    assert report.problems[0].message.startswith("NUPTK sama dengan baris 2, jadi dianggap orang yang sama")
