"""An activity's registrations with who they are, as its staff look for them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from services.registration.features.gatherings.fold import answers_of
from services.registration.features.people.persons import containing, holding
from services.registration.features.people.reactions import RegistrationOfPerson, registrations_of
from services.registration.features.people.store import People
from services.registration.kernel.digests import Digests
from shared.contracts.commands import Participant
from shared.contracts.facts import ENDED
from shared.contracts.questions import Answer
from shared.mongo.driver import Document, Store

EVERYBODY: Final = 1_000_000
SEARCHED: Final = (
    *("person.who.name", "person.who.email", "person.who.nip", "person.who.nuptk"),
    *("who.institution.name", "who.institution.npsn", "who.group"),
)


@dataclass(frozen=True, slots=True)
class RosterFilter:
    """What staff filter by; empty holds for all. `text`: words in any order, each a part of a name, an email
    address, a number, an institution or a mentored group. `question`, `answer`: who answered
    that so, or at all where it is empty."""

    status: str = ""
    category: str = ""
    regency: str = ""
    institution: str = ""
    text: str = ""
    group: str = ""
    question: str = ""
    answer: str = ""

    @property
    def in_turn(self) -> bool:
        """Whether those are asked for who wait, for a seat or to be approved, who stand in their order."""
        return self.status in ("waitlisted", "submitted")


@dataclass(frozen=True, slots=True)
class EnrolledParticipant:
    """One registration. `who`: name and email, perhaps phone, nip, nuptk, of which `unproved` only they
    themselves stated. `attended`: session -> JP; `reason`: why it was rejected; `partly`: there is more of
    the person than may be seen."""

    id: str
    activity: str
    status: str
    ref: str
    who: Mapping[str, str]
    category: str
    regency: str | None
    cohort: int | None
    group: str | None
    role_in_group: str | None
    institution: str
    npsn: str | None
    line: str
    attended: Mapping[str, int]
    unproved: tuple[str, ...] = ()
    reason: str | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    partly: bool = False


class Roster:
    def __init__(self, store: Store, digests: Digests) -> None:
        self._store = store
        self._digests = digests

    async def found(
        self, activity: str, wanted: RosterFilter, skip: int = 0, limit: int = EVERYBODY
    ) -> tuple[list[EnrolledParticipant], int]:
        """A part of those that are wanted, by name without titles, or who waits in turn, and how many are."""
        within = {"_id": self._digests.activity_range(activity), "activity": activity}
        part: list[dict[str, Any]] = [
            {"$sort": {"arrival": 1} if wanted.in_turn else {"person.letters": 1, "_id": 1}},
            {"$skip": skip},
            {"$limit": limit},
        ]
        steps: list[dict[str, Any]] = [{"$match": within | _of_registrations(wanted)}, *_WITH_PERSON]
        if wanted.text:
            steps.append({"$match": holding(wanted.text, SEARCHED, "person.who.phone")})
        rows = await self._store.aggregate("registrations", [*steps, *part])
        counted = await self._store.aggregate("registrations", [*steps, {"$count": "all"}])
        return [_enrolled(row) for row in rows], counted[0]["all"] if counted else 0

    async def places(self, activity: str) -> dict[str, int]:
        """Of all who wait: registration -> place in the line."""
        waiting = {"activity": activity, "status": "waitlisted"}
        rows = self._store["registrations"].find(waiting, {"_id": 1}).sort("arrival", 1)
        return {row["_id"]: place for place, row in enumerate(await rows.to_list(EVERYBODY), start=1)}

    async def counts(self, activity: str) -> dict[str, int]:
        """Registrations by status."""
        within = {"_id": self._digests.activity_range(activity), "activity": activity}
        counted = {"$group": {"_id": "$status", "all": {"$sum": 1}}}
        rows = await self._store.aggregate("registrations", [{"$match": within}, counted])
        return {row["_id"]: row["all"] for row in rows}

    async def categories(self, activity: str) -> list[str]:
        """Of those who are confirmed."""
        within = {"_id": self._digests.activity_range(activity), "activity": activity, "status": "confirmed"}
        steps: list[Document] = [{"$match": within}, {"$group": {"_id": "$who.category"}}]
        return [row["_id"] for row in await self._store.aggregate("registrations", steps)]

    async def one(self, registration: str) -> EnrolledParticipant | None:
        match = {"$match": {"_id": registration}}
        rows = await self._store.aggregate("registrations", [match, *_WITH_PERSON])
        return _enrolled(rows[0]) if rows else None

    async def of(self, registrations: Sequence[str]) -> dict[str, EnrolledParticipant]:
        """Those of them that there are."""
        match = {"$match": {"_id": {"$in": list(registrations)}}}
        rows = await self._store.aggregate("registrations", [match, *_WITH_PERSON])
        return {row["_id"]: _enrolled(row) for row in rows}

    async def live(self, ref: str) -> list[RegistrationOfPerson]:
        """Where this person is registered and not cancelled: what a correction of them must reach."""
        held = await registrations_of(self._store, self._digests, ref)
        return [one for one in held if one.status not in ENDED]

    async def standing(self, activity: str, who: Participant) -> str | None:
        """The registration that this person, found as by a submission of staff, has in the activity."""
        ref = await People(self._store, self._digests).ref(who, proving=True)
        live = await self.live(ref) if ref else []
        return next((one.registration for one in live if one.activity == activity), None)


_WITH_PERSON: Final[list[dict[str, Any]]] = [
    {"$lookup": {"from": "people", "localField": "who.contact", "foreignField": "_id", "as": "person"}},
    {"$set": {"person": {"$first": "$person"}}},
]


def _of_registrations(wanted: RosterFilter) -> Document:
    given: Document = {
        "status": wanted.status,
        "who.category": wanted.category,
        "who.regency": wanted.regency,
        "who.institution.name": containing(wanted.institution) if wanted.institution else "",
        "who.group": wanted.group,
    }
    found = {field: value for field, value in given.items() if value}
    return found | _of_answers(wanted.question, wanted.answer) if wanted.question else found


def _of_answers(question: str, answer: str) -> Document:
    """Of several choices one is enough; of a text a part."""
    where = f"who.answers.{question}"
    if not answer:
        return {where: {"$exists": True}}
    number = answer.replace(",", ".")
    if not re.fullmatch(r"-?[0-9]{1,13}([.][0-9]{1,6})?", number):
        return {where: containing(answer)}
    return {"$or": [{where: containing(answer)}, {where: float(number)}]}


def _enrolled(row: Document) -> EnrolledParticipant:
    who = row["who"]
    institution = who.get("institution") or {}
    return EnrolledParticipant(
        row["_id"],
        row["activity"],
        row["status"],
        who["ref"],
        (row.get("person") or {}).get("who", {"name": "", "email": ""}),
        who["category"],
        who.get("regency"),
        who.get("cohort"),
        who.get("group"),
        who.get("role_in_group"),
        institution.get("name", ""),
        institution.get("npsn"),
        row["line"],
        row["attended"],
        tuple((row.get("person") or {}).get("unproved", ())),
        row.get("reason"),
        answers_of(who.get("answers", {})),
    )
