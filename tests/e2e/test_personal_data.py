"""Nobody of the examples is found anywhere but in their own office: no name, no address, no number."""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain

import httpx
import pytest
from bson import json_util
from pymongo import MongoClient
from python_calamine import CalamineWorkbook

from tests.e2e.demo import TREE, Demo
from tests.support.topics import all_records

EXAMPLES = TREE / "examples"
SHORTEST = 6  # letters or digits; shorter ones are found by chance


def people() -> Iterator[tuple[str, list[str]]]:
    """Name, and address and numbers, of everyone in the files, as typed."""
    for body in json.loads((EXAMPLES / "rakor-bali/pendaftar.json").read_text()):
        person = body["participant"]
        yield person["name"], [person.get(key, "") for key in ("email", "phone", "nip", "nuptk")]
    with (EXAMPLES / "fgd-sumbar/peserta.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            yield row["name"], [row[key] for key in ("email", "phone", "nip", "nuptk")]
    for sheet in ("undangan.xlsx", "undangan-perbaikan.xlsx"):
        for cells in (
            CalamineWorkbook.from_path(EXAMPLES / "rakor-bali" / sheet).get_sheet_by_index(0).to_python()
        ):
            if isinstance(cells[0], float):  # the running number
                yield str(cells[1]), [str(cells[column]) for column in (2, 3, 4, 5)]


@cache
def traces() -> frozenset[str]:
    """Everything by which one of them would be known, in small letters."""
    found: set[str] = set()
    for name, others in people():
        bare = re.sub(r"^(?:\w+\. )+", "", name.split(",")[0])
        numbers = [re.sub(r"\D", "", other) for other in others if "@" not in other]
        found |= {trace.strip().casefold() for trace in (name, bare, *others, *numbers)}
    return frozenset(trace for trace in found if len(trace) >= SHORTEST)


def found_in(texts: Iterable[str]) -> int:
    """How many of the traces; never which, so that a red test does not spread them."""
    text = "\n".join(texts).casefold()
    assert text
    return sum(trace in text for trace in traces())


async def topic(demo: Demo, name: str) -> list[str]:
    records = await all_records(demo.addresses.kafka, name)
    parts = chain.from_iterable(
        (one.key, one.value, *chain.from_iterable((key.encode(), value) for key, value in one.headers))
        for one in records
    )
    return [part.decode() for part in parts if part]


async def test_the_search_finds_them_where_they_belong(played: Demo) -> None:
    mails = httpx.get(f"{played.addresses.mailbox.url}/api/v1/messages", timeout=30).text
    assert found_in([mails]) > 1000  # names and addresses
    assert found_in(await topic(played, "simpul.sumbar.intake.v1")) > 400  # numbers too
    assert found_in(await topic(played, "simpul.bali.directory.v1")) > 800


@pytest.mark.parametrize("office", ["bali", "sumbar"])
async def test_facts_hold_none_of_them(played: Demo, office: str) -> None:
    assert found_in(await topic(played, f"simpul.{office}.facts.v1")) == 0


def test_the_national_database_holds_none_of_them(played: Demo) -> None:
    with MongoClient[dict[str, object]](played.addresses.mongo) as client:
        national = client["simpul_national"]
        names = national.list_collection_names()
        documents = [json_util.dumps(one) for name in names for one in national[name].find()]
    assert len(documents) > 20
    assert found_in([*names, *documents]) == 0


def test_no_log_and_no_word_of_the_demo_holds_any_of_them(played: Demo) -> None:
    logs = sorted((played.simpul / "logs").glob("*.log"))
    assert len(logs) == 11
    for log in logs:
        text = log.read_text(errors="replace")
        assert found_in([log.name, text]) == 0, log.name
        assert "Traceback" not in text, log.name
        if log.name.startswith(("registration-", "notification-", "reporting-")):
            levels = {json.loads(line)["level"] for line in text.splitlines()}
            assert levels <= {"INFO", "WARNING"}, log.name
    assert found_in([played.output]) == 0


def test_no_metrics_hold_any_of_them(played: Demo) -> None:
    offices = played.addresses.offices.values()
    for url in (
        *chain.from_iterable((one.management_url, one.notification_management_url) for one in offices),
        played.addresses.national.management_url,
    ):
        metrics = httpx.get(f"{url}/metrics").raise_for_status().text
        assert "# TYPE simpul_" in metrics
        assert found_in([metrics]) == 0, url
