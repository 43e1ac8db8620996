"""Counting an office's facts once more, from the beginning of their topic, aside from the live figures."""

import asyncio
from typing import Final

from services.reporting.domain.counting import advance
from services.reporting.domain.cursor import Cursor
from services.reporting.storage.cells import apply
from services.reporting.storage.cursors import ensure_cursors
from shared.kafka.facts import read_fact
from shared.kafka.offsets import records_between, survey
from shared.mongo.driver import Store

LOOKS: Final = 6  # at a topic that seems to lack a fact: the embedded broker may tell its end late
LOOK_SECONDS: Final = 1.0


class TopicLacks(Exception):
    """The facts topic does not hold what was counted from it; the text says which fact."""


async def fold_to(aside: Store, epoch: int, bootstrap: str, live: Cursor) -> None:
    """Apply the partition's facts up to the very number that the live cursor stands at.

    Raises `TopicLacks`, `OfficeStopped`, `LeaseLost`.
    """
    cursor = (await ensure_cursors(aside, [live.where]))[live.where]
    start, looks = cursor.offset, 0
    while cursor.number < live.number:
        first, end = (await survey(bootstrap, [live.where]))[live.where]
        reached = await _fold_between(aside, epoch, bootstrap, cursor, live.number, max(first, start), end)
        looks = 0 if reached.number > cursor.number else looks + 1
        if looks > LOOKS:
            place = f"{live.where[0]} partition {live.partition}"
            raise TopicLacks(f"{place} lacks fact {cursor.number + 1}, which was counted")
        if looks > 1:
            await asyncio.sleep(LOOK_SECONDS)
        cursor, start = reached, 0  # which may have them further ahead too


async def _fold_between(
    aside: Store, epoch: int, bootstrap: str, cursor: Cursor, number: int, start: int, end: int
) -> Cursor:
    async for records in records_between(bootstrap, *cursor.where, start, end):
        facts = [fact for fact in map(read_fact, records) if cursor.number < fact.stated.number <= number]
        facts.sort(key=lambda fact: fact.stated.number)  # a topic that was filled again has another order
        if facts and (step := advance(cursor, facts)).facts:
            await apply(aside, [step], epoch)
            cursor = step.after
        if cursor.number == number:
            break
    return cursor
