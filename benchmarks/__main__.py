"""`make bench`: ours against the bare parts it is made of, in turns, on Apache Kafka and a real mongod.

Prints every round; `--write` puts the figures into docs/benchmarks.md, and each round into a JSON beside it.
With `--only` the others stay there as they were, by the name of the benchmark.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks import answering, counting, deciding, mailing, resting
from benchmarks.figures import Figure, kept, write
from benchmarks.stage import Stage, stage

Bench = Callable[[list[Figure], Stage, int], Awaitable[None]]

REMARKS = Path(__file__).with_name("remarks.md")


async def decided(figures: list[Figure], on: Stage, rounds: int) -> None:
    await deciding.decided(figures, on, rounds, people=10_000)


async def grown(figures: list[Figure], on: Stage, rounds: int) -> None:
    await deciding.grown(figures, on, rounds, (1_000, 10_000, 200_000), step=1_000)
    await deciding.promoted(figures, on, rounds, (1_000, 10_000), step=500)


async def answered(figures: list[Figure], on: Stage, rounds: int) -> None:
    await answering.answered(figures, on, rounds, seconds=20)


async def mailed(figures: list[Figure], on: Stage, rounds: int) -> None:
    await mailing.mailed(figures, on, rounds, people=4_000)


async def counted(figures: list[Figure], on: Stage, rounds: int) -> None:
    await counting.counted(figures, on, rounds, counting.SIZES)


async def rested(figures: list[Figure], on: Stage, rounds: int) -> None:
    await resting.rested(figures, on, min(rounds, 3), people=200_000)


BENCHES: dict[str, Bench] = {
    "deciding": decided,
    "answering": answered,
    "grown": grown,
    "mailing": mailed,
    "counting": counted,
    "resting": rested,
}


async def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", choices=BENCHES, default=list(BENCHES))
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    figures: list[Figure] = []
    for name in options.only:
        async with stage() as on:
            await BENCHES[name](figures, on, options.rounds)
    for figure in sorted(figures, key=lambda one: one.name):
        print(figure.cells())
    if options.write:
        others = kept(figures) if set(options.only) != BENCHES.keys() else []
        write(sorted([*figures, *others], key=lambda one: one.name), REMARKS.read_text())


if __name__ == "__main__":
    asyncio.run(main())
