"""Everything of a run: servers behind proxies, offices with two instances of each service, the nation."""

import asyncio
import hashlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx
import yaml

from local.broker import start_broker
from local.database import REPLICA_SET, start_database
from local.errors import LocalError
from local.machine import address, free_port
from local.processes import Child, Processes, until_ready
from proof.offices import GRANTED, OfficeView
from proof.proxy import Proxy
from proof.witnesses import gather
from shared.contracts.topics import NATIONAL
from shared.signatures import Signer
from tests.support.kafka import Kafka
from tests.support.servers import Server, stands_still

Kind = Literal["kafka", "embedded"]
PROVINCES = {"bali": ("51", "WITA"), "sumbar": ("13", "WIB"), "papua": ("91", "WIT")}
PARTITIONS = 6
BROKER_DISK, MONGOD_DISK = "kafka", "mongo-0"
DISK = "size=900m"
READY_SECONDS = 180.0


@dataclass
class Service:
    """One instance, now or since it was last started. `owner`: its office, or `national`."""

    name: str
    module: str
    owner: str
    env: dict[str, str]
    child: Child | None
    started: float = 0.0
    killed: float = 0.0

    @property
    def kind(self) -> str:
        return self.module.split(".")[1]

    @property
    def url(self) -> str:
        return f"http://{address(int(self.env['SIMPUL_HTTP_PORT']))}"

    @property
    def management_url(self) -> str:
        return f"http://{address(int(self.env['SIMPUL_MANAGEMENT_PORT']))}"

    @property
    def stopped(self) -> bool:
        """Whether it was stopped (SIGSTOP), by itself or another."""
        return self.child is not None and stands_still(self.child.pid)


@dataclass
class System:
    folder: Path
    kind: Kind
    seed: int
    processes: Processes
    mutant: str | None
    broker: Server
    mongods: list[Server]
    kafka_proxy: Proxy
    mongo_proxies: list[Proxy]
    smtp_proxy: Proxy
    mailbox_url: str
    offices: dict[str, OfficeView] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    office_env: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def kafka(self) -> str:
        return address(self.kafka_proxy.port)

    @property
    def mongo(self) -> str:
        return _mongo_url(self.mongo_proxies)

    async def heard(self, folder: Path) -> None:
        """Write down what the four witnesses say."""
        await gather(
            folder,
            kafka=self.kafka,
            mongo=self.mongo,
            offices=list(self.offices),
            mailbox_url=self.mailbox_url,
            national_url=await self._national_url(),
            token=_token(self.seed, NATIONAL),
        )

    async def _national_url(self) -> str:
        """Of an instance that answers, since either may have ended. Raises `LocalError`."""
        for service in self.of_kind("reporting"):
            if await says_ready(service.management_url):
                return service.url
        raise LocalError("no instance of the nation answers")

    @property
    def durable(self) -> bool:
        return self.kind == "kafka"

    @property
    def proxies(self) -> list[Proxy]:
        return [self.kafka_proxy, *self.mongo_proxies, self.smtp_proxy]

    def of_kind(self, *kinds: str) -> list[Service]:
        return [service for service in self.services.values() if service.kind in kinds]

    def start(self, name: str, *prefix: str, **env: str) -> Service:
        """Start an instance unless it is up. `prefix`: a command that runs it, such as prlimit."""
        service = self.services[name]
        if service.child is not None:
            return service
        mutant = ["--mutant", self.mutant] if self.mutant else []
        python = [sys.executable, "-m", "proof.instrumented", service.module, str(self._trigger(name))]
        service.child = self.processes.start(name, [*prefix, *python, *mutant], service.env | env)
        service.started = time.monotonic()
        return service

    def kill(self, name: str) -> None:
        """kill -9 of the whole group. Nothing happens when it is down."""
        service = self.services[name]
        if service.child is not None:
            service.child.signal(signal.SIGKILL)
            service.child.process.wait()
            self.processes.end(service.child)
            service.child = None
            service.killed = time.monotonic()
        self._trigger(name).unlink(missing_ok=True)

    def signal(self, name: str, number: signal.Signals) -> None:
        child = self.services[name].child
        if child is not None:
            child.signal(number)

    def arm(self, name: str, point: str, action: Literal["kill", "stop"]) -> None:
        """Have an instance do that to itself when it comes to a point (see `proof.instrumented`)."""
        partial = self._trigger(name).with_suffix(".new")
        partial.write_text(f"{point} {action}")
        partial.rename(self._trigger(name))

    def sprung(self, name: str) -> bool:
        return not self._trigger(name).exists()

    def disarm(self, name: str) -> bool:
        """Whether it was still armed."""
        try:
            self._trigger(name).unlink()
        except FileNotFoundError:
            return False
        return True

    def _trigger(self, name: str) -> Path:
        return self.folder / "triggers" / name

    async def ready(self, name: str) -> bool:
        """Whether an instance says that it is well. Raises ChildDied."""
        service = self.services[name]
        if service.child is None:
            return False
        service.child.check()
        return await says_ready(service.management_url)

    async def until_ready(self, name: str, seconds: float = READY_SECONDS) -> None:
        child = self.services[name].child
        assert child is not None
        await until_ready(child, lambda: self.ready(name), seconds)


async def says_ready(url: str) -> bool:
    try:
        async with httpx.AsyncClient(verify=False) as client:  # else each reads all certificates
            return (await client.get(f"{url}/health/ready", timeout=2)).is_success
    except httpx.TransportError:
        return False


def _mongo_url(proxies: list[Proxy]) -> str:
    hosts = ",".join(address(proxy.port) for proxy in proxies)
    return f"mongodb://{hosts}/?replicaSet={REPLICA_SET}"


@asynccontextmanager
async def system(
    kind: Kind,
    folder: Path,
    seed: int,
    *,
    instances: int = 2,
    mutant: str | None = None,
    offices: tuple[str, ...] = ("bali", "sumbar", "papua"),
    members: int = 1,
    disks: bool = False,
) -> AsyncIterator[System]:
    """All up and ready; on every way out all is gone. `members`: how many mongods make the set; `disks`:
    broker and first mongod each have a small one of their own, which takes root."""
    (folder / "triggers").mkdir(parents=True)
    async with AsyncExitStack() as stack:
        for disk in (BROKER_DISK, MONGOD_DISK) if disks else ():
            stack.enter_context(_tmpfs(folder / disk))
        processes = stack.enter_context(Processes(folder / "logs", grace=10))
        proxies = [Proxy(free_port(), free_port()) for _ in range(2 + members)]
        for proxy in proxies:
            await stack.enter_async_context(proxy)
        made = _servers(kind, folder, processes, proxies[0], proxies[2:])
        running = System(
            folder, kind, seed, processes, mutant, made[0], made[1:], proxies[0], proxies[2:], proxies[1], ""
        )
        _start_sink(running)
        await asyncio.gather(running.broker.start(), _start_set(running.mongods))
        for code in offices:
            signer = Signer(secrets.token_hex(32))
            running.offices[code] = OfficeView(
                code, [], _token(seed, code), running.kafka, signer, PARTITIONS
            )
            running.office_env[code] = _office_env(running, code)
        await _provision(running)
        _start_services(running, instances)
        await asyncio.gather(*(running.until_ready(name) for name in running.services))
        yield running


@contextmanager
def _tmpfs(folder: Path) -> Iterator[None]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", DISK, "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _servers(
    kind: Kind, folder: Path, processes: Processes, kafka: Proxy, mongo: list[Proxy]
) -> list[Server]:
    def mongod(number: int) -> Callable[[], Coroutine[Any, Any, Child]]:
        once = [[proxy.port for proxy in mongo] if number == 0 else []]
        if len(mongo) == 1:
            once *= 1000  # it is primary again whenever it is started again
        data = folder / f"mongo-{number}" / "data"

        def start() -> Coroutine[Any, Any, Child]:
            return start_database(processes, mongo[number].behind, data, once.pop() if once else [])

        return start

    if kind == "kafka":
        broker = Kafka(kafka.behind, folder / BROKER_DISK / "node", advertised=kafka.port)
        begin = Server(processes, lambda: broker.start(processes))
    else:
        begin = Server(processes, lambda: start_broker(processes, kafka.behind, kafka.port))
    return [begin, *(Server(processes, mongod(number)) for number in range(len(mongo)))]


async def _start_set(mongods: list[Server]) -> None:
    """The first makes the set, so the others listen before it."""
    await asyncio.gather(*(mongod.start() for mongod in mongods[1:]))
    await mongods[0].start()


def _start_sink(running: System) -> None:
    http = free_port()
    options = ["--smtp", str(running.smtp_proxy.behind), "--http", str(http), "--seed", str(running.seed)]
    running.processes.start("mailbox", [sys.executable, "-m", "proof.smtp_sink", *options])
    running.mailbox_url = f"http://{address(http)}"


def _token(seed: int, code: str) -> str:
    return f"petugas-{code}-{seed}"


def _token_hash(seed: int, code: str) -> str:
    return hashlib.sha256(_token(seed, code).encode()).hexdigest()


def _base_env(running: System) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SIMPUL_")}
    return inherited | {
        "PYTHONUNBUFFERED": "1",
        "SIMPUL_KAFKA_BOOTSTRAP": running.kafka,
        "SIMPUL_KAFKA_FETCH_WAIT_MS": "500" if running.durable else "50",
        "SIMPUL_KAFKA_IDEMPOTENCE": str(int(running.durable)),
        # the embedded broker waits twice as long for a member that left; Apache Kafka takes no less than 6 s
        "SIMPUL_KAFKA_SESSION_TIMEOUT_MS": "6000" if running.durable else "3000",
        "SIMPUL_MONGO_URL": running.mongo,
        "SIMPUL_TRUST_PRODUCER_TIME": str(int(not running.durable)),
        "SIMPUL_TRIM_SECONDS": "0",  # the checker reads intake from its beginning
        "SIMPUL_CONTROL_TOTALS_SECONDS": "5",
        "SIMPUL_REGISTRATIONS_PER_EMAIL_HOUR": "1000000",  # the load comes from one address
        "SIMPUL_REGISTRATIONS_PER_ADDRESS_HOUR": "1000000",
        "SIMPUL_MAILS_PER_MINUTE": "60000",
        "SIMPUL_CHANGES_GATHERED_SECONDS": "2",
        "SIMPUL_MAIL_LEASE_SECONDS": "6",
        "SIMPUL_SMTP_SECONDS": "2",
    }


def _office_env(running: System, code: str) -> dict[str, str]:
    description = running.folder / f"{code}.yaml"
    office, keys = running.offices[code], secrets.token_hex(32)
    province, zone = PROVINCES.get(code, ("51", "WITA"))
    description.write_text(
        yaml.safe_dump(
            {
                "code": code,
                "names": [{"name": f"BGP {code}", "since": "2022-04-01"}],
                "territory": [{"province": province, "since": "2022-04-01"}],
                "zone": zone,
                "sender": {"name": f"BGP {code}", "address": f"kegiatan@{code}.example"},
                "reply_to": f"panitia@{code}.example",
                "privacy": {
                    "responsible": f"BGP {code}",
                    "purpose": "Mendaftar peserta kegiatan.",
                    "basis": "Pelayanan publik, Pasal 20 ayat (2) huruf e UU Nomor 27 Tahun 2022.",
                    "kept": "Lima tahun.",
                    "contact": {"name": "Petugas data", "address": f"data@{code}.example"},
                },
                "sources": {office.regional: {"key": office.signer.public_texts[0], "may": list(GRANTED)}},
            }
        )
    )
    return _base_env(running) | {
        "SIMPUL_OFFICE": code,
        "SIMPUL_OFFICE_FILE": str(description),
        "SIMPUL_PERSON_KEY": secrets.token_hex(32),
        "SIMPUL_PUBLIC_URL": f"http://{address(8001)}",  # of each port of this machine
        "SIMPUL_LINK_KEYS": f"k1:{secrets.token_hex(32)}",
        "SIMPUL_SESSION_KEYS": f"k1:{secrets.token_hex(32)}",
        "SIMPUL_RECORD_KEYS": keys,
        "SIMPUL_RECORD_PUBLIC_KEYS": Signer(keys).public_texts[0],
        "SIMPUL_STAFF_TOKEN_HASH": _token_hash(running.seed, code),
        "SIMPUL_SMTP_URL": f"smtp://{address(running.smtp_proxy.port)}?starttls=never",
    }


async def _provision(running: System) -> None:
    simpul = str(Path(sys.executable).with_name("simpul"))
    made = [("national", [simpul, "provision", "national"], _base_env(running))]
    for code, env in running.office_env.items():
        made.append((code, [simpul, "provision", "office", code], env))
    await asyncio.gather(
        *(running.processes.run(f"provision-{name}", command, env) for name, command, env in made)
    )


def _start_services(running: System, instances: int) -> None:
    def add(owner: str, service: str, letter: str, env: dict[str, str]) -> Service:
        name, module = f"{owner}-{service}-{letter}", f"services.{service}.main"
        ports = {"SIMPUL_HTTP_PORT": str(free_port()), "SIMPUL_MANAGEMENT_PORT": str(free_port())}
        own = env | ports
        running.services[name] = Service(name, module, owner, own, None)
        return running.start(name)

    for code, office in running.offices.items():
        for letter in "abcdef"[:instances]:
            office.urls.append(add(code, "registration", letter, running.office_env[code]).url)
            office.notification_urls.append(add(code, "notification", letter, running.office_env[code]).url)
    hashed = {
        "SIMPUL_DIRECTORATE_TOKEN_HASH": _token_hash(running.seed, NATIONAL),
        "SIMPUL_SESSION_KEYS": f"k1:{secrets.token_hex(32)}",
    }
    for letter in "abcdef"[:instances]:
        add(NATIONAL, "reporting", letter, _base_env(running) | hashed)
