"""What an operator reads of `simpul provision` that cannot do what it is asked, and of `simpul parked`."""

from pathlib import Path

import pytest
import yaml
from aiokafka import ConsumerRecord

from services.registration.kernel.received_commands import PoisonRecord
from services.registration.storage.ledger import parked_document
from shared.contracts.topics import FACTS_SETTINGS, database, facts, intake
from shared.kafka.topics import TopicSpec, admin, ensure_topic
from shared.mongo.driver import connect
from tests.support.office import office_file
from tests.support.servers import Servers
from tests.support.topics import new_office
from tests.support.verbs import simpul

pytestmark = pytest.mark.broker


def described(tmp_path: Path, office: str) -> str:
    """A file that describes the office."""
    file = tmp_path / f"{office}.yaml"
    file.write_text(yaml.safe_dump(office_file(office).model_dump(mode="json")))
    return str(file)


async def provision(servers: Servers, *words: str, **changed: str) -> tuple[int, str, str]:
    return await simpul(servers, "provision", *words, **changed)


@pytest.mark.parametrize(
    ("words", "changed", "code", "told"),
    [
        (("office", "Bali!"), {}, 2, "Bali! is no office's code"),
        (("office", "bali"), {"SIMPUL_PARTITIONS": "none"}, 2, "SIMPUL_PARTITIONS (int_parsing)"),
        (("office", "bali"), {"SIMPUL_KAFKA_BOOTSTRAP": "127.0.0.1:1"}, 1, "Kafka does not answer"),
        (("national",), {"SIMPUL_MONGO_URL": "mongodb://127.0.0.1:1"}, 1, "MongoDB does not answer"),
        (("national",), {"SIMPUL_MONGO_URL": "mongodb://@@"}, 1, "SIMPUL_MONGO_URL cannot be used"),
    ],
    ids=["code", "setting", "kafka", "mongodb", "url"],
)
async def test_what_is_wrong_is_one_sentence(
    servers: Servers, words: tuple[str, ...], changed: dict[str, str], code: int, told: str
) -> None:
    ended, output, errors = await provision(servers, *words, **changed)
    assert (ended, output, errors.count("\n"), told in errors) == (code, "", 1, True), errors


async def test_an_office_without_its_file_is_not_made(servers: Servers) -> None:
    office = new_office()
    code, output, errors = await provision(servers, "office", office)
    assert (code, output, errors.count("\n")) == (1, "", 1), errors
    assert f"offices/{office}.yaml is not there" in errors
    async with admin(servers.kafka) as client:
        assert intake(office) not in await client.list_topics()


async def test_a_topic_that_differs_is_said_and_fails(servers: Servers, tmp_path: Path) -> None:
    office = new_office()
    async with admin(servers.kafka) as client:
        await ensure_topic(client, TopicSpec(facts(office), 6, FACTS_SETTINGS | {"retention.ms": "1000"}), 1)
    file = described(tmp_path, office)
    code, output, errors = await provision(servers, "office", office, SIMPUL_OFFICE_FILE=file)
    assert (code, output, errors.count("\n")) == (1, "", 1), errors
    assert f"topic {facts(office)} differs" in errors
    assert "retention.ms is 1000, not -1" in errors


async def test_both_services_of_an_office_take_its_number_of_partitions(
    servers: Servers, tmp_path: Path
) -> None:
    office = new_office()
    given = {"SIMPUL_PARTITIONS": "3", "SIMPUL_OFFICE_FILE": described(tmp_path, office)}
    code, output, errors = await provision(servers, "office", office, **given)
    assert (code, errors) == (0, ""), errors
    assert "with 3 partitions" in output
    for service in ("registration", "notification"):
        store = connect(servers.mongo, database(office, service))
        where = {"_id": {"$regex": "facts"}} if service == "notification" else {}
        assert await store["cursors"].count_documents(where) == 3
        await store.drop()
        await store.close()
    assert (await provision(servers, "office", office, **given))[0] == 0


async def test_parked_records_are_listed_without_what_they_hold(servers: Servers) -> None:
    office = new_office()
    store = connect(servers.mongo, database(office, "registration"))
    records = [
        ConsumerRecord(intake(office), 0, offset, 0, 1, b"uji", b"rahasia", None, 3, 7, ())
        for offset in range(101)
    ]
    await store["parked"].insert_many(
        [parked_document(PoisonRecord(record, "unreadable", "not JSON"), 0) for record in records]
    )
    code, output, errors = await simpul(servers, "parked", SIMPUL_OFFICE=office)
    await store.drop()
    await store.close()
    assert (code, errors, len(output.splitlines())) == (0, "", 101), errors
    first = output.splitlines()[0].split("\t")
    assert (first[:3], first[4:]) == ([intake(office), "0", "0"], ["unreadable", "not JSON"])
    assert "rahasia" not in output
