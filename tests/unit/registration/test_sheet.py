from io import BytesIO

import pytest
import xlsxwriter

from services.registration.features.gatherings.sheets.excel import read_sheet
from services.registration.features.gatherings.sheets.sheet_report import SheetReport
from services.registration.features.gatherings.sheets.sheet_row import command_id

HEADER = ["No", "Nama Lengkap (dengan gelar)", "NIP", "E-mail", "No. HP/WA", "Unsur/Jabatan", "Kab/Kota"]
KETUT = [
    "1",
    "I Ketut Wijaya, S.Pd.",
    "19350101 201001 1 003",
    "ketut@bali.example",
    "",
    "Mitra Kerja",
    "BADUNG",
]
NIP, EMAIL, CATEGORY, REGENCY = 2, 3, 5, 6


def sheet(*rows: list[object], header: list[str] = HEADER, above: int = 0) -> SheetReport:
    data = BytesIO()
    book = xlsxwriter.Workbook(data)
    page = book.add_worksheet("Undangan")
    for line in range(above):
        page.write(line, 0, f"KEMENTERIAN PENDIDIKAN, baris {line}")
    for offset, row in enumerate([header, *rows]):
        for column, value in enumerate(row):
            page.write(above + offset, column, value)
    book.close()
    return read_sheet(data.getvalue(), "rakor")


def changed(row: list[str], **values: object) -> list[object]:
    places = {"nip": NIP, "email": EMAIL, "category": CATEGORY, "regency": REGENCY, "name": 1, "phone": 4}
    named = {places[field]: value for field, value in values.items()}
    return [named.get(at, value) for at, value in enumerate(row)]


def told(report: SheetReport) -> list[tuple[int | None, str | None, str | None]]:
    return [(problem.row, problem.column, problem.field) for problem in report.problems]


def test_a_row_becomes_a_command_with_the_name_as_typed() -> None:
    report = sheet(KETUT, above=7)
    assert report.problems == ()
    (row,) = report.rows
    assert row.number == 9
    assert row.command.participant.name == "I Ketut Wijaya, S.Pd."
    assert row.command.participant.nip == "193501012010011003"
    assert (row.command.activity, row.command.category, row.command.regency) == (
        "rakor",
        "mitra-kerja",
        "51.03",
    )


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Nama", "Nama"),
        ("NAMA LENGKAP", "Nama"),
        ("Surel", "Email"),
        ("Jabatan", "Unsur"),
        ("Asal Sekolah", "Instansi"),
        ("Instansi/Unit Kerja", "Instansi"),
        ("Kabupaten/Kota", "Kabupaten/Kota"),
        ("Nomor WA", "No. HP/WA"),
        ("Angkatan", "Angkatan"),
        ("Kelompok Dampingan", "Kelompok"),
        ("NIP/NI PPPK", "NIP"),
    ],
)
def test_headers_are_known_by_synonym(name: str, field: str) -> None:
    others = [
        header
        for header, title in (("Nama", "Nama"), ("Email", "Email"), ("Unsur", "Unsur"))
        if title != field
    ]
    assert ("A", field) in sheet(["x"], header=[name, *others]).columns


def test_unsur_is_read_before_jabatan() -> None:
    report = sheet(
        ["Ketut", "k@bali.example", "Kepala Bidang", "Dinas"], header=["Nama", "Email", "Jabatan", "Unsur"]
    )
    assert report.rows[0].command.category == "dinas"


@pytest.mark.parametrize("nip", [193501012010011003, 1.935e17, "1,93501E+17", "1.93501012010011E+17"])
def test_a_nip_that_lost_digits_is_refused_and_never_guessed(nip: object) -> None:
    report = sheet(changed(KETUT, nip=nip))
    assert report.rows == ()
    assert told(report) == [(2, "C", "NIP")]
    assert "digit terakhirnya hilang" in report.problems[0].message


def test_a_sixteen_digit_number_stored_as_a_number_is_refused() -> None:
    report = sheet(
        ["K", "k@bali.example", "Guru", 1234567890123456], header=["Nama", "Email", "Unsur", "NUPTK"]
    )
    assert told(report) == [(2, "D", "NUPTK")]


@pytest.mark.parametrize(
    ("wrong", "column", "field"),
    [
        ({"nip": "1935010120100110"}, "C", "NIP"),
        ({"email": "ketut(at)bali.example"}, "D", "Email"),
        ({"email": "a@bali.example; b@bali.example"}, "D", "Email"),
        ({"email": ""}, "D", "Email"),
        ({"category": "Tamu VIP"}, "F", "Unsur"),
        ({"category": ""}, "F", "Unsur"),
        ({"regency": "Badunk"}, "G", "Kabupaten/Kota"),
        ({"regency": "Bogor"}, "G", "Kabupaten/Kota"),
        ({"name": ""}, "B", "Nama"),
        ({"name": "K" * 201}, "B", "Nama"),
        ({"name": "Ketut\u0000Wijaya\u0007"}, "B", "Nama"),
    ],
)
def test_a_wrong_cell_is_told_by_row_and_column(wrong: dict[str, object], column: str, field: str) -> None:
    report = sheet(KETUT, changed(KETUT, **wrong))
    assert [row.number for row in report.rows] == [2]
    assert told(report) == [(3, column, field)]


def test_the_report_names_person_and_cell_beside_its_sentences_and_keeps_neither() -> None:
    secret = "Rahasia9876543210"
    report = sheet([secret] * len(HEADER), changed(KETUT, regency=secret))
    assert report.rows == ()
    assert len(report.problems) >= 5
    assert secret not in str([one.message for one in report.problems])
    assert {one.person for one in report.problems} == {secret, KETUT[1]}
    assert {one.value for one in report.problems} == {secret}
    assert not any(secret in str(one.kept()) or KETUT[1] in str(one.kept()) for one in report.problems)


@pytest.mark.parametrize(
    "phone", ["belum ada", "(-) (-)", "0800 0000 0001 / 0800 0000 0002", "080000000003 (WA)"]
)
def test_a_telephone_that_cannot_be_used_keeps_nobody_out(phone: str) -> None:
    report = sheet(changed(KETUT, phone=phone))
    assert report.rows[0].command.participant.phone is None
    (note,) = report.problems
    assert (note.row, note.column, note.refused, note.value) == (2, "E", False, phone)


def test_every_mistake_of_a_row_is_told_at_once() -> None:
    report = sheet(changed(KETUT, nip="12", email="x", category="y"))
    assert [column for _, column, _ in told(report)] == ["C", "F", "D"]
    assert report.refused_rows == 1


def test_blank_rows_and_the_row_of_column_numbers_are_passed_over() -> None:
    numbers = ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"]
    report = sheet(numbers, ["2", "", "  "], KETUT)
    assert [row.number for row in report.rows] == [4]
    assert report.problems == ()


def test_a_row_without_name_and_email_is_a_hint_and_not_a_mistake() -> None:
    report = sheet(KETUT, ["", "", "", "", "", "Ketua Panitia,"])
    assert report.refused_rows == 0
    assert [(problem.row, problem.refused) for problem in report.problems] == [(3, False)]


@pytest.mark.parametrize("dash", ["-", "–", "0", "tidak ada", ""])
def test_a_dash_stands_for_no_number(dash: str) -> None:
    assert sheet(changed(KETUT, nip=dash)).rows[0].command.participant.nip is None


def test_the_same_row_twice_is_taken_once_and_said() -> None:
    shouting = changed(
        KETUT, name="I KETUT WIJAYA, S.Pd.", nip="193501012010011003", email="KETUT@bali.example"
    )
    report = sheet(KETUT, shouting)
    assert [row.number for row in report.rows] == [2]
    assert [(problem.row, problem.refused) for problem in report.problems] == [(3, False)]


def test_a_row_has_one_command_id_and_a_mended_row_another() -> None:
    def first(row: list[object] | list[str], key: bytes = b"key") -> str:
        return command_id(key, sheet(list(row)).rows[0].command)

    assert first(KETUT) == first(changed(KETUT, nip="193501012010011003", email=" Ketut@Bali.example "))
    assert first(KETUT) != first(changed(KETUT, email="ketut2@bali.example"))
    assert first(KETUT) != first(KETUT, b"another key")


def test_a_code_kept_as_a_number_and_a_cohort_in_roman_are_read() -> None:
    header = ["Nama", "Email", "Unsur", "Kota", "Angkatan", "NPSN", "Asal Sekolah"]
    report = sheet(
        ["A", "a@x.example", "Guru", 32.1, "II", 50100123, "SDN 1"],
        ["B", "b@x.example", "Guru", 5103, "Angkatan 1", "501", "SDN 2"],
        header=header,
    )
    first, second = (row.command for row in report.rows)
    assert (first.regency, first.cohort, first.institution and first.institution.npsn) == (
        "32.10",
        2,
        "50100123",
    )
    assert (second.regency, second.cohort) == ("51.03", 1)
    assert [(problem.row, problem.column, problem.refused) for problem in report.problems] == [
        (3, "F", False)
    ]


def test_a_sheet_without_a_needed_column_says_which() -> None:
    report = sheet(KETUT, header=["No", "Nama", "NIP", "x", "HP", "Unsur", "Kota"])
    assert not report.readable
    assert "Kolom Email tidak ada pada baris judul 1" in report.problems[0].message


@pytest.mark.parametrize("data", [b"", b"nama;email", b"PK\x03\x04 and then nothing"])
def test_what_is_no_workbook_is_one_problem(data: bytes) -> None:
    report = read_sheet(data, "rakor")
    assert not report.readable
    assert len(report.problems) == 1


def test_a_sheet_that_is_too_long_is_refused_whole() -> None:
    rows = [["N", "n@x.example", "Guru"]] * 50_001
    report = sheet(*[list(row) for row in rows], header=["Nama", "Email", "Unsur"])
    assert not report.readable
    assert report.rows == ()


def test_signs_that_nobody_sees_keep_nobody_out_and_make_nobody_nameless() -> None:
    typed = changed(
        KETUT,
        name="I Ketut\u200b Wijaya",
        email="\u202aketut@bali.example\u202c",
        regency="BADUNG\u200b",
        nip="\ufeff" + KETUT[2],
    )
    report = sheet(typed, *(changed(KETUT, name=sign) for sign in ("\u200b", "\u2800", "\u3164", "\u00ad")))
    (row,) = report.rows
    assert row.command.participant.email == "ketut@bali.example"
    assert row.command.participant.name == "I Ketut\u200b Wijaya", (
        "sent as it was typed, mended where it is decided"
    )
    assert [one.message for one in report.problems] == [
        "Nama hanya berisi tanda tak terlihat; ketik ulang"
    ] * 4


def test_a_refused_cell_says_what_is_wrong_with_it() -> None:
    rows = [
        changed(KETUT, name="Klik jahat.example/hadiah"),
        changed(KETUT, email="a@b.example; c@d.example"),
        changed(KETUT, email="ketut@bali"),
    ]
    report = sheet(*rows)
    assert report.rows == ()
    assert [(one.row, one.message) for one in report.problems] == [
        (2, "Nama memuat alamat web; hapus alamat itu"),
        (3, "Alamat email tidak sah: tulis satu alamat saja"),
        (4, "Alamat email tidak sah: bagian sesudah @ tidak lengkap"),
    ]
