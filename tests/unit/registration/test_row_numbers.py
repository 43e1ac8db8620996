"""Numbers of rows as people type them from a signed list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registration.features.paper.domain.row_numbers import NumbersRefused, row_numbers
from services.registration.features.paper.printed_lists import code_of, plain


@pytest.mark.parametrize(
    ("typed", "rows"),
    [
        ("1-3, 5", [1, 2, 3, 5]),
        ("5 1 – 3", [1, 2, 3, 5]),
        ("1 s.d. 3;5\n5", [1, 2, 3, 5]),
        ("2 sd 3", [2, 3]),
        (" 7,", [7]),
    ],
)
def test_numbers_are_read_as_people_write_them(typed: str, rows: list[int]) -> None:
    assert row_numbers(typed, 7) == rows


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "misalnya 1-40, 42"),
        (" , ", "misalnya 1-40, 42"),
        ("1, dua", "“dua” bukan nomor"),
        ("1-2-3", "“1-2-3” bukan nomor"),
        ("3-1", "tulis 1-3"),
        ("0", "Nomor 0 tidak ada: daftar ini bernomor 1 sampai 7"),
        ("5-8", "Nomor 8 tidak ada"),
        ("99999999999", "bukan nomor"),
        ("1," * 3_000, "terlalu banyak"),
    ],
)
def test_what_is_no_number_of_the_list_is_named(typed: str, told: str) -> None:
    with pytest.raises(NumbersRefused, match=told):
        row_numbers(typed, 7)


@given(st.text(max_size=60), st.integers(1, 400))
def test_any_text_is_rows_of_the_list_or_refused(typed: str, most: int) -> None:
    try:
        found = row_numbers(typed, most)
    except NumbersRefused:
        return
    assert found == sorted(set(found))
    assert set(found) <= set(range(1, most + 1))


def test_a_code_is_of_these_people_in_this_order_and_typed_in_any_way() -> None:
    code = code_of("uji", "satu", ["r1", "r2"])
    assert code == code_of("uji", "satu", ["r1", "r2"])
    assert len({code, code_of("uji", "satu", ["r2", "r1"]), code_of("uji", "dua", ["r1", "r2"])}) == 3
    assert plain(f" {code.lower().replace('-', ' ')} ") == code
