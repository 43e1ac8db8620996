"""Registration of one office: `python -m services.registration.main`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from prometheus_client import CollectorRegistry

from services.registration.features import FEATURES
from services.registration.features.accounts.accounts_desk import NAME as ACCOUNTS
from services.registration.features.accounts.accounts_desk import accounts_desk
from services.registration.features.gatherings.arrivals import Arrivals
from services.registration.features.gatherings.gatherings import NAME
from services.registration.features.gatherings.gatherings_desk import GatheringsDesk
from services.registration.features.gatherings.limits import Limits
from services.registration.features.gatherings.lists import lists
from services.registration.features.gatherings.public import Public, disclosed
from services.registration.features.gatherings.roster import Roster
from services.registration.features.gatherings.uploads import Uploads
from services.registration.features.gatherings.views import Views
from services.registration.features.people.people import PEOPLE
from services.registration.features.people.persons import Persons
from services.registration.features.people.twins import Twins
from services.registration.kernel.asker import Asker
from services.registration.kernel.asking import Reading
from services.registration.kernel.batch import Standing
from services.registration.kernel.digests import Digests
from services.registration.kernel.feature import OfficeStore
from services.registration.kernel.features import assembled
from services.registration.kernel.owners import Owners
from services.registration.kernel.ports import Ports
from services.registration.pages import pages
from services.registration.settings import RegistrationSettings
from services.registration.storage.intake import Intake
from services.registration.storage.ledger import Ledger
from services.registration.storage.loader import Loader
from services.registration.storage.outcomes import Outcomes
from services.registration.storage.parked import Parked
from services.registration.storage.provision import require_fit, require_key
from services.registration.storage.publisher import Publisher
from services.registration.web.api import Desk, routes
from services.registration.web.consumer import read_intake
from services.registration.web.done_sentences import DoneSentences
from services.registration.web.front import Front, templates
from services.registration.web.health import readiness
from services.registration.web.mails import Mails
from services.registration.web.metrics import CountedLedger, OwnerNumbers
from services.registration.web.notification import NotificationMails, client
from services.registration.web.tokens import Tokens
from shared.contracts import topics
from shared.doors import Address, Door
from shared.http import application
from shared.kafka.application import broker, consuming
from shared.kafka.connection import Producer
from shared.kafka.offsets import group_members
from shared.kafka.records import partition_of
from shared.management import management
from shared.mongo.driver import connect, is_passing
from shared.office import Office, read_office
from shared.pages.problems import add_problem_pages, shown_at, speak_pages
from shared.passes import Passes
from shared.serving import Sides, listening, serve
from shared.settings import read_settings
from shared.sign_ins import SignIns
from shared.startup import run_service, until_up, warn_of_clear_text
from shared.tracing import UNTRACED, Untraced, tracing

BODY_BYTES = 256_000
SHEET_BYTES = 10_000_000
HURRIED_SECONDS, RUSH_SECONDS = 0.01, 4.0  # from one batch to the next
LATE_SECONDS = 20.0


@asynccontextmanager
async def running(
    settings: RegistrationSettings, office: Office, traces: Untraced = UNTRACED
) -> AsyncIterator[Sides]:
    """The whole service, started: both sides of its HTTP, while the consumer and the owners work.

    Raises `DatabaseMisfit` or `TopicMisfit` where provisioning is missing or does not fit.
    """
    features = assembled(FEATURES)
    async with AsyncExitStack() as stack:
        store = connect(
            settings.mongo_url, topics.database(office.code, "registration"), settings.mongo_driver
        )
        stack.push_async_callback(store.close)
        partitions = await until_up(lambda: require_fit(office.code, store, features, settings.kafka))
        producer = Producer(settings.kafka)
        await until_up(producer.start)
        stack.push_async_callback(producer.stop)

        sheet_key = bytes.fromhex(settings.person_key)
        digests = Digests(sheet_key)
        await until_up(lambda: require_key(store, digests))
        of = OfficeStore(store, digests, office.code, frozenset(office.vouching_sources))
        outcomes = Outcomes(
            store,
            office.code,
            features,
            lambda key: owners.decides(partition_of(key.encode(), partitions)),
        )
        limits = Limits(
            store, digests, settings.registrations_per_email_hour, settings.registrations_per_address_hour
        )
        arrivals = Arrivals(store, limits, outcomes)
        ledger, registry = Ledger(of, features, outcomes.tell), CollectorRegistry()
        intake = Intake(office.code, settings.kafka.bootstrap, producer, partitions, traces.here)
        owners = Owners(
            Ports(
                features=features,
                reading=Reading(
                    office.code,
                    partitions,
                    digests,
                    features,
                    settings.trust_producer_time,
                    traces.of,
                ),
                ledger=CountedLedger(ledger, registry),
                register=Loader(of, features),
                publisher=Publisher(of, ledger, features, producer, partitions),
                intake=intake,
                standing=Standing.of(office.described(), settings.totals_every),
                is_passing=is_passing,
                trim_every=settings.trim_seconds or None,
                pace=lambda late: _pace(outcomes, arrivals, late),
            )
        )
        kafka = broker(settings.kafka)
        listener = read_intake(kafka, settings.kafka, office.code, owners, traces)
        app = application(f"Simpul: pendaftaran {office.name}")
        OwnerNumbers(owners, listener, partitions, registry)

        async def members() -> int:
            return await group_members(settings.kafka.bootstrap, topics.group(office.code, "registration"))

        asker = Asker(digests, intake, outcomes, features, is_passing)
        views = Views(store, digests)
        gatherings = GatheringsDesk(
            views,
            Roster(store, digests),
            Public(f"/{office.code}/http/public", asker, arrivals.meet),
            Uploads(store),
            lists(of, features, sheet_key),
            sheet_key,
        )
        accounts = accounts_desk(
            of,
            features,
            settings.staff_token_hash,
            settings.session_keys,
            str(settings.public_url),
            SignIns(registry, settings.failed_sign_ins_per_address),
        )
        desk = Desk(
            office.code,
            accounts.access,
            asker,
            outcomes,
            Parked(store),
            Tokens(settings.link_keys),
            DoneSentences(settings.session_keys),
            disclosed,
            {
                ACCOUNTS: accounts,
                NAME: gatherings,
                PEOPLE: Twins(store, Persons(store, digests, views.titles)),
            },
        )
        mails = await stack.enter_async_context(_mails(settings))
        front = Front(office, desk, settings.links, mails, templates(features))
        app.include_router(routes(desk, features))
        app.include_router(pages(front, accounts.access, features))
        speak_pages(app, front.problem)
        add_problem_pages(app, front.problem)
        address = Address.of(str(settings.public_url))
        app.add_middleware(Door, address=address, limit=_body_limit, shown=partial(shown_at, front.problem))
        traces.watch(app)

        stack.push_async_callback(owners.close)
        await stack.enter_async_context(consuming(kafka))
        maintaining = asyncio.create_task(owners.maintain())
        stack.callback(maintaining.cancel)
        telling = asyncio.create_task(
            accounts.invitations.notices.keep_publishing(office.code, partitions, producer)
        )
        stack.callback(telling.cancel)
        ready = readiness(listener, owners, store, partitions, members)
        yield Sides(app, management(ready, registry))


@asynccontextmanager
async def _mails(settings: RegistrationSettings) -> AsyncIterator[Mails | None]:
    """None where it is not said who keeps them."""
    if settings.notification_url is None:
        yield None
    else:
        async with client(str(settings.notification_url)) as asking:
            yield NotificationMails(asking, Passes(settings.office, settings.link_keys))


def _pace(outcomes: Outcomes, arrivals: Arrivals, late: float) -> float:
    """Who waits for what is decided gets it soon. While many arrive of whom nobody waits, taking them goes
    before deciding, which then is done for many at once, stays a bounded time behind, and catches up when the
    rush is over."""
    if outcomes.waited_for:
        return HURRIED_SECONDS
    return RUSH_SECONDS if arrivals.many and late < LATE_SECONDS else 0.0


def _body_limit(path: str) -> int:
    return SHEET_BYTES if path.endswith(("/imports", "/impor", "/impor-kehadiran")) else BODY_BYTES


async def run(settings: RegistrationSettings) -> None:
    office = read_office(settings.description_path, settings.office)
    warn_of_clear_text(Address.of(str(settings.public_url)))
    with (
        listening(settings.http_host, settings.http_port, settings.watched_port) as sockets,
        tracing("registration", office.code, settings.traces_endpoint) as traces,
    ):
        async with running(settings, office, traces) as sides:
            await serve(sides, sockets, settings.trusted_proxies)


def main() -> None:
    settings = read_settings(RegistrationSettings)
    run_service("registration", settings.office, run(settings))


if __name__ == "__main__":
    main()
