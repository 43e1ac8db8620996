"""Work on what strangers sent, in a process of its own: it may abort, run out of memory or go on for ever,
and whoever asked goes on."""

import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import IO, Final

_PART: Final = 1 << 20
_HANDED_ON: Final = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL")


def limit_this_process(memory: int, cpu_seconds: int) -> None:
    """Before anything is read. Should the machine run out of memory, this process goes and no other.
    `memory`: bytes of address space."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    for what, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, most = resource.getrlimit(what)
        lower = limit if most == resource.RLIM_INFINITY else min(limit, most)
        resource.setrlimit(what, (lower, lower))
    os.nice(10)  # deciding goes before looking through what was sent


def running(module: str) -> Sequence[str]:
    """The words by which a module of ours runs in a process of its own."""
    return (sys.executable, "-P", "-m", module)


def answer_of(words: Sequence[str], data: bytes, seconds: float, at_most: int) -> bytes:
    """What a process answers to `data`, nothing if that is longer than `at_most` bytes; none of its errors,
    since they may repeat what was sent. It has none of the office's settings.

    Waits: call it in a thread from a loop.
    """
    env = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    with subprocess.Popen(  # noqa: S603 (this interpreter, on a module of ours)
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env
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
            return _bounded(child.stdout, at_most)
        finally:
            deadline.cancel()
            child.kill()


def _bounded(answer: IO[bytes], at_most: int) -> bytes:
    parts, size = [], 0
    while part := answer.read(_PART):
        parts.append(part)
        size += len(part)
        if size > at_most:
            return b""
    return b"".join(parts)
