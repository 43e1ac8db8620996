"""What a service says at its start, and where it listens unless told."""

import logging

import pytest
from pydantic import ValidationError

from services.reporting.settings import ReportingSettings
from shared.doors import Address
from shared.mongo.driver import connect
from shared.startup import warn_of_clear_text
from tests.support.office import SESSION_KEYS


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://daftar.bali.example", True),
        ("http://10.0.0.7:8001", True),
        ("https://daftar.bali.example", False),
        ("http://127.0.0.1:8001", False),
        ("http://localhost:8001/", False),
    ],
)
def test_people_in_clear_text_on_a_public_address_are_warned_of(
    url: str, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    warn_of_clear_text(Address.of(url))
    assert bool(caplog.records) == warned


def test_motor_names_the_end_of_its_life(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    connect("mongodb://127.0.0.1:1", "none", "pymongo")
    assert not caplog.records
    connect("mongodb://127.0.0.1:1", "none", "motor")
    assert "2026-05-14" in caplog.text
    assert "2027-05-14" in caplog.text


def test_management_is_ten_thousand_above_unless_set() -> None:
    given = {"directorate_token_hash": "0" * 64, "session_keys": SESSION_KEYS}
    assert ReportingSettings(**given).watched_port == 18100
    assert ReportingSettings(**given, management_port=9000).watched_port == 9000
    with pytest.raises(ValidationError, match="SIMPUL_MANAGEMENT_PORT"):
        ReportingSettings(**given, http_port=60_000)
    assert ReportingSettings(**given, http_port=60_000, management_port=60_001).watched_port == 60_001


def test_our_own_pages_are_told_from_others_by_scheme_host_and_port() -> None:
    office = Address.of("https://daftar.bali.example")
    assert office.is_own("https://daftar.bali.example", "daftar.bali.example")
    for foreign in ("http://daftar.bali.example", "https://daftar.bali.example.jahat.example", "null", ""):
        assert not office.is_own(foreign, "daftar.bali.example"), foreign
    trial = Address.of("http://127.0.0.1:8001")
    assert trial.is_named("localhost:9000")
    assert trial.is_own("http://localhost:9000", "localhost:9000")
    assert not trial.is_own("http://localhost:9001", "localhost:9000")
    assert not Address.of("https://daftar.bali.example", any_host=True).is_own("http://x", "x")
