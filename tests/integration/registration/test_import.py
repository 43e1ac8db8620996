import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from services.registration.features.gatherings.sheets.excel import read_sheet
from shared.contracts.commands import SubmitRegistration
from shared.contracts.envelope import Envelope
from shared.contracts.topics import intake
from shared.kafka.records import partition_of
from shared.kafka.topics import admin
from shared.signatures import Signer, command_parts, signature_of
from tests.component.registration.browser import announce
from tests.support.office import new_office as new_office_of_tests
from tests.support.servers import Servers
from tests.support.topics import all_records, make_topic, new_office

pytestmark = [pytest.mark.broker, pytest.mark.once]
EXAMPLES = Path(__file__).parents[3] / "examples"
SHEET = EXAMPLES / "rakor-bali/undangan.xlsx"
SIMPUL = Path(sys.executable).with_name("simpul")


async def run(command: list[object], env: dict[str, str]) -> tuple[int, str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("SIMPUL_")}
    child = await asyncio.create_subprocess_exec(
        *map(str, command), env=plain | env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    output, errors = await asyncio.wait_for(child.communicate(), 30)
    assert child.returncode is not None
    return child.returncode, output.decode(), errors.decode()


def settings(servers: Servers, office: str) -> dict[str, str]:
    return {
        "SIMPUL_OFFICE": office,
        "SIMPUL_KAFKA_BOOTSTRAP": servers.kafka,
        "SIMPUL_KAFKA_IDEMPOTENCE": str(int(servers.idempotence)),
        "SIMPUL_PERSON_KEY": "ab" * 32,
        "SIMPUL_RECORD_KEYS": "02" * 32,
    }


def is_signed(record: Any) -> bool:
    """With the key of these tests."""
    said = Envelope.of(record.headers)
    parts = command_parts(record.key, said.source, said.id, said.type, record.value)
    return Signer("02" * 32).public.hold(signature_of(record.headers) or b"", parts)


async def test_the_good_rows_of_a_sheet_reach_the_intake_in_their_order(servers: Servers) -> None:
    office = new_office()
    await make_topic(servers.kafka, intake(office))
    command = [SIMPUL, "import", SHEET, "--activity", "rakor-bali-2024", "--json"]
    code, output, _ = await run(command, settings(servers, office))
    assert code == 1  # eight rows are wrong, and the others are in
    report = json.loads(output)
    assert (report["good"], report["refused"], report["sent"]) == (292, 8, 292)

    records = await all_records(servers.kafka, intake(office))
    rows = read_sheet(SHEET.read_bytes(), "rakor-bali-2024").rows
    assert [SubmitRegistration.read(record.value or b"") for record in records] == [
        row.command for row in rows
    ]
    assert {record.key for record in records} == {b"rakor-bali-2024"}
    assert {record.partition for record in records} == {partition_of(b"rakor-bali-2024", 6)}
    envelopes = [Envelope.of(record.headers) for record in records]
    assert {(told.source, told.subject) for told in envelopes} == {(f"/{office}/excel", "rakor-bali-2024")}
    assert len({told.id for told in envelopes}) == 292
    assert all(map(is_signed, records))

    await run(command, settings(servers, office))
    again = [Envelope.of(record.headers).id for record in await all_records(servers.kafka, intake(office))]
    assert again == [told.id for told in envelopes] * 2  # the same row is the same command


async def test_a_dry_run_needs_no_settings_and_sends_nothing(servers: Servers) -> None:
    office = new_office()
    await make_topic(servers.kafka, intake(office))
    mended = SHEET.with_name("undangan-perbaikan.xlsx")
    command = [SIMPUL, "import", mended, "--activity", "rakor-bali-2024", "--dry-run"]
    code, output, _ = await run(command, {})
    assert code == 0
    assert "300 baris benar, 0 baris ditolak, 0 dikirim" in output
    assert "Hasilnya tidak diperkirakan" in output
    assert await all_records(servers.kafka, intake(office)) == []


async def test_wrong_use_is_told_with_exit_code_two() -> None:
    for arguments, told in (
        ([SHEET, "--activity", "rakor-bali-2024"], "SIMPUL_OFFICE (missing), SIMPUL_PERSON_KEY (missing)"),
        ([SHEET, "--activity", "Rakor Bali"], "--activity"),
        (["no-such-file.xlsx", "--activity", "rakor"], "no-such-file.xlsx"),
        ([SHEET], "--activity"),
    ):
        code, _, errors = await run([SIMPUL, "import", *arguments], {})
        assert (code, told in errors) == (2, True)


async def test_a_broker_that_does_not_answer_is_one_sentence(servers: Servers) -> None:
    silent = settings(servers, "bali") | {"SIMPUL_KAFKA_BOOTSTRAP": "127.0.0.1:1"}
    code, _, errors = await run([SIMPUL, "import", SHEET, "--activity", "rakor"], silent)
    assert code == 1
    assert "Kafka tidak menjawab" in errors
    assert "Traceback" not in errors


async def test_an_office_without_an_intake_gets_nothing_and_no_topic(servers: Servers) -> None:
    office = new_office()
    code, output, errors = await run(
        [SIMPUL, "import", SHEET, "--activity", "rakor"], settings(servers, office)
    )
    assert (code, output, errors.count("\n")) == (1, "", 1), errors
    assert f"Balai {office} belum disiapkan" in errors
    assert "Tidak ada yang dikirim" in errors
    async with admin(servers.kafka) as client:
        assert intake(office) not in await client.list_topics()


async def test_a_regional_system_signs_its_commands_and_places_them_where_the_intake_expects_them(
    servers: Servers, tmp_path: Path
) -> None:
    office = new_office()
    await make_topic(servers.kafka, intake(office))
    files = [
        "--activity",
        EXAMPLES / "fgd-sumbar/activity.yaml",
        "--people",
        EXAMPLES / "fgd-sumbar/peserta.csv",
    ]
    script = [
        sys.executable,
        EXAMPLES / "regional_system.py",
        "--bootstrap",
        servers.kafka,
        "--office",
        office,
    ]
    pem = tmp_path / "portal.pem"
    pem.write_bytes(
        Ed25519PrivateKey.from_private_bytes(b"\x02" * 32).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    )
    code, output, errors = await run([*script, *files, "--key", pem], {})
    assert (code, errors) == (0, "")
    assert "147 people" in output
    first, *people = await all_records(servers.kafka, intake(office))
    assert Envelope.of(first.headers).type == "id.simpul.activity.publish.v1"
    assert len([SubmitRegistration.read(record.value or b"") for record in people]) == 147
    assert {record.partition for record in people} == {partition_of(b"fgd-sumbar-2023", 6)}
    assert all(map(is_signed, (first, *people)))


async def test_a_dry_run_foresees_the_outcome_where_the_office_is_named(servers: Servers) -> None:
    async with new_office_of_tests(servers) as office, office.registration() as client:
        await announce(client, "rakor", 100)
        env = settings(servers, office.code) | {"SIMPUL_MONGO_URL": servers.mongo}
        command = [SIMPUL, "import", SHEET, "--activity", "rakor", "--dry-run", "--json"]
        _, output, _ = await run(command, env)
        foreseen = json.loads(output)["forecast"]
        assert (foreseen["confirmed"], foreseen["waitlisted"], foreseen["refused"]) == (100, 192, 0)
        away = env | {"SIMPUL_MONGO_URL": "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=300"}
        _, output, _ = await run(command, away)
        report = json.loads(output)
        assert (report["good"], report["forecast"]["confirmed"]) == (292, None)
        assert "tidak diperkirakan" in report["forecast"]["message"]
