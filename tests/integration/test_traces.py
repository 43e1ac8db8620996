"""One trace from the request to the mail and the figure, with nobody in it; and nothing of it when off."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from services.notification.provision import provision_office
from services.reporting.cli import provision_national
from shared.contracts import topics
from shared.contracts.commands import SubmitRegistration
from shared.contracts.envelope import TRACEPARENT, Envelope
from shared.contracts.types import rfc3339
from shared.mongo.driver import connect
from tests.integration.notification.sink import Sink
from tests.support.collector import Collector, Seen
from tests.support.deployment import Deployment, deployment
from tests.support.office import AS_DIRECTORATE, activity, person
from tests.support.servers import ServerRoom
from tests.support.topics import all_records
from tests.support.waiting import until

pytestmark = [pytest.mark.broker, pytest.mark.once]
SERVICES = ("registration", "notification", "reporting")
ROUTE = "/api/v1/activities/{activity}/registrations"
NIP = "193504012005011777"
STRANGERS = f"00-{NIP:0<32}-{NIP[:16]}-01"
PERSON = {
    "name": "Kanari Rahasia",
    "email": "kanari@rahasia.example",
    "phone": "0000-7777-4242",
    "nip": NIP,
}
CANARIES = ("kanari", "rahasia", "0000-7777", NIP, "kunci-klien")


@asynccontextmanager
async def started(room: ServerRoom, folder: Path, sink: Sink, **env: str) -> AsyncIterator[Deployment]:
    """The three services as processes, on servers of their own: the nation reads every office there is."""
    servers = await room.servers()
    async with deployment(servers, folder) as running:
        await provision_office(running.office.code, servers.mongo, "motor", running.office.kafka)
        await provision_national(servers.mongo, "motor", running.office.kafka)
        running.env |= {"SIMPUL_SMTP_URL": sink.url} | env
        await asyncio.gather(*(running.start(name, f"services.{name}.main") for name in SERVICES))
        yield running


async def register(running: Deployment) -> dict[str, str]:
    """Somebody registers over HTTP, and is mailed and counted; the outcome."""
    await running.office.put(activity("kegiatan-kanari"), "kegiatan-kanari")
    said = {"Prefer": "wait=20", "Idempotency-Key": "kunci-klien-1", "traceparent": STRANGERS}
    path = ROUTE.format(activity="kegiatan-kanari")
    async with httpx.AsyncClient(base_url=running.services["registration"].url, timeout=40) as client:
        body = {"participant": PERSON, "category": "guru", "regency": "51.03"}
        answer = await client.post(path, json=body, headers=said)
    assert answer.status_code == 200, answer.text
    outcome: dict[str, str] = answer.json()
    return outcome


async def mailed_and_counted(running: Deployment, sink: Sink, people: int) -> None:
    url = f"{running.services['reporting'].url}/api/v1/figures?by=office"
    async with httpx.AsyncClient(headers=AS_DIRECTORATE) as client:

        async def told() -> bool:
            rows = (await client.get(url)).json()["rows"]
            return len(sink.kept) == people and sum(row["confirmed"] for row in rows) == people

        await until(told)


async def stop(running: Deployment) -> list[int]:
    """As an operator does; the exit codes."""
    services = [running.services[name] for name in SERVICES]
    for service in services:
        service.child.signal(signal.SIGTERM)
    return [await asyncio.to_thread(service.child.process.wait, 15) for service in services]


def by_name(seen: list[Seen]) -> dict[str, Seen]:
    found = {one.span.name: one for one in seen}
    assert len(found) == len(seen), [one.span.name for one in seen]
    return found


async def test_one_trace_leads_from_the_request_to_the_mail_and_the_figure_and_names_nobody(
    server_room: ServerRoom, tmp_path: Path
) -> None:
    with Collector() as collector:
        # nothing is sent until the end: so the end sends
        env = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "600000"}
        async with Sink() as sink, started(server_room, tmp_path, sink, **env) as running:
            outcome = await register(running)
            await from_elsewhere(running)
            await mailed_and_counted(running, sink, people=2)
            assert collector.bodies == []
            assert await stop(running) == [0, 0, 0]
            facts = await all_records(running.office.servers.kafka, topics.facts(running.office.code))
    seen = by_name(collector.spans())
    decided, noted, counted = (
        seen[f"{verb}.{status}"]
        for verb, status in (
            ("decide registration", "submit"),
            ("notify registration", "confirmed"),
            ("count registration", "confirmed"),
        )
    )
    asked, mailed = seen[f"POST {ROUTE}"], seen["mail confirmed"]
    assert {one.span.trace_id for one in seen.values()} == {asked.span.trace_id}
    assert [one.span.parent_span_id for one in (asked, decided, noted, mailed, counted)] == [
        b"",
        asked.span.span_id,
        decided.span.span_id,
        noted.span.span_id,
        decided.span.span_id,
    ]
    assert len(seen) == 5
    assert [one.service for one in (decided, mailed, counted)] == [f"simpul-{name}" for name in SERVICES]
    assert asked.attributes["http.response.status_code"] == 200
    assert (mailed.attributes["simpul.answer"], mailed.attributes["smtp.reply_code"]) == ("accepted", 250)
    assert counted.attributes["messaging.destination.name"] == topics.facts(running.office.code)
    told = b"\n".join(collector.bodies).decode(errors="replace").casefold()
    assert [one for one in (*CANARIES, outcome["registration"]) if one.casefold() in told] == []
    strange = bytes.fromhex(STRANGERS.split("-")[1])
    assert not any(strange in body for body in collector.bodies)
    headers = [dict(one.headers).get(TRACEPARENT) for one in facts]
    assert [one.split(b"-")[1].decode() for one in headers if one] == [asked.span.trace_id.hex()]


async def from_elsewhere(running: Deployment) -> None:
    """A regional system's own context ends at the office's door: its ids may be anything."""
    command = SubmitRegistration.model_validate(person(1) | {"activity": "kegiatan-kanari"})
    envelope = Envelope(
        "1", "urn:portal", command.type, "kegiatan-kanari", rfc3339(datetime.now(UTC)), STRANGERS
    )
    await running.office.put_raw(b"kegiatan-kanari", command.encoded(), envelope.headers())


async def test_when_off_nothing_of_it_is_imported_sent_or_stored(
    server_room: ServerRoom, tmp_path: Path
) -> None:
    env = {"OTEL_EXPORTER_OTLP_ENDPOINT": "", "PYTHONPROFILEIMPORTTIME": "1"}  # says what is imported
    async with Sink() as sink, started(server_room, tmp_path, sink, **env) as running:
        await register(running)
        await mailed_and_counted(running, sink, people=1)
        office = running.office
        store = connect(office.servers.mongo, topics.database(office.code, "notification"))
        rows = await office.store["facts"].find({}).to_list(None)
        rows += await store["deliveries"].find({}).to_list(None)
        await store.close()
        records = await all_records(office.servers.kafka, topics.facts(office.code))
        records += await all_records(office.servers.kafka, topics.intake(office.code))
        assert await stop(running) == [0, 0, 0]
    for name in SERVICES:
        imported = (tmp_path / "logs" / f"{name}.log").read_text()
        assert "import time:" in imported
        assert "fastapi.telemetry" in imported  # which needs OpenTelemetry's names, and nothing behind them
        for part in (
            "opentelemetry.sdk",
            "opentelemetry.exporter",
            "google.protobuf",
            "shared.tracing.spans",
        ):
            assert part not in imported
    assert len(rows) >= 3
    assert len(records) >= 4
    assert [row for row in rows if "trace" in row] == []
    assert [one for one in records if TRACEPARENT in dict(one.headers)] == []
