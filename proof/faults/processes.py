"""Services killed and stopped: in rotation, at lines of their own, and past their session."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from proof.faults.row import Fault, Stage

KILLED_AT_MOST_EVERY = 30.0  # seconds, of one instance
POINT_WITHIN = 12.0  # seconds for an instance to come to a line
PAST_SESSION = 10.0  # seconds; the session time-out is 6 s on Apache Kafka


@asynccontextmanager
async def rotation(stage: Stage) -> AsyncIterator[None]:
    """kill -9 of one instance of each kind of service, one after the other, each started again at once."""
    system = stage.system
    for kind in ("registration", "notification", "reporting"):
        rested = [
            one
            for one in system.of_kind(kind)
            if one.child is not None and time.monotonic() > one.killed + KILLED_AT_MOST_EVERY
        ]
        if not rested:
            stage.missed.append(f"every {kind} was killed a moment ago")
            continue
        name = stage.dice.choice(rested).name
        stage.fault(name)
        system.kill(name)
        system.start(name)
        await asyncio.sleep(stage.dice.uniform(1, 3))
    yield


def killed_at(kind: str, point: str) -> Fault:
    """kill -9 as an instance comes to the point; it is started again after a moment."""

    @asynccontextmanager
    async def fault(stage: Stage) -> AsyncIterator[None]:
        name = await _come_to(stage, kind, point, "kill")
        yield
        if name:
            stage.system.kill(name)
            stage.system.start(name)

    return fault


def zombie_at(kind: str, point: str) -> Fault:
    """SIGSTOP as an instance comes to the point, past its session, and SIGCONT: it believes that it owns."""

    @asynccontextmanager
    async def fault(stage: Stage) -> AsyncIterator[None]:
        name = await _come_to(stage, kind, point, "stop")
        try:
            yield
            if name:
                await asyncio.sleep(PAST_SESSION)
        finally:
            if name:
                stage.system.signal(name, signal.SIGCONT)

    return fault


def zombie_at_rest(kind: str) -> Fault:
    @asynccontextmanager
    async def fault(stage: Stage) -> AsyncIterator[None]:
        name = stage.pick(kind).name
        stage.fault(name)
        stage.system.signal(name, signal.SIGSTOP)
        try:
            yield
            await asyncio.sleep(PAST_SESSION)
        finally:
            stage.system.signal(name, signal.SIGCONT)

    return fault


async def _come_to(stage: Stage, kind: str, point: str, action: str) -> str | None:
    """Arm one instance after the other until one has come to the point; its name."""
    system = stage.system
    names = [one.name for one in system.of_kind(kind) if one.child is not None and not one.stopped]
    for name in stage.dice.sample(names, min(2, len(names))):
        system.arm(name, point, "kill" if action == "kill" else "stop")
        give_up = time.monotonic() + POINT_WITHIN / 2
        while not system.sprung(name):
            if time.monotonic() > give_up and system.disarm(name):
                break
            await asyncio.sleep(0.02)
        else:
            stage.fault(name, point=point, action=action)
            return name
    stage.missed.append(f"no {kind} came to {point}")
    return None
