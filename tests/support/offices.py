"""An office that states facts, made from the contracts alone: for readers of facts to be tried with."""

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiokafka import AIOKafkaProducer

from shared.contracts import topics
from shared.contracts.envelope import Envelope
from shared.contracts.facts import (
    ActivityChanged,
    ActivityPublished,
    Body,
    Cell,
    Change,
    Measure,
    OfficeDescribed,
    OfficeName,
    OfficeTotals,
    RegistrationConfirmed,
    Territory,
    published,
)
from shared.contracts.types import rfc3339
from shared.kafka.cluster import KafkaCluster
from shared.kafka.connection import KafkaSettings
from shared.kafka.topics import TopicSpec, admin, ensure_topic

NO_BROKER = KafkaCluster(KafkaSettings("127.0.0.1:1"))
"""For what never asks it."""
BEGUN = datetime(2024, 1, 2, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Spoken:
    """A fact as a record: of the office's topic, or changed by a test into something worse."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    headers: Sequence[tuple[str, bytes]]
    timestamp: int = 0
    timestamp_type: int = 1


@dataclass
class SpeakingOffice:
    """States facts with numbers without gaps, each offset one less than its number."""

    code: str = field(default_factory=lambda: f"o{uuid.uuid4().hex[:12]}")
    ledger: str = field(default_factory=lambda: uuid.uuid4().hex)
    numbers: dict[int, int] = field(default_factory=dict)
    _registrations: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def topic(self) -> str:
        return topics.facts(self.code)

    def state(self, body: Body, partition: int = 0, type_: str | None = None) -> Spoken:
        number = self.numbers[partition] = self.numbers.get(partition, 0) + 1
        stated = {"office": self.code, "ledger": self.ledger, "partition": partition, "number": number}
        at = BEGUN + timedelta(seconds=number)
        data = published(type(body))(**(stated | {"at": rfc3339(at)} | body.model_dump(exclude_none=True)))
        key = str(getattr(body, "activity", "office"))
        envelope = Envelope(f"{self.code}-{partition}-{number}", f"/{self.code}", type_ or body.type, key)
        return Spoken(self.topic, partition, number - 1, key.encode(), data.encoded(), envelope.headers())

    def publish(self, activity: str, month: str = "2024-01", seats: int = 400, partition: int = 0) -> Spoken:
        added: dict[Measure, int] = {"activities": 1, "seats": seats}
        change = Change(cell=Cell(activity=activity), add=added)
        return self.state(
            ActivityPublished(changes=(change,), **_attributes(activity, month, "rakor", seats)), partition
        )

    def move(self, activity: str, month: str, kind: str = "rakor", partition: int = 0) -> Spoken:
        attributes = _attributes(activity, month, kind, 400)
        return self.state(ActivityChanged(fields=("sessions",), **attributes), partition)

    def confirm(
        self,
        activity: str,
        category: str = "mitra-kerja",
        home: str | None = "51.03",
        cohort: int | None = None,
        partition: int = 0,
        type_: str | None = None,
    ) -> Spoken:
        cell = Cell(activity=activity, category=category, home_regency=home, cohort=cohort)
        return self.state(
            RegistrationConfirmed(
                changes=(Change(cell=cell, add={"confirmed": 1}),),
                activity=activity,
                registration=f"{_letters(next(self._registrations)):a>29}",
                round=1,
                quotas=("semua",),
            ),
            partition,
            type_,
        )

    def describe(self, *names: str, partition: int = 0) -> Spoken:
        borne = tuple(OfficeName(name=name, since=f"202{i}-01-01") for i, name in enumerate(names))
        territory = (Territory(province="51", since="2020-01-01"),)
        return self.state(
            OfficeDescribed(names=borne, scheme="kemendagri", territory=territory, zone="WITA"), partition
        )

    def total(self, partition: int = 0, **totals: int) -> Spoken:
        return self.state(OfficeTotals(totals=totals), partition)


def _letters(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _attributes(activity: str, month: str, kind: str, seats: int) -> dict[str, object]:
    return {
        "activity": activity,
        "title": f"Kegiatan {activity}",
        "kind": kind,
        "month": month,
        "province": "51",
        "regency": "51.03",
        "seats": seats,
        "quotas": ({"id": "semua", "seats": seats},),
        "sessions": ({"id": "s1", "starts": BEGUN, "ends": BEGUN + timedelta(hours=1), "jp": 2},),
    }


async def make_facts_topic(kafka: str, office: SpeakingOffice, partitions: int = 2) -> None:
    async with admin(kafka) as client:
        await ensure_topic(client, TopicSpec(office.topic, partitions), 1)


async def make_national_topic(kafka: str) -> None:
    async with admin(kafka) as client:
        await ensure_topic(client, TopicSpec(topics.NATIONAL_REPORTS, topics.REPORTS_PARTITIONS), 1)


async def send_all(kafka: str, records: Sequence[Spoken]) -> None:
    """In their order within each partition."""
    async with AIOKafkaProducer(bootstrap_servers=kafka, acks="all") as producer:
        for one in records:
            headers = list(one.headers)
            await producer.send_and_wait(one.topic, one.value, one.key, one.partition, None, headers)
