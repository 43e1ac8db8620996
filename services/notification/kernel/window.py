"""A few mails of one worker that are attempted together."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from services.notification.kernel.letters import Letter
from services.notification.kernel.ports import (
    ChannelAnswer,
    ClaimedDelivery,
    LeaseLost,
    Ledger,
)

Ready = tuple[ClaimedDelivery, Letter]


class Window:
    """Their attempts are begun in one write, and answered in one as far as they end alike.

    A crash leaves ambiguous what was begun and not answered: the mails of one window of each worker at most.
    Each of them stays open in the ledger and is counted by who claims it next. `over`: whether no other
    letter is to be taken up after the first.
    """

    def __init__(
        self, ready: Sequence[Ready], ledger: Ledger, lease: timedelta, over: Callable[[], bool]
    ) -> None:
        self._ready, self._ledger, self._lease, self._over = list(ready), ledger, lease, over
        self._at = 0  # of the letter that is taken up

    @property
    def held(self) -> list[ClaimedDelivery]:
        return [held for held, _ in self._ready]

    def letters(self) -> Iterator[Letter]:
        while self._at < len(self._ready) and not (self._at and self._over()):
            yield self._ready[self._at][1]
            self._at += 1

    async def begin(self) -> None:
        """Of the letter that is taken up and those after it. Raises `LeaseLost` if that one is another's."""
        waiting = [held for held, _ in self._ready[self._at :]]
        revs = {held.delivery.id: letter.rev for held, letter in self._ready[self._at :]}
        begun = await self._ledger.begin_attempts(waiting, self._lease, revs)
        kept = {held.delivery.id for held in begun}
        first = waiting[0].delivery.id
        rest = [one for one in self._ready[self._at :] if one[0].delivery.id in kept]
        self._ready[self._at :] = rest
        if first not in kept:
            raise LeaseLost

    def answered(self, answers: dict[str, ChannelAnswer]) -> list[tuple[ClaimedDelivery, ChannelAnswer]]:
        return [(held, answers[held.delivery.id]) for held, _ in self._ready if held.delivery.id in answers]

    def unanswered(self, answers: dict[str, ChannelAnswer]) -> list[Ready]:
        """Surely not handed over, and still held."""
        return [one for one in self._ready if one[0].delivery.id not in answers]
