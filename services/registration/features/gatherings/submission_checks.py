"""What is looked up of the public's submissions before they are sent: one look for all of a moment."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.domain.registrant import Registrant
from services.registration.features.gatherings.domain.registration import answered, closed_to_all
from services.registration.features.gatherings.first_looks import FirstLooks
from services.registration.features.gatherings.gathering_states import activity_state
from services.registration.features.gatherings.limits import Limits
from services.registration.features.gatherings.public import PublicSubmission, SubmissionCheck
from services.registration.kernel.command_client import DecidedCommand, OutcomesPort
from services.registration.kernel.decisions import Refusal
from shared.batching import Batched
from shared.contracts.commands import SubmitRegistration
from shared.mongo.driver import Store, is_passing

LOOK_SECONDS: Final = 0.4
MANY: Final = 10  # at one look
RUSH_SECONDS: Final = 1.0  # since so many came at once
FRESH_SECONDS: Final = 1.0
REMEMBERED: Final = 500  # activities
UNSEEN: Final = SubmissionCheck(known=True)
"""Without MongoDB intake takes commands all the same: nothing is counted, and everybody may be known."""


class SubmissionChecks:
    """Limits, whether the person is known, and what was decided when the same command came before."""

    def __init__(self, store: Store, limits: Limits, outcomes: OutcomesPort) -> None:
        self._store = store
        self._limits = limits
        self._looks = FirstLooks(store)
        self._outcomes = outcomes
        self._activities: dict[str, tuple[float, ActivityState]] = {}
        self._batched = Batched(self._patiently)
        self._rushed = 0.0

    @property
    def many(self) -> bool:
        """Whether people come faster now than they can be looked up one by one."""
        return monotonic() < self._rushed + RUSH_SECONDS

    async def meet(self, arrival: PublicSubmission) -> SubmissionCheck:
        return await self._batched(arrival)

    async def _patiently(self, arrivals: Sequence[PublicSubmission]) -> list[SubmissionCheck]:
        if len(arrivals) >= MANY:
            self._rushed = monotonic()
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                return await self._look(arrivals)
        except Exception as error:
            if not is_passing(error):
                raise
            return [UNSEEN] * len(arrivals)

    async def _look(self, arrivals: Sequence[PublicSubmission]) -> list[SubmissionCheck]:
        one_each = {one.command: one for one in arrivals}
        seen, known, _ = await asyncio.gather(
            self._looks.of([one.command for one in one_each.values() if one.again]),
            self._known(list(one_each.values())),
            self._visit({one.submitted.activity for one in arrivals}),
        )
        fresh = [one for command, one in one_each.items() if command not in seen]
        late, decided = await asyncio.gather(
            self._limits.admit(fresh, set(self._activities)), self._outcomes.find(list(seen))
        )
        closed = {one.command: refusal for one in fresh if (refusal := self._closed(one.submitted))}
        admitted = [one for one in fresh if one.command not in late | closed]
        first = {one.command: one.command in known for one in admitted}
        kept = await self._looks.keep({one.command: first[one.command] for one in admitted if one.again})
        looks = first | kept | seen
        return [
            SubmissionCheck(known=True, closed=closed[one.command])
            if one.command in closed and one.command not in late
            else _met(one, looks, decided, late)
            for one in arrivals
        ]

    async def _known(self, arrivals: Sequence[PublicSubmission]) -> set[bytes]:
        """Commands of people whom the office knows by address and name, as the public is found."""
        digests = self._limits.digests
        names = {one.command: digests.person(one.submitted.participant).email for one in arrivals}
        wanted = {"known_by": {"$in": list(names.values())}}
        rows = await self._store["people"].find(wanted, {"known_by": 1}).to_list(None)
        there = {bytes(digest) for row in rows for digest in row["known_by"]}
        return {command for command, name in names.items() if name in there}

    def _closed(self, submitted: SubmitRegistration) -> Refusal | None:
        """Told to everybody alike: else who is registered, and so refused otherwise, could be found out."""
        if submitted.activity not in self._activities:
            return None
        _, state = self._activities[submitted.activity]
        if state.cancelled:
            return None
        who = Registrant(
            "", "", submitted.category, submitted.regency, submitted.cohort, answers=submitted.answers
        )
        if refusal := closed_to_all(state, who.category, who.regency, who.cohort, datetime.now(UTC)):
            return refusal
        answers = answered(state.described, who, demanding=True)
        return answers if isinstance(answers, Refusal) else None

    async def _visit(self, activities: set[str]) -> None:
        """Read those that were not read within a second."""
        now = monotonic()
        stale = [name for name in activities if now > self._activities.get(name, (0.0, None))[0]]
        if stale:
            rows = await self._store["activities"].find({"_id": {"$in": stale}}).to_list(None)
            if len(self._activities) > REMEMBERED:
                self._activities.clear()
            self._activities |= {row["_id"]: (now + FRESH_SECONDS, activity_state(row)) for row in rows}


def _met(
    one: PublicSubmission,
    looks: dict[bytes, bool],
    decided: dict[bytes, DecidedCommand],
    late: dict[bytes, int],
) -> SubmissionCheck:
    if one.command in late:
        return SubmissionCheck(known=True, wait=late[one.command])
    return SubmissionCheck(looks[one.command], decided.get(one.command))
