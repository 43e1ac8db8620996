"""The national reporting: `python -m services.reporting.main`."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from fastapi import FastAPI

from services.reporting.connections import Connections, connected
from services.reporting.entrypoints import api
from services.reporting.entrypoints.directorate import Directorate, desk_of
from services.reporting.entrypoints.instance import Instance
from services.reporting.entrypoints.metrics import Metrics
from services.reporting.pages import national
from services.reporting.pages.site import front_of, pages
from services.reporting.settings import ReportingSettings
from services.reporting.storage.provision import require_provisioned
from shared.accounts.sign_in_settings import SignInSettings
from shared.contracts.topics import NATIONAL
from shared.doors import Address, RequestGuard
from shared.http import application
from shared.kafka.records import let_batches_live
from shared.management import management
from shared.mongo.driver import Store
from shared.pages.problems import add_problem_pages, shown_at, speak_pages
from shared.serving import HttpSides, listening, serve
from shared.settings import read_settings
from shared.sign_ins import SignIns
from shared.startup import run_service, until_up, warn_of_clear_text
from shared.tracing import UNTRACED, Untraced, tracing

MAX_BODY_BYTES = 64_000  # what an authenticator answers
LEASE_LOST: Final = 75  # EX_TEMPFAIL of sysexits.h: start it again


@asynccontextmanager
async def running(
    settings: ReportingSettings,
    connections: Connections,
    lease_lost: Callable[[], None] = lambda: None,
    traces: Untraced = UNTRACED,
) -> AsyncIterator[HttpSides]:
    """The whole service, started: it stands by, or reads the facts, and answers all the same.

    `lease_lost` is called when another instance took over, and is to end the process. Waits for a database
    that is away; raises `DatabaseMisfit`.
    """
    await until_up(lambda: require_provisioned(connections.store))
    metrics = Metrics()
    instance = Instance(connections.cluster, connections.store, metrics, lease_lost, traces)
    async with instance.running():
        watched = management(instance.not_ready, metrics.registry, lambda: instance.role)
        sign_ins = SignIns(metrics.registry, settings.failed_sign_ins_per_address)
        yield HttpSides(public(settings, connections.store, sign_ins), watched)


def public(settings: ReportingSettings, store: Store, sign_ins: SignIns) -> FastAPI:
    """The public side, which answers from the database alone."""
    app = application("Simpul: rekapitulasi nasional")
    sign_in = SignInSettings(
        settings.directorate_token_hash,
        settings.session_keys,
        str(settings.public_url),
        sign_ins,
        settings.openid,
    )
    directorate = Directorate(desk_of(store, sign_in), settings.session_keys)
    templates = national.templates(settings.directorate_name)
    front = front_of(directorate, templates, settings.session_keys, settings.directorate_name)
    app.include_router(api.routes(store, directorate))
    app.include_router(pages(store, front, directorate))
    problem = partial(national.problem_page, templates)
    speak_pages(app, problem)
    add_problem_pages(app, problem)
    address = Address.of(str(settings.public_url))
    app.add_middleware(
        RequestGuard, address=address, limit=lambda _: MAX_BODY_BYTES, shown=partial(shown_at, problem)
    )
    return app


async def run(settings: ReportingSettings) -> None:
    """Exits with 75 when it lost the lease. Raises `DatabaseMisfit`."""
    lost = asyncio.Event()
    warn_of_clear_text(Address.of(str(settings.public_url)))
    with (
        listening(settings.http_host, settings.http_port, settings.watched_port) as sockets,
        tracing("reporting", NATIONAL, settings.traces_endpoint) as traces,
    ):
        async with (
            connected(settings) as connections,
            running(settings, connections, lost.set, traces) as sides,
        ):
            await serve(sides, sockets, settings.trusted_proxies, lost)
    if lost.is_set():
        sys.exit(LEASE_LOST)


def main() -> None:
    let_batches_live()
    run_service("reporting", NATIONAL, run(read_settings(ReportingSettings)))


if __name__ == "__main__":
    main()
