"""A changed schema is held against every released one, both ways; and the comparison itself is tried."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.contracts import schemas
from tests.contract.compared import Json, differences

RELEASED = sorted((Path(__file__).parent / "schemas").glob("*/*.json"))
NAME = "id.simpul.registration.submit.v1"
NOW: Json = {file.name: json.loads(file.read_text()) for file in schemas.FOLDER.glob("*.json")}
SUBMIT: Json = NOW[f"{NAME}.json"]


@pytest.mark.parametrize("file", RELEASED, ids=[f"{file.parent.name}/{file.stem}" for file in RELEASED])
def test_todays_messages_and_the_released_understand_each_other(file: Path) -> None:
    assert file.name in NOW, "a released message is gone: keep reading it, and name its successor v2"
    assert differences(json.loads(file.read_text()), NOW[file.name]) == []


def test_something_was_released() -> None:
    assert RELEASED


def changed(change: Callable[[Any], object]) -> Json:
    found = copy.deepcopy(SUBMIT)
    change(found)
    return found


def one_more(one: Any) -> None:
    one["properties"]["district"] = {"type": "string"}
    one["required"].append("district")


def one_less(one: Any) -> None:
    del one["properties"]["activity"]


def demanded(one: Any) -> None:
    one["required"].append("regency")


def narrower(one: Any) -> None:
    one["properties"]["activity"]["pattern"] = "^x$"


def a_choice_less(one: Any) -> None:
    one["properties"]["category"]["enum"].remove("dinas")


def shorter_within(one: Any) -> None:
    one["$defs"]["Participant"]["properties"]["email"]["maxLength"] = 99


BREAKING: list[tuple[str, Callable[[Any], object]]] = [
    (".district: new and required", one_more),
    (".activity: gone and was required", one_less),
    (".regency: required in one version only", demanded),
    (".activity pattern: other than before", narrower),
    (".category enum: other than before", a_choice_less),
    (".participant.email maxLength: other than before", shorter_within),
]


@pytest.mark.parametrize(("said", "change"), BREAKING, ids=[said for said, _ in BREAKING])
def test_what_breaks_a_reader_is_named(said: str, change: Callable[[Any], object]) -> None:
    assert said in differences(SUBMIT, changed(change))


def test_what_breaks_nobody_is_let_through() -> None:
    def fine(one: Any) -> None:
        one["properties"]["district"] = {"type": "string"}
        one["properties"]["category"]["enum"].append("tamu")
        del one["properties"]["cohort"]  # optional: who wrote it is still read, who reads finds it missing
        one["title"], one["description"] = "other", "words"

    assert differences(SUBMIT, changed(fine)) == []
