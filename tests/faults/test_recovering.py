"""A restored, older database of an office is rolled forward; what follows is as if nothing had been."""

import json
import signal
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from services.registration.kernel import partition_processors
from services.registration.kernel.digests import Digests
from services.registration.kernel.ports import DoesNotFit
from services.registration.storage.documents import position
from services.registration.storage.provision import collections, provision
from services.registration.storage.recover import recover
from services.registration.storage.state_check import check_states
from shared.contracts import topics
from shared.contracts.commands import (
    CancelActivity,
    CancelRegistration,
    ChangeActivity,
    ChangeRegistration,
    Command,
    CorrectParticipant,
    RecordAttendance,
    SubmitRegistration,
)
from shared.kafka.records import partition_of
from shared.mongo.driver import DatabaseMisfit, Document
from tests.faults.test_log_and_ledger import until_said
from tests.support.backup import Dump, dump, restore
from tests.support.beside import all_sent, beside, counted
from tests.support.features import ALL
from tests.support.office import PARTITIONS, TestOffice, activity, new_office, person
from tests.support.recount import sums
from tests.support.servers import ServerRoom, Servers
from tests.support.verbs import killed, simpul
from tests.support.waiting import until

pytestmark = pytest.mark.broker

MITRA = [
    {"id": "mitra", "seats": 2, "categories": ["mitra-kerja"]},
    {"id": "semua", "seats": 4},
]


QUESTIONS = [
    {"id": "kaos", "label": "Ukuran kaos", "kind": "one", "choices": ["M", "L"]},
    {"id": "hari", "label": "Hari hadir", "kind": "some", "choices": ["Senin", "Rabu"]},
    {"id": "masa", "label": "Masa kerja", "kind": "number"},
]


@pytest.fixture(autouse=True)
def _look_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition_processors, "LOOK_AGAIN_SECONDS", 1.0)


OF_RAKOR = partition_of(b"rakor", PARTITIONS)
RECOVER = "services.registration.storage.recover"
REGISTER = ("facts", "activities", "registrations", "people", "cursors")


def submission(name: str, number: int, **changed: Any) -> SubmitRegistration:
    return SubmitRegistration.model_validate(person(number, **changed) | {"activity": name})


class Asking:
    """An office whose every command is waited for."""

    def __init__(self, office: TestOffice) -> None:
        self.office = office

    async def ask(self, command: Command, key: str, identifier: str | None = None) -> Document:
        return await self.office.outcome(key, await self.office.put(command, key, identifier))

    async def submit(self, name: str, number: int, **changed: Any) -> str:
        """The registration's id."""
        row = await self.ask(submission(name, number, **changed), name)
        return str(row["data"]["registration"])

    async def cancel(self, name: str, registration: str) -> None:
        await self.ask(CancelRegistration(registration=registration), name)


async def before_the_backup(asking: Asking) -> dict[str, str]:
    await asking.ask(activity("rakor", quotas=MITRA, topics=["Kinerja"], questions=QUESTIONS), "rakor")
    await asking.ask(activity("batal"), "batal")
    made = {f"b{n}": await asking.submit("batal", n) for n in (0, 1)}
    made |= {f"r{n}": await asking.submit("rakor", n) for n in (0, 1)}
    mitra = {"category": "mitra-kerja"}
    made |= {f"r{n}": await asking.submit("rakor", n, **mitra) for n in (2, 3, 4)}
    return made  # r4 waits


async def after_the_backup(asking: Asking, made: dict[str, str]) -> dict[str, str]:
    """A bit of everything that an office does."""
    answered = {"answers": {"kaos": "M", "hari": ["Senin", "Rabu"], "masa": 12.5}}
    made = made | {
        "r5": await asking.submit("rakor", 5, **answered),
        "r6": await asking.submit("rakor", 6),
    }
    await asking.cancel("rakor", made["r2"])  # r4 moves up
    attended = RecordAttendance(activity="rakor", session="sesi-1", registration=made["r0"])
    await asking.ask(attended, "rakor")
    change = ChangeActivity(activity="rakor", title="Rapat yang diubah", host="Kepala Balai Uji")
    changed = ChangeRegistration(registration=made["r6"], answers={"kaos": "L"})
    await asking.ask(changed, "rakor")
    await asking.ask(change, "rakor")
    await asking.ask(submission("rakor", 0), "rakor")  # refused: they are registered
    await asking.ask(CancelActivity(activity="batal", reason="Gedung runtuh."), "batal")
    await asking.ask(
        activity(
            "lokakarya",
            quotas=[{"id": "guru", "seats": 2, "categories": ["guru"]}],
            questions=[{"id": "nomor-wa", "keep": "P30D"}],
        ),
        "lokakarya",
    )
    school = {"institution": {"name": "SMP Uji", "npsn": "00000001"}, "group": "Dampingan 1"}
    for number in (0, 5, 6, 7):
        made[f"l{number}"] = await asking.submit("lokakarya", number, **school)
    await asking.cancel("lokakarya", made["l5"])  # l6 moves up, l7 waits
    row = await asking.office.store["registrations"].find_one({"_id": made["r1"]})
    assert row is not None
    ref = row["who"]["ref"]
    await asking.ask(CorrectParticipant(ref=ref, email="benar@sekolah.example"), f"p:{ref}")
    await with_totals(asking.office)
    return made


def without(rows: Iterable[Document], *fields: str) -> list[Document]:
    return [{name: value for name, value in row.items() if name not in fields} for row in rows]


async def as_it_was(office: TestOffice, right: Dump) -> None:
    """All that decides: facts, activities, registrations with who they are, and where partitions stand."""
    findings = await check_states(office.store, ALL)
    assert (findings.mismatches, findings.surplus, findings.facts_without_row) == ([], {}, 0)
    found = await dump(office.store, *REGISTER)
    of_commands = ("command", "payload", "source", "id", "intake")
    assert without(found["facts"], *of_commands) == without(right["facts"], *of_commands)
    assert found["activities"] == right["activities"]
    assert whose(found) == whose(right)
    stand = ("_id", "ledger", "number", "published", "published_offset", "totals", "totals_at", "described")
    for row, known in zip(found["cursors"], right["cursors"], strict=True):
        assert {name: row[name] for name in stand} == {name: known[name] for name in stand}


def whose(found: Dump) -> list[Document]:
    """Registrations, each with the person as the office calls them; in which row they are kept is its own."""
    people = {row["_id"]: row for row in found["people"] if "who" in row}
    return [
        row | {"who": {**without([row["who"]], "contact")[0], "person": people[row["who"]["contact"]]["who"]}}
        for row in found["registrations"]
    ]


async def recovered_here(office: TestOffice) -> list[str]:
    """In this process; what it says."""
    return await recover(office.of, ALL, office.kafka, 1)


def of_office(office: TestOffice) -> dict[str, str]:
    return {"SIMPUL_OFFICE": office.code, "SIMPUL_PERSON_KEY": office.person_key}


async def undecided(office: TestOffice, made: dict[str, str]) -> None:
    """Acknowledged while nobody was there to decide."""
    await office.put(submission("rakor", 8), "rakor", "late")
    await office.put(CancelRegistration(registration=made["r3"]), "rakor", "gone")


async def decided_as_ever(asking: Asking, made: dict[str, str]) -> None:
    office = asking.office
    gone, late = await office.outcome("rakor", "gone"), await office.outcome("rakor", "late")
    assert (late["type"], late["data"]["place"]) == ("id.simpul.registration.waitlisted.v1", 3)
    assert gone["data"]["was"] == "confirmed"
    again = await asking.ask(submission("lokakarya", 6), "lokakarya")
    assert (again["result"], again["reason"]) == ("refused", "already_registered")
    stranger = await asking.ask(submission("lokakarya", 9, category="komunitas"), "lokakarya")
    assert stranger["reason"] == "not_eligible"
    await asking.cancel("lokakarya", made["l0"])  # the head of the line, and nobody else, moves up
    round_two = await asking.ask(submission("lokakarya", 5), "lokakarya")
    assert (round_two["data"]["round"], round_two["data"]["place"]) == (2, 1)
    await with_totals(office)
    rows = await office.store["registrations"].find({"activity": "lokakarya"}).to_list(None)
    assert {row["_id"]: row["status"] for row in rows} == {
        made["l0"]: "cancelled",
        made["l5"]: "cancelled",
        made["l6"]: "confirmed",
        made["l7"]: "confirmed",
        round_two["data"]["registration"]: "waitlisted",
    }


async def with_totals(office: TestOffice) -> None:
    """Until each partition's last fact is its control totals, published: then nothing happens by itself."""

    async def stated() -> bool:
        return not await office.store["cursors"].count_documents({"$expr": {"$ne": ["$totals", "$number"]}})

    await office.at_rest()
    await until(stated)
    await office.at_rest()


async def adds_up(office: TestOffice, seen: Document | None) -> None:
    """The topic holds the ledger fact by fact, which adds up to the states and to the nation's figures."""
    facts = await office.facts()
    rows = await office.store["facts"].find({}).sort("_id", 1).to_list(None)
    assert [fact["number"] for fact in facts] == [int(row["_id"]) & ((1 << 40) - 1) for row in rows]
    assert all(row["data"].items() <= fact.items() for row, fact in zip(rows, facts, strict=True))
    totals = {fact["partition"]: fact["totals"] for fact in facts if fact["type"] == "office.totals"}
    added = sums(facts)
    assert {name: sum(one[name] for one in totals.values()) for name in added} == added
    assert seen is None or {name: seen[name] for name in added} == added


async def test_what_an_older_database_lacks_comes_back_from_facts_and_directory(
    server_room: ServerRoom,
) -> None:
    servers = await server_room.servers()  # its own: the nation reads every office there is
    async with new_office(servers) as office, beside(office) as (sink, nation):
        asking = Asking(office)
        async with office.registration():
            made = await before_the_backup(asking)
            await with_totals(office)
            older = await dump(office.store, *collections(ALL))
            made = await after_the_backup(asking, made)
        right = await dump(office.store, *REGISTER)
        mails = await all_sent(sink, office)
        await undecided(office, made)
        await restore(office.store, older)
        code, output, errors = await simpul(servers, "recover", **of_office(office))
        assert (code, errors) == (0, "")
        assert "which command caused which fact" in output
        await as_it_was(office, right)
        async with office.registration():
            await decided_as_ever(asking, made)
        assert await all_sent(sink, office) == mails + 6, "somebody was mailed about the past"
        await adds_up(office, await counted(nation, office))


STEPS = ("_read_on:after", "_commit:after", "_write:after")  # in the middle: within a transaction


async def test_killed_at_any_step_nobody_decides_and_the_next_run_goes_on(servers: Servers) -> None:
    async with new_office(servers) as office:
        asking = Asking(office)
        async with office.registration():
            await asking.ask(activity("webinar", seats=300), "webinar")
            await asking.submit("webinar", 0)
            await with_totals(office)
            older = await dump(office.store, *collections(ALL))
            await office.put_many([(submission("webinar", n), "webinar", f"p{n}") for n in range(1, 521)])
            await with_totals(office)
        right = await dump(office.store, *REGISTER)
        await restore(office.store, older)
        async with office.registration() as client:  # it looks again all the time, and must leave all alone
            await until_said(client, "the database is older than its log; run `simpul recover`")
            for step in STEPS:
                code = await killed(servers, RECOVER, step, "recover", **of_office(office))
                assert code == -signal.SIGKILL, step
                await as_far_as_it_came(office, right)
            assert await office.store["facts"].count_documents({}) > 500
        said = await recovered_here(office)
        await as_it_was(office, right)
        lost = [sentence for sentence in said if sentence.startswith("lost: ")]
        assert lost == await recovered_here(office)  # nothing to do; the list stays


async def as_far_as_it_came(office: TestOffice, right: Dump) -> None:
    """Every fact is one that the topic has, and the states are what these facts add up to."""
    found = await dump(office.store, "facts", "activities", "registrations")
    known = {row["_id"]: row["data"] for row in right["facts"]}
    assert all(known[row["_id"]] == row["data"] for row in found["facts"])
    statuses = Counter(row["status"] for row in found["registrations"])
    kinds = Counter(row["type"].split(".")[3] for row in found["facts"])
    assert statuses == {name: number for name, number in kinds.items() if name in ("confirmed", "waitlisted")}
    assert found["activities"][0]["taken"] == {"semua": statuses["confirmed"]}


async def emptied(office: TestOffice) -> None:
    await office.store.drop()
    await provision(office.code, office.store, ALL, office.kafka, office.partitions, 1)


async def test_a_register_that_is_gone_comes_back_from_its_topics(servers: Servers) -> None:
    async with new_office(servers) as office:
        asking = Asking(office)
        async with office.registration():
            made = await after_the_backup(asking, await before_the_backup(asking))
        right = await dump(office.store, *REGISTER)
        await emptied(office)
        with pytest.raises(DoesNotFit, match="SIMPUL_PERSON_KEY did not name"):
            await recover(replace(office.of, digests=Digests(b"another key" * 3)), ALL, office.kafka, 1)
        await office.store["facts"].insert_one({"_id": position(OF_RAKOR, 999)})
        with pytest.raises(DatabaseMisfit, match="not of one moment"):
            await recovered_here(office)
        await office.store["facts"].delete_one({"_id": position(OF_RAKOR, 999)})
        await recovered_here(office)
        await as_it_was(office, right)

        await enter(office, f"r:{made['r0']}", None)
        await enter(office, f"r:{made['r1']}", {"registration": made["r1"], "activity": "rakor"} | OLDER)
        kept = ("activity", "title", "sessions")
        entry = {name: of_rakor(right)["described"].get(name) for name in kept} | {"activity": "rakor"}
        await enter(office, "a:rakor", entry)
        await emptied(office)
        output = "\n".join(await recovered_here(office))
        assert f"lost: registration {made['r0']}: who it is" in output
        assert f"lost: registration {made['r1']}: by what its person is known" in output
        assert "lost: activity rakor: whom its quotas are for" in output
        found = await dump(office.store, *REGISTER)
        assert without(found["activities"], "described") == without(right["activities"], "described")
        assert of_rakor(found)["described"]["quotas"] == [
            {"id": "mitra", "seats": 2, "cohorts": [0]},
            MITRA[1],
        ]
        async with office.registration():
            late = await asking.ask(submission("rakor", 8), "rakor")
            assert late["reason"] == "window_closed"
            await with_totals(office)
        await adds_up(office, None)


OLDER = {"name": "Ni Wayan Uji 1", "email": "uji1@sekolah.example"}


def of_rakor(found: Dump) -> Document:
    return next(row for row in found["activities"] if row["_id"] == "rakor")


async def enter(office: TestOffice, key: str, entry: Document | None) -> None:
    """As an older version stated it, or a tombstone; `rakor` is the activity."""
    value = json.dumps(entry | {"rev": 1_000}).encode() if entry else None
    await office.producer.send(topics.directory(office.code), key.encode(), value, [], OF_RAKOR)
