"""The AsyncAPI document: whole, true to the models, and the page made from it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema
from jsonschema import Draft202012Validator

from shared.contracts.asyncapi import CHANNELS, document
from shared.contracts.reading import page
from shared.contracts.schemas import REGISTRY
from tests.contract.released import Sample, samples

DOCUMENT = document()
SAMPLES = [sample for sample in samples() if sample.message in DOCUMENT["components"]["messages"]]


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def at(reference: str) -> Any:
    found = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def test_it_has_the_shape_that_another_reader_of_asyncapi_expects() -> None:
    read = ApplicationSchema.model_validate(DOCUMENT)
    assert read.channels.keys() == {channel.name for channel in CHANNELS}


def test_every_reference_leads_to_a_place_in_it() -> None:
    found = set(references(DOCUMENT))
    assert found
    for reference in found:
        assert reference.startswith("#/")
        at(reference)


def test_every_message_on_a_topic_is_in_it() -> None:
    told = {name for channel in DOCUMENT["channels"].values() for name in channel["messages"]}
    assert told == REGISTRY.keys() - {"id.simpul.outcome.v1"}  # which is told over HTTP alone


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])
def test_a_released_message_fits_what_it_says(sample: Sample) -> None:
    """Read by the document alone, as an integrator's generator would."""
    payload = DOCUMENT["components"]["messages"][sample.message]["payload"]
    whole = {"components": DOCUMENT["components"], **payload}
    Draft202012Validator(whole).validate(sample.data)
    assert list(Draft202012Validator(whole).iter_errors(sample.data | {"not_of_this_message": 1}))


def test_the_committed_files_are_made_from_it() -> None:
    docs = Path(__file__).parents[2] / "docs"
    assert json.loads((docs / "asyncapi.json").read_text()) == DOCUMENT
    assert (docs / "messages.md").read_text() == page()
