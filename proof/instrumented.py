"""Runs a service as deployed, and lets a run stop or kill it at a chosen line from outside.

    python -m proof.instrumented MODULE FILE [--mutant NAME]

FILE, when it exists, holds `POINT ACTION`: the next time the process comes to that point it removes the
file and does `kill` (SIGKILL) or `stop` (SIGSTOP) to itself.
"""

import argparse
import asyncio
import importlib
import os
import runpy
import signal
from contextvars import ContextVar
from pathlib import Path
from typing import Any

ACTIONS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}
REGISTRATION = (
    "before-transaction", "in-transaction", "after-commit", "half-published", "before-pointer"
)  # fmt: skip
NOTIFICATION = ("before-data", "after-data", "before-fold")
REPORTING = ("before-count", "after-count")


class Trigger:
    """`at` acts when the file names the point, once."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def armed(self, point: str) -> bool:
        try:
            return self._path.read_text().split()[0] == point
        except (OSError, IndexError):
            return False

    def at(self, point: str) -> None:
        if self.armed(point):
            action = self._path.read_text().split()[1]
            self._path.unlink()
            os.kill(os.getpid(), ACTIONS[action])


def _before(owner: Any, name: str, trigger: Trigger, point: str) -> None:
    plain = getattr(owner, name)

    async def watched(*given: Any, **named: Any) -> Any:
        trigger.at(point)
        return await plain(*given, **named)

    setattr(owner, name, watched)


def _after(owner: Any, name: str, trigger: Trigger, point: str) -> None:
    plain = getattr(owner, name)

    async def watched(*given: Any, **named: Any) -> Any:
        result = await plain(*given, **named)
        trigger.at(point)
        return result

    setattr(owner, name, watched)


def watch_registration(trigger: Trigger) -> None:
    from services.registration.storage.ledger import Ledger
    from services.registration.storage.publisher import Publisher

    _before(Ledger, "commit", trigger, "before-transaction")
    _after(Ledger, "write", trigger, "in-transaction")
    _after(Ledger, "commit", trigger, "after-commit")
    _before(Ledger, "mark_published", trigger, "before-pointer")
    _halve(Ledger, Publisher, trigger)


def _halve(ledger: Any, publisher: Any, trigger: Trigger) -> None:
    left: ContextVar[int] = ContextVar("left", default=0)
    unpublished, send = ledger.unpublished, publisher._send

    async def counted(*given: Any) -> Any:
        facts = await unpublished(*given)
        left.set(len(facts) // 2)
        return facts

    async def sent(*given: Any) -> Any:
        result = await send(*given)
        left.set(left.get() - 1)
        if left.get() == 0 and trigger.armed("half-published"):
            await asyncio.sleep(0.05)  # what is in line goes out
            trigger.at("half-published")
        return result

    ledger.unpublished, publisher._send = counted, sent


def watch_notification(trigger: Trigger) -> None:
    from services.notification.kernel.delivery_worker import DeliveryWorker
    from services.notification.storage.deliveries import MongoLedger
    from services.notification.storage.folding import FactsLedger

    _after(MongoLedger, "begin_attempts", trigger, "before-data")
    _before(DeliveryWorker, "_record", trigger, "after-data")
    _before(FactsLedger, "apply", trigger, "before-fold")


def watch_reporting(trigger: Trigger) -> None:
    from services.reporting.entrypoints import reader

    _before(reader, "apply", trigger, "before-count")
    _after(reader, "apply", trigger, "after-count")


WATCHED = {
    "registration": watch_registration,
    "notification": watch_notification,
    "reporting": watch_reporting,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("module")
    parser.add_argument("file", type=Path)
    parser.add_argument("--mutant")
    options = parser.parse_args()
    if options.mutant:
        importlib.import_module("proof.mutants").apply(options.mutant)
    WATCHED[options.module.split(".")[1]](Trigger(options.file))
    runpy.run_module(options.module, run_name="__main__")


if __name__ == "__main__":
    main()
