"""Rows that any version wrote are read by this one: samples for each kind of state and version, and for each
fact of which something stays in the office. A sample is never changed; a new version adds its own."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import bson
import pytest
from bson import json_util

from services.registration.kernel.feature import Codec, RowTooNew
from services.registration.kernel.features import Features
from services.registration.storage.provision import LONG_AGO
from shared.contracts.facts import FACTS
from tests.support.features import ALL

FOLDER = Path(__file__).with_name("stored")
NAMES = ("minimal", "rich")


def codecs(features: Features) -> dict[str, Codec]:
    return {name: kind.codec for name, kind in features.kinds.items() if kind.codec}


def wanted(features: Features) -> Iterator[str]:
    """What there must be a sample of."""
    for kind, codec in codecs(features).items():
        yield from (f"{kind}.v{version}" for version in range(1, codec.version + 1))
    yield from (f"private.{fact.type}" for fact, rule in features.facts.items() if rule.private)


def sample(of: str, name: str) -> dict[str, Any]:
    return dict(json_util.loads((FOLDER / f"{of}.{name}.json").read_text(encoding="utf-8")))


def lacking(features: Features) -> list[str]:
    names = [f"{of}.{name}" for of in wanted(features) for name in NAMES]
    return [name for name in names if not (FOLDER / f"{name}.json").exists()]


def rewritten(codec: Codec, row: dict[str, Any]) -> dict[str, Any]:
    return codec.written(row["_id"], row.get("partition", 0), codec.read(row), LONG_AGO)


STATES = [one for one in wanted(ALL) if not one.startswith("private.")]
PRIVATE = [one for one in wanted(ALL) if one.startswith("private.")]


def test_each_kind_and_version_has_its_samples() -> None:
    assert lacking(ALL) == []


def test_a_new_version_without_samples_is_named() -> None:
    kind = ALL.kinds["registration"]
    assert kind.codec is not None
    newer = replace(kind, codec=replace(kind.codec, version=2))
    changed = replace(ALL, kinds={**ALL.kinds, "registration": newer})
    assert lacking(changed) == ["registration.v2.minimal", "registration.v2.rich"]


def samples(kinds: list[str]) -> list[tuple[str, str]]:
    """All that there are."""
    return [(of, path.stem.removeprefix(f"{of}.")) for of in kinds for path in FOLDER.glob(f"{of}.*.json")]


@pytest.mark.parametrize(("of", "name"), samples(STATES))
def test_a_row_of_any_version_says_what_the_newest_one_says(of: str, name: str) -> None:
    kind, _, _ = of.rpartition(".v")
    codec = codecs(ALL)[kind]
    newest = sample(f"{kind}.v{codec.version}", name)
    assert bson.encode(rewritten(codec, sample(of, name))) == bson.encode(newest)


@pytest.mark.parametrize(("of", "name"), samples(PRIVATE))
def test_what_stays_in_the_office_is_read_as_it_was_written(of: str, name: str) -> None:
    part = ALL.facts[FACTS[of.removeprefix("private.")]].private
    assert part is not None
    row = sample(of, name)
    assert bson.encode(part.document(part.value(row))) == bson.encode(row)


@pytest.mark.parametrize("kind", codecs(ALL))
def test_a_newer_row_is_refused_where_it_is_read(kind: str) -> None:
    codec = codecs(ALL)[kind]
    row = sample(f"{kind}.v{codec.version}", "minimal") | {"v": codec.version + 1}
    with pytest.raises(RowTooNew, match=f"is of version {codec.version + 1}, not {codec.version}"):
        codec.read(row)
