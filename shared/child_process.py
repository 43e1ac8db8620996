"""Runs a program of ours in a process of its own, for what may take all memory or all time."""

import os
import resource
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import IO, Final

_PART: Final = 1 << 20
_HANDED_ON: Final = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL")


def answer_of(command: Sequence[str], data: bytes, seconds: float, most: int) -> bytes:
    """What it writes when it is given `data`; nothing of an answer that is longer than `most` bytes. What it
    says of its errors is dropped, since that may repeat the data. Waits: call it in a thread from a loop."""
    env = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    with subprocess.Popen(  # noqa: S603 (this interpreter, on a module of ours)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        deadline = Timer(seconds, child.kill)
        deadline.start()
        try:
            with suppress(BrokenPipeError):
                child.stdin.write(data)
            with suppress(BrokenPipeError):
                child.stdin.close()
            return _bounded(child.stdout, most)
        finally:
            deadline.cancel()
            child.kill()


def limit_this_process(memory: int, processor_seconds: int) -> None:
    """In the child: `memory` in bytes. It writes no file, is ended first where memory is short, and gives way
    to whoever decides."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    for what, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, processor_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hardest = resource.getrlimit(what)
        lower = limit if hardest == resource.RLIM_INFINITY else min(limit, hardest)
        resource.setrlimit(what, (lower, lower))
    os.nice(10)


def _bounded(answer: IO[bytes], most: int) -> bytes:
    parts, size = [], 0
    while part := answer.read(_PART):
        parts.append(part)
        size += len(part)
        if size > most:
            return b""
    return b"".join(parts)
