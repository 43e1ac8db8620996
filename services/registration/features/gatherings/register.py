"""What a batch of commands of gatherings may need of the register, in a handful of queries."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from services.registration.features.gatherings.domain.activity import ActivityState, Cells
from services.registration.features.gatherings.domain.registration import (
    COUNTED_AS,
    MAX_FACTS,
    Registration,
)
from services.registration.features.gatherings.gathering_states import (
    activity_state,
    line_name,
    registration_state,
)
from services.registration.features.gatherings.gatherings import (
    ACTIVITY,
    INVITATION,
    REGISTRATION,
    Lines,
    beside,
)
from services.registration.features.gatherings.invitation_states import CODEC, INVITATIONS
from services.registration.features.gatherings.submitters import Submitters
from services.registration.features.people.people import PEOPLE, ProvingSources
from services.registration.features.people.store import People
from services.registration.kernel.feature import OfficeStore
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.received_commands import ReceivedCommand
from shared.contracts.commands import (
    AcceptOffer,
    AnswerInvitation,
    ApproveRegistration,
    CancelActivity,
    CancelRegistration,
    ChangeActivity,
    ChangeRegistration,
    CorrectRegistration,
    DeclineOffer,
    RecordAttendance,
    RejectRegistration,
    RemindInvitation,
    SeatRegistration,
    SendInvitation,
    SubmitRegistration,
    SubstituteRegistration,
    Tick,
)
from shared.contracts.facts import ENDED, Cell

NAMING: Final = (
    AcceptOffer
    | ApproveRegistration
    | CancelRegistration
    | ChangeRegistration
    | CorrectRegistration
    | DeclineOffer
    | RecordAttendance
    | RejectRegistration
    | SeatRegistration
    | SubstituteRegistration
)
"""Commands that name the registration which they are about."""
SUBMITTING: Final = SubmitRegistration | SubstituteRegistration
"""Commands that bring a person, who is found among the office's people first."""
INVITING: Final = AnswerInvitation | RemindInvitation | SendInvitation | SubmitRegistration
"""Commands that may name an invitation."""
FREEING: Final = CancelRegistration | ChangeRegistration | DeclineOffer | SubstituteRegistration
"""Commands that may free a seat."""


async def load(
    of: OfficeStore,
    partition: int,
    asked: Sequence[ReceivedCommand],
    loaded: LoadedStates,
    known: Awaitable[None],
) -> None:
    await Register(of).load(asked, loaded, known)


class Register:
    """Loads for one batch; nothing is kept here."""

    def __init__(self, of: OfficeStore) -> None:
        self._store = of.store
        self._digests = of.digests
        self._people = People(of.store, of.digests)
        self._proving = ProvingSources(of.office, of.vouching)

    async def load(
        self, asked: Sequence[ReceivedCommand], loaded: LoadedStates, known: Awaitable[None]
    ) -> None:
        at_hand = beside(loaded)
        submitters, _ = await asyncio.gather(
            self._submitters(asked, loaded), self._load_activities(asked, loaded)
        )
        at_hand.submitters = submitters
        await known
        await self._load_seats(asked, submitters, loaded)
        await self._load_named(asked, loaded)
        await self._load_invitations(asked, loaded)
        await self._load_lines(asked, loaded)
        for one in asked:
            if isinstance(one.command, CancelActivity):
                at_hand.live[one.key] = await self._live(one.key)

    async def _load_activities(self, asked: Sequence[ReceivedCommand], loaded: LoadedStates) -> None:
        activities = loaded.states[ACTIVITY]
        if missing := {one.key for one in asked} - activities.keys():
            async for row in self._store["activities"].find({"_id": {"$in": list(missing)}}):
                activities[row["_id"]] = activity_state(row)

    async def _submitters(self, asked: Sequence[ReceivedCommand], loaded: LoadedStates) -> Submitters:
        named = {
            one.record.offset: self._digests.person(one.command.participant)
            for one in asked
            if isinstance(one.command, SUBMITTING)
        }
        people = loaded.beside[PEOPLE] = await self._people.index(named.values())
        return Submitters(people, named, self._digests, self._proving)

    async def _load_seats(
        self, asked: Sequence[ReceivedCommand], submitters: Submitters, loaded: LoadedStates
    ) -> None:
        """The registrations that who submits had: behind a cancelled one, the next round's too.

        Whom only this batch makes known is looked up with what the batch itself made; should they have had
        a registration before, its id is taken, and a smaller batch reads it.
        """
        wanted = {
            (one.key, ref)
            for one in asked
            if isinstance(one.command, SUBMITTING)
            and one.digest not in loaded.known
            and (ref := submitters.known(one)) is not None
        }
        number = 1
        while wanted:
            ids = {self._digests.registration(key, ref, number): (key, ref) for key, ref in wanted}
            found = await self._registrations(ids)
            loaded.states[REGISTRATION] |= found
            wanted = {ids[name] for name, one in found.items() if one.ended}
            number += 1

    async def _load_named(self, asked: Sequence[ReceivedCommand], loaded: LoadedStates) -> None:
        named = {one.command.registration for one in asked if isinstance(one.command, NAMING)}
        if missing := named - loaded.states[REGISTRATION].keys():
            # of this partition alone: of another one's nothing may be decided
            here = {"activity": {"$in": list({one.key for one in asked})}}
            loaded.states[REGISTRATION] |= await self._registrations(missing, here)

    async def _load_invitations(self, asked: Sequence[ReceivedCommand], loaded: LoadedStates) -> None:
        commands = [one.command for one in asked if isinstance(one.command, INVITING)]
        if names := {one.invitation for one in commands if one.invitation}:
            here = {"activity": {"$in": list({one.key for one in asked})}}
            rows = self._store[INVITATIONS].find({"_id": {"$in": list(names)}} | here)
            loaded.states[INVITATION] |= {row["_id"]: CODEC.read(row) for row in await rows.to_list(None)}

    async def _registrations(
        self, ids: Iterable[str], where: Mapping[str, Any] = MappingProxyType({})
    ) -> dict[str, Registration]:
        wanted = {"_id": {"$in": list(ids)}, **where}
        rows = await self._store["registrations"].find(wanted).to_list(None)
        return {row["_id"]: registration_state(row) for row in rows}

    async def _load_lines(self, asked: Sequence[ReceivedCommand], loaded: LoadedStates) -> None:
        """Of each line as many heads as the batch may free seats, and the waiting ones that it may cancel."""
        heads: Counter[str] = Counter()
        for one in asked:
            if isinstance(one.command, FREEING):
                heads[one.key] += 1
            elif isinstance(one.command, ChangeActivity | AnswerInvitation):
                heads[one.key] += MAX_FACTS
            elif isinstance(one.command, Tick):
                unfinished = [name for kind, name in loaded.unfinished if kind == ACTIVITY]
                heads.update(dict.fromkeys(unfinished, MAX_FACTS))
                await self._load_offered(unfinished, loaded)
        activities, registrations = loaded.states[ACTIVITY], loaded.states[REGISTRATION]
        for name, limit in heads.items():
            state = activities.get(name)
            # of an activity that this batch may publish, the whole line, still empty, is at hand
            lines = await self._lines(name, state, limit) if state else {}
            beside(loaded).lines[name] = lines
            for line in lines.values():
                for one_waiting in line:
                    registrations.setdefault(one_waiting.id, one_waiting)

    async def _load_offered(self, names: Sequence[str], loaded: LoadedStates) -> None:
        """Whose offers may end."""
        states = [loaded.states[ACTIVITY][name] for name in names]
        offered = {name for state in states if state for name in state.offers}
        if missing := offered - loaded.states[REGISTRATION].keys():
            loaded.states[REGISTRATION] |= await self._registrations(missing)

    async def _lines(self, activity: str, state: ActivityState, limit: int) -> Lines:
        lines: Lines = defaultdict(list)
        for line, number in state.waiting.items():
            if number:
                rows = self._store["registrations"].find(
                    {"activity": activity, "line": line_name(line), "status": "waitlisted"}
                )
                ahead = await rows.sort("arrival", 1).limit(limit).to_list(None)
                lines[line] = [registration_state(row) for row in ahead]
        return lines

    async def _live(self, activity: str) -> Cells:
        """Confirmed, those of them beyond the quotas, and what counts as waitlisted of an activity by cell,
        counted from its registrations."""
        cell = {"category": "$who.category", "regency": "$who.regency", "cohort": "$who.cohort"}
        groups = await self._store.aggregate(
            "registrations",
            [
                {
                    "$match": {
                        "_id": self._digests.activity_range(activity),
                        "activity": activity,
                        "status": {"$nin": [*ENDED]},
                    }
                },
                {
                    "$group": {
                        "_id": cell | {"status": "$status"},
                        "number": {"$sum": 1},
                        "beyond": {"$sum": {"$cond": [{"$eq": ["$beyond", True]}, 1, 0]}},
                    }
                },
                {"$sort": {"_id": 1}},
            ],
        )
        live: dict[Cell, Counter[str]] = defaultdict(Counter)
        for group in groups:
            key = group["_id"]
            where = Cell(
                activity=activity,
                category=key.get("category"),
                home_regency=key.get("regency"),
                cohort=key.get("cohort"),
            )
            live[where][COUNTED_AS[key["status"]]] += group["number"]
            if group["beyond"]:
                live[where]["beyond"] = group["beyond"]
        return live
