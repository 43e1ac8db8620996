"""What runs beside an office's registration, in this process: its notification, and the nation."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

from services.notification.connections import connected
from services.notification.features import FEATURES
from services.notification.kernel.mail_feature import MailFeature
from services.notification.main import running
from services.notification.provision import provision_office
from services.notification.settings import NotificationSettings
from services.reporting.cli import provision_national
from services.reporting.domain.questions import Filters, Question
from services.reporting.entrypoints.instance import Instance
from services.reporting.entrypoints.metrics import Metrics
from services.reporting.storage.figures import report
from shared.contracts import topics
from shared.kafka.cluster import KafkaCluster
from shared.mongo.driver import Document, Store, connect
from tests.integration.notification.sink import Sink
from tests.support.drivers import driver
from tests.support.office import LINK_KEYS, PUBLIC_URL, TestOffice, office_file, session_timeout_ms
from tests.support.waiting import until


@asynccontextmanager
async def beside(
    office: TestOffice, served: tuple[MailFeature, ...] = FEATURES
) -> AsyncIterator[tuple[Sink, Store]]:
    """The office's notification with its mail server, and the nation with its database."""
    servers = office.servers
    await provision_office(office.code, servers.mongo, driver(), office.kafka)
    await provision_national(servers.mongo, driver(), office.kafka)
    nation = connect(servers.mongo, topics.NATIONAL_DATABASE, driver())
    settings = replace(office.kafka, session_timeout_ms=session_timeout_ms(servers), fetch_wait_ms=50)
    async with Sink() as sink:
        notifying = notification_settings(office, sink)
        async with (
            connected(notifying) as connections,
            running(notifying, office_file(office.code), connections, served=served),
            Instance(KafkaCluster(settings), nation, Metrics()).running(),
        ):
            yield sink, nation
    await nation.close()


def notification_settings(office: TestOffice, sink: Sink) -> NotificationSettings:
    return NotificationSettings(
        office=office.code,
        kafka_bootstrap=office.servers.kafka,
        kafka_fetch_wait_ms=50,
        kafka_idempotence=office.servers.idempotence,
        kafka_session_timeout_ms=session_timeout_ms(office.servers),
        mongo_url=office.servers.mongo,
        mongo_driver=driver(),
        staff_token_hash="0" * 64,
        public_url=PUBLIC_URL,
        link_keys=LINK_KEYS,
        smtp_url=sink.url,
        mails_per_minute=60_000,
    )


async def all_sent(sink: Sink, office: TestOffice) -> int:
    """How many mails there are when notification has read all facts and owes none."""
    store = connect(office.servers.mongo, topics.database(office.code, "notification"), driver())
    last = {row["_id"]: row["number"] for row in await office.store["cursors"].find({}).to_list(None)}

    async def quiet() -> bool:
        read = await store["cursors"].find({"_id": {"$regex": "facts"}}).to_list(None)
        far = {int(row["_id"].rpartition(":")[2]): row.get("number", 0) for row in read}
        now = datetime.now(UTC)
        owed = await store["deliveries"].count_documents({"state": "pending", "due": {"$lte": now}})
        owed += await store["fanouts"].count_documents({"done": False, "due": {"$lte": now}})
        return all(far.get(partition, 0) >= number for partition, number in last.items()) and not owed

    await until(quiet, every=0.1)
    await store.close()
    return len(sink.kept)


async def counted(nation: Store, office: TestOffice) -> Document:
    """The office's figures as the nation adds them up, when it has read all facts and control is equal."""

    async def equal() -> Document | None:
        found = await report(nation, Question(("office",), Filters(office.code)))
        standing = next((one for one in found.offices if one.office == office.code), None)
        if standing is None:
            return None
        last = await office.store["cursors"].find({}).to_list(None)
        done = standing.facts == sum(row["number"] for row in last) and standing.control == "equal"
        return dict(found.tables[0][0]) if done and not standing.gaps else None

    found: Document = await until(equal, every=0.1)
    return found
