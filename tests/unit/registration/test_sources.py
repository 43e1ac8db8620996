"""Who may have which command of an office decided."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.registration.kernel.sources import MISSIGNED, OUTSIDE, UNGRANTED, UNSIGNED, SourceGrant, Sources
from shared.contracts.envelope import Envelope
from shared.signatures import Signer, signed_headers
from tests.unit.registration.test_reading import Anything

OWN, PORTAL, STRANGER = Signer("01" * 32), Signer("02" * 32), Signer("03" * 32)
SUBMIT, CANCEL = "id.simpul.registration.submit.v1", "id.simpul.activity.cancel.v1"
NOW = datetime(2026, 12, 1, tzinfo=UTC)
GRANTS = {"/bali/portal": SourceGrant(PORTAL.public, frozenset({SUBMIT}))}
STAFF, EXCEL, ITSELF = "/bali/http/staff", "/bali/excel", "/bali/registration"


def fault(signer: Signer | None, source: str, kind: str = SUBMIT, at: datetime = NOW, **sources: Any) -> Any:
    """What is found of a command with these sources; how many unsigned ones were counted."""
    counted: list[None] = []
    given = {"own": OWN.public, "grants": GRANTS, "on_unsigned": lambda: counted.append(None)} | sources
    envelope, key, value = Envelope("1", source, kind, "rakor"), b"rakor", b"{}"
    record = Anything(key, value, tuple(signed_headers(signer, key, envelope, value)))
    return Sources("bali", **given).fault(record, envelope, at), len(counted)


@pytest.mark.parametrize("source", [STAFF, EXCEL, ITSELF, "/bali/http/public", "/bali/http/portal-lain"])
def test_the_offices_own_commands_need_its_key(source: str) -> None:
    assert fault(OWN, source) == (None, 0)
    assert fault(None, source) == (UNSIGNED, 0)
    for other in (PORTAL, STRANGER):
        assert fault(other, source) == (MISSIGNED, 0)


def test_a_source_with_a_grant_needs_its_key_and_has_that_alone_decided() -> None:
    assert fault(PORTAL, "/bali/portal") == (None, 0)
    assert fault(PORTAL, "/bali/portal", CANCEL) == (OUTSIDE, 0)
    assert fault(None, "/bali/portal") == (UNSIGNED, 0)
    for other in (OWN, STRANGER):
        assert fault(other, "/bali/portal") == (MISSIGNED, 0)


@pytest.mark.parametrize("source", ["/bali/lain", "urn:dapodik", "/bali/portal/2", "/bali/excel2"])
def test_a_source_without_a_grant_is_counted_or_refused(source: str) -> None:
    assert fault(None, source, CANCEL) == (None, 1)
    for signer in (None, STRANGER):
        assert fault(signer, source, CANCEL, accept_unsigned=False) == (UNGRANTED, 0)


def test_a_signature_of_a_source_without_a_key_holds_nothing() -> None:
    for signer in (STRANGER, PORTAL, OWN):
        assert fault(signer, "/bali/lain") == (MISSIGNED, 0)


def test_before_the_office_has_a_key_its_commands_are_as_they_were() -> None:
    assert fault(None, STAFF, own=None) == (None, 1)
    assert fault(STRANGER, STAFF, own=None) == (None, 1)


def test_what_was_written_before_the_key_needs_no_signature_but_none_that_is_wrong() -> None:
    later = NOW + timedelta(seconds=1)
    assert fault(None, STAFF, signed_from=later) == (None, 1)
    assert fault(STRANGER, STAFF, signed_from=later) == (MISSIGNED, 0)
    assert fault(None, STAFF, at=later, signed_from=later) == (UNSIGNED, 0)


def test_two_signatures_are_none() -> None:
    envelope, key, value = Envelope("1", STAFF, SUBMIT, "rakor"), b"rakor", b"{}"
    headers: Sequence[Any] = signed_headers(OWN, key, envelope, value)
    record = Anything(key, value, (*headers, headers[-1]))
    assert Sources("bali", OWN.public).fault(record, envelope, NOW) == MISSIGNED
