"""Questions of one moment are one look; each hears its own answer, or why there is none."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.batching import Batched


async def test_what_comes_during_a_look_is_the_next_one_and_each_hears_its_own() -> None:
    looks: list[list[int]] = []
    going_on = asyncio.Event()

    async def look(questions: Sequence[int]) -> list[int]:
        looks.append(list(questions))
        await going_on.wait()
        return [10 * one for one in questions]

    batched = Batched(look, most=3)
    asking = [asyncio.create_task(batched(1))]
    while not looks:
        await asyncio.sleep(0)
    asking += [asyncio.create_task(batched(number)) for number in (2, 3, 4, 5)]
    await asyncio.sleep(0)
    going_on.set()
    assert await asyncio.gather(*asking) == [10, 20, 30, 40, 50]
    assert looks == [[1], [2, 3, 4], [5]]


async def test_a_look_that_fails_is_told_to_those_it_was_for_and_to_nobody_else() -> None:
    async def look(questions: Sequence[int]) -> list[int]:
        if 0 in questions:
            raise ZeroDivisionError
        return list(questions)

    batched = Batched(look)
    with pytest.raises(ZeroDivisionError):
        await batched(0)
    assert await batched(7) == 7


async def test_who_goes_away_takes_no_answer_from_the_others() -> None:
    going_on = asyncio.Event()

    async def look(questions: Sequence[int]) -> list[int]:
        await going_on.wait()
        return list(questions)

    batched = Batched(look)
    gone, stays = asyncio.create_task(batched(1)), asyncio.create_task(batched(2))
    await asyncio.sleep(0)
    gone.cancel()
    going_on.set()
    assert await stays == 2
