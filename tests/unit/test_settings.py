"""A wrong setting ends a process with one sentence that names it and never shows its value."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SIMPUL = Path(sys.executable).with_name("simpul")
WHOLE = {
    "SIMPUL_OFFICE": "bali",
    "SIMPUL_PERSON_KEY": "ab" * 32,
    "SIMPUL_STAFF_TOKEN_HASH": "0" * 64,
    "SIMPUL_DIRECTORATE_TOKEN_HASH": "0" * 64,
    "SIMPUL_PUBLIC_URL": "https://bali.example",
    "SIMPUL_LINK_KEYS": f"k1:{'cd' * 32}",
    "SIMPUL_SESSION_KEYS": f"s1:{'ef' * 32}",
}
SECRET = "a-secret-that-was-pasted-wrongly"
REGISTRATION = [sys.executable, "-m", "services.registration.main"]
NOTIFICATION = [sys.executable, "-m", "services.notification.main"]
REPORTING = [sys.executable, "-m", "services.reporting.main"]
PROVISION = [str(SIMPUL), "provision", "office", "bali"]


def ended(command: list[str], env: dict[str, str]) -> tuple[int, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("SIMPUL_")}
    done = subprocess.run(command, env=plain | env, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        (REGISTRATION, "SIMPUL_PERSON_KEY"),
        (REGISTRATION, "SIMPUL_STAFF_TOKEN_HASH"),
        (REGISTRATION, "SIMPUL_PUBLIC_URL"),
        (REGISTRATION, "SIMPUL_SESSION_KEYS"),
        (NOTIFICATION, "SIMPUL_LINK_KEYS"),
        (NOTIFICATION, "SIMPUL_SMTP_URL"),
        (REPORTING, "SIMPUL_HTTP_PORT"),
        (REPORTING, "SIMPUL_SESSION_KEYS"),
        (REPORTING, "SIMPUL_DIRECTORATE_TOKEN_HASH"),
        (REPORTING, "OTEL_EXPORTER_OTLP_ENDPOINT"),
        (PROVISION, "SIMPUL_KAFKA_IDEMPOTENCE"),
        (PROVISION, "SIMPUL_PARTITIONS"),
    ],
)
def test_it_is_named_and_its_value_is_not_shown(command: list[str], wrong: str) -> None:
    code, told = ended(command, WHOLE | {wrong: SECRET})
    assert (code, told.count("\n"), f" {wrong} (" in told) == (2, 1, True), told
    assert SECRET not in told


def test_a_file_that_cannot_be_read_is_named_by_its_variable(tmp_path: Path) -> None:
    lost = WHOLE | {"SIMPUL_PERSON_KEY_FILE": str(tmp_path / SECRET)}
    del lost["SIMPUL_PERSON_KEY"]
    code, told = ended(REGISTRATION, lost)
    assert (code, told) == (
        2,
        "these settings are missing or do not fit: SIMPUL_PERSON_KEY_FILE (FileNotFoundError)\n",
    )


def test_a_rule_across_settings_is_told_in_its_own_words() -> None:
    code, told = ended(NOTIFICATION, WHOLE | {"SIMPUL_MAIL_LEASE_SECONDS": "1"})
    assert (code, told.count("\n")) == (2, 1)
    assert "SIMPUL_MAIL_LEASE_SECONDS must be at least three times SIMPUL_SMTP_SECONDS" in told


def test_a_url_that_cannot_be_one_is_not_shown() -> None:
    code, told = ended(REPORTING, WHOLE | {"SIMPUL_MONGO_URL": f"mongodb://simpul:{SECRET}@@/"})
    assert (code, "SIMPUL_MONGO_URL cannot be used (InvalidURI)" in told) == (1, True)
    assert SECRET not in told


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"SIMPUL_OIDC_ISSUER": "https://issuer.example"}, "go together"),
        (
            {
                "SIMPUL_OIDC_ISSUER": "http://issuer.example",
                "SIMPUL_OIDC_CLIENT_ID": "simpul",
                "SIMPUL_OIDC_CLIENT_SECRET": SECRET,
            },
            "must begin with https://",
        ),
    ],
)
def test_a_provider_of_identities_is_named_whole_and_asked_over_tls(
    given: dict[str, str], sentence: str
) -> None:
    code, told = ended(REGISTRATION, WHOLE | given)
    assert (code, sentence in told, SECRET in told) == (2, True, False), told
