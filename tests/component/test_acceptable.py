"""What a new command may hold, at each door; and what was decided or stored before goes on."""

import codecs
import json
from typing import Any

import httpx
import pytest

from services.registration.kernel.features import Features
from shared.contracts.commands import ChangeActivity, PublishActivity, SubmitRegistration
from tests.component.registration.browser import announce, opened, typed
from tests.component.registration.test_staff import PLAIN, staff_at
from tests.support.office import STAFF_TOKEN, TestOffice, activity, new_office, person
from tests.support.servers import Servers

WAIT = {"Prefer": "wait=20"}
STAFF = WAIT | {"Authorization": f"Bearer {STAFF_TOKEN}"}
URL = "/api/v1/activities/uji/registrations"
ENCODED = "=?utf-8?q?x=0D=0ASubject:_Hadiah=0D=0A=0D=0AKlik_http://jahat.example/?="
INVISIBLE = "\u200b\u2800\u3164\u00ad\u200e\ufeff\u115f\U000e0041"


def named(name: str, email: str = "uji@sekolah.example") -> dict[str, Any]:
    return person(1, participant={"name": name, "email": email})


async def misfits(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> list[tuple[str, str]]:
    answer = await client.post(path, json=body, headers=STAFF)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return [(one["field"], one["error"]) for one in answer.json()["errors"]]


async def test_the_api_names_field_and_rule_of_what_is_not_acceptable(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        good = activity("uji").model_dump(mode="json", exclude_unset=True)
        session = good["sessions"][0]
        for changed, field, rule in (
            ({"closes": "9999-12-31T23:59:59Z"}, "closes", "instant_out_of_range"),
            ({"reminder_before": "P999999D"}, "reminder_before", "duration_out_of_range"),
            ({"opens": good["closes"]}, "closes", "closes_before_it_opens"),
            (
                {"sessions": [session | {"starts": "0024-03-01T08:00:00+08:00"}]},
                "sessions.0.starts",
                "instant_out_of_range",
            ),
            (
                {"sessions": [session | {"ends": session["starts"]}]},
                "sessions.0.ends",
                "ends_before_it_starts",
            ),
            ({"quotas": [{"id": "a", "seats": 1}, {"id": "a", "seats": 2}]}, "quotas", "same_id"),
            ({"quotas": [{"id": "a", "seats": -1}]}, "quotas.0.seats", "greater_than_equal"),
        ):
            assert await misfits(client, "/api/v1/activities", good | changed) == [(field, rule)]
        await announce(client, "uji")
        for name in INVISIBLE:
            assert await misfits(client, URL, named(name)) == [("participant.name", "invisible")]
        assert await misfits(client, URL, named(ENCODED)) == [("participant.name", "web_address")]
        answer = await client.patch("/api/v1/activities/uji", json={"title": None}, headers=STAFF)
        assert (answer.status_code, answer.json()["errors"]) == (
            422,
            [{"field": "title", "error": "required"}],
        )
        later = {"closes": "2024-01-01T00:00:00Z"}
        answer = await client.patch("/api/v1/activities/uji", json=later, headers=STAFF)
        assert (answer.status_code, answer.json()["detail"]) == (
            409,
            "Isian tidak sesuai: Waktu penutupan harus sesudah pembukaan.",
        )
        body = codecs.BOM_UTF8 + json.dumps(person(2)).encode()
        json_ = {"Content-Type": "application/json"}
        assert (await client.post(URL, content=body, headers=WAIT | json_)).status_code == 200
        twice = b'{"category": "guru", "category": "dinas"}'
        assert (await client.post(URL, content=twice, headers=json_)).status_code == 422


async def test_kafka_is_told_the_same_in_a_sentence(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        given = activity("lama").model_dump() | {"closes": "9999-12-31T23:59:59Z"}
        key = await office.put(PublishActivity.model_validate(given), "lama")
        row = await office.outcome("lama", key)
        assert (row["reason"], row["numbers"]) == (
            "invalid",
            {"field": "closes", "rule": "instant_out_of_range"},
        )
        told = (await client.get("/api/v1/commands?source=urn:test", headers=STAFF)).json()["outcomes"]
        assert told[0]["message"] == "Isian tidak sesuai: Waktu penutupan harus antara tahun 2000 dan 2100."
        await announce(client, "uji")
        for name, rule in ((ENCODED, "web_address"), ("\u200b", "invisible"), ("123", "no_letter")):
            command = SubmitRegistration.model_validate({"activity": "uji"} | named(name))
            row = await office.outcome("uji", await office.put(command, "uji"))
            assert (row["reason"], row["numbers"]["rule"]) == ("invalid", rule)
        assert await office.store["people"].count_documents({}) == 0, "who was refused is not kept"


async def test_what_was_decided_once_keeps_its_first_outcome(
    brokerless: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        command = SubmitRegistration.model_validate(
            {"activity": "uji"} | named("www.lama.example", "b@b.example")
        )
        keyed = WAIT | {"Idempotency-Key": "lama-1"}
        with monkeypatch.context() as earlier:  # a release that took any name
            earlier.setattr(Features, "faults", lambda features, command: [])
            first = await client.post(URL, json=named("http://lama.example"), headers=keyed)
            sent = await office.put(command, "uji")
            fact = await office.outcome("uji", sent)
        assert first.json()["result"] == "confirmed"
        again = await client.post(URL, json=named("http://lama.example"), headers=keyed)
        assert (again.status_code, again.json()) == (200, first.json())
        await office.put(command, "uji", sent)
        await office.at_rest()
        assert (await office.outcome("uji", sent))["_id"] == fact["_id"]
        assert await office.store["outcomes"].count_documents({}) == 0
        new = await client.post(URL, json=named("http://lama.example"), headers=WAIT)
        assert new.status_code == 422


async def test_one_person_in_many_spellings_has_one_seat(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        spellings = (
            *("Jum'at Ma'ruf", "Jum\u2019at Ma\u2019ruf", "Jum`at Ma`ruf", "Jum'at Ma'ruf S.Pd."),
            *("Bpk. Jum'at Ma'ruf", "\ufeffJum'at Ma'ruf", "Jum'at Ma'ruf\u200e"),
        )
        answers = [await client.post(URL, json=named(name), headers=WAIT) for name in spellings]
        assert [one.status_code for one in answers] == [200] + [202] * 6, "who is known is told nothing"
        assert await office.store["registrations"].count_documents({}) == 1
        kept = await office.store["people"].find({}).to_list(None)
        assert [row["who"]["name"] for row in kept] == ["Jum'at Ma'ruf"]
        near = await client.post(URL, json=named("Jum'at\u200bMa'ruf"), headers=WAIT)
        assert near.json()["result"] == "confirmed"
        assert await office.store["perhaps_same"].count_documents({}) == 1, "people look at it"


async def test_a_form_says_at_the_field_what_is_wrong(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji")
        for changed, told in (
            ({"nama": ENCODED}, "Nama memuat alamat web; hapus alamat itu"),
            ({"nama": "uji@uji"}, "Nama memuat tanda @; hapus tanda itu"),
            ({"nama": "12345"}, "Nama tidak memuat huruf; tulis dengan huruf"),
            ({"nama": "\u200b"}, "Nama hanya berisi tanda tak terlihat; ketik ulang"),
            ({"instansi": "www.jahat.example"}, "Nama instansi memuat alamat web; hapus alamat itu"),
            ({"email": "uji@sekolah"}, "Alamat email tidak sah: bagian sesudah @ tidak lengkap"),
            ({"telepon": "(-) (-)"}, "Nomor telepon memuat terlalu sedikit angka"),
        ):
            answer = await (await opened(client, "uji")).send(**typed(1, **changed))
            assert answer.status_code == 422
            assert told in answer.text
        seen = await (await opened(client, "uji")).send(**typed(2, email="\u202auji2@sekolah.example\u202c"))
        assert seen.status_code == 303


async def stored(office: TestOffice, name: str, **described: Any) -> None:
    """As a release that took any instant left it."""
    await office.store["activities"].update_one(
        {"_id": name}, {"$set": {f"described.{field}": value for field, value in described.items()}}
    )


LAST = "9999-12-31T23:59:59Z"
STORED: dict[str, dict[str, Any]] = {
    "selalu": {"closes": LAST},
    "abadi": {"sessions.0.ends": LAST, "closes": "9999-12-31T23:59:59-08:00"},
    "kelak": {
        "sessions.0.starts": "9999-12-31T20:00:00Z",
        "sessions.0.ends": LAST,
        "opens": "9999-12-31T00:00:00Z",
        "closes": LAST,
    },
    "dahulu": {"opens": "0024-01-01T00:00:00Z", "sessions.0.starts": "0024-03-01T08:00:00+08:00"},
    "jauh": {"reminder_before": "P999999D", "attendance_opens_before": "P999999D"},
    "terbalik": {"reminder_before": "-P1D", "attendance_opens_before": "-P999999D"},
}


async def test_what_is_stored_at_the_ends_of_time_breaks_no_page(brokerless: Servers) -> None:
    async with new_office(brokerless) as office:
        async with office.registration() as client:
            for name in (*STORED, "biasa"):
                await announce(client, name)
            await office.at_rest()
        for name, described in STORED.items():
            await stored(office, name, **described)
        async with office.registration(**PLAIN) as client:
            await client.post("/staf/masuk", data={"sandi": STAFF_TOKEN})
            await pages_answer(client)
            await decisions_go_on(office, client)


async def pages_answer(client: httpx.AsyncClient) -> None:
    for path in ("/", "/staf", "/kegiatan/biasa"):
        assert (await client.get(path)).status_code == 200, path
    front = (await client.get("/")).text
    assert all(f"/kegiatan/{name}" in front for name in (*STORED, "biasa"))
    for name in STORED:
        for path in (
            *(f"/kegiatan/{name}", f"/api/v1/activities/{name}", f"/staf/kegiatan/{name}"),
            *(f"/staf/kegiatan/{name}/kehadiran", f"/staf/kegiatan/{name}/daftarkan"),
            f"/staf/kegiatan/{name}/kehadiran.xlsx",
        ):
            assert (await client.get(path)).status_code == 200, path


async def decisions_go_on(office: TestOffice, client: httpx.AsyncClient) -> None:
    for name in STORED:
        one = f"/api/v1/activities/{name}"
        taken = await client.post(f"{one}/registrations", json=person(1), headers=STAFF)
        if name == "kelak":
            assert taken.json()["reason"] == "not_open_yet"
            continue
        assert taken.json()["result"] == "confirmed", taken.text
        seen = {"session": "sesi-1", "registration": taken.json()["registration"]}
        marked = await client.post(f"{one}/attendance", json=seen, headers=STAFF)
        assert marked.json().get("reason") == ("session_not_open" if name == "terbalik" else None), name
    for name in STORED:
        change = ChangeActivity.model_validate({"activity": name, "title": "Judul baru"})
        row = await office.outcome(name, await office.put(change, name))
        assert row["type"].endswith("changed.v1")
    assert await office.store["parked"].count_documents({}) == 0
