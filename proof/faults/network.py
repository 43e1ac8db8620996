"""The lines between clients and servers, in toxiproxy's words."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from proof.faults.row import Fault, Stage
from proof.proxy import Match, Proxy

MEGABIT = 1_000_000 / 8
ANSWER = 120  # bytes; answers to a commit and to a produce request are shorter than that
SPRUNG_WITHIN = 8.0  # seconds for a request of the kind to come by


def kafka(stage: Stage) -> list[Proxy]:
    return [stage.system.kafka_proxy]


def mongo(stage: Stage) -> list[Proxy]:
    return stage.system.mongo_proxies


def smtp(stage: Stage) -> list[Proxy]:
    return [stage.system.smtp_proxy]


def everything(stage: Stage) -> list[Proxy]:
    return stage.system.proxies


Lines = Callable[[Stage], list[Proxy]]


def cut(lines: Lines) -> Fault:
    """Down: what is open is reset, what is new refused."""

    @asynccontextmanager
    async def fault(stage: Stage) -> AsyncIterator[None]:
        stage.fault(lines.__name__, how="cut")
        try:
            for proxy in lines(stage):
                proxy.down()
            yield
        finally:
            await _mend(lines(stage))

    return fault


def flapping(lines: Lines) -> Fault:
    """Up and down again, half a second each, ten times."""

    @asynccontextmanager
    async def fault(stage: Stage) -> AsyncIterator[None]:
        stage.fault(lines.__name__, how="flapping")
        try:
            for _ in range(10):
                for proxy in lines(stage):
                    proxy.down()
                await asyncio.sleep(0.5)
                await _mend(lines(stage))
                await asyncio.sleep(0.5)
            yield
        finally:
            await _mend(lines(stage))

    return fault


def one_way(lines: Lines) -> Fault:
    """Nothing passes one way; it comes late when the line heals (toxiproxy's timeout)."""

    @asynccontextmanager
    async def fault(stage: Stage) -> AsyncIterator[None]:
        way = stage.dice.choice(["upstream", "downstream"])
        stage.fault(lines.__name__, how=f"no {way}")
        try:
            for proxy in lines(stage):
                getattr(proxy, way).open.clear()
            yield
        finally:
            await _mend(lines(stage))

    return fault


def slow(lines: Lines, latency: float = 0.0, bandwidth: float | None = None) -> Fault:
    """`latency` in seconds, each way half of it; `bandwidth` in bytes a second."""

    @asynccontextmanager
    async def fault(stage: Stage) -> AsyncIterator[None]:
        stage.fault(lines.__name__, latency=latency, bandwidth=bandwidth)
        try:
            for proxy in lines(stage):
                for stream in (proxy.upstream, proxy.downstream):
                    stream.latency, stream.bandwidth = latency / 2, bandwidth
            yield
        finally:
            await _mend(lines(stage))

    return fault


async def _mend(proxies: list[Proxy]) -> None:
    for proxy in proxies:
        proxy.heal()
        await proxy.up()


def resets(lines: Lines) -> Fault:
    """Connections reset in the middle of a request, ten times."""

    @asynccontextmanager
    async def fault(stage: Stage) -> AsyncIterator[None]:
        for _ in range(10):
            for proxy in lines(stage):
                if await _trapped(proxy, lambda data: len(data) > 40, stage.dice.randrange(5, 40)):
                    stage.fault(lines.__name__, how="reset")
            await asyncio.sleep(stage.dice.uniform(0.1, 0.6))
        yield

    return fault


def is_commit(data: bytes) -> bool:
    return b"commitTransaction" in data


def is_produce(data: bytes) -> bool:
    """A produce request (API key 0) with facts."""
    return data[4:6] == b"\0\0" and b".facts.v1" in data


def swept(lines: Lines, fits: Match, cuts: int | None) -> Fault:
    """One request cut at every byte, its answer's bytes behind them, or at so many drawn places (`cuts`).

    Every third time the request is cut again when the client repeats it.
    """

    @asynccontextmanager
    async def fault(stage: Stage) -> AsyncIterator[None]:
        length = None
        for proxy in lines(stage):
            length = length or await _trapped(proxy, fits, 1)
        if length is None:
            stage.missed.append(f"there was no {fits.__name__[3:]} to cut")
        places = list(range(length + ANSWER if length else 0))
        if cuts is not None:
            places = sorted(stage.dice.sample(places, min(cuts, len(places))))
        for at in places:
            for proxy in lines(stage):
                for _ in range(2 if at % 3 == 0 else 1):
                    if await _trapped(proxy, fits, at):
                        stage.fault(lines.__name__, how=f"{fits.__name__[3:]} cut", after=at)
        yield

    return fault


async def _trapped(proxy: Proxy, fits: Match, after: int) -> int | None:
    """Wait until the trap has sprung; how long the request was."""
    sprung = proxy.trap(fits, after)
    try:
        async with asyncio.timeout(SPRUNG_WITHIN):
            return await sprung
    except TimeoutError:
        return None
    finally:
        proxy.disarm(sprung)
