"""An office of its own for each test: its topics, its database, what registration would have written."""

import base64
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from local.machine import free_port
from services.notification.connections import connected
from services.notification.features import FEATURES
from services.notification.kernel.mail_feature import MailFeature
from services.notification.kernel.ports import Ledger
from services.notification.main import Patience, running
from services.notification.provision import provision_office
from services.notification.settings import NotificationSettings
from services.notification.storage.deliveries import MongoLedger
from services.notification.storage.provision import provision
from shared.contracts.activity import Session
from shared.contracts.directory import ActivityEntry, RegistrationEntry, activity_key, registration_key
from shared.contracts.envelope import Envelope
from shared.contracts.facts import (
    ActivityCancelled,
    ActivityChanged,
    ActivityPublished,
    Body,
    RegistrationCancelled,
    RegistrationConfirmed,
    RegistrationCorrected,
    RegistrationPromoted,
    RegistrationWaitlisted,
    SessionTime,
    published,
)
from shared.contracts.topics import DIRECTORY_SETTINGS, FACTS_SETTINGS, database, directory, facts
from shared.contracts.types import rfc3339
from shared.kafka.assignment import CursorListener
from shared.kafka.cluster import Cluster, KafkaCluster, Subscription
from shared.kafka.connection import KafkaSettings
from shared.kafka.records import partition_of
from shared.kafka.topics import TopicSpec, admin, ensure_topic
from shared.mongo.driver import Store, connect
from shared.office import read_office
from shared.serving import HttpSides
from shared.signatures import Signer, entry_parts
from tests.integration.notification.sink import Sink
from tests.support.drivers import driver
from tests.support.features import MAILS
from tests.support.memory_cluster import MemoryCluster
from tests.support.office import LINK_KEYS, PUBLIC_URL
from tests.support.servers import Servers
from tests.support.waiting import until

PARTITIONS = 2
TOKEN = "token-petugas"
LEDGER = "0" * 32
QUICK = Patience(look_again_seconds=0.5)


def registration(name: str) -> str:
    """An id of a registration's form, from any name."""
    return base64.b32encode(hashlib.sha256(name.encode()).digest()).decode().lower()[:29]


async def why_not_ready(sides: HttpSides) -> list[str]:
    """What a running service says on its management side."""
    transport = httpx.ASGITransport(sides.management)
    async with httpx.AsyncClient(transport=transport, base_url="http://kantor") as client:
        reasons: list[str] = (await client.get("/health/ready")).json()["reasons"]
    return reasons


class SteeredCluster:
    """A cluster of which a test knows who listens for the partitions of the service that began last."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.listener: CursorListener | None = None

    def consuming(self, subscription: Subscription) -> AbstractAsyncContextManager[Any]:
        self.listener = subscription.listener
        return self._cluster.consuming(subscription)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cluster, name)


class Stage:
    def __init__(self, office: str, servers: Servers, sink: Sink, folder: Path) -> None:
        self.office, self.sink, self._servers, self._folder = office, sink, servers, folder
        self._kafka = KafkaSettings(servers.kafka, servers.idempotence)
        self._topics = [
            TopicSpec(facts(office), PARTITIONS, FACTS_SETTINGS),
            TopicSpec(directory(office), PARTITIONS, DIRECTORY_SETTINGS),
        ]
        self.store = connect(servers.mongo, database(office, "notification"), driver())
        self.numbers = [0] * PARTITIONS
        self.ledger = LEDGER
        self.signer: Signer | None = None  # of the entries of the directory

    async def __aenter__(self) -> "Stage":
        text = (Path("offices") / "bali.yaml").read_text().replace("code: bali", f"code: {self.office}")
        (self._folder / "office.yaml").write_text(text)
        self.cluster = SteeredCluster(await self._cluster())
        self._closing = AsyncExitStack()
        self.producer = await self._closing.enter_async_context(self.cluster.sender())
        return self

    async def _cluster(self) -> Cluster:
        """On the broker, or in memory."""
        if not self._servers.kafka:
            twin = MemoryCluster()
            twin.make(self._topics)
            await provision(self.store, MAILS, tuple(spec.name for spec in self._topics), PARTITIONS)
            return twin
        async with admin(self._servers.kafka) as client:
            for spec in self._topics:
                await ensure_topic(client, spec, 1)
        await self.provision()
        return KafkaCluster(self._kafka)

    async def __aexit__(self, *_: object) -> None:
        await self._closing.aclose()
        await self.store.drop()
        await self.store.close()

    async def provision(self) -> list[str]:
        return await provision_office(self.office, self._servers.mongo, driver(), self._kafka)

    def environment(self, **more: str) -> dict[str, str]:
        values = {
            "office": self.office,
            "office_file": str(self._folder / "office.yaml"),
            "kafka_bootstrap": self._servers.kafka or "none",
            "kafka_fetch_wait_ms": "50",
            "kafka_idempotence": str(self._servers.idempotence),
            # Apache Kafka allows no less; the embedded broker keeps a first member that long after it left
            "kafka_session_timeout_ms": "6000" if self._servers.append_time else "1500",
            "mongo_url": self._servers.mongo,
            "mongo_driver": driver(),
            "staff_token_hash": hashlib.sha256(TOKEN.encode()).hexdigest(),
            "public_url": PUBLIC_URL,
            "link_keys": LINK_KEYS,
            "smtp_url": self.sink.url,
            "smtp_seconds": "3",
            "mails_per_minute": "600000",
            "mail_workers": "2",
            "changes_gathered_seconds": "0",
        } | more
        return {f"SIMPUL_{name.upper()}": value for name, value in values.items()}

    @asynccontextmanager
    async def running(
        self,
        served: tuple[MailFeature, ...] = FEATURES,
        patience: Patience = QUICK,
        ledger: Callable[[Store], Ledger] = MongoLedger,
        **more: str,
    ) -> AsyncIterator[HttpSides]:
        """The service in this process, from its composition root."""
        environment = self.environment(**more)
        settings = NotificationSettings(
            **{name.removeprefix("SIMPUL_").lower(): value for name, value in environment.items()}
        )
        office = read_office(settings.description_path, self.office)
        async with (
            connected(settings) as real,
            running(
                settings,
                office,
                replace(real, cluster=self.cluster, ledger=ledger),
                served=served,
                patience=patience,
            ) as sides,
        ):
            yield sides

    @asynccontextmanager
    async def process(self, **more: str) -> AsyncIterator["subprocess.Popen[bytes]"]:
        """The service as a process of its own, killed at the end."""
        ports = {"http_port": str(free_port()), "management_port": str(free_port())}
        environment = os.environ | self.environment(**ports, **more)
        log = (self._folder / "service.log").open("ab")
        running = subprocess.Popen(
            [sys.executable, "-m", "services.notification.main"], env=environment, stderr=log
        )
        try:
            yield running
        finally:
            running.send_signal(signal.SIGKILL)
            running.wait()
            log.close()

    # -- what registration writes ------------------------------------------------------------------

    def partition(self, activity: str) -> int:
        return partition_of(activity.encode(), PARTITIONS)

    async def state(self, body: Body, activity: str, at: datetime | None = None) -> str:
        """Number a fact and write it; returns its id."""
        partition = self.partition(activity)
        self.numbers[partition] += 1
        return await self.write(body, activity, self.numbers[partition], at)

    async def write(self, body: Body, activity: str, number: int, at: datetime | None = None) -> str:
        partition, at = self.partition(activity), at or datetime.now(UTC)
        fact = published(type(body))(
            office=self.office,
            ledger=self.ledger,
            partition=partition,
            number=number,
            at=at,
            **body.model_dump(),
        )
        id = f"{self.office}-{partition}-{number}"
        envelope = Envelope(id, f"/{self.office}/registration", body.type, activity, rfc3339(at))
        future = await self.producer.enqueue(
            facts(self.office), activity.encode(), fact.encoded(), envelope.headers(), partition
        )
        await future
        return id

    async def enter(self, key: str, value: bytes | None, activity: str) -> None:
        partition, headers = self.partition(activity), []
        if self.signer:
            headers = [self.signer.header(entry_parts(self.office, partition, key.encode(), value))]
        future = await self.producer.enqueue(directory(self.office), key.encode(), value, headers, partition)
        await future

    def next_number(self, activity: str) -> int:
        return self.numbers[self.partition(activity)] + 1

    async def person(self, activity: str, name: str, rev: int, email: str | None = None) -> None:
        entry = RegistrationEntry(
            rev=rev,
            registration=registration(name),
            activity=activity,
            name=name,
            email=email or f"{name.lower().replace(' ', '.')}@peserta.example",
        )
        await self.enter(registration_key(entry.registration), entry.encoded(), activity)

    async def publish(self, activity: str, *sessions: Session) -> str:
        """Without sessions it has one in its details that is over, and the fact names none."""
        more = {"sessions": sessions} if sessions else {}
        await self.details(activity, self.next_number(activity), **more)
        return await self.state(ActivityPublished(**_attributes(activity, sessions)), activity)

    async def change(
        self, activity: str, *sessions: Session, fields: tuple[str, ...] = ("sessions",), **more: Any
    ) -> str:
        await self.details(activity, self.next_number(activity), sessions=sessions, **more)
        said = {name: value for name, value in more.items() if name == "title"}
        body = ActivityChanged(**_attributes(activity, sessions) | said, fields=fields)
        return await self.state(body, activity)

    async def details(self, activity: str, rev: int, **more: Any) -> None:
        starts = datetime(2024, 1, 11, 0, 0, tzinfo=UTC)
        session = Session(
            id="hari-1",
            title="Hari ke-1",
            starts=starts,
            ends=starts + timedelta(hours=8),
            zone="WITA",
            place="Balai Contoh, Badung",
            jp=8,
        )
        details = {"title": "Rapat Koordinasi", "sessions": (session,)} | more
        entry = ActivityEntry.model_validate({"rev": rev, "activity": activity} | details)
        await self.enter(activity_key(activity), entry.encoded(), activity)

    async def confirm(self, activity: str, name: str, at: datetime | None = None) -> str:
        await self.person(activity, name, self.next_number(activity))
        return await self.state(confirmed(activity, name), activity, at)

    async def waitlist(self, activity: str, name: str, place: int = 1) -> str:
        await self.person(activity, name, self.next_number(activity))
        body = RegistrationWaitlisted(
            activity=activity, registration=registration(name), round=1, quotas=("semua",), place=place
        )
        return await self.state(body, activity)

    async def promote(self, activity: str, name: str) -> str:
        body = RegistrationPromoted(activity=activity, registration=registration(name), quotas=("semua",))
        return await self.state(body, activity)

    async def cancel(self, activity: str, name: str) -> str:
        body = RegistrationCancelled(
            activity=activity, registration=registration(name), was="confirmed", quotas=("semua",)
        )
        return await self.state(body, activity)

    async def correct(self, activity: str, name: str) -> str:
        body = RegistrationCorrected(activity=activity, registration=registration(name))
        return await self.state(body, activity)

    async def cancel_activity(self, activity: str, *sessions: Session) -> str:
        """Without sessions it has the one that is over."""
        more: dict[str, Any] = {"sessions": sessions} if sessions else {}
        rev = self.next_number(activity)
        await self.details(activity, rev, cancelled=True, reason="Hujan lebat.", **more)
        return await self.state(ActivityCancelled(activity=activity), activity)

    # -- what a test looks at ------------------------------------------------------------------------

    async def rows(self, **query: Any) -> list[dict[str, Any]]:
        return await self.store["deliveries"].find(query).sort("_id", 1).to_list(None)

    async def states(self) -> dict[str, str]:
        return {":".join(row["_id"].split(":")[1:2]): row["state"] for row in await self.rows()}

    async def settled(self, count: int) -> list[dict[str, Any]]:
        """Wait until so many deliveries are there and none is pending."""

        async def looked() -> bool:
            rows = await self.rows()
            return len(rows) >= count and all(row["state"] != "pending" for row in rows)

        await until(looked)  # an attempt that a busy machine made late is tried again after its pause
        return await self.rows()


def _attributes(activity: str, sessions: Sequence[Session]) -> dict[str, Any]:
    times = tuple(SessionTime(id=one.id, starts=one.starts, ends=one.ends, jp=one.jp) for one in sessions)
    place = {"month": "2024-01", "province": "51", "regency": "51.03"}
    whole = {"activity": activity, "title": "Rapat Koordinasi", "kind": "rakor", "seats": 400, "quotas": ()}
    return whole | place | {"sessions": times}


def confirmed(activity: str, name: str) -> RegistrationConfirmed:
    return RegistrationConfirmed(
        activity=activity, registration=registration(name), round=1, quotas=("semua",)
    )
