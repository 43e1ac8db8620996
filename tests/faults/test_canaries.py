"""Made-up people go through every route, refusal and fault: no log and no measure knows them afterwards."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.notification.provision import provision_office
from services.reporting.cli import provision_national
from shared.contracts.commands import SubmitRegistration
from shared.contracts.envelope import Envelope
from tests.component.conformance.pages import of_registration
from tests.component.registration.browser import typed
from tests.integration.notification.sink import Sink
from tests.support.deployment import Deployment, Service, deployment
from tests.support.office import STAFF_TOKEN, activity
from tests.support.servers import Servers
from tests.support.waiting import until

pytestmark = pytest.mark.broker
NAME, MAIL, PHONE, NIP = "Kanari Rahasia", "kanari@rahasia.example", "0000-7777-4242", "193504012005011777"
# digits enough that no measure of a time holds them by chance
CANARIES = ("kanari", "rahasia", "0000-7777", "7777-4242", "77774242", NIP[-10:])
STAFF = {"Authorization": f"Bearer {STAFF_TOKEN}", "Prefer": "wait=20"}
PERSON = {"name": NAME, "email": MAIL, "phone": PHONE, "nip": NIP}
REFUSALS = (
    f"550 5.1.1 <{MAIL}>: {NAME} unknown here",
    f"450 4.2.1 <{MAIL}>: later",
    f"421 4.7.0 {MAIL} too often",
    "keep+drop",
)


@dataclass
class Place:
    running: Deployment
    sink: Sink
    services: list[Service]

    @property
    def office(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.services[0].url, timeout=40)

    async def rests(self) -> None:
        """Every mail was tried, and none is owed but those for later."""
        async with httpx.AsyncClient(base_url=self.services[1].url, timeout=30) as client:

            async def tried() -> bool:
                answer = await client.get("/api/v1/deliveries", headers=STAFF)
                rows: list[dict[str, Any]] = answer.json()["deliveries"]
                return bool(rows) and all(row["tries"] or row["state"] != "pending" for row in rows)

            await until(tried)

    async def told(self) -> str:
        """All that logs and measures say."""
        texts = [log.read_text(errors="replace") for log in (self.running.folder / "logs").glob("*.log")]
        async with httpx.AsyncClient(timeout=30) as client:
            texts += [
                (await client.get(f"{service.management_url}/metrics")).text for service in self.services
            ]
        assert len(texts) >= 6
        return "\n".join(texts).casefold()


@pytest_asyncio.fixture
async def place(servers: Servers, tmp_path: Path) -> AsyncIterator[Place]:
    async with Sink() as sink, deployment(servers, tmp_path) as running:
        await provision_office(running.office.code, servers.mongo, "motor", running.office.kafka)
        await provision_national(servers.mongo, "motor", running.office.kafka)
        running.env["SIMPUL_SMTP_URL"] = sink.url
        notification, *others = [
            await running.start(name, f"services.{name}.main") for name in ("notification", "reporting")
        ]
        running.env["SIMPUL_NOTIFICATION_URL"] = notification.url
        registration = await running.start("registration", "services.registration.main")
        yield Place(running, sink, [registration, notification, *others])


async def ask_everything(client: httpx.AsyncClient) -> None:
    """Each route of registration, rightly and wrongly, as public and as staff."""
    body = {"participant": PERSON, "category": "guru", "regency": "51.03"}
    spoiled = [
        body | {"participant": PERSON | {"email": f"{MAIL}, {NAME}"}},
        body | {"participant": PERSON | {"nip": f"{NIP}9"}},
        body | {"participant": PERSON | {"name": f"{NAME}\u0000"}},
        body | {NAME: MAIL, "category": NAME},
        [NAME, MAIL],
    ]
    for name, given in product(("uji", "tidak-ada"), (body, body, *spoiled)):
        await client.post(f"/api/v1/activities/{name}/registrations", json=given, headers=STAFF)
        await client.post(f"/api/v1/activities/{name}/registrations", json=given)
    path = f"/api/v1/activities/{MAIL}/registrations"
    await client.post(
        path, content=f'{{"{NAME}": {MAIL}'.encode(), headers={"Content-Type": "application/json"}
    )
    for route in ("/api/v1/registrations", "/api/v1/participants", "/kegiatan", "/hasil", "/batal", ""):
        for method in ("GET", "POST", "PATCH", "DELETE"):
            await client.request(method, f"{route}/{MAIL}?nama={NAME}", json=PERSON, headers=STAFF)
    await client.post("/api/v1/activities/uji/attendance", json={"session": NAME, "registration": MAIL})
    await client.post("/api/v1/activities/uji/imports", content=f"{NAME};{MAIL}".encode(), headers=STAFF)
    page = (await client.get("/kegiatan/uji/daftar")).text
    token = page.split('name="token" value="')[1].split('"')[0]
    for changed in ({"nip": f"{NIP}1"}, {"wilayah": NAME}, {}):
        fields = typed(1, nama=NAME, email=MAIL, telepon=PHONE, nip=NIP) | changed
        await client.post("/kegiatan/uji/daftar", data={"token": token} | fields)
    await client.post("/staf/masuk", data={"token": NAME, "sandi": MAIL})


async def work_the_desk(client: httpx.AsyncClient) -> None:
    """Each page and form of the pages, as staff who typed people wherever anything can be typed."""
    entered = await client.post("/staf/masuk", data={"sandi": STAFF_TOKEN})
    client.headers["Cookie"] = entered.headers["set-cookie"].partition(";")[0]
    listed = (await client.get("/api/v1/activities/uji/registrations", headers=STAFF)).json()
    known = {"activity": "uji", "registration": listed["registrations"][0]["registration"]}
    marked = re.search(r'name="csrf" value="([^"]+)"', (await client.get("/staf")).text)
    assert marked is not None
    person = {"nama": NAME, "email": MAIL, "telepon": PHONE, "nip": NIP, "nuptk": "", "unsur": "guru"}
    for route in of_registration():
        if route.path == "/staf/keluar":
            continue
        fields = dict.fromkeys(route.fields, f"{NAME} {MAIL} {PHONE} {NIP}") | {"csrf": unescape(marked[1])}
        right = fields | person
        for path in (route.at(known), f"{route.at({})}?cari={MAIL}&fakta={NAME}"):
            if route.method == "GET":
                await client.get(path)
                continue
            for sent in (fields, right):
                files = {"berkas": ("kanari.xlsx", f"{NAME};{MAIL}".encode())} if "impor" in path else None
                assert (await client.post(path, data=sent, files=files)).status_code < 500, path


async def send_poison(running: Deployment) -> None:
    """Records that hold people where nothing of the kind belongs."""
    office = running.office
    command = SubmitRegistration.model_validate(
        {"activity": "uji", "participant": PERSON | {"email": f"x{MAIL}"}, "category": "guru"}
    )
    value = command.encoded()
    envelope = Envelope("kanari-1", f"urn:{MAIL}", command.type, "uji")
    await office.put_raw(b"uji", value[:-9], envelope.headers())
    await office.put_raw(NAME.encode(), value, Envelope(MAIL, "urn:x", command.type, NAME).headers())
    await office.put_raw(b"uji", value, Envelope("2", f"/{NAME}/x", command.type, "uji").headers())
    await office.put_raw(b"uji", value, Envelope("3", "urn:x", NAME, "uji").headers())
    await office.put_raw(b"uji", value, [("ce_id", MAIL.encode()), (NAME, b"\xff")])
    await office.put_raw(b"uji", value, envelope.headers(), partition=(office.partitions - 1))
    await office.put(command, "uji", f"id-{NAME}".replace(" ", "-"))


async def test_no_log_and_no_measure_holds_any_of_them(place: Place) -> None:
    place.sink.refuse[f"x{MAIL}"] = REFUSALS[0]
    place.sink.script["confirmed"] = list(REFUSALS[1:])
    published = await place.running.office.put(activity("uji"), "uji")
    await place.running.office.outcome("uji", published)
    async with place.office as client:
        await ask_everything(client)
        await work_the_desk(client)
        await send_poison(place.running)
        await client.post(f"/api/v1/activities/{'uji'}/cancellation", json={"reason": NAME}, headers=STAFF)
    await place.rests()
    for service in place.services[:2]:  # a crash, and what the next one meets
        place.running.kill(service.name)
    place.services[:2] = [await place.running.start(one.name, one.module) for one in place.services[:2]]
    async with place.office as client:
        parked = (await client.get("/api/v1/parked", headers=STAFF)).text.casefold()
    told = await place.told()
    assert len(json.loads(parked)["parked"]) >= 4, "the poison arrived"
    assert any(MAIL in one for one in place.sink.recipients), "so did the mails"
    assert [canary for canary in CANARIES if canary in told or canary in parked] == []
