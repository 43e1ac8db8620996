"""Sending what is due: claimed, judged, paid from the office's bucket, attempted in writing, answered."""

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Final, TypeVar

from services.notification.kernel.backoff import Backoff
from services.notification.kernel.deliveries import Delivery, State
from services.notification.kernel.letters import Letter
from services.notification.kernel.mail_features import MailFeatures
from services.notification.kernel.ports import (
    Channel,
    ChannelAnswer,
    ClaimedDelivery,
    Contexts,
    Directory,
    LeaseLost,
    Ledger,
    TokenBucket,
)
from services.notification.kernel.send_decision import AllowedRecipients, decide_sending
from services.notification.kernel.verdicts import (
    DeliveryContext,
    EndDelivery,
    ErasedEntry,
    Send,
    Verdict,
    Wait,
)
from services.notification.kernel.window import Ready, Window

log = logging.getLogger(__name__)
T = TypeVar("T")


SERVER_BACKOFF: Final = Backoff()
PAUSES_TO_NOTE: Final = (0.5, 1.0, 2.0, 4.0, 8.0)  # an election of MongoDB takes 5 to 12 s
DIRECTORY_BACKOFF: Final = Backoff(first=0.1, longest=10.0)


@dataclass(frozen=True, slots=True)
class DeliveryPace:
    """The lease is renewed as an attempt begins and outlasts it, so that no live worker is overtaken.
    A worker claims `batch` at a time, or four windows if those are more, to spare round trips. It attempts
    one mail, and twice as many together whenever those before went well within `quick_seconds`, up to
    `window`: so many may be ambiguous after a crash, and one where the server is slow or broken."""

    lease: timedelta = timedelta(seconds=120)
    batch: int = 20
    window: int = 16
    idle_seconds: float = 0.5
    backoff: Backoff = SERVER_BACKOFF
    waiting: Backoff = DIRECTORY_BACKOFF

    @property
    def quick_seconds(self) -> float:
        """Beyond it a window is slow; so little that none of a claim loses its lease behind a window."""
        return min(0.5, self.lease.total_seconds() / 100)


class DeliveryWorker:
    """One worker with its own connection; any number may run, here and in other processes."""

    def __init__(
        self,
        features: MailFeatures,
        ledger: Ledger,
        directory: Directory,
        contexts: Contexts,
        bucket: TokenBucket,
        channel: Channel,
        allowed: AllowedRecipients,
        pace: DeliveryPace,
        closed: Callable[[Delivery, State], None],
    ) -> None:
        self._features, self._ledger, self._bucket, self._channel = features, ledger, bucket, channel
        self._directory, self._contexts = directory, contexts
        self._allowed, self._pace, self._closed = allowed, pace, closed
        self._stopping = False
        self._in_hand: Sequence[ClaimedDelivery] = ()
        self._handed_over = False
        self._at_once = 1

    def stop(self) -> None:
        """End `run` after what is handed over, so that its answer is still heard."""
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
        # no more than what goes quickly: with a slow server the other workers take their share
        claimed = await self._ledger.claim(max(self._pace.batch, 4 * self._at_once), self._pace.lease)
        if not claimed:
            return 0
        self._in_hand = ()
        try:
            await self._work_off(claimed, until)
        except Exception:
            await self._give_back(claimed)
            raise
        return len(claimed)

    async def _give_back(self, claimed: list[ClaimedDelivery]) -> None:
        """After a failure: what was in hand comes later, so that it cannot hold up the others each time.

        An attempt that may have been handed over stays open, and is counted as lost by who claims it next.
        """
        self._at_once = 1
        for held in self._in_hand:
            pause = self._pace.backoff.after(held.tries + 1, random.random())
            with suppress(LeaseLost):
                await self._note(self._put_off(held, pause))
        await self._note(lambda: self._ledger.release(claimed, 0))  # of those done the claim is gone

    def _put_off(self, held: ClaimedDelivery, pause: float) -> Callable[[], Awaitable[None]]:
        if self._handed_over:
            return lambda: self._ledger.release([held], pause)
        return lambda: self._ledger.postpone(held, pause, None, tried=True)

    async def _work_off(self, claimed: list[ClaimedDelivery], until: float) -> None:
        """Send what may go. What is not begun `until` then (monotonic) is given back: its lease would end
        before its turn, and two workers would do the work of one."""
        ready = await self._judged(claimed)
        granted = await self._bucket.take(len(ready)) if ready else 0
        await self._ledger.release([held for held, _ in ready[granted:]], self._bucket.seconds_each)
        left = ready[:granted]
        while left and not self._stopping and monotonic() < until:
            window, left = left[: self._at_once], left[self._at_once :]
            left = await self._send(window) + left
        self._in_hand = ()
        await self._ledger.release([held for held, _ in left], 0)
        if granted < len(ready) and not self._stopping:
            await asyncio.sleep(min(self._bucket.seconds_each, 5.0))

    async def _judged(self, claimed: list[ClaimedDelivery]) -> list[Ready]:
        known = await self._contexts.of([held.delivery for held in claimed])
        ready, read = list[Ready](), dict[int, bool]()
        for held in claimed:
            about = known[held.delivery.id]
            self._in_hand, self._handed_over = (held,), held.lost_attempt
            try:
                if held.lost_attempt:
                    await self._ledger.count_lost(held)
                verdict = self._judge(held, about)
                if isinstance(verdict, Send):
                    assert not isinstance(about.activity, ErasedEntry), "such a one was withdrawn"
                    letter = Letter(held.delivery, about.recipient, about.activity, verdict.news)
                    ready.append((held, letter))
                else:
                    await self._hold(held, verdict, read)
            except LeaseLost:
                continue
        self._in_hand = ()
        return ready

    def _judge(self, held: ClaimedDelivery, about: DeliveryContext) -> Verdict:
        """A mail that cannot be judged holds up no other; it can be sent again once it can."""
        try:
            return decide_sending(
                self._features,
                held.delivery,
                about,
                self._ledger.now(),
                self._allowed,
                held.lost_attempt,
            )
        except Exception as error:
            log.error("a mail cannot be judged: %s", type(error).__name__)
            return EndDelivery("failed", "unwritable")

    async def _hold(self, held: ClaimedDelivery, verdict: Wait | EndDelivery, read: dict[int, bool]) -> None:
        if isinstance(verdict, EndDelivery):
            await self._close([held], verdict.state, verdict.reason, knows=verdict.knows)
        elif verdict.turn:
            await self._wait(held, self._pace.backoff)
        elif await self._directory.waits_for_parked(held.delivery):
            await self._wait(held, self._pace.waiting, "unreadable_entry")
        elif verdict.missing and await self._missing_for_good(held.delivery, read):
            await self._close([held], "withdrawn", "not_in_directory")
        else:
            await self._wait(held, self._pace.waiting)

    async def _wait(self, held: ClaimedDelivery, pace: Backoff, reason: str | None = None) -> None:
        await self._ledger.wait(held, pace.after(held.waits + 1, random.random()), reason)

    async def _missing_for_good(self, delivery: Delivery, read: dict[int, bool]) -> bool:
        """The record precedes its fact: a directory read past the fact without it will never have it.

        `read`: by partition whether it was read to its end after the claim, as far as it was asked: the
        broker takes up to half a second to say where that is.
        """
        partition = delivery.partition
        if partition not in read:
            read[partition] = await self._directory.read_to_its_end(partition)
        if not read[partition]:
            return False
        there = len(await self._directory.entries(delivery.needs)) == len(delivery.needs)
        return not there and not await self._directory.waits_for_parked(delivery)  # read meanwhile

    async def _send(self, ready: Sequence[Ready]) -> list[Ready]:
        """Attempt them together; what was not handed over comes back, with its attempt taken back."""
        slow = monotonic() + self._pace.quick_seconds
        window = Window(
            ready, self._ledger, self._pace.lease, over=lambda: self._stopping or monotonic() > slow
        )
        self._in_hand, self._handed_over = window.held, False
        answers = await self._delivered(window)
        await self._record(window.answered(answers))
        left = window.unanswered(answers)
        if left:
            kept = await self._note(lambda: self._ledger.take_back([held for held, _ in left]))
            left = [one for one in left if one[0] in kept]
        well = all(answer.kind in ("accepted", "refused") for answer in answers.values())
        if well and len(answers) == len(ready) and monotonic() < slow:
            self._at_once = min(2 * self._at_once, self._pace.window)
        else:
            self._at_once = 1
        return left

    async def _delivered(self, window: Window) -> dict[str, ChannelAnswer]:
        async def about_to_hand_over() -> None:
            await window.begin()
            self._handed_over = True

        try:
            return await self._channel.deliver(window.letters(), about_to_hand_over)
        except LeaseLost:
            log.info("a delivery passed to another worker")
            return {}

    async def _note(self, write: Callable[[], Awaitable[T]]) -> T:
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

    async def _record(self, answered: Sequence[tuple[ClaimedDelivery, ChannelAnswer]]) -> None:
        accepted: dict[int | None, list[ClaimedDelivery]] = defaultdict(list)
        for held, answer in answered:
            if answer.kind == "accepted":
                accepted[answer.code].append(held)
        for code, together in accepted.items():
            await self._note(partial(self._close, together, "sent", None, code))
        for held, answer in answered:
            if answer.kind != "accepted":
                try:
                    await self._note(partial(self._record_alone, held, answer))
                except LeaseLost:
                    log.info("a delivery passed to another worker")

    async def _record_alone(self, held: ClaimedDelivery, answer: ChannelAnswer) -> None:
        pause = self._pace.backoff.after(held.tries + 1, random.random())
        if answer.kind == "refused":
            await self._close([held], "failed", "refused" if answer.code else "unwritable", answer.code)
        elif answer.kind == "again":
            await self._ledger.postpone(held, pause, answer.code, tried=True)
        else:
            await self._ledger.count_lost(held)
            if self._features.templates[held.delivery.template].resend_if_ambiguous:
                await self._ledger.postpone(held, pause, answer.code, tried=False)
            else:
                await self._close([held], "ambiguous", "answer_lost", answer.code)

    async def _close(
        self,
        held: Sequence[ClaimedDelivery],
        state: State,
        reason: str | None,
        code: int | None = None,
        knows: int | None = None,
    ) -> None:
        closed = await self._ledger.close(held, state, reason, code, knows)
        for one in closed:
            self._closed(one.delivery, state)
        if len(closed) < len(held):
            log.info("a delivery passed to another worker")
