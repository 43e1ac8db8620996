"""What the office's register promises, with its service running on a real broker and database."""

import asyncio
import json
import secrets
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.storage.outcomes import Outcomes
from shared.contracts.commands import (
    CancelActivity,
    CancelRegistration,
    ChangeActivity,
    RecordAttendance,
    SubmitRegistration,
)
from shared.contracts.envelope import Envelope
from shared.contracts.types import rfc3339
from shared.kafka.records import partition_of
from tests.support.features import ALL
from tests.support.office import PARTITIONS, READY, STAFF_TOKEN, TestOffice, activity, new_office, person
from tests.support.recount import sums
from tests.support.servers import Servers
from tests.support.waiting import until

pytestmark = pytest.mark.broker
DAY = timedelta(days=1)
WAIT = {"Prefer": "wait=20"}
STAFF = WAIT | {"Authorization": f"Bearer {STAFF_TOKEN}"}


def submit(name: str, number: int, **changed: Any) -> SubmitRegistration:
    return SubmitRegistration.model_validate(person(number, **changed) | {"activity": name})


async def publish(office: TestOffice, name: str, seats: int = 50, **changed: Any) -> None:
    identifier = await office.put(activity(name, seats, **changed), name)
    assert (await office.outcome(name, identifier))["type"].endswith("activity.published.v1")


async def statuses(office: TestOffice, name: str) -> Counter[str]:
    rows = await office.store["registrations"].find({"activity": name}).to_list(None)
    return Counter(row["status"] for row in rows)


def beside(name: str) -> str:
    """Another activity on the partition of this one."""
    here = partition_of(name.encode(), PARTITIONS)
    return next(other for n in range(99) if partition_of((other := f"lain-{n}").encode(), PARTITIONS) == here)


async def four_hundred_tries(client: httpx.AsyncClient, name: str) -> Counter[str]:
    """From 16 clients side by side, each of 400 people once."""
    results: Counter[str] = Counter()
    numbers = iter(range(400))

    async def one_client() -> None:
        for number in numbers:
            answer = await client.post(
                f"/api/v1/activities/{name}/registrations", json=person(number), headers=WAIT
            )
            results[answer.json().get("result", answer.status_code)] += 1

    await asyncio.gather(*(one_client() for _ in range(16)))
    return results


async def test_four_hundred_tries_on_a_quota_of_fifty_make_fifty(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        await publish(office, "ramai", 50)
        assert await four_hundred_tries(client, "ramai") == {"confirmed": 50, "waitlisted": 350}
        assert await statuses(office, "ramai") == {"confirmed": 50, "waitlisted": 350}


async def test_without_the_seat_check_more_than_fifty_get_in(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ActivityState, "has_room", lambda state, line: True)
    async with new_office(servers) as office, office.registration() as client:
        await publish(office, "ramai", 50)
        assert (await four_hundred_tries(client, "ramai"))["confirmed"] > 50


async def test_a_command_is_known_again_by_aggregate_source_and_id(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        await publish(office, "satu")
        await publish(office, "dua")
        first = await office.put(submit("satu", 1), "satu")
        fact = await office.outcome("satu", first)
        await office.put(submit("satu", 1), "satu", first)
        await office.put(submit("satu", 2), "satu", first)  # other content
        await office.put(submit("dua", 1), "dua", first)  # another activity: another command
        await office.put(submit("satu", 3), "satu", first, source="urn:another")
        await office.at_rest()
        assert await statuses(office, "satu") == {"confirmed": 2}
        assert await statuses(office, "dua") == {"confirmed": 1}
        reused = await office.store["outcomes"].find({"reason": "id_reused"}).to_list(None)
        assert len(reused) == 1

        gone = await office.put(CancelRegistration(registration=fact["data"]["registration"]), "satu")
        await office.outcome("satu", gone)
        await office.put(submit("satu", 1), "satu", first)  # a late repetition revives nothing
        await office.at_rest()
        assert (await statuses(office, "satu"))["cancelled"] == 1
        again = await office.put(submit("satu", 1), "satu")  # a new command opens a new round
        assert (await office.outcome("satu", again))["data"]["round"] == 2

        headers = {"Idempotency-Key": "sekali", "Authorization": f"Bearer {STAFF_TOKEN}", **WAIT}
        url = "/api/v1/activities/satu/registrations"
        one = await client.post(url, json=person(7), headers=headers)
        two = await client.post(url, json=person(7), headers=headers)
        assert (one.status_code, one.json()) == (200, two.json())
        other = await client.post(url, json=person(8), headers=headers)
        assert (other.status_code, other.json()["reason"]) == (422, "id_reused")


@pytest.mark.parametrize("thought_to_decide", [False, True])
async def test_who_waits_hears_of_what_another_instance_decides(
    servers: Servers, thought_to_decide: bool
) -> None:
    async with new_office(servers) as office, office.registration():
        await publish(office, "uji")
        outcomes = Outcomes(office.store, office.code, ALL, lambda key: thought_to_decide)
        command = submit("uji", 0)
        waiting = asyncio.create_task(
            outcomes.wait(office.digests.command("uji", "urn:test", "satu"), "uji", 20)
        )
        await office.put(command, "uji", "satu")
        decided = await waiting
        assert decided is not None
        assert decided.outcome.result == "confirmed"


async def test_one_person_under_three_names_in_six_activities_at_once(servers: Servers) -> None:
    nuptk, nip = "1234567890123456", "193504012001011001"
    known_by = [
        {"name": "Ida Ayu Uji", "email": "ida@sekolah.example", "nuptk": nuptk},
        {"name": "Dra. Ida Ayu Uji, M.Pd.", "email": "ida.lain@sekolah.example", "nuptk": nuptk, "nip": nip},
        {"name": "IDA AYU UJI", "email": "ida.ketiga@sekolah.example", "nip": nip},
    ]
    async with new_office(servers) as office, office.registration():
        names = [f"keg-{number}" for number in range(6)]
        for name in names:
            await publish(office, name)
        first = await office.put(submit("keg-0", 0, participant=known_by[1]), "keg-0", source=office.portal)
        await office.outcome("keg-0", first, office.portal)
        commands = [
            (submit(name, 0, participant=one), name, secrets.token_hex(8))
            for name in names
            for one in known_by
        ]
        await office.put_many(commands, office.portal)
        await office.at_rest()
        rows = await office.store["registrations"].find({}).to_list(None)
        assert len({row["who"]["ref"] for row in rows}) == 1
        assert sorted(row["activity"] for row in rows) == names
        refused = await office.store["outcomes"].count_documents({"reason": "already_registered"})
        assert refused == 1 + 6 * 3 - 6
        contacts = await office.store["people"].find({"who": {"$exists": True}}).to_list(None)
        kept = next(row for row in contacts if row["_id"] == rows[0]["who"]["contact"])
        assert kept["who"]["email"] == "ida.lain@sekolah.example", "the first contact stands"


async def test_people_met_from_all_sides_at_once_are_one_person_each(servers: Servers) -> None:
    names = [f"keg-{number}" for number in range(6)]
    async with new_office(servers) as office:
        async with office.registration():
            for name in names:
                await publish(office, name, 200)
            await office.at_rest()
        await office.put_many(
            [
                (submit(name, number), name, secrets.token_hex(8))
                for turn, name in enumerate(names)
                for number in [*range(turn * 20, 120), *range(turn * 20)]
            ]
        )
        async with office.registration(), office.registration():
            await office.at_rest()
        people = {row["ref"] for row in await office.store["people"].find({}).to_list(None)}
        seats = Counter[str]()
        async for row in office.store["registrations"].find({}):
            seats[row["who"]["ref"]] += 1
        assert seats == dict.fromkeys(people, 6)
        assert len(people) == 120
        assert await office.store["parked"].count_documents({}) == 0


async def test_who_is_refused_leaves_nothing_though_another_partition_takes_them(servers: Servers) -> None:
    full = {"nuptk": "1234567890123456"}
    async with new_office(servers) as office, office.registration():
        await publish(office, "buka")
        await publish(office, "tutup", closes=datetime.now(UTC) - timedelta(hours=1))
        for number in range(3):
            who = submit("buka", number).participant.model_copy(update=full)
            for name in ("tidak-ada", "tutup"):
                told = await office.put(submit(name, number, participant=who.model_dump()), name)
                await office.outcome(name, told)
        assert await office.store["people"].count_documents({}) == 0
        both = [
            (submit(name, number), name, secrets.token_hex(8))
            for number in range(40)
            for name in ("tutup", "buka", "tidak-ada")
        ]
        await office.put_many(both)
        await office.at_rest()
        assert await office.store["people"].count_documents({}) == 40
        assert await office.store["perhaps_same"].count_documents({}) == 0


async def test_two_people_who_claim_one_number_are_shown_to_staff_and_not_refused(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration():
        await publish(office, "satu")
        await publish(office, "dua")
        one = {"name": "Made Uji", "email": "made@sekolah.example"}
        two = {"name": "Putu Uji", "email": "putu@sekolah.example", "nuptk": "9999567890123456"}
        both = one | {"nuptk": two["nuptk"]}
        for name, who in (("satu", one), ("satu", two), ("dua", both)):
            await office.outcome(name, await office.put(submit(name, 0, participant=who), name))
        assert await office.store["perhaps_same"].count_documents({}) == 1
        assert await statuses(office, "satu") == {"confirmed": 2}


POISON: list[tuple[str, dict[str, Any]]] = [
    ("unreadable", {"value": b"{not json"}),
    ("unreadable", {"value": None}),
    ("unreadable", {"value": b'{"name": "\\ud800"}'}),
    ("unreadable", {"value": b"[" * 100_000}),
    ("unreadable", {"headers": [("ce_id", None)]}),
    ("unreadable", {"headers": [("ce_id", b"\xff\xfe")]}),
    ("unreadable", {"headers": []}),
    ("unreadable", {"key": b"\xff\xfe"}),
    ("unknown_type", {"type": "id.simpul.registration.submit.v9"}),
    ("wrong_office", {"source": "/lain/http/public"}),
    ("wrong_partition", {"shift": 1}),
]
REFUSED: list[tuple[str, bytes]] = [
    ("invalid", b'{"activity":"satu"}'),
    ("invalid", b"12"),
    ("invalid", json.dumps(person(1) | {"activity": "lain"}).encode()),
    ("invalid", json.dumps(person(1, cohort=10**23) | {"activity": "satu"}).encode()),
    (
        "invalid",
        json.dumps(
            person(1, participant={"name": "A\r\nBcc: x", "email": "a@b.example"}) | {"activity": "satu"}
        ).encode(),
    ),
    (
        "invalid",
        json.dumps(
            person(1, participant={"name": "A\x00B", "email": "a@b.example"}) | {"activity": "satu"}
        ).encode(),
    ),
    ("too_large", b'{"x":"' + b"y" * 300_000 + b'"}'),
]


async def send_by_another_client(office: TestOffice, compression: str | None, value: bytes) -> bool:
    """As a client with settings of its own does; False where the broker does not take it."""
    producer = AIOKafkaProducer(
        bootstrap_servers=office.servers.kafka, compression_type=compression, max_request_size=8_000_000
    )
    await producer.start()
    headers = Envelope(secrets.token_hex(4), "urn:lain", SubmitRegistration.type, "satu").headers()
    try:
        await producer.send_and_wait("simpul." + office.code + ".intake.v1", value, b"satu", headers=headers)
    except MessageSizeTooLargeError:
        return False
    finally:
        await producer.stop()
    return True


async def test_poison_of_every_kind_is_parked_or_refused_and_holds_nothing_up(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        await publish(office, "satu")
        key, kind = b"satu", SubmitRegistration.type
        for number, (_, bad) in enumerate(POISON):
            envelope = Envelope(f"racun-{number}", bad.get("source", "urn:test"), bad.get("type", kind), None)
            headers: list[tuple[str, Any]] = envelope.headers()
            if "headers" in bad:
                headers = [pair for pair in headers if pair[0] != "ce_id"] if bad["headers"] else []
                headers += bad["headers"]
            partition = (await partition_for(office, key) + bad.get("shift", 0)) % office.partitions
            value = bad["value"] if "value" in bad else submit("satu", 500).encoded()
            await office.put_raw(bad.get("key", key), value, headers, partition)
            await office.put(submit("satu", number), "satu")
        extra: list[tuple[str, Any]] = [("x-none", None), ("x-bytes", b"\xff\x00")]
        good = Envelope("baik", "urn:test", kind, "satu").headers() + extra
        await office.put_raw(key, submit("satu", 100).encoded(), good)
        for number, (_, value) in enumerate(REFUSED):
            await office.put_raw(key, value, Envelope(f"tolak-{number}", "urn:test", kind, "satu").headers())
        rtl = {"name": "\u202eUji \u0627\u0644", "email": "rtl@sekolah.example"}
        assert await send_by_another_client(office, "lz4", submit("satu", 0, participant=rtl).encoded())
        large = json.dumps({"x": "y" * 5_000_000}).encode()
        taken = await send_by_another_client(office, None, large)
        await office.put(submit("satu", 101), "satu")
        await office.at_rest()

        parked = (await client.get("/api/v1/parked", headers=STAFF)).json()["parked"]
        assert Counter(row["reason"] for row in parked) == Counter(reason for reason, _ in POISON)
        rows = await office.store["outcomes"].find({"result": "refused"}).to_list(None)
        refused = Counter(reason for reason, _ in REFUSED)
        refused["too_large"] += taken
        assert Counter(row["reason"] for row in rows) == refused
        assert await statuses(office, "satu") == {"confirmed": len(POISON) + 3}
        # what was parked used up no id: mended and sent again, it is decided
        mended = await office.put(submit("satu", 900), "satu", "racun-0")
        assert (await office.outcome("satu", mended))["type"].endswith("confirmed.v1")


async def partition_for(office: TestOffice, key: bytes) -> int:
    from shared.kafka.records import partition_of

    return partition_of(key, office.partitions)


async def test_a_quota_raised_by_three_thousand_promotes_all_in_order(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        await publish(office, "besar", 100)
        await office.put_many([(submit("besar", n), "besar", f"d{n}") for n in range(3_200)])
        await office.at_rest()
        assert await statuses(office, "besar") == {"confirmed": 100, "waitlisted": 3_100}
        change = ChangeActivity.model_validate(
            {"activity": "besar", "quotas": [{"id": "semua", "seats": 3_100}]}
        )
        await office.put(change, "besar")
        await office.put_many([(submit("besar", n), "besar", f"d{n}") for n in range(3_200, 3_300)])
        await office.at_rest()
        assert await statuses(office, "besar") == {"confirmed": 3_100, "waitlisted": 200}
        facts = [fact for fact in await office.facts() if fact["type"].startswith("registration.")]
        came = [fact["registration"] for fact in facts if fact["type"] == "registration.waitlisted"]
        promoted = [fact["registration"] for fact in facts if fact["type"] == "registration.promoted"]
        assert promoted == came[:3_000]
        view = (await client.get("/api/v1/activities/besar")).json()
        assert (view["quotas"][0]["taken"], view["waiting"]) == (3_100, 200)


async def test_nobody_is_moved_up_after_the_end_and_a_later_end_opens_it_again(servers: Servers) -> None:
    """Nor does the partition tick for ever; and what an end cut off rests as soon as a tick has seen it."""
    async with new_office(servers) as office, office.registration() as client:
        now = datetime.now(UTC)
        meeting = activity("lewat").model_dump(mode="json")["sessions"][0]
        ended = meeting | {"starts": rfc3339(now - DAY), "ends": rfc3339(now - DAY / 2)}
        await publish(office, "lewat", 1, sessions=[ended])
        url = "/api/v1/activities/lewat"
        posted = [
            await client.post(f"{url}/registrations", json=person(number), headers=WAIT)
            for number in range(3)
        ]
        assert [one.json()["result"] for one in posted] == ["confirmed", "waitlisted", "waitlisted"]
        name = posted[0].json()["registration"]
        freed = await client.delete(f"/api/v1/registrations/{name}", headers=STAFF)
        assert freed.json()["result"] == "cancelled"
        await office.at_rest()
        assert await statuses(office, "lewat") == {"cancelled": 1, "waitlisted": 2}
        await office.store["activities"].update_one({"_id": "lewat"}, {"$set": {"promoting": True}})
        await publish(office, beside("lewat"))  # whatever is decided is followed by a tick of its partition
        await office.at_rest()  # which needs that nothing is left to go on with
        later = await client.patch(url, json={"sessions": [meeting]}, headers=STAFF)
        assert later.json()["result"] == "changed"
        await office.at_rest()
        assert await statuses(office, "lewat") == {"cancelled": 1, "confirmed": 1, "waitlisted": 1}


async def test_an_activity_with_three_thousand_is_cancelled_by_one_fact(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration():
        await publish(office, "batal", 2_000)
        categories = ["guru", "dinas", "komunitas"]
        await office.put_many(
            [(submit("batal", n, category=categories[n % 3]), "batal", f"b{n}") for n in range(3_000)]
        )
        await office.put(CancelActivity(activity="batal", reason="Erupsi Gunung Agung"), "batal", "batalkan")
        late = await office.put(submit("batal", 4_000), "batal")
        row = await office.outcome("batal", "batalkan")
        assert row["type"].endswith("activity.cancelled.v1")
        summed: Counter[str] = Counter()
        for change in row["data"]["changes"]:
            summed.update(change["add"])
        expected = {
            "activities": -1,
            "seats": -2000,
            "confirmed": -2000,
            "waitlisted": -1000,
            "cancelled": 3000,
        }
        assert dict(summed) == expected
        assert (await office.outcome("batal", late))["reason"] == "activity_cancelled"
        published = json.dumps(await office.published_facts())
        assert "Agung" not in published

        async def totals() -> bool:
            found = [fact for fact in await office.published_facts() if fact["type"] == "office.totals"]
            last = {fact["partition"]: fact["totals"] for fact in found}
            return any(one["cancelled"] == 3_000 and one["confirmed"] == 0 for one in last.values())

        await until(totals)


async def test_attendance_is_recorded_one_by_one_and_as_a_list(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        await publish(office, "hadir")
        url = "/api/v1/activities/hadir"
        people = [
            (await client.post(f"{url}/registrations", json=person(n), headers=WAIT)).json()["registration"]
            for n in range(3)
        ]
        one = await client.post(
            f"{url}/attendance", json={"session": "sesi-1", "registration": people[0]}, headers=STAFF
        )
        assert (one.status_code, one.json()["result"]) == (200, "recorded")
        rows = [{"session": "sesi-1", "registration": who} for who in people]
        many = await client.post(f"{url}/attendance", json=rows, headers=STAFF)
        assert [row["result"] for row in many.json()["outcomes"]] == ["recorded"] * 3
        unknown = RecordAttendance(activity="hadir", session="sesi-9", registration=people[0])
        assert (await office.outcome("hadir", await office.put(unknown, "hadir")))[
            "reason"
        ] == "session_unknown"
        await office.at_rest()
        facts = [fact for fact in await office.facts() if fact["type"] == "attendance.recorded"]
        assert len(facts) == 3
        assert facts[0]["changes"][0]["add"] == {"session_attendances": 1, "jp_attended": 4, "present": 1}


async def test_attendance_that_outlived_its_seat_is_taken_back_and_the_totals_follow(
    servers: Servers,
) -> None:
    async with new_office(servers) as office, office.registration() as client:
        await publish(office, "keliru")
        url = "/api/v1/activities/keliru"
        posted = await client.post(f"{url}/registrations", json=person(1), headers=WAIT)
        mark = {"session": "sesi-1", "registration": posted.json()["registration"]}
        await client.post(f"{url}/attendance", json=mark, headers=STAFF)
        await client.delete(f"/api/v1/registrations/{mark['registration']}", headers=STAFF)
        again = await client.post(f"{url}/attendance", json=mark, headers=STAFF)
        assert again.json()["reason"] == "already_cancelled"
        back = await client.post(f"{url}/attendance", json=mark | {"present": False}, headers=STAFF)
        assert back.json()["result"] == "recorded"

        async def totals() -> bool:
            facts = await office.facts()
            stated = [fact for fact in facts if fact["type"] == "office.totals"]
            here = next(fact["partition"] for fact in facts if fact["type"] == "attendance.recorded")
            last = {fact["partition"]: fact for fact in stated}.get(here)
            if last is None:
                return False
            before = [fact for fact in facts if fact["partition"] == here and fact["number"] < last["number"]]
            summed = sums(before)
            assert last["totals"] == {name: summed[name] for name in last["totals"]}
            return bool(last["totals"]["present"] == 0 and last["totals"]["cancelled"] == 1)

        await until(totals)


async def test_the_office_describes_itself_once(servers: Servers) -> None:
    async with new_office(servers) as office:
        for _ in range(2):
            async with office.registration() as client:
                await until(lambda: described(office))
                await until(lambda: ready(client))
        facts = [fact for fact in await office.facts() if fact["type"] == "office.described"]
        assert [fact["names"][0]["name"] for fact in facts] == [f"BGP {office.code}"]


async def ready(client: httpx.AsyncClient) -> bool:
    return (await client.get(READY)).json() == {"status": "ready", "reasons": []}


async def described(office: TestOffice) -> bool:
    return any(fact["type"] == "office.described" for fact in await office.published_facts())


async def test_no_name_or_address_is_in_the_facts_topic(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration():
        await publish(office, "rahasia", host="Kenari Tuan Rumah", reply_to="kenari@balai.example")
        canary = {
            "name": "Kenari Pribadi",
            "email": "kenari.pribadi@sekolah.example",
            "phone": "0000-111-222",
            "nip": "193504012001011001",
            "nuptk": "1234567890123456",
        }
        await office.put(
            submit(
                "rahasia", 1, participant=canary, group="Kenari Dampingan", institution={"name": "Kenari SD"}
            ),
            "rahasia",
            "kenari-id",
        )
        await office.at_rest()
        text = json.dumps(await office.published_facts()).lower()
        for secret in ("kenari", "0000-111-222", "193504012001011001", "1234567890123456"):
            assert secret not in text
