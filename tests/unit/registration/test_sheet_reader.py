"""A sheet is opened in a process of its own: whatever becomes of that, it is a refusal with a sentence."""

import json
import os
import sys
import zipfile
from io import BytesIO

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.registration.features.gatherings.sheets import excel
from services.registration.features.gatherings.sheets.excel import BROKEN, opened, read_sheet
from services.registration.workbooks import bounds
from services.registration.workbooks.sheets import UNREADABLE, SheetRefused

SHEET = "xl/worksheets/sheet1.xml"
FAR = b"<worksheet><sheetData><row r='1'><c r='XFD100000'><v>1</v></c></row></sheetData></worksheet>"


LIST = [["Nama", "Email", "Unsur"], ["Ni Uji", "uji@sekolah.example", "guru"]]


def book(*rows: list[str]) -> bytes:
    data = BytesIO()
    with xlsxwriter.Workbook(data) as made:
        page = made.add_worksheet("Peserta")
        for at, row in enumerate(
            rows or [["Nama", "Email", "Unsur"], ["Ni Uji", "uji@sekolah.example", "guru"]]
        ):
            page.write_row(at, 0, row)
    return data.getvalue()


WHOLE = book()


def rewritten(data: bytes, part: str, content: bytes, rels: tuple[str, str] | None = None) -> bytes:
    """With another worksheet, under another name where the workbook calls it so."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            read = old.read(entry)
            if rels and entry.filename.endswith((".rels", "[Content_Types].xml")):
                read = read.replace(rels[0].encode(), rels[1].encode())
            if entry.filename != SHEET:
                new.writestr(entry.filename, read)
        new.writestr(part, content)
    return made.getvalue()


TRICKS = {
    "a part that is called a drawing": rewritten(
        book(), "xl/worksheets/sheet1.vml", FAR, ("sheet1.xml", "sheet1.vml")
    ),
    "junk before the XML": rewritten(book(), SHEET, b"j" + FAR),
    "NUL before the XML": rewritten(book(), SHEET, b"\0" + FAR),
    "64 kB of blanks before the XML": rewritten(book(), SHEET, b" " * 65_536 + FAR),
    "all of it unpacked too large": rewritten(book(), SHEET, b" " * (bounds.MAX_UNPACKED + 1)),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_a_sheet_made_to_stop_its_reader_is_refused_and_the_next_one_is_read(trick: str) -> None:
    report = read_sheet(TRICKS[trick], "uji")
    assert not report.readable
    (problem,) = report.problems
    assert "tidak dapat dibaca" in problem.message or "MB setelah dibuka" in problem.message
    assert len(read_sheet(book(), "uji").rows) == 1


def test_the_reader_has_neither_the_settings_nor_the_memory_of_the_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SIMPUL_PERSON_KEY", "rahasia")
    shown = "import os, json; print(json.dumps({'refused': ' '.join(os.environ)}))"
    with pytest.raises(SheetRefused) as told:
        opened(b"", [sys.executable, "-c", shown])
    assert "SIMPUL" not in str(told.value)
    limited = (
        "from services.registration.workbooks import sheet_reader as r; r._limit(); "
        "b = bytearray(r.MEMORY); print('{}')"
    )
    with pytest.raises(SheetRefused) as told:
        opened(b"", [sys.executable, "-c", limited])
    assert str(told.value) == BROKEN


@pytest.mark.parametrize(
    "reader",
    [
        "import time; time.sleep(600)",
        "import sys, time; sys.stdin.close(); sys.stdout.close(); time.sleep(600)",
        "import os; os.abort()",
        "print('bukan json')",
        'print(\'{"sheets": [{"name": "a", "rows": [[{"x": 1}]]}]}\')',
        "import sys\nwhile True: sys.stdout.write('x' * 100_000)",
        "import sys; sys.exit(3)",
    ],
)
@pytest.mark.parametrize("size", [10, 2_000_000])
def test_whatever_the_reader_does_its_caller_goes_on(
    reader: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel, "MAX_ANSWER", 5_000_000)
    with pytest.raises(SheetRefused) as told:
        opened(b"x" * size, [sys.executable, "-c", reader], seconds=1.0)
    assert str(told.value) == BROKEN


def test_no_reader_is_left_behind() -> None:
    def children() -> list[str]:
        with open(f"/proc/self/task/{os.getpid()}/children") as listed:
            return listed.read().split()

    before = children()
    with pytest.raises(SheetRefused):
        opened(b"", [sys.executable, "-c", "import time; time.sleep(600)"], seconds=0.2)
    assert children() == before


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_damaged_workbook_is_read_or_refused(data: st.DataObject) -> None:
    at, cut = data.draw(st.integers(0, len(WHOLE) - 1)), data.draw(st.integers(0, 20))
    with_noise = WHOLE[:at] + data.draw(st.binary(max_size=20)) + WHOLE[at + cut :]
    report = read_sheet(with_noise, "uji")
    assert report.rows or report.problems


def test_a_large_list_is_read_within_the_limits() -> None:
    row = ["Ni Uji Panjang Sekali Namanya, S.Pd.", "uji@sekolah.example", "guru"] + ["isi kolom lain"] * 3
    data = book(["Nama", "Email", "Unsur"], *([row] * 30_000))
    found = opened(data)
    assert len(found.sheets[0].rows) == 30_001


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"<html><table><tr><td>Nama</td></tr></table></html>", "halaman web"),
        (b"\xef\xbb\xbf\n <!DOCTYPE html>", "halaman web"),
        (b"%PDF-1.7", "PDF"),
        (bounds.__name__.encode(), UNREADABLE),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "terkunci sandi"),
        (b"PK\x03\x04 and then nothing", UNREADABLE),
        (b"", UNREADABLE),
        (b"a\0b;c\0d", UNREADABLE),
    ],
)
def test_what_cannot_be_read_says_the_way_out(data: bytes, told: str) -> None:
    with pytest.raises(SheetRefused) as refused:
        opened(data)
    assert told in str(refused.value)
    assert "unggah lagi" in str(refused.value) or "salin isinya" in str(refused.value)


def test_nothing_of_a_sheet_reaches_the_services_own_output(capfd: pytest.CaptureFixture[str]) -> None:
    read_sheet(TRICKS["a part that is called a drawing"], "uji")
    assert capfd.readouterr() == ("", "")


def test_the_answer_is_plain_data() -> None:
    assert json.loads(json.dumps(opened(book()).sheets[0].rows)) == [
        ["Nama", "Email", "Unsur"],
        ["Ni Uji", "uji@sekolah.example", "guru"],
    ]


@pytest.mark.parametrize("area", ["A1:C1048576", "C2:C1048576"])
def test_merged_cells_without_end_are_no_work(area: str) -> None:
    """20,000 areas of a million rows each fit into some kilobytes."""
    whole = book(*LIST, *[["Ni", "", ""]] * 200)
    sheet = zipfile.ZipFile(BytesIO(whole)).read(SHEET)

    def merged(times: int) -> bytes:
        areas = f'<mergeCell ref="{area}"/>' * times
        end = f"</sheetData><mergeCells>{areas}</mergeCells>"
        return rewritten(whole, SHEET, sheet.replace(b"</sheetData>", end.encode()))

    with pytest.raises(SheetRefused, match="Sel gabungannya terlalu banyak"):
        opened(merged(20_000))
    assert opened(merged(1)).sheets[0].merged[0][2] == 201
