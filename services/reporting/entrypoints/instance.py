"""One instance among several: it reads while it has the lease, else it stands by and answers all the same."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final, Literal

from services.reporting.entrypoints.leadership import Leadership
from services.reporting.entrypoints.metrics import Metrics
from services.reporting.storage.figures import standings
from services.reporting.storage.lease import Lease, LeaseLost
from services.reporting.storage.revisions import count_due
from services.reporting.storage.unknown import unknown_counts
from shared.kafka.cluster import Cluster
from shared.mongo.driver import Store
from shared.tracing import UNTRACED, Untraced

log = logging.getLogger(__name__)

WATCH_SECONDS: Final = 5.0
END_SECONDS: Final = 5.0  # for the reading of a leadership that is over; what it still writes is refused


class Instance:
    """`lease_lost` is called when another instance took over: this process ends, to be started again."""

    def __init__(
        self,
        cluster: Cluster,
        store: Store,
        metrics: Metrics,
        lease_lost: Callable[[], None] = lambda: None,
        traces: Untraced = UNTRACED,
    ) -> None:
        self._cluster, self._traces = cluster, traces
        self._store = store
        self._metrics = metrics
        self._lease = Lease(store)
        self._leadership: Leadership | None = None
        self._failed = False
        self._lease_lost = lease_lost

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Stand by and read in turn until the context ends."""
        tasks = [asyncio.create_task(one) for one in (self._lead(), self._watch())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    @property
    def role(self) -> Literal["reading", "standby"]:
        return "reading" if self._leadership else "standby"

    async def _lead(self) -> None:
        try:
            while True:
                await self._lead_under(await self._lease.acquire())
        except LeaseLost:
            log.error("another instance took the lease: this process ends and is to be started again")
            self._lease_lost()
        except Exception:
            log.exception("reading ended")
            self._failed = True

    async def _lead_under(self, epoch: int) -> None:
        """Read until the lease may be another's. Raises `LeaseLost`, and what reading cannot wait for."""
        log.info("reading under epoch %d", epoch)
        self._leadership = Leadership(self._cluster, self._store, self._metrics, epoch, self._traces)
        reading = asyncio.create_task(self._leadership.run())
        keeping = asyncio.create_task(self._lease.keep(epoch))
        try:
            done, _ = await asyncio.wait({reading, keeping}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            patience = END_SECONDS if keeping.done() else None
            for task in (reading, keeping):
                task.cancel()
            await asyncio.wait({reading}, timeout=patience)
            self._leadership = None
            await self._lease.release(epoch)

    async def _watch(self) -> None:
        while True:
            with suppress(Exception):  # readiness tells of a database that does not answer
                self._metrics.reading(self._leadership is not None)
                self._metrics.standing(await standings(self._store))
                self._metrics.unknown(await unknown_counts(self._store))
                self._metrics.unpublished(await count_due(self._store))
                self._metrics.lag(await self._leadership.lag() if self._leadership else {})
            await asyncio.sleep(WATCH_SECONDS)

    async def not_ready(self) -> list[str]:
        """Who stands by is ready: it answers every question from the database."""
        said = []
        try:
            await self._store.ping()
            said += [
                f"office {one.office} stopped: {one.stopped}"
                for one in await standings(self._store)
                if one.stopped
            ]
        except Exception:
            said.append("MongoDB does not answer")
        if self._failed:
            said.append("reading ended; the log says why")
        return said + (self._leadership.not_well() if self._leadership else [])
