"""B4: mails a second with every attempt recorded, against smtplib and against postfix's own smtp-source."""

import asyncio
import shutil
import smtplib
import time
from email.message import EmailMessage

from benchmarks.deciding import REGISTRATION, announce, settled, submit
from benchmarks.figures import Figure
from benchmarks.stage import Stage, as_deployed, names
from local.machine import accepts, free_port
from services.notification.provision import provision_office
from shared.contracts import topics
from shared.mongo.driver import Store, connect

SINK, SOURCE = "smtp-sink", "smtp-source"


async def mailed(figures: list[Figure], stage: Stage, rounds: int, people: int) -> None:
    """Left out, with a word, where Debian's postfix is not installed."""
    if not shutil.which(SINK) or not shutil.which(SOURCE):
        print("B4 left out: it needs smtp-sink and smtp-source (Debian's postfix) on PATH", flush=True)
        return
    port = free_port()
    stage.processes.start("sink", [SINK, "-u", "nobody", f"127.0.0.1:{port}", "500"])
    while not await accepts(port):
        await asyncio.sleep(0.05)
    ours, library, source = [], [], []
    for number in range(rounds + 1):
        one = await one_round(stage, port, people, number)
        other = await asyncio.to_thread(by_smtplib, port, people // 4)
        tool = await by_source(port, people, len(sample().as_bytes()))
        if number:
            ours.append(one)
            library.append(other)
            source.append(tool)
        print(f"B4 {one:.0f}/s, smtplib {other:.0f}/s, smtp-source {tool:.0f}/s", flush=True)
    what = "mails, attempts recorded"
    figures.append(Figure("B4", what, "mails/s", ours, library, "smtplib, EmailMessage", "at least 10"))
    figures.append(Figure("B4", what, "mails/s", ours, source, SOURCE, "at least 0.2"))


async def one_round(stage: Stage, port: int, people: int, number: int) -> float:
    """Between the first and the last closed delivery of an office where all of them fell due before."""
    async with as_deployed(stage, f"b4-{number}") as running:
        office = running.office
        await provision_office(office.code, stage.servers.mongo, "motor", office.kafka)
        running.env |= {"SIMPUL_SMTP_URL": f"smtp://127.0.0.1:{port}", "SIMPUL_MAILS_PER_MINUTE": "6000000"}
        service = await running.start("registration", REGISTRATION)
        await announce(office, names(1), people)
        await submit(running, 0, people)
        await settled(office)
        running.processes.end(service.child)
        del running.services["registration"]
        store = connect(stage.servers.mongo, topics.database(office.code, "notification"))
        try:
            await running.start("notification", "services.notification.main", wait=False)
            return await closed_per_second(store, people)
        finally:
            await store.drop()
            await store.close()


async def closed_per_second(store: Store, people: int) -> float:
    rows = store["deliveries"]
    while await rows.count_documents({"state": "sent"}) < people:
        await asyncio.sleep(0.1)
    first = await rows.find({}, {"closed": 1}).sort("closed", 1).limit(1).to_list(None)
    last = await rows.find({}, {"closed": 1}).sort("closed", -1).limit(1).to_list(None)
    return float(people / (last[0]["closed"] - first[0]["closed"]).total_seconds())


def sample() -> EmailMessage:
    """As long as a confirmation, and of the same parts."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@balai.example", "b@sekolah.example", "Terkonfirmasi"
    mail.set_content("Selamat, Anda terdaftar.\n" * 30)
    mail.add_alternative("<p>Selamat, Anda terdaftar.</p>\n" * 70, subtype="html")
    mail.add_attachment("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n" * 20, "calendar", filename="kegiatan.ics")
    return mail


def by_smtplib(port: int, count: int) -> float:
    with smtplib.SMTP("127.0.0.1", port) as client:
        start = time.perf_counter()
        for _number in range(count):
            client.send_message(sample())
        return count / (time.perf_counter() - start)


async def by_source(port: int, count: int, size: int) -> float:
    command = [SOURCE, "-m", str(count), "-s", "4", "-l", str(size), "-d", "-f", "a@balai.example"]
    start = time.perf_counter()
    running = await asyncio.create_subprocess_exec(*command, "-t", "b@sekolah.example", f"127.0.0.1:{port}")
    assert await running.wait() == 0
    return count / (time.perf_counter() - start)
