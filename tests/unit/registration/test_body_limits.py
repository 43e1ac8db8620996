"""Only where a feature states it a request may be larger than others."""

from dataclasses import replace

import pytest

from services.registration.web.body_limits import BODY_BYTES, body_limit
from tests.support.features import ALL

SHEET = 10_000_000


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/api/v1/activities/uji/imports", SHEET),
        ("/staf/kegiatan/uji/impor", SHEET),
        ("/staf/kegiatan/uji/impor-kehadiran", SHEET),
        ("/api/v1/files", 20_000_000),
        ("/staf/kegiatan/uji/materi", 20_100_000),
        ("/staf/kegiatan/uji/impor/lain", BODY_BYTES),
        ("/kegiatan/uji/daftar", BODY_BYTES),
        ("/kegiatan/impor", BODY_BYTES),
        ("/api/v1/activities/a/b/imports", BODY_BYTES),
    ],
)
def test_sheets_and_files_are_larger_than_what_is_typed(path: str, most: int) -> None:
    assert body_limit(ALL)(path) == most


def test_what_no_feature_states_is_as_small_as_the_rest() -> None:
    assert body_limit(replace(ALL, features=()))("/staf/kegiatan/uji/impor") == BODY_BYTES
