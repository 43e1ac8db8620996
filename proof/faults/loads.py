"""Too much at once, and somebody away while it gathers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from proof.bursts import Bursts
from proof.faults.row import Fault, Stage


def _bursts(stage: Stage) -> Bursts:
    office = stage.dice.choice(list(stage.load.bursts))
    stage.fault(office, how=stage.name)
    return stage.load.bursts[office]


def rush(seconds: float) -> Fault:
    """Twenty times the usual rate on a quota of 50."""

    @asynccontextmanager
    async def fault(stage: Stage) -> AsyncIterator[None]:
        await _bursts(stage).rush(seconds)
        yield

    return fault


@asynccontextmanager
async def cancelled(stage: Stage) -> AsyncIterator[None]:
    """An activity with 30,000 registrations."""
    await _bursts(stage).cancel(30_000)
    yield


@asynccontextmanager
async def raised(stage: Stage) -> AsyncIterator[None]:
    """A quota by 10,000, while others come in."""
    await _bursts(stage).raise_quota(10_000)
    yield


@asynccontextmanager
async def office_away(stage: Stage) -> AsyncIterator[None]:
    """All services of one office are killed; what regional systems send gathers in its intake."""
    system = stage.system
    office = stage.dice.choice(list(system.offices))
    names = [one.name for one in system.services.values() if one.owner == office]
    stage.fault(office, how="away")
    for name in names:
        system.kill(name)
    yield
    for name in names:
        system.start(name)


def readers_away(facts: int) -> Fault:
    """The nation and an office's notification are away while so many facts gather."""

    @asynccontextmanager
    async def fault(stage: Stage) -> AsyncIterator[None]:
        system = stage.system
        office = stage.dice.choice(list(system.offices))
        names = [one.name for one in system.of_kind("notification") if one.owner == office]
        names += [one.name for one in system.of_kind("reporting")]
        stage.fault(office, how="readers away", facts=facts)
        for name in names:
            system.kill(name)
        await stage.load.bursts[office].gather(facts)
        yield
        for name in names:
            system.start(name)

    return fault
