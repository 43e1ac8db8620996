"""Runs a service as deployed; notes in a file whether it is inside a transaction, and may stop itself there.

    python -m tests.support.marked MODULE FILE [--stop-before-commit-of N]

The file's byte is `1` inside and `0` outside, and survives kill -9. With the option the process sends itself
SIGSTOP before it commits its first batch of at least N facts: an owner caught between reading and commit.
"""

import argparse
import os
import runpy
import signal
from collections.abc import Awaitable, Callable
from typing import Any

from services.registration.kernel.commit import Commit
from services.registration.storage.ledger import Ledger
from shared.mongo.driver import Session, Store


def note_transactions(path: str) -> None:
    mark = os.open(path, os.O_RDWR | os.O_CREAT)
    os.pwrite(mark, b"0", 0)
    plain = Store.transaction

    async def noted(store: Store, work: Callable[[Session], Awaitable[Any]]) -> Any:
        os.pwrite(mark, b"1", 0)
        try:
            return await plain(store, work)
        finally:
            os.pwrite(mark, b"0", 0)

    Store.transaction = noted  # type: ignore[method-assign]


def stop_before_commit(facts: int) -> None:
    plain, left = Ledger.commit, [1]

    async def stopping(ledger: Ledger, commit: Commit) -> None:
        if left and len(commit.facts) >= facts:
            left.pop()
            os.kill(os.getpid(), signal.SIGSTOP)
        await plain(ledger, commit)

    Ledger.commit = stopping  # type: ignore[method-assign]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("module")
    parser.add_argument("file")
    parser.add_argument("--stop-before-commit-of", type=int)
    options = parser.parse_args()
    note_transactions(options.file)
    if options.stop_before_commit_of:
        stop_before_commit(options.stop_before_commit_of)
    runpy.run_module(options.module, run_name="__main__")
