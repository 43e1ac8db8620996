"""Registration of one office: `python -m services.registration.main`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.registration.connections import Connections, connected
from services.registration.features import FEATURES
from services.registration.kernel.batch import OfficeStatements
from services.registration.kernel.command_client import CommandClient
from services.registration.kernel.context import HourlyLimits, OfficeContext
from services.registration.kernel.digests import Digests
from services.registration.kernel.feature import Feature, OfficeStore
from services.registration.kernel.features import Features, assemble
from services.registration.kernel.partition_processors import PartitionProcessors
from services.registration.kernel.ports import Ports
from services.registration.kernel.received_commands import CommandReader
from services.registration.kernel.sources import SourceGrant, Sources
from services.registration.pages import pages
from services.registration.settings import RegistrationSettings
from services.registration.storage.directory_writer import DirectoryWriter
from services.registration.storage.intake import Intake
from services.registration.storage.ledger import Ledger
from services.registration.storage.loader import Loader
from services.registration.storage.outcomes import Outcomes
from services.registration.storage.parked_records import ParkedRecords
from services.registration.storage.provision import LONG_AGO, require_fit, require_key, signed_from
from services.registration.storage.publisher import Publisher
from services.registration.web.api import OfficeApi, routes
from services.registration.web.body_limits import body_limit
from services.registration.web.consumer import intake_subscription
from services.registration.web.front import OfficePages, templates
from services.registration.web.health import readiness
from services.registration.web.metrics import MeasuredLedger, PartitionMetrics, UnsignedCommands
from services.registration.web.pace import pace
from services.registration.web.tokens import Tokens
from shared.accounts.sign_in_settings import SignInSettings
from shared.contracts import topics
from shared.doors import Address, RequestGuard
from shared.http import application
from shared.kafka.records import partition_of
from shared.management import management
from shared.mongo.driver import is_passing
from shared.office import Office, read_office
from shared.pages.done_sentences import DoneSentences
from shared.pages.problems import add_problem_pages, shown_at, speak_pages
from shared.serving import HttpSides, listening, serve
from shared.settings import read_settings
from shared.sign_ins import SignIns
from shared.signatures import PublicKeys
from shared.startup import run_service, until_up, warn_of_clear_text
from shared.tracing import UNTRACED, Untraced, tracing


@asynccontextmanager
async def running(
    settings: RegistrationSettings,
    office: Office,
    connections: Connections,
    traces: Untraced = UNTRACED,
    served: tuple[Feature, ...] = FEATURES,
) -> AsyncIterator[HttpSides]:
    """The whole service, started: both sides of its HTTP, while the consumer and the owners work.

    Raises `DatabaseMisfit` or `TopicMisfit` where provisioning is missing or does not fit.
    """
    features, store, cluster = assemble(served), connections.store, connections.cluster
    async with AsyncExitStack() as stack:
        partitions = await until_up(lambda: require_fit(office.code, store, features, cluster))
        sender = await stack.enter_async_context(cluster.sender())
        key = bytes.fromhex(settings.person_key)
        digests = Digests(key)
        await until_up(lambda: require_key(store, digests))

        of = OfficeStore(store, digests, office.code, frozenset(office.vouching_sources))
        outcomes = Outcomes(
            store,
            office.code,
            features,
            lambda key: processors.decides(partition_of(key.encode(), partitions)),
        )
        signer = settings.signer
        since = await until_up(lambda: signed_from(store)) if signer else LONG_AGO
        intake = Intake(office.code, cluster, sender, partitions, signer, traces.here)
        entries = DirectoryWriter(office.code, sender, partitions, signer)
        command_client = CommandClient(digests, intake, outcomes, features, is_passing)
        registry = CollectorRegistry()
        limits = HourlyLimits(settings.registrations_per_email_hour, settings.registrations_per_address_hour)
        sign_in = SignInSettings(
            settings.staff_token_hash,
            settings.session_keys,
            str(settings.public_url),
            SignIns(registry, settings.failed_sign_ins_per_address),
            settings.openid,
        )
        context = OfficeContext(
            of,
            features,
            command_client,
            outcomes,
            key,
            limits,
            sign_in,
            settings.links,
            intake.ends,
            settings.clamd,
        )
        parts = {feature.name: feature.parts(context) for feature in features.features}

        ledger = Ledger(of, features, outcomes.tell)
        unsigned = UnsignedCommands(registry)
        sources = Sources(
            office.code,
            signer.public if signer else None,
            since,
            grants(office),
            settings.unsigned == "accept",
            unsigned.count,
        )
        processors = PartitionProcessors(
            Ports(
                features=features,
                reading=CommandReader(
                    sources, partitions, digests, features, settings.trust_producer_time, traces.of
                ),
                ledger=MeasuredLedger(ledger, registry),
                register=Loader(of, features),
                publisher=Publisher(of, ledger, features, sender, entries, partitions, signer),
                intake=intake,
                standing=OfficeStatements.of(office.described(), settings.totals_every),
                is_passing=is_passing,
                trim_every=settings.trim_seconds or None,
                pace=pace(lambda: outcomes.waited_for, features, parts),
            )
        )
        reading = intake_subscription(office.code, processors, traces)
        PartitionMetrics(processors, reading.listener, partitions, registry)
        desk = OfficeApi(
            office.code,
            features.access(parts),
            command_client,
            outcomes,
            ParkedRecords(store),
            Tokens(settings.link_keys),
            DoneSentences(settings.session_keys),
            features.disclosed,
            parts,
        )
        front = OfficePages(office, desk, settings.links, connections.mails, templates(features))
        app = _application(settings, front, features)
        traces.watch(app)

        stack.push_async_callback(processors.close)
        await stack.enter_async_context(cluster.consuming(reading))
        maintaining = asyncio.create_task(processors.maintain())
        stack.callback(maintaining.cancel)
        for work in features.works(parts, entries):
            stack.callback(asyncio.create_task(work).cancel)
        members = partial(cluster.group_members, topics.group(office.code, "registration"))
        ready = readiness(reading.listener, processors, store, partitions, members)
        yield HttpSides(app, management(ready, registry, warnings=unsigned.warnings))


def grants(office: Office) -> dict[str, SourceGrant]:
    """What the office's file allows the systems that sign."""
    return {name: SourceGrant(PublicKeys.of(one.keys), one.types) for name, one in office.sources.items()}


def _application(settings: RegistrationSettings, front: OfficePages, features: Features) -> FastAPI:
    """The public side: the API, the pages, and the door before them."""
    app = application(f"Simpul: pendaftaran {front.office.name}")
    app.include_router(routes(front.desk, features))
    app.include_router(pages(front, front.desk.access, features))
    speak_pages(app, front.problem)
    add_problem_pages(app, front.problem)
    address = Address.of(str(settings.public_url))
    app.add_middleware(
        RequestGuard, address=address, limit=body_limit(features), shown=partial(shown_at, front.problem)
    )
    return app


async def run(settings: RegistrationSettings) -> None:
    office = read_office(settings.description_path, settings.office)
    warn_of_clear_text(Address.of(str(settings.public_url)))
    with (
        listening(settings.http_host, settings.http_port, settings.watched_port) as sockets,
        tracing("registration", office.code, settings.traces_endpoint) as traces,
    ):
        async with (
            connected(settings) as connections,
            running(settings, office, connections, traces) as sides,
        ):
            await serve(sides, sockets, settings.trusted_proxies)


def main() -> None:
    settings = read_settings(RegistrationSettings)
    run_service("registration", settings.office, run(settings))


if __name__ == "__main__":
    main()
