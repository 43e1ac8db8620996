"""What recovery makes of a directory that a newer version wrote."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

from services.registration.storage.beyond import entries_of
from shared.contracts.directory import ActivityEntry, RegistrationEntry


class MemoryLog:
    def __init__(self, *records: tuple[str, bytes | None]) -> None:
        self._records = [SimpleNamespace(key=key.encode(), value=value) for key, value in records]

    async def bounds(self) -> tuple[int, int]:
        return 0, len(self._records)

    async def onward(self, start: int) -> AsyncIterator[list[Any]]:
        yield self._records[start:]


async def test_kinds_that_only_a_newer_version_knows_are_passed_over_and_counted() -> None:
    entry = ActivityEntry(rev=1, activity="uji", title="Uji", sessions=())
    log: Any = MemoryLog(
        ("c:cert-1", b"{}"),
        ("a:uji", entry.encoded()),
        ("c:cert-2", b"\x00"),
        ("c:cert-1", None),
        ("a:lain", b"not asked for"),
        ("s:x", b"{}"),
    )
    found = await entries_of(log, {"a:uji"}, {"a": ActivityEntry, "r": RegistrationEntry})
    assert found.found == {"a:uji": entry}
    assert found.passed_over == {"c": 2, "s": 1}
