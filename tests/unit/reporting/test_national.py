from datetime import UTC, datetime, timedelta

import pytest

from services.reporting.pages.national import ago
from shared.words import month, number

NOW = datetime(2024, 1, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "baru saja"),
        (0.9, "baru saja"),
        (5, "5 detik lalu"),
        (119, "1 menit lalu"),
        (7_200, "2 jam lalu"),
        (10 * 86_400, "10 hari lalu"),
    ],
)
def test_freshness_is_told_in_the_largest_full_unit(seconds: float, words: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == words


def test_numbers_and_months_are_written_as_in_indonesia() -> None:
    assert (number(27_434), number(-1_200)) == ("27.434", "−1.200")
    assert (month("2024-01"), month(None)) == ("Januari 2024", "bulan belum diketahui")
