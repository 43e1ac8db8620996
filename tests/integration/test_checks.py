"""`simpul check` says which of all that a service needs is wrong, and what to do, and shows no value."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.notification.provision import provision_office
from services.registration.storage.provision import require_key
from services.reporting.cli import provision_national
from shared.mongo.driver import DatabaseMisfit
from tests.integration.notification.sink import Sink
from tests.support.deployment import Deployment, deployment
from tests.support.mails import notification
from tests.support.office import SESSION_KEYS
from tests.support.servers import Servers
from tests.support.verbs import simpul

pytestmark = pytest.mark.broker
NOBODY = "127.0.0.1:1"


@pytest_asyncio.fixture
async def office(servers: Servers, tmp_path: Path) -> AsyncIterator[Deployment]:
    async with Sink() as sink, deployment(servers, tmp_path) as made:
        await provision_office(made.office.code, servers.mongo, "motor", made.office.kafka)
        await require_key(made.office.store, made.office.digests)  # as registration's first start does
        made.env["SIMPUL_SMTP_URL"] = f"{sink.url}?starttls=never"
        yield made


async def checked(office: Deployment, **changed: str) -> tuple[int, list[str]]:
    """The exit status, and the lines that are wrong."""
    given = {name: value for name, value in office.env.items() if name not in os.environ}
    code, output, errors = await simpul(office.office.servers, "check", **(given | changed))
    assert not errors, errors
    many = 11 if "SIMPUL_NOTIFICATION_URL" in given | changed else 10
    assert output.count("  ok ") + output.count("  wrong ") == many, output
    return code, [line.strip() for line in output.splitlines() if line.startswith("  wrong")]


async def test_all_is_well(office: Deployment) -> None:
    assert await checked(office) == (0, [])


@pytest.mark.parametrize(
    ("setting", "value", "about", "todo"),
    [
        ("SIMPUL_MONGO_URL", f"mongodb://{NOBODY}/?replicaSet=rs0", "MongoDB", "SIMPUL_MONGO_URL"),
        ("SIMPUL_KAFKA_BOOTSTRAP", NOBODY, "Kafka", "SIMPUL_KAFKA_BOOTSTRAP"),
        ("SIMPUL_SMTP_URL", f"smtp://petugas:rahasia@{NOBODY}", "mail server", "SIMPUL_SMTP_URL"),
        ("SIMPUL_PERSON_KEY", "ef" * 32, "key of persons", "set the former one"),
        ("SIMPUL_NOTIFICATION_URL", f"http://{NOBODY}", "mails on the desk", "SIMPUL_NOTIFICATION_URL"),
        ("SIMPUL_OFFICE_FILE", "/nowhere/secret.yaml", "file of", "SIMPUL_OFFICE_FILE"),
    ],
    ids=["mongodb", "kafka", "smtp", "key", "mails", "file"],
)
async def test_what_is_wrong_is_named_with_what_to_do(
    office: Deployment, setting: str, value: str, about: str, todo: str
) -> None:
    code, wrong = await checked(office, **{setting: value})
    assert code == 1
    first = wrong[0]
    assert first.startswith(f"wrong  {about}"), wrong
    assert todo in first
    assert not any(value in line for line in wrong)


async def test_the_desk_needs_the_keys_that_the_mail_service_has(office: Deployment) -> None:
    async with Sink() as sink, notification(office.office, sink.url) as url:
        assert await checked(office, SIMPUL_NOTIFICATION_URL=url) == (0, [])
        other = {"SIMPUL_NOTIFICATION_URL": url, "SIMPUL_LINK_KEYS": f"k1:{'ef' * 32}"}
        code, (wrong,) = await checked(office, **other)
    assert (code, wrong.startswith("wrong  mails on the desk"), "SIMPUL_LINK_KEYS" in wrong) == (
        1,
        True,
        True,
    )


async def test_a_missing_topic_and_the_nations_own(servers: Servers, office: Deployment) -> None:
    code, wrong = await checked(office, SIMPUL_OFFICE="tanpa-apa-apa")
    assert code == 1
    assert any("run `simpul provision" in line for line in wrong), wrong
    await provision_national(servers.mongo, "motor", office.office.kafka)
    national = {"SIMPUL_DIRECTORATE_TOKEN_HASH": "0" * 64, "SIMPUL_SESSION_KEYS": SESSION_KEYS}
    code, output, errors = await simpul(servers, "check", **national)
    assert (code, errors, output.count("  ok ")) == (0, "", 4), output


async def test_another_key_of_persons_starts_no_registration(office: Deployment) -> None:
    with pytest.raises(DatabaseMisfit, match="SIMPUL_PERSON_KEY is not the one"):
        async with office.office.registration(person_key="ef" * 32):
            pass
