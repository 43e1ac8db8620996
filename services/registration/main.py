"""Registration of one office: `python -m services.registration.main`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.registration.adapters.directory import Directory
from services.registration.adapters.forms import Forms
from services.registration.adapters.intake import Intake
from services.registration.adapters.ledger import Ledger
from services.registration.adapters.limits import Limits
from services.registration.adapters.mails import NotificationMails, client
from services.registration.adapters.outcomes import Outcomes
from services.registration.adapters.people import People
from services.registration.adapters.provision import require_fit, require_key
from services.registration.adapters.publisher import Publisher
from services.registration.adapters.reactions import Reactions
from services.registration.adapters.register import Register
from services.registration.adapters.roster import Roster
from services.registration.adapters.twins import Twins
from services.registration.adapters.uploads import Uploads
from services.registration.adapters.views import Views
from services.registration.application.asker import Asker
from services.registration.application.asking import Reading
from services.registration.application.batch import Standing
from services.registration.application.digests import Digests
from services.registration.application.mails import Mails
from services.registration.application.owners import Owners
from services.registration.application.people import ProvingSources
from services.registration.application.ports import Ports
from services.registration.entrypoints.consumer import read_intake
from services.registration.entrypoints.health import readiness
from services.registration.entrypoints.http import Desk, routes
from services.registration.entrypoints.metrics import CountedLedger, OwnerNumbers
from services.registration.entrypoints.pages import pages
from services.registration.entrypoints.pages.front import Front
from services.registration.entrypoints.pages.session import of_staff
from services.registration.entrypoints.pages.tokens import Tokens
from services.registration.settings import RegistrationSettings
from shared.contracts import topics
from shared.http import BodyLimit, add_health, application, serve
from shared.kafka.application import broker, consuming
from shared.kafka.connection import Producer
from shared.kafka.offsets import group_members
from shared.kafka.records import partition_of
from shared.mongo.driver import connect, is_passing
from shared.office import Office, read_office
from shared.pages.problems import shown_at, speak_pages
from shared.passes import Passes
from shared.settings import read_settings
from shared.startup import run_service, until_up
from shared.tracing import UNTRACED, Untraced, tracing

BODY_BYTES = 256_000
SHEET_BYTES = 10_000_000


@asynccontextmanager
async def running(
    settings: RegistrationSettings, office: Office, traces: Untraced = UNTRACED
) -> AsyncIterator[FastAPI]:
    """The whole service, started: its HTTP application, while the consumer and the owners work.

    Raises `DatabaseMisfit` or `TopicMisfit` where provisioning is missing or does not fit.
    """
    async with AsyncExitStack() as stack:
        store = connect(
            settings.mongo_url, topics.database(office.code, "registration"), settings.mongo_driver
        )
        stack.push_async_callback(store.close)
        partitions = await until_up(lambda: require_fit(office.code, store, settings.kafka))
        producer = Producer(settings.kafka)
        await until_up(producer.start)
        stack.push_async_callback(producer.stop)

        digests = Digests(bytes.fromhex(settings.person_key))
        await until_up(lambda: require_key(store, digests))
        outcomes = Outcomes(
            store, office.code, lambda key: owners.decides(partition_of(key.encode(), partitions))
        )
        ledger, registry = Ledger(store, digests, outcomes.tell), CollectorRegistry()
        intake = Intake(office.code, settings.kafka.bootstrap, producer, partitions, traces.here)
        owners = Owners(
            Ports(
                reading=Reading(office.code, partitions, digests, settings.trust_producer_time, traces.of),
                ledger=CountedLedger(ledger, registry),
                register=Register(
                    store,
                    digests,
                    People(store, digests),
                    ProvingSources(office.code, frozenset(office.vouching_sources)),
                ),
                publisher=Publisher(
                    office.code,
                    ledger,
                    Directory(store),
                    Reactions(store, digests),
                    producer,
                    partitions,
                ),
                intake=intake,
                standing=Standing.of(office.described(), settings.totals_every),
                is_passing=is_passing,
                trim_every=settings.trim_seconds or None,
            )
        )
        kafka = broker(settings.kafka)
        listener = read_intake(kafka, settings.kafka, office.code, owners, traces)
        app = application(f"Simpul: pendaftaran {office.name}")
        OwnerNumbers(owners, listener, partitions, registry)

        async def members() -> int:
            return await group_members(settings.kafka.bootstrap, topics.group(office.code, "registration"))

        add_health(app, readiness(listener, owners, store, partitions, members), registry)
        desk = Desk(
            office.code,
            settings.staff_token_hash,
            Asker(digests, intake, outcomes),
            outcomes,
            Views(store, digests),
            bytes.fromhex(settings.person_key),
            Limits(
                store, digests, settings.registrations_per_email_hour, settings.registrations_per_address_hour
            ),
            Uploads(store),
        )
        front = Front(
            office,
            desk,
            settings.links,
            Tokens(settings.link_keys),
            Forms(store, digests),
            Roster(store, digests),
            Twins(store, digests),
            await stack.enter_async_context(_mails(settings)),
        )
        app.include_router(routes(desk))
        sessions = of_staff(
            settings.link_keys, settings.staff_token_hash, settings.public_url.scheme == "https"
        )
        app.include_router(pages(front, sessions))
        speak_pages(app, front.problem)
        app.add_middleware(BodyLimit, limit=_body_limit, shown=partial(shown_at, front.problem))
        traces.watch(app)

        stack.push_async_callback(owners.close)
        await stack.enter_async_context(consuming(kafka))
        maintaining = asyncio.create_task(owners.maintain())
        stack.callback(maintaining.cancel)
        yield app


@asynccontextmanager
async def _mails(settings: RegistrationSettings) -> AsyncIterator[Mails | None]:
    """None where it is not said who keeps them."""
    if settings.notification_url is None:
        yield None
    else:
        async with client(str(settings.notification_url)) as asking:
            yield NotificationMails(asking, Passes(settings.office, settings.link_keys))


def _body_limit(path: str) -> int:
    return SHEET_BYTES if path.endswith(("/imports", "/impor", "/impor-kehadiran")) else BODY_BYTES


async def run(settings: RegistrationSettings) -> None:
    office = read_office(settings.description_path, settings.office)
    with tracing("registration", office.code, settings.traces_endpoint) as traces:
        async with running(settings, office, traces) as app:
            await serve(app, settings.http_host, settings.http_port)


def main() -> None:
    settings = read_settings(RegistrationSettings)
    run_service("registration", settings.office, run(settings))


if __name__ == "__main__":
    main()
