"""Registration of one office: `python -m services.registration.main`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.registration.connections import Connections, connected
from services.registration.features import FEATURES
from services.registration.kernel.asker import Asker
from services.registration.kernel.asking import Reading
from services.registration.kernel.batch import Standing
from services.registration.kernel.context import HourlyLimits, OfficeContext, SignInSettings
from services.registration.kernel.digests import Digests
from services.registration.kernel.feature import Feature, OfficeStore
from services.registration.kernel.features import Features, assembled
from services.registration.kernel.owners import Owners
from services.registration.kernel.ports import Ports
from services.registration.kernel.sources import Grant, Sources
from services.registration.pages import pages
from services.registration.settings import RegistrationSettings
from services.registration.storage.directory_writer import DirectoryWriter
from services.registration.storage.intake import Intake
from services.registration.storage.ledger import Ledger
from services.registration.storage.loader import Loader
from services.registration.storage.outcomes import Outcomes
from services.registration.storage.parked import Parked
from services.registration.storage.provision import LONG_AGO, require_fit, require_key, signed_from
from services.registration.storage.publisher import Publisher
from services.registration.web.api import Desk, routes
from services.registration.web.body_limits import body_limit
from services.registration.web.consumer import intake_subscription
from services.registration.web.done_sentences import DoneSentences
from services.registration.web.front import Front, templates
from services.registration.web.health import readiness
from services.registration.web.metrics import CountedLedger, OwnerNumbers, UnsignedCommands
from services.registration.web.pace import pace
from services.registration.web.tokens import Tokens
from shared.contracts import topics
from shared.doors import Address, Door
from shared.http import application
from shared.kafka.records import partition_of
from shared.management import management
from shared.mongo.driver import is_passing
from shared.office import Office, read_office
from shared.pages.problems import add_problem_pages, shown_at, speak_pages
from shared.serving import Sides, listening, serve
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
) -> AsyncIterator[Sides]:
    """The whole service, started: both sides of its HTTP, while the consumer and the owners work.

    Raises `DatabaseMisfit` or `TopicMisfit` where provisioning is missing or does not fit.
    """
    features, store, cluster = assembled(served), connections.store, connections.cluster
    async with AsyncExitStack() as stack:
        partitions = await until_up(lambda: require_fit(office.code, store, features, cluster))
        sender = await stack.enter_async_context(cluster.sender())
        key = bytes.fromhex(settings.person_key)
        digests = Digests(key)
        await until_up(lambda: require_key(store, digests))

        of = OfficeStore(store, digests, office.code, frozenset(office.vouching_sources))
        outcomes = Outcomes(
            store, office.code, features, lambda key: owners.decides(partition_of(key.encode(), partitions))
        )
        signer = settings.signer
        since = await until_up(lambda: signed_from(store)) if signer else LONG_AGO
        intake = Intake(office.code, cluster, sender, partitions, signer, traces.here)
        entries = DirectoryWriter(office.code, sender, partitions, signer)
        asker = Asker(digests, intake, outcomes, features, is_passing)
        registry = CollectorRegistry()
        limits = HourlyLimits(settings.registrations_per_email_hour, settings.registrations_per_address_hour)
        sign_in = SignInSettings(
            settings.staff_token_hash,
            settings.session_keys,
            str(settings.public_url),
            SignIns(registry, settings.failed_sign_ins_per_address),
        )
        context = OfficeContext(of, features, asker, outcomes, key, limits, sign_in)
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
        owners = Owners(
            Ports(
                features=features,
                reading=Reading(
                    sources, partitions, digests, features, settings.trust_producer_time, traces.of
                ),
                ledger=CountedLedger(ledger, registry),
                register=Loader(of, features),
                publisher=Publisher(of, ledger, features, sender, entries, partitions, signer),
                intake=intake,
                standing=Standing.of(office.described(), settings.totals_every),
                is_passing=is_passing,
                trim_every=settings.trim_seconds or None,
                pace=pace(lambda: outcomes.waited_for, features, parts),
            )
        )
        reading = intake_subscription(office.code, owners, traces)
        OwnerNumbers(owners, reading.listener, partitions, registry)
        desk = Desk(
            office.code,
            features.access(parts),
            asker,
            outcomes,
            Parked(store),
            Tokens(settings.link_keys),
            DoneSentences(settings.session_keys),
            features.disclosed,
            parts,
        )
        front = Front(office, desk, settings.links, connections.mails, templates(features))
        app = _application(settings, front, features)
        traces.watch(app)

        stack.push_async_callback(owners.close)
        await stack.enter_async_context(cluster.consuming(reading))
        maintaining = asyncio.create_task(owners.maintain())
        stack.callback(maintaining.cancel)
        for work in features.works(parts, entries):
            stack.callback(asyncio.create_task(work).cancel)
        members = partial(cluster.group_members, topics.group(office.code, "registration"))
        ready = readiness(reading.listener, owners, store, partitions, members)
        yield Sides(app, management(ready, registry, warnings=unsigned.warnings))


def grants(office: Office) -> dict[str, Grant]:
    """What the office's file allows the systems that sign."""
    return {name: Grant(PublicKeys.of(one.keys), one.types) for name, one in office.sources.items()}


def _application(settings: RegistrationSettings, front: Front, features: Features) -> FastAPI:
    """The public side: the API, the pages, and the door before them."""
    app = application(f"Simpul: pendaftaran {front.office.name}")
    app.include_router(routes(front.desk, features))
    app.include_router(pages(front, front.desk.access, features))
    speak_pages(app, front.problem)
    add_problem_pages(app, front.problem)
    address = Address.of(str(settings.public_url))
    app.add_middleware(
        Door, address=address, limit=body_limit(features), shown=partial(shown_at, front.problem)
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
