"""The committed OpenAPI documents are those of the services."""

import json
from typing import Any

import pytest

from tests.support.described import FOLDER, SERVICES, rendered


def test_the_committed_documents_are_those_of_the_services() -> None:
    assert {file.name: file.read_text() for file in FOLDER.glob("*.json")} == rendered(), "run `make schemas`"


@pytest.mark.parametrize("name", SERVICES)
def test_every_reference_leads_to_a_part_of_its_document(name: str) -> None:
    text = rendered()[f"{name}.json"]
    found: dict[str, Any] = json.loads(text)
    for part in text.split('"$ref": "#/')[1:]:
        at = found
        for step in part.partition('"')[0].split("/"):
            at = at[step]
