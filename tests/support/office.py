"""An office of a test's own: provisioned on the shared servers, under a code that nobody else uses."""

import asyncio
import hashlib
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from services.registration.connections import connected
from services.registration.kernel.digests import Digests
from services.registration.kernel.feature import OfficeStore
from services.registration.kernel.sources import Sources
from services.registration.main import running
from services.registration.settings import RegistrationSettings
from services.registration.storage.provision import provision, provision_database, specs
from shared.contracts import topics
from shared.contracts.commands import Command, PublishActivity
from shared.contracts.envelope import Envelope
from shared.kafka.cluster import Cluster, KafkaCluster, Sender
from shared.kafka.connection import KafkaSettings
from shared.kafka.offsets import Log, bounds_of
from shared.kafka.records import Record, partition_of
from shared.mongo.driver import Store, connect
from shared.office import Office
from shared.serving import HttpSides
from shared.signatures import Signer, signed_headers
from tests.support.drivers import driver
from tests.support.features import ALL
from tests.support.memory_cluster import MemoryCluster
from tests.support.recount import once_each
from tests.support.servers import Servers
from tests.support.waiting import until

PUBLIC_URL = "https://office.example"
LINK_KEYS, SESSION_KEYS = f"k1:{'cd' * 32}", f"s1:{'ef' * 32}"
STAFF_TOKEN, DIRECTORATE_TOKEN = "token-petugas-uji", "token-direktorat-uji"
AS_DIRECTORATE = {"Authorization": f"Bearer {DIRECTORATE_TOKEN}"}
PARTITIONS = 6
MANAGEMENT = "http://management"
READY, METRICS = f"{MANAGEMENT}/health/ready", f"{MANAGEMENT}/metrics"


def both(sides: HttpSides, public_url: str) -> httpx.AsyncClient:
    """A client of a service in this process, whose management side it reaches at `MANAGEMENT`."""
    public, management = (
        httpx.ASGITransport(app, raise_app_exceptions=False) for app in (sides.public, sides.management)
    )
    return httpx.AsyncClient(transport=public, mounts={MANAGEMENT: management}, base_url=public_url)


def office_file(code: str, grants: dict[str, Any] | None = None) -> Office:
    """`grants`: by source, what its file says of systems that sign."""
    return Office.model_validate(
        {
            "sources": grants or {},
            "code": code,
            "names": [{"name": f"BGP {code}", "since": "2022-04-01"}],
            "territory": [{"province": "51", "since": "2022-04-01"}],
            "zone": "WITA",
            "sender": {"name": f"BGP {code}", "address": f"kegiatan@{code}.example"},
            "reply_to": f"panitia@{code}.example",
            "vouching_sources": [f"/{code}/portal"],
            "privacy": {
                "responsible": f"BGP {code}",
                "purpose": "Mendaftar peserta kegiatan.",
                "basis": "Pelayanan publik, Pasal 20 ayat (2) huruf e UU Nomor 27 Tahun 2022.",
                "kept": "Lima tahun.",
                "contact": {"name": "Petugas data", "address": f"data@{code}.example"},
            },
        }
    )


def servers_trim(servers: Servers) -> bool:
    """The embedded broker closes the connection when asked to delete records."""
    return servers.append_time


def session_timeout_ms(servers: Servers) -> int:
    """The embedded broker waits twice as long for a member that left, and has who joins wait for half of it
    in whole seconds; Apache Kafka takes no less than 6 s."""
    return 6_000 if servers.append_time else 2_000


@dataclass
class TestOffice:
    """What a test does to an office from outside, and what it looks up inside."""

    __test__ = False

    servers: Servers
    code: str
    store: Store
    cluster: Cluster
    producer: Sender
    person_key: str = field(default_factory=lambda: secrets.token_hex(32))
    record_keys: str = field(default_factory=lambda: secrets.token_hex(32))
    grants: dict[str, Any] = field(default_factory=dict)
    partitions: int = PARTITIONS
    ends: dict[int, int] = field(default_factory=dict)

    @property
    def kafka(self) -> KafkaSettings:
        return KafkaSettings(self.servers.kafka, self.servers.idempotence)

    @property
    def portal(self) -> str:
        """The source that the office's file vouches for."""
        return f"/{self.code}/portal"

    @property
    def of(self) -> OfficeStore:
        return OfficeStore(self.store, self.digests, self.code)

    @property
    def digests(self) -> Digests:
        return Digests(bytes.fromhex(self.person_key))

    def settings(self, **changed: Any) -> RegistrationSettings:
        given: dict[str, Any] = {
            "office": self.code,
            "kafka_bootstrap": self.servers.kafka or "none",
            "kafka_fetch_wait_ms": 50,
            "kafka_idempotence": self.servers.idempotence,
            "mongo_url": self.servers.mongo,
            "mongo_driver": driver(),
            "staff_token_hash": hashlib.sha256(STAFF_TOKEN.encode()).hexdigest(),
            "person_key": self.person_key,
            "record_keys": self.record_keys,
            "public_url": PUBLIC_URL,
            "link_keys": LINK_KEYS,
            "session_keys": SESSION_KEYS,
            "registrations_per_email_hour": 1_000_000,  # all tests come from one address
            "registrations_per_address_hour": 1_000_000,
            "failed_sign_ins_per_address": 1_000_000,
            "trust_producer_time": not self.servers.append_time,
            "control_totals_seconds": 0.2,
            "trim_seconds": 3600 if servers_trim(self.servers) else 0,
            "kafka_session_timeout_ms": session_timeout_ms(self.servers),
        }
        return RegistrationSettings(**(given | changed))

    @asynccontextmanager
    async def registration(self, **changed: Any) -> AsyncIterator[httpx.AsyncClient]:
        """The service in this process; the client talks to both its HTTP sides without a socket."""
        settings, office = self.settings(**changed), office_file(self.code, self.grants)
        async with (
            connected(settings) as real,
            running(settings, office, replace(real, cluster=self.cluster)) as sides,
            both(sides, str(settings.public_url)) as client,
        ):
            yield client

    async def put(
        self, command: Command, key: str, identifier: str | None = None, source: str = "urn:test"
    ) -> str:
        """Put a command on intake as a regional system does, or as the office itself does; returns its id."""
        identifier = identifier or secrets.token_hex(8)
        envelope, value = Envelope(identifier, source, command.type, key), command.encoded()
        signer = Signer(self.record_keys) if Sources(self.code).is_own(source) else None
        await self.put_raw(key.encode(), value, signed_headers(signer, key.encode(), envelope, value))
        return identifier

    async def put_raw(
        self, key: bytes, value: bytes | None, headers: list[tuple[str, Any]], partition: int | None = None
    ) -> None:
        where = partition_of(key, self.partitions) if partition is None else partition
        offset = await self.producer.send(topics.intake(self.code), key, value, headers, where)
        self.ends[where] = offset + 1

    async def put_many(self, commands: list[tuple[Command, str, str]], source: str = "urn:test") -> None:
        """(command, key, id) as fast as the broker takes them, in order."""
        signer = Signer(self.record_keys) if Sources(self.code).is_own(source) else None
        for start in range(0, len(commands), 1000):
            sent = []
            for command, key, identifier in commands[start : start + 1000]:
                raw, value = key.encode(), command.encoded()
                headers = signed_headers(signer, raw, Envelope(identifier, source, command.type, key), value)
                where = partition_of(raw, self.partitions)
                sent.append(await self.producer.enqueue(topics.intake(self.code), raw, value, headers, where))
            for metadata in await asyncio.gather(*sent):
                self.ends[metadata.partition] = metadata.offset + 1

    async def outcome(self, key: str, identifier: str, source: str = "urn:test") -> dict[str, Any]:
        """The row that holds a command's outcome, as soon as it is decided."""
        digest = self.digests.command(key, source, identifier)

        async def decided() -> Any:
            for collection in ("facts", "outcomes"):
                if row := await self.store[collection].find_one({"command": digest}):
                    return row
            return None

        found: dict[str, Any] = await until(decided)
        return found

    async def at_rest(self, seconds: float = 300.0) -> None:
        """Until every record of intake is decided and every fact published."""

        async def quiet() -> bool:
            names = [(topics.intake(self.code), number) for number in range(self.partitions)]
            async with self.cluster.reader() as consumer:
                bounds = await bounds_of(consumer, names)
            rows = await self.store["cursors"].find({}).to_list(None)
            # the embedded broker may answer with an end of a moment ago: what was acknowledged counts too
            ends = {number: max(end, self.ends.get(number, 0)) for (_, number), (_, end) in bounds.items()}
            return all(
                row["next"] >= ends[row["_id"]] and row["published"] == row["number"] for row in rows
            ) and not await self.store["activities"].count_documents({"promoting": True})

        await until(quiet, seconds, every=0.2 if self.servers.kafka else None)

    async def published_facts(self) -> list[dict[str, Any]]:
        """Every fact in the topic, partition by partition, from offset 0, repetitions included."""
        topic = topics.facts(self.code)
        found: list[dict[str, Any]] = []
        for row in await self.store["cursors"].find({}).sort("_id", 1).to_list(None):
            end = row["published_offset"] + 1
            async with self.cluster.reader() as consumer:
                async for batch in Log(consumer, topic, row["_id"]).between(0, end):
                    found += [fact_of(record) for record in batch]
        return found

    async def records(self, kind: str) -> list[Record]:
        """All that lie in one of its topics: `intake`, `facts` or `directory`."""
        found: list[Record] = []
        async with self.cluster.reader() as consumer:
            for partition in range(self.partitions):
                log = Log(consumer, f"simpul.{self.code}.{kind}.v1", partition)
                async for batch in log.onward((await log.bounds())[0]):
                    found += batch
        return found

    async def facts(self) -> list[dict[str, Any]]:
        """Every fact in the topic once, however often it was published."""
        return once_each(await self.published_facts())


def fact_of(record: Record) -> dict[str, Any]:
    envelope = Envelope.of(record.headers)
    return {
        "type": envelope.type.removeprefix("id.simpul.").removesuffix(".v1"),
        **json.loads(record.value or b""),
    }


@asynccontextmanager
async def new_office(servers: Servers, partitions: int = PARTITIONS) -> AsyncIterator[TestOffice]:
    code = f"t{secrets.token_hex(4)}"
    store = connect(servers.mongo, topics.database(code, "registration"), driver())
    try:
        async with provisioned(code, store, servers, partitions) as (cluster, producer):
            yield TestOffice(servers, code, store, cluster, producer, partitions=partitions)
    finally:
        await store.close()


@asynccontextmanager
async def provisioned(
    code: str, store: Store, servers: Servers, partitions: int
) -> AsyncIterator[tuple[Cluster, Sender]]:
    """The office's topics, on the broker or in memory, and who writes there."""
    if servers.kafka:
        kafka = KafkaSettings(servers.kafka, servers.idempotence)
        await provision(code, store, ALL, kafka, partitions, 1)
        cluster: Cluster = KafkaCluster(kafka)
    else:
        cluster = MemoryCluster()
        cluster.make(specs(code, partitions))
        await provision_database(store, ALL, [0] * partitions)
    async with cluster.sender() as producer:
        yield cluster, producer


def activity(name: str, seats: int = 50, **changed: Any) -> PublishActivity:
    """An activity whose registration is open now and whose one session has begun."""
    now = datetime.now(UTC)
    given: dict[str, Any] = {
        "id": name,
        "title": "Rapat koordinasi uji",
        "kind": "rakor",
        "sessions": [
            {
                "id": "sesi-1",
                "title": "Pertemuan 1",
                "starts": now - timedelta(minutes=1),
                "ends": now + timedelta(hours=2),
                "zone": "WITA",
                "place": "Aula",
                "regency": "51.03",
                "jp": 4,
            }
        ],
        "quotas": [{"id": "semua", "seats": seats}],
        "opens": now - timedelta(days=1),
        "closes": now + timedelta(days=1),
    }
    return PublishActivity.model_validate(given | changed)


def person(number: int, **changed: Any) -> dict[str, Any]:
    """A submit's body for the person of this number, who does not exist."""
    given = {
        "participant": {"name": f"Ni Wayan Uji {number}", "email": f"uji{number}@sekolah.example"},
        "category": "guru",
        "regency": "51.03",
    }
    return given | changed
