"""Reads an invitation sheet as offices keep it: .xlsx, .xlsm, .xls, .ods, .csv, .txt."""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import BoundedSemaphore, Timer
from typing import IO, Final

from pydantic import TypeAdapter, ValidationError

from services.registration.features.gatherings.sheets.rows import read_rows
from services.registration.features.gatherings.sheets.sheet_report import Problem, SheetReport
from services.registration.workbooks.sheets import Book, SheetRefused

READER: Final = (sys.executable, "-P", "-m", "services.registration.workbooks.sheet_reader")
SECONDS: Final = 100.0  # the reader's own limit is 30 of the processor's, which others use, too
MAX_ANSWER: Final = 100_000_000  # bytes: 2,000,000 cells of 40 letters
BROKEN: Final = (
    "Berkas ini tidak dapat dibaca: isinya rusak atau terlalu besar. Salin tabelnya ke berkas baru, simpan "
    "sebagai .xlsx, lalu unggah lagi"
)
_PART: Final = 1 << 20
_AT_ONCE: Final = BoundedSemaphore(2)  # each may take its limit of memory
_HANDED_ON: Final = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL")


@dataclass(frozen=True, slots=True)
class _Refused:
    refused: str


_ANSWERS: Final = TypeAdapter[Book | _Refused](Book | _Refused)


def read_sheet(data: bytes, activity: str) -> SheetReport:
    """All visible sheets that have the columns. What cannot be opened is a problem in the report.

    Waits for another process (50,000 rows take some seconds): call it in a thread from a loop.
    """
    try:
        return read_rows(opened(data), activity)
    except SheetRefused as refused:
        return SheetReport(problems=(Problem(str(refused)),))


def opened(data: bytes, reader: Sequence[str] = READER, seconds: float = SECONDS) -> Book:
    """What is in a workbook. Raises `SheetRefused`, whatever becomes of the process that reads it."""
    with _AT_ONCE:
        answer = _answer(data, reader, seconds)
    try:
        found = _ANSWERS.validate_json(answer)
    except ValidationError:
        raise SheetRefused(BROKEN) from None
    if isinstance(found, _Refused):
        raise SheetRefused(found.refused)
    return found


def _answer(data: bytes, reader: Sequence[str], seconds: float) -> bytes:
    """What the reader says; none of its errors, since they may repeat what stands in the sheet."""
    env = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    with subprocess.Popen(  # noqa: S603 (this interpreter, on a module of ours)
        reader, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env
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
            return _bounded(child.stdout)
        finally:
            deadline.cancel()
            child.kill()


def _bounded(answer: IO[bytes]) -> bytes:
    """Nothing of one that is too long."""
    parts, size = [], 0
    while part := answer.read(_PART):
        parts.append(part)
        size += len(part)
        if size > MAX_ANSWER:
            return b""
    return b"".join(parts)
