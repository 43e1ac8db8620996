"""What was released stays readable, is written as before, and is described by the committed schemas."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from jsonschema import Draft202012Validator
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from services.registration.kernel.digests import Digests
from services.registration.kernel.received_commands import CommandReader, ReceivedCommand
from services.registration.kernel.sources import Sources
from shared.contracts import schemas
from shared.contracts.commands import COMMANDS
from shared.contracts.envelope import Envelope
from shared.contracts.schemas import REGISTRY
from tests.contract.released import Sample, read, samples, values, with_value, written
from tests.support.features import ALL

SAMPLES = samples()
OF_COMMANDS = [sample for sample in SAMPLES if sample.message in COMMANDS]
every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])
FREE_KEYS = {"add", "answers", "totals"}  # objects whose keys are measures or questions
ONE_LINE = {"name", "title", "host", "place", "group", "npsn", "institution"}


def committed_schema(message: str) -> Any:
    return json.loads((schemas.FOLDER / f"{message}.json").read_text(encoding="utf-8"))


def refused(message: str, data: Any) -> bool:
    try:
        read(message, json.dumps(data))
    except ValidationError:
        return True
    return False


def test_every_registered_message_has_a_sample_and_every_sample_a_message() -> None:
    assert {sample.message for sample in SAMPLES} == set(REGISTRY)


@every_sample
def test_a_sample_is_written_back_to_the_same_json(sample: Sample) -> None:
    assert json.loads(written(sample)) == sample.data


@pytest.mark.parametrize("sample", OF_COMMANDS, ids=[sample.name for sample in OF_COMMANDS])
def test_intake_takes_a_command_as_it_was_released(sample: Sample) -> None:
    key = sample.key
    headers = Envelope("1", "/bali/portal", sample.message, key).headers()
    value = sample.text.encode()
    record: ConsumerRecord = ConsumerRecord(
        "simpul.bali.intake.v1", 0, 7, 1_704_420_930_250, 1, key.encode(), value, None, 0, 0, tuple(headers)
    )
    asked = CommandReader(Sources("bali"), 1, Digests(b"k" * 32), ALL).read(record)
    assert isinstance(asked, ReceivedCommand)
    assert asked.command == read(sample.message, sample.text)


@every_sample
def test_a_sample_fits_the_committed_schema(sample: Sample) -> None:
    Draft202012Validator(committed_schema(sample.message)).validate(sample.data)


@every_sample
def test_an_unknown_field_is_ignored_when_read_and_refused_when_written(sample: Sample) -> None:
    known = read(sample.message, sample.text)
    for way, value in values(sample.data):
        if isinstance(value, dict) and not FREE_KEYS & {*way[-1:]}:
            newer = with_value(sample.data, way, value | {"added_in_v2": {"deep": [1]}})
            assert read(sample.message, json.dumps(newer)) == known, way
            with pytest.raises(ValidationError):
                REGISTRY[sample.message](**newer)


@every_sample
def test_an_integer_that_readers_of_json_do_not_agree_on_is_refused(sample: Sample) -> None:
    for way, value in values(sample.data):
        if isinstance(value, int) and not isinstance(value, bool):
            for beyond in (2**53, -(2**53), 10**23):
                assert refused(sample.message, with_value(sample.data, way, beyond)), (way, beyond)


@every_sample
def test_a_lone_surrogate_is_neither_read_nor_written(sample: Sample) -> None:
    for way, value in values(sample.data):
        if isinstance(value, str):
            broken = with_value(sample.data, way, value + "\ud800")
            assert refused(sample.message, broken), way
            with pytest.raises((ValidationError, PydanticSerializationError)):
                REGISTRY[sample.message](**broken).model_dump_json()


@every_sample
@pytest.mark.parametrize("control", ["\r\nBcc: x@y.example", "\n", "\x00", "\x7f", "\x85", "\u2028"])
def test_a_control_character_in_a_name_is_refused(sample: Sample, control: str) -> None:
    for way, value in values(sample.data):
        if isinstance(value, str) and way[-1] in ONE_LINE:
            assert refused(sample.message, with_value(sample.data, way, value[:1] + control + value[1:])), way


def test_a_stale_schema_is_found(tmp_path: Path) -> None:
    """On a copy of the tree: one file changed, one missing, one of no message."""
    shutil.copytree(schemas.FOLDER.parents[1], tmp_path / "shared")
    check = [sys.executable, "-m", "shared.contracts.schemas", "--check"]

    def checked() -> tuple[int, str]:
        done = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    assert checked() == (0, "")
    folder = tmp_path / "shared/contracts/schemas"
    (folder / "id.simpul.outcome.v1.json").write_text("{}\n")
    (folder / "id.simpul.partition.tick.v1.json").unlink()
    (folder / "id.simpul.of.nobody.v1.json").write_text("{}\n")
    code, said = checked()
    assert code == 1
    for name in ("id.simpul.outcome.v1", "id.simpul.partition.tick.v1", "id.simpul.of.nobody.v1"):
        assert f"{name}.json" in said


def test_the_committed_schemas_are_those_of_the_models() -> None:
    assert schemas.stale() == []
