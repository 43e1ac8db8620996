"""What recovery makes of a directory that a newer version wrote."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

from services.registration.storage.facts_beyond_ledger import entries_of
from shared.contracts.directory import ActivityEntry, RegistrationEntry
from shared.signatures import EntrySignatures, Signer, entry_parts


class MemoryLog:
    """`signer`: of the records; None: they bear no signature."""

    def __init__(self, *records: tuple[str, bytes | None], signer: Signer | None = None) -> None:
        self._records = [_record(key.encode(), value, signer) for key, value in records]

    def __add__(self, other: "MemoryLog") -> "MemoryLog":
        both = MemoryLog()
        both._records = self._records + other._records
        return both

    async def bounds(self) -> tuple[int, int]:
        return 0, len(self._records)

    async def onward(self, start: int) -> AsyncIterator[list[Any]]:
        yield self._records[start:]


def _record(key: bytes, value: bytes | None, signer: Signer | None) -> Any:
    headers = [signer.header(entry_parts("bali", 2, key, value))] if signer else []
    return SimpleNamespace(key=key, value=value, partition=2, headers=headers)


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
    found = await entries_of(
        log, {"a:uji"}, {"a": ActivityEntry, "r": RegistrationEntry}, EntrySignatures("bali")
    )
    assert found.found == {"a:uji": entry}
    assert found.passed_over == {"c": 2, "s": 1}


async def test_what_the_office_signed_comes_back_whatever_others_wrote() -> None:
    office, stranger = Signer("01" * 32), Signer("03" * 32)

    def entry(title: str, rev: int) -> tuple[str, bytes]:
        return "a:uji", ActivityEntry(rev=rev, activity="uji", title=title, sessions=()).encoded()

    log: Any = (
        MemoryLog(entry("Dari balai", 3), signer=office)
        + MemoryLog(entry("Palsu", 9_000_000), signer=stranger)
        + MemoryLog(entry("Tanpa tanda tangan", 9_000_000))
    )
    models = {"a": ActivityEntry}
    for lenient in (True, False):
        found = await entries_of(log, None, models, EntrySignatures("bali", office.public, lenient))
        assert [one.title for one in found.found.values()] == ["Dari balai"]
    (unproved,) = (await entries_of(log, None, models, EntrySignatures("bali"))).found.values()
    assert unproved.rev == 9_000_000
