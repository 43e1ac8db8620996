"""Looking for facts that did not come in the order of their numbers: a topic that was filled again."""

import asyncio
from typing import Final

from services.reporting.domain.cursor import Cursor
from shared.kafka.cluster import Cluster
from shared.kafka.facts import OfficeStopped, read_fact
from shared.kafka.offsets import Log
from shared.kafka.records import Record, Where

WINDOW: Final = 500  # facts kept at a time; those beyond are found by the next look
SCAN_SECONDS: Final = 60.0


class Gaps:
    """Reads a partition from its beginning once for each number that lacks, then only what was appended."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._looked: dict[Where, tuple[int, int]] = {}  # number lacking, and the offset looked up to

    async def after(self, cursor: Cursor) -> list[Record]:
        """Records of the facts after the cursor, by number; none while the very next one lacks."""
        where, lacking = cursor.where, cursor.number + 1
        async with asyncio.timeout(SCAN_SECONDS), self._cluster.reader() as consumer:
            log = Log(consumer, *where)
            first, end = await log.bounds()
            number, looked = self._looked.get(where, (lacking, first))
            start = looked if number == lacking and first <= looked <= end else first
            found = await _scan(log, lacking, start, end)
            if lacking in found and start > first:
                found = await _scan(log, lacking, first, end)
        if lacking not in found:
            self._looked[where] = (lacking, end)
            return []
        return [found[number] for number in sorted(found)]  # and once more if they cannot be applied now


async def _scan(log: Log, lacking: int, start: int, end: int) -> dict[int, Record]:
    found: dict[int, Record] = {}
    async for records in log.between(start, end):
        for record in records:
            try:
                number = read_fact(record).stated.number
            except OfficeStopped:
                continue  # it stops the office when its turn comes
            if lacking <= number < lacking + WINDOW:
                found.setdefault(number, record)
    return found
