"""Sending what is due: claimed, judged, paid from the office's bucket, attempted in writing, answered."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Final, Protocol

from services.notification.application.ports import Answer, Channel, Letter
from services.notification.domain.deliveries import Delivery, State
from services.notification.domain.judgement import Allowed, Close, Gone, Known, Send, Wait, judge
from services.notification.domain.lists import Standing
from services.notification.domain.templates import POLICIES, Backoff
from shared.contracts.directory import ActivityEntry, RegistrationEntry

log = logging.getLogger(__name__)


SERVER_BACKOFF: Final = Backoff()
PAUSES_TO_NOTE: Final = (0.5, 1.0, 2.0, 4.0, 8.0)  # an election of MongoDB takes 5 to 12 s
DIRECTORY_BACKOFF: Final = Backoff(first=0.1, longest=10.0)


class LeaseLost(Exception):
    """Another worker has the delivery now: leave it alone."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery held under a lease. `lost_attempt`: begun by an earlier holder and never answered."""

    delivery: Delivery
    claim: str
    tries: int
    waits: int
    lost_attempt: bool


@dataclass(frozen=True, slots=True)
class Pace:
    """The lease is renewed as an attempt begins and outlasts it, so that no live worker is overtaken.
    A worker claims `batch` at a time, to spare round trips."""

    lease: timedelta = timedelta(seconds=120)
    batch: int = 20
    idle_seconds: float = 0.5
    backoff: Backoff = SERVER_BACKOFF
    waiting: Backoff = DIRECTORY_BACKOFF


class Ledger(Protocol):
    """Every change is guarded by the claim and raises `LeaseLost` when another holds it. `now` is the time
    that all instances share; it is known from the first claim on."""

    async def claim(self, at_most: int, lease: timedelta) -> list[Claimed]: ...
    def now(self) -> datetime: ...
    async def count_lost(self, held: Claimed) -> None: ...
    async def begin_attempt(self, held: Claimed, lease: timedelta) -> None: ...
    async def close(self, held: Claimed, state: State, reason: str | None, code: int | None) -> None: ...
    async def postpone(self, held: Claimed, seconds: float, code: int | None, tried: bool) -> None: ...
    async def wait(self, held: Claimed, seconds: float) -> None: ...
    async def release(self, held: Sequence[Claimed], seconds: float) -> None: ...


class Directory(Protocol):
    async def people(self, ids: set[str]) -> dict[str, RegistrationEntry | Gone]: ...
    async def activities(self, ids: set[str]) -> dict[str, ActivityEntry | Gone]: ...
    async def before(self, changes: set[tuple[str, int]]) -> dict[tuple[str, int], ActivityEntry]:
        """Activities as they stood before the facts of these numbers, as far as is known."""
        ...

    async def standings(self, ids: set[str]) -> dict[str, Standing]: ...
    async def read_to_its_end(self, partition: int) -> bool:
        """Whether all that stands in the partition at the time of the call was applied."""
        ...


class Bucket(Protocol):
    async def take(self, at_most: int) -> int: ...
    @property
    def seconds_each(self) -> float: ...


class Postman:
    """One worker with its own connection; any number may run, here and in other processes."""

    def __init__(
        self,
        ledger: Ledger,
        directory: Directory,
        bucket: Bucket,
        channel: Channel,
        allowed: Allowed,
        pace: Pace,
        closed: Callable[[Delivery, State], None],
    ) -> None:
        self._ledger, self._directory, self._bucket, self._channel = ledger, directory, bucket, channel
        self._allowed, self._pace, self._closed = allowed, pace, closed
        self._stopping = False
        self._in_hand: Claimed | None = None
        self._handed_over = False

    def stop(self) -> None:
        """End `run` after the mail in hand, so that its answer is still heard."""
        self._stopping = True

    async def run(self, woken: Callable[[float], Awaitable[None]]) -> None:
        """Until stopped. `woken` returns after that many seconds or when there may be something to send."""
        try:
            while not self._stopping:
                try:
                    if not await self.round():
                        await woken(self._pace.idle_seconds)
                except Exception as error:
                    # the type only: texts of drivers and servers may repeat an address
                    log.warning("sending paused: %s", type(error).__name__)
                    await asyncio.sleep(1.0)
        finally:
            await self._channel.close()

    async def round(self) -> int:
        """Claim once and do what can be done; returns how many were claimed."""
        until = monotonic() + self._pace.lease.total_seconds() / 2
        claimed = await self._ledger.claim(self._pace.batch, self._pace.lease)
        if not claimed:
            return 0
        self._in_hand = None
        try:
            await self._work_off(claimed, until)
        except Exception:
            await self._give_back(claimed)
            raise
        return len(claimed)

    async def _give_back(self, claimed: list[Claimed]) -> None:
        """After a failure: what was in hand comes later, so that it cannot hold up the others each time.

        An attempt that may have been handed over stays open, and is counted as lost by who claims it next.
        """
        if (held := self._in_hand) is not None:
            pause = self._pace.backoff.after(held.tries + 1, random.random())
            if self._handed_over:
                await self._note(lambda: self._ledger.release([held], pause))
            else:
                with suppress(LeaseLost):
                    await self._note(lambda: self._ledger.postpone(held, pause, None, tried=True))
        await self._note(lambda: self._ledger.release(claimed, 0))  # of those done the claim is gone

    async def _work_off(self, claimed: list[Claimed], until: float) -> None:
        """Send what may go. What is not begun `until` then (monotonic) is given back: its lease would end
        before its turn, and two workers would do the work of one."""
        ready = await self._judged(claimed)
        granted = await self._bucket.take(len(ready)) if ready else 0
        await self._ledger.release([held for held, _ in ready[granted:]], self._bucket.seconds_each)
        for at, (held, letter) in enumerate(ready[:granted]):
            if self._stopping or monotonic() > until:
                await self._ledger.release([left for left, _ in ready[at:granted]], 0)
                break
            self._in_hand, self._handed_over = held, False
            try:
                await self._send(held, letter)
            except LeaseLost:
                log.info("a delivery passed to another worker")
        self._in_hand = None
        if granted < len(ready) and not self._stopping:
            await asyncio.sleep(min(self._bucket.seconds_each, 5.0))

    async def _judged(self, claimed: list[Claimed]) -> list[tuple[Claimed, Letter]]:
        known = await self._known([held.delivery for held in claimed])
        ready = []
        for held in claimed:
            about = known[held.delivery.id]
            self._in_hand, self._handed_over = held, held.lost_attempt
            try:
                if held.lost_attempt:
                    await self._ledger.count_lost(held)
                verdict = judge(held.delivery, about, self._ledger.now(), self._allowed, held.lost_attempt)
                if isinstance(verdict, Send):
                    seated = about.standing is not None and about.standing.seated
                    letter = Letter(held.delivery, verdict.person, verdict.activity, about.earlier, seated)
                    ready.append((held, letter))
                else:
                    await self._hold(held, verdict)
            except LeaseLost:
                continue
        self._in_hand = None
        return ready

    async def _known(self, deliveries: Sequence[Delivery]) -> dict[str, Known]:
        """By the delivery's id. What only some templates ask for is looked up for those alone."""
        people = await self._directory.people({one.registration for one in deliveries})
        activities = await self._directory.activities({one.activity for one in deliveries})
        asked = {one.registration for one in deliveries if POLICIES[one.template].by_standing}
        standings = await self._directory.standings(asked) if asked else {}
        changed = {
            (one.activity, one.needs_activity) for one in deliveries if one.template == "activity-changed"
        }
        before = await self._directory.before(changed) if changed else {}
        return {
            one.id: Known(
                people.get(one.registration),
                activities.get(one.activity),
                before.get((one.activity, one.needs_activity)),
                standings.get(one.registration),
            )
            for one in deliveries
        }

    async def _hold(self, held: Claimed, verdict: Wait | Close) -> None:
        if isinstance(verdict, Wait) and verdict.missing and await self._missing_for_good(held.delivery):
            verdict = Close("withdrawn", "not_in_directory")
        if isinstance(verdict, Wait):
            pause = self._pace.waiting.after(held.waits + 1, random.random())
            await self._ledger.wait(held, pause)
        else:
            await self._close(held, verdict.state, verdict.reason)

    async def _missing_for_good(self, delivery: Delivery) -> bool:
        """The record precedes its fact: a directory read past the fact without it will never have it."""
        if not await self._directory.read_to_its_end(delivery.partition):
            return False
        people = await self._directory.people({delivery.registration})
        return not people or not await self._directory.activities({delivery.activity})

    async def _send(self, held: Claimed, letter: Letter) -> None:
        async def about_to_hand_over() -> None:
            await self._ledger.begin_attempt(held, self._pace.lease)
            self._handed_over = True

        answer = await self._channel.deliver(letter, about_to_hand_over)
        await self._note(lambda: self._record(held, answer))

    async def _note(self, write: Callable[[], Awaitable[None]]) -> None:
        """An answer that is known is not lost for a database that is away for some seconds."""
        for pause in PAUSES_TO_NOTE:
            try:
                return await write()
            except LeaseLost:
                raise
            except Exception as error:
                log.warning("an answer could not be noted yet: %s", type(error).__name__)
                await asyncio.sleep(pause)
        return await write()

    async def _record(self, held: Claimed, answer: Answer) -> None:
        if answer.kind == "accepted":
            await self._close(held, "sent", None, answer.code)
        elif answer.kind == "refused":
            await self._close(held, "failed", "refused" if answer.code else "unwritable", answer.code)
        elif answer.kind == "again":
            pause = self._pace.backoff.after(held.tries + 1, random.random())
            await self._ledger.postpone(held, pause, answer.code, tried=True)
        else:
            await self._lost(held, answer)

    async def _lost(self, held: Claimed, answer: Answer) -> None:
        await self._ledger.count_lost(held)
        if POLICIES[held.delivery.template].resend_if_ambiguous:
            pause = self._pace.backoff.after(held.tries + 1, random.random())
            await self._ledger.postpone(held, pause, answer.code, tried=False)
        else:
            await self._close(held, "ambiguous", "answer_lost", answer.code)

    async def _close(self, held: Claimed, state: State, reason: str | None, code: int | None = None) -> None:
        await self._ledger.close(held, state, reason, code)
        self._closed(held.delivery, state)
