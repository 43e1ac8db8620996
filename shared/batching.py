"""Questions that are asked in the same moment, answered by one look."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


class Batched(Generic[Q, A]):
    """Asks `look` for what came while it answered the questions before, in their order.

    Whoever asks alone waits for nothing; the more ask, the fewer looks each costs. What `look` raises is
    raised to each of those whose questions it was to answer.
    """

    def __init__(self, look: Callable[[Sequence[Q]], Awaitable[Sequence[A]]], most: int = 200) -> None:
        """`most`: questions of one look."""
        self._look = look
        self._most = most
        self._asked: list[tuple[Q, asyncio.Future[A]]] = []
        self._looking: asyncio.Task[None] | None = None

    async def __call__(self, question: Q) -> A:
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._asked.append((question, answer))
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._answer())
        return await answer

    async def _answer(self) -> None:
        while self._asked:
            batch, self._asked = self._asked[: self._most], self._asked[self._most :]
            try:
                answers = await self._look([question for question, _ in batch])
            except Exception as error:
                for _, waiting in batch:
                    if not waiting.done():
                        waiting.set_exception(error)
                continue
            for (_, waiting), answer in zip(batch, answers, strict=True):
                if not waiting.done():  # who asked may have gone
                    waiting.set_result(answer)
