"""A sheet is measured before it is opened: what it unpacks to, its parts, rows and columns."""

import tracemalloc
import zipfile
from io import BytesIO

import pytest
import xlsxwriter

from services.registration.features.gatherings.sheets.excel import read_sheet
from services.registration.workbooks import bounds
from services.registration.workbooks.bounds import require_bounds
from services.registration.workbooks.sheets import UNREADABLE, SheetRefused


def book(at: tuple[int, int] = (0, 0), rows: int = 1) -> bytes:
    data = BytesIO()
    with xlsxwriter.Workbook(data) as made:
        sheet = made.add_worksheet()
        for row in range(rows):
            sheet.write_string(at[0] + row, at[1], "Nama")
    return data.getvalue()


def with_part(data: bytes, name: str, content: bytes, kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The same book with one part more, or with another in its place."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(made, "w", kind) as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return made.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(SheetRefused) as told:
        require_bounds(data)
    report = read_sheet(data, "uji")
    assert [problem.message for problem in report.problems] == [str(told.value)]
    assert not report.readable
    return str(told.value)


def worksheet(cells: str) -> bytes:
    return f"<worksheet><sheetData>{cells}</sheetData></worksheet>".encode()


SHEET = "xl/worksheets/sheet1.xml"


def test_what_offices_keep_is_within() -> None:
    for data in (book(), book((99_999, 0)), book((0, 255)), book((7_000, 200)), book((0, 0), 50_040)):
        require_bounds(data)
    require_bounds(b"\xd0\xcf\x11\xe0 an old sheet is not packed")


def test_a_bomb_is_refused_without_being_unpacked() -> None:
    bomb = with_part(book(), "xl/media/besar.bin", b"\0" * (bounds.MAX_UNPACKED + 1))
    assert len(bomb) < 1_000_000
    tracemalloc.start()
    assert "MB setelah dibuka" in refused(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_an_entry_that_lies_about_its_size_is_counted_all_the_same() -> None:
    size = bounds.MAX_UNPACKED + 1
    bomb = with_part(book(), "xl/media/besar.bin", b"\0" * size)
    lying = bomb.replace(size.to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    assert lying != bomb
    assert "MB setelah dibuka" in refused(lying)


def test_many_parts_far_rows_and_far_columns_are_refused() -> None:
    many = BytesIO()
    with zipfile.ZipFile(many, "w") as made:
        for number in range(bounds.MAX_ENTRIES + 1):
            made.writestr(f"{number}.xml", b"")
    assert "bagian" in refused(many.getvalue())
    assert "baris" in refused(book((100_000, 0)))
    assert "kolom" in refused(book((0, 256)))
    assert "terlalu besar" in refused(book((9_999, 201)))


@pytest.mark.parametrize(
    "cells",
    [
        "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
        "<row><c r='&#88;FD1048576'><v>1</v></c></row>",
        "<row>" + "<c><v>1</v></c>" * 257 + "</row>",
        "<x:row xmlns:x='u'><x:c r='A200000'><x:is/></x:c></x:row>",
    ],
)
def test_however_a_cell_says_where_it_is(cells: str) -> None:
    refused(with_part(book(), SHEET, worksheet(cells)))


def test_open_document_repeats_are_counted_and_empty_ones_are_not() -> None:
    def sheet(row: str, cell: str, value: str) -> bytes:
        made = BytesIO()
        with zipfile.ZipFile(made, "w") as file:
            file.writestr(
                "content.xml",
                f"<t:table xmlns:t='t' xmlns:o='o'><t:table-row t:number-rows-repeated='{row}'>"
                f"<t:table-cell t:number-columns-repeated='{cell}' {value}/></t:table-row></t:table>",
            )
        return made.getvalue()

    require_bounds(sheet("1048576", "16384", ""))
    assert "baris" in refused(sheet("1048576", "1", "o:value-type='string'"))
    assert "kolom" in refused(sheet("1", "16384", "o:value-type='string'"))


def test_what_is_not_as_it_should_be_is_unreadable() -> None:
    doctype = b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><worksheet>&a;</worksheet>"
    for data in (
        with_part(book(), SHEET, doctype),
        with_part(book(), SHEET, b"<worksheet><row>"),
        with_part(book(), "xl/lain.xml", b"<a/>", zipfile.ZIP_BZIP2),
        book()[:-30],
    ):
        assert refused(data) == UNREADABLE
    assert ".xlsx" in refused(with_part(book(), "xl/workbook.bin", b""))
