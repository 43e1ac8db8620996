"""The two gatherings from the announcement to the national figure, played by clients of the services."""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.markup import escape

from local import readings
from local.addresses import DemoAddresses
from local.client import OfficeClient, StoryStopped, until
from local.comparison import Row, as_table, compare, differing
from local.dates import beside, dated_ahead
from local.expectation import expectation, seated, untouched
from local.gatherings import EXAMPLES, Gathering, fgd_sumbar, rakor_bali, web_registrations

AT_ONCE = 80  # of those on the web: for them there is a seat in whatever order they come
CLIENTS = 16
Call = Callable[[], Awaitable[Any]]

SETTLED_WITHIN = 40.0  # seconds for mails and figures to follow


async def play(addresses: DemoAddresses, console: Console) -> bool:
    """Play both gatherings, then compare four readings. Whether everything agrees; says what does not."""
    started = time.monotonic()
    gatherings = (rakor_bali(), fgd_sumbar())
    bali, sumbar = gatherings
    limits = httpx.Limits(max_connections=2 * CLIENTS)
    async with httpx.AsyncClient(timeout=15, limits=limits) as client:
        offices = {code: OfficeClient(code, office, client) for code, office in addresses.offices.items()}
        try:
            with console.status("Playing the two gatherings"):
                await _side_by_side(
                    [
                        partial(_play_bali, bali, offices["bali"], addresses, console),
                        partial(_play_sumbar, sumbar, offices["sumbar"], addresses, console),
                    ]
                )
            stopped = None
        except StoryStopped as found:
            stopped = f"The story stopped: {found}"
            console.print(f"[bold red]{escape(stopped)}[/]", soft_wrap=True)
        try:
            rows = await settled(addresses, gatherings, client, 0 if stopped else SETTLED_WITHIN)
        except (httpx.HTTPError, KafkaError, TimeoutError) as error:
            console.print(f"[bold red]Nothing can be compared: {escape(repr(error))}[/]", soft_wrap=True)
            return False
    console.print()
    console.print(as_table(rows))
    console.print()
    for row in differing(rows):
        console.print(f"[bold red]differs: {row.name}[/]", soft_wrap=True)
    agreed = not stopped and not differing(rows)
    verdict = "[bold green]Everything agrees.[/]" if agreed else "[bold red]Not everything agrees.[/]"
    console.print(f"{verdict} Played and compared in {time.monotonic() - started:.0f} s.")
    return agreed


async def settled(
    addresses: DemoAddresses, gatherings: Iterable[Gathering], client: httpx.AsyncClient, seconds: float
) -> list[Row]:
    """The comparison as soon as all agrees, or as it is after `seconds`; raises what then prevents it."""
    expected: dict[str, int] = {}
    for gathering in gatherings:
        expected |= expectation(gathering)
        if gathering.office == "bali":
            for other in beside(gathering.activity):
                expected |= untouched("bali", other)
    deadline = time.monotonic() + seconds
    while True:
        late = time.monotonic() >= deadline
        try:
            rows = await _read_and_compare(addresses, expected, client)
            if late or not differing(rows):
                return rows
        except (httpx.HTTPError, KafkaError, TimeoutError):
            if late:
                raise
        await asyncio.sleep(0.5)


async def _read_and_compare(
    addresses: DemoAddresses, expected: dict[str, int], client: httpx.AsyncClient
) -> list[Row]:
    facts = await readings.recount(addresses)
    mailbox, national = await asyncio.gather(
        readings.mailbox(addresses, client), readings.national(addresses, client)
    )
    return compare(expected, facts, mailbox, national)


async def _play_bali(
    gathering: Gathering, office: OfficeClient, addresses: DemoAddresses, console: Console
) -> None:
    activity = dated_ahead(gathering.activity)
    await office.publish_activity(activity)
    console.print(f"bali: announced {gathering.id}, 400 seats, from {_day(activity)} on")
    for other in beside(gathering.activity):
        await office.publish_activity(other)
    console.print("bali: announced one more that anybody may try, and one that is over")
    env = addresses.offices["bali"].env
    await _import(gathering, "undangan.xlsx", 1, env)
    await _until_taken(office, gathering.id, 292)
    console.print("bali: imported the committee's list: 292 rows are in, 8 wrong ones are reported")
    await _import(gathering, "undangan-perbaikan.xlsx", 0, env)
    await _until_taken(office, gathering.id, 300)
    console.print("bali: imported the mended list: 8 more, and nobody twice")
    bodies = web_registrations(gathering.folder)
    clicks = _with_double_clicks(bodies[:AT_ONCE])
    await _side_by_side([partial(office.register, gathering.id, body) for body in clicks])
    for body in bodies[AT_ONCE:]:
        await office.register(gathering.id, body)
    console.print(f"bali: {len(bodies)} registered on the web, some clicking twice; the last ones wait")
    await _cancel_and_attend(gathering, activity, office, console)


async def _play_sumbar(
    gathering: Gathering, office: OfficeClient, addresses: DemoAddresses, console: Console
) -> None:
    activity = dated_ahead(gathering.activity)
    with tempfile.TemporaryDirectory() as folder:
        dated = Path(folder) / "activity.json"
        dated.write_text(json.dumps(activity))
        where = ["--bootstrap", addresses.kafka, "--office", "sumbar"]
        files = ["--activity", str(dated), "--people", str(gathering.folder / "peserta.csv")]
        await _run(
            [sys.executable, str(EXAMPLES / "regional_system.py"), *where, *files], 0, dict(os.environ)
        )
    seats = seated(gathering).mails
    await _until_taken(office, gathering.id, seats["confirmed"], waiting=seats["waitlisted"])
    console.print(
        f"sumbar: a regional system published the series and {len(gathering.arrivals)} people on Kafka"
    )
    await _cancel_and_attend(gathering, activity, office, console)


async def _cancel_and_attend(
    gathering: Gathering, activity: dict[str, Any], office: OfficeClient, console: Console
) -> None:
    known = {item["email"].lower(): item["registration"] async for item in office.registrations(gathering.id)}
    for email in gathering.cancels:
        await office.cancel(known[email])
    console.print(f"{office.code}: {len(gathering.cancels)} cancelled, those who waited moved up")
    confirmed = {
        item["email"].lower(): item["registration"]
        async for item in office.registrations(gathering.id)
        if item["status"] == "confirmed"
    }
    for session in activity["sessions"]:
        here = [who for email, who in confirmed.items() if session["id"] in gathering.attends.get(email, ())]
        await office.record_attendance(gathering.id, session["id"], here)
        console.print(f"{office.code}: {len(here)} were seen at {session['id']}")


def _day(activity: dict[str, Any]) -> str:
    return datetime.fromisoformat(activity["sessions"][0]["starts"]).date().isoformat()


def _with_double_clicks(bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every ninth clicks twice."""
    return [body for number, body in enumerate(bodies) for _ in range(2 if number % 9 == 0 else 1)]


async def _import(gathering: Gathering, sheet: str, exit_code: int, env: dict[str, str]) -> None:
    simpul = str(Path(sys.executable).with_name("simpul"))
    command = [simpul, "import", str(gathering.folder / sheet), "--activity", gathering.id, "--json"]
    await _run(command, exit_code, env)


async def _run(command: list[str], exit_code: int, env: dict[str, str]) -> None:
    """Raises `StoryStopped` with its last lines when it ends otherwise; it is gone afterwards in any case."""
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        *command, env=env, stdout=pipe, stderr=asyncio.subprocess.STDOUT
    )
    try:
        output, _ = await asyncio.wait_for(child.communicate(), 60)
    except (TimeoutError, asyncio.CancelledError):
        child.kill()
        await child.wait()
        raise
    if child.returncode != exit_code:
        last = "\n".join(output.decode(errors="replace").splitlines()[-5:])
        raise StoryStopped(f"{Path(command[0]).name} {command[1]} ended with {child.returncode}: {last}")


async def _side_by_side(calls: list[Call]) -> None:
    """All, `CLIENTS` at a time. Raises the first failure as `StoryStopped`; the others end with it."""
    gate = asyncio.Semaphore(CLIENTS)

    async def one(call: Call) -> None:
        async with gate:
            await call()

    try:
        async with asyncio.TaskGroup() as group:
            for call in calls:
                group.create_task(one(call))
    except* (StoryStopped, httpx.HTTPError) as several:
        first = several.exceptions[0]
        raise StoryStopped(str(first) or repr(first)) from first


async def _until_taken(office: OfficeClient, activity: str, seats: int, waiting: int = 0) -> None:
    """Until so many hold a seat and so many wait. A quota for everyone counts each seat once."""

    async def reached() -> bool:
        found = await office.activity(activity)
        if found is None:
            return False
        for_all = [quota["taken"] for quota in found["quotas"] if not quota.get("categories")]
        taken = max(for_all) if for_all else sum(quota["taken"] for quota in found["quotas"])
        return bool(taken >= seats and found["waiting"] >= waiting)

    await until(f"{seats} hold a seat at {office.code}", reached)
