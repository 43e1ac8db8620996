"""Given, when, then of one activity: whoever registers is named by a letter."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.domain.decider import View, go_on
from services.registration.features.gatherings.domain.registrant import Registrant
from services.registration.features.gatherings.domain.registration import COUNTED_AS, Candidate, Registration
from services.registration.features.gatherings.gatherings import ACTIVITY, REGISTRATION, beside, view
from services.registration.kernel.decisions import NewFact, Refusal
from shared.contracts.commands import (
    AcceptOffer,
    AnswerInvitation,
    ApproveRegistration,
    CancelRegistration,
    ChangeActivity,
    ChangeRegistration,
    Command,
    DeclineOffer,
    PublishActivity,
    RecordAttendance,
    RejectRegistration,
    SeatRegistration,
    SendInvitation,
    SubmitRegistration,
    SubstituteRegistration,
)
from shared.contracts.facts import Cell
from tests.support.given import NOW, Story

ENDS = datetime(2024, 1, 11, 4, tzinfo=UTC)
MOMENT = timedelta(milliseconds=1)
NAME = "rakor"


def described(**changed: Any) -> dict[str, Any]:
    return {
        "id": NAME,
        "title": "Rapat koordinasi",
        "kind": "rakor",
        "sessions": [
            {
                "id": "s1",
                "title": "Pertemuan 1",
                "starts": "2024-01-11T08:00:00+08:00",
                "ends": "2024-01-11T12:00:00+08:00",
                "zone": "WITA",
                "regency": "51.03",
                "jp": 4,
            }
        ],
        "quotas": [{"id": "semua", "seats": 2}],
        "opens": "2024-01-01T00:00:00+08:00",
        "closes": "2024-01-11T00:00:00+08:00",
    } | changed


class Nobody:
    """A meeting of which nothing is kept."""


@dataclass
class Submitting:
    """Who submits is the letter that the command calls them by. `staff`: whether the office's own ask."""

    staff: bool = True

    def own(self, asked: Any) -> bool:
        return self.staff

    def invites(self, asked: Any) -> bool:
        return True

    def of(
        self, asked: Any, command: SubmitRegistration | SubstituteRegistration, stands_for: Registrant
    ) -> Any:
        who = command.participant.name
        registrant = replace(stands_for, ref=who, contact=who)
        candidate = Candidate(registrant, lambda number: registration_id(who, number))
        return SimpleNamespace(candidate=candidate, meeting=Nobody(), proves=False)


@dataclass
class Book(Story):
    """An activity as the facts so far made it. `counted`: what their changes add up to."""

    submitting: Any = field(default_factory=Submitting)
    counted: Counter[tuple[Cell, str]] = field(default_factory=Counter)

    @property
    def state(self) -> ActivityState | None:
        found: ActivityState | None = self.loaded.states[ACTIVITY].get(NAME)
        return found

    @property
    def people(self) -> dict[str, Registration]:
        return self.loaded.states[REGISTRATION]

    def prepare(self, key: str) -> None:
        at_hand = beside(self.loaded)
        waiting = sorted(
            (one for one in self.people.values() if one.status == "waitlisted"), key=lambda one: one.arrival
        )
        lines: dict[tuple[str, ...], list[Registration]] = {}
        for one in waiting:
            lines.setdefault(one.quotas, []).append(one)
        live: dict[Cell, dict[Any, int]] = {}
        for one in self.people.values():
            if not one.ended:
                counts, counted = live.setdefault(one.cell, {}), COUNTED_AS[one.status]
                counts[counted] = counts.get(counted, 0) + 1
                if one.beyond:
                    counts["beyond"] = counts.get("beyond", 0) + 1
        at_hand.lines, at_hand.live = {key: lines}, {key: live}
        at_hand.submitters = self.submitting

    def view(self) -> View:
        self.prepare(NAME)
        return view(self.loaded, NAME)

    def ask(self, command: Command, now: datetime = NOW) -> Any:
        """The reason of a refusal, or what happened, in words."""
        decision = self.when(command, NAME, now)
        return decision.reason if isinstance(decision, Refusal) else self.follow(decision)

    def follow(self, decision: list[NewFact]) -> list[str]:
        self.given(NAME, *(NewFact(one.body, one.private) for one in decision))
        for content in decision:
            for change in content.body.changes:
                for measure, step in change.add.items():
                    self.counted[change.cell, measure] += step
        return [f"{type(one.body).__name__}:{_letter(one.body)}".rstrip(":") for one in decision]

    def submit(
        self,
        who: str,
        category: str = "guru",
        now: datetime = NOW,
        beyond: bool = False,
        answers: dict[str, Any] | None = None,
    ) -> Any:
        command = SubmitRegistration.model_validate(
            {
                "activity": NAME,
                "participant": {"name": who, "email": f"{who}@sekolah.example"},
                "category": category,
                "beyond": beyond,
                "answers": answers or {},
            }
        )
        return self.ask(command, now)

    def fault(self, command: Command, now: datetime = NOW) -> dict[str, Any]:
        """What the refusal of a command names."""
        decision = self.when(command, NAME, now)
        assert isinstance(decision, Refusal), decision
        return dict(decision.numbers)

    def cancel(self, who: str, number: int = 1, now: datetime = NOW) -> Any:
        return self.ask(CancelRegistration(registration=registration_id(who, number)), now)

    def correct(self, who: str, number: int = 1, now: datetime = NOW, **changed: Any) -> Any:
        given = {"registration": registration_id(who, number)} | changed
        return self.ask(ChangeRegistration.model_validate(given), now)

    def seat(self, who: str, number: int = 1, beyond: bool = False, now: datetime = NOW) -> Any:
        registration = registration_id(who, number)
        return self.ask(SeatRegistration(registration=registration, reason="Tamu", beyond=beyond), now)

    def substitute(
        self, who: str, by: str, number: int = 1, beyond: bool = False, now: datetime = NOW, **changed: Any
    ) -> Any:
        given = {
            "registration": registration_id(who, number),
            "participant": {"name": by, "email": f"{by}@sekolah.example"},
            "beyond": beyond,
        }
        return self.ask(SubstituteRegistration.model_validate(given | changed), now)

    def approve(self, who: str, number: int = 1, now: datetime = NOW) -> Any:
        return self.ask(ApproveRegistration(registration=registration_id(who, number)), now)

    def reject(self, who: str, number: int = 1, now: datetime = NOW) -> Any:
        return self.ask(
            RejectRegistration(registration=registration_id(who, number), reason="Bukan sasaran"), now
        )

    def accept(self, who: str, number: int = 1, now: datetime = NOW) -> Any:
        return self.ask(AcceptOffer(registration=registration_id(who, number)), now)

    def decline(self, who: str, number: int = 1, now: datetime = NOW) -> Any:
        return self.ask(DeclineOffer(registration=registration_id(who, number)), now)

    def tick(self, now: datetime = NOW) -> list[str]:
        return self.follow(go_on(self.view(), now))

    def invite(
        self,
        name: str,
        seats: int = 1,
        until: datetime = NOW + timedelta(days=1),
        category: str = "guru",
        now: datetime = NOW,
    ) -> Any:
        given = {
            "activity": NAME,
            "invitation": invitation_id(name),
            "to": {"name": "SD Contoh", "email": "sd@sekolah.example"},
            "seats": seats,
            "until": until,
            "category": category,
        }
        return self.ask(SendInvitation.model_validate(given), now)

    def answer(self, name: str, said: str, seats: int | None = None, now: datetime = NOW) -> Any:
        given = {"activity": NAME, "invitation": invitation_id(name), "answer": said, "seats": seats}
        return self.ask(AnswerInvitation.model_validate(given), now)

    def name(self, who: str, invitation: str, now: datetime = NOW) -> Any:
        command = SubmitRegistration.model_validate(
            {
                "activity": NAME,
                "participant": {"name": who, "email": f"{who}@sekolah.example"},
                "category": "lainnya",
                "invitation": invitation_id(invitation),
            }
        )
        return self.ask(command, now)

    def attend(self, who: str, now: datetime, present: bool = True, session: str = "s1") -> Any:
        command = RecordAttendance(
            activity=NAME, session=session, registration=registration_id(who, 1), present=present
        )
        return self.ask(command, now)


def registration_id(who: str, number: int) -> str:
    return (who + str(number + 1)) * 14 + "a"


def invitation_id(name: str) -> str:
    return (name + "7") * 14 + "a"


def _letter(body: object) -> str:
    return getattr(body, "registration", "")[:1]


def published(**changed: Any) -> Book:
    book = Book()
    book.ask(PublishActivity.model_validate(described(**changed)))
    return book


def change(**fields: Any) -> ChangeActivity:
    return ChangeActivity.model_validate({"activity": NAME} | fields)
