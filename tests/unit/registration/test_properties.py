"""Registration's domain against a model of a few lines: whatever is asked in whatever order."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.domain.registration import COUNTED_AS
from shared.contracts.commands import CancelActivity, ChangeActivity, PublishActivity
from tests.support.book import ENDS, MOMENT, Book, described, invitation_id
from tests.support.book import registration_id as _id
from tests.support.given import NOW

SHAPES: list[dict[str, list[str]]] = [
    {"semua": []},
    {"guru": ["guru"], "dinas": ["dinas"]},
    {"semua": [], "guru": ["guru"]},
    {"semua": [], "guru": ["guru", "guru-penggerak"], "lain": ["dinas", "guru"]},
]
GONE = ("registration_unknown", "already_cancelled", "activity_cancelled")
PEOPLE = st.sampled_from("abcdefghij")
WITHIN = timedelta(hours=1)
ROUNDS = 6  # that an id of the domain's tests has digits for


class Model:
    """An activity as a child would keep it: a list of who sits, a list of who waits, of whom nobody has
    decided on yet, and until when a chair is kept for whom."""

    def __init__(
        self, shape: dict[str, list[str]], seats: dict[str, int], approves: bool, offers: bool
    ) -> None:
        self.shape, self.seats = shape, seats
        self.approves, self.offers = approves, offers
        self.now, self.ends = NOW, ENDS
        self.category: dict[str, str] = {}
        self.sitting: list[str] = []
        self.waiting: list[str] = []
        self.asking: list[str] = []
        self.offered: dict[str, datetime] = {}
        self.held: dict[str, tuple[list[str], int]] = {}
        self.until: dict[str, datetime] = {}
        self.beyond: set[str] = set()
        self.over = False

    @property
    def ended(self) -> bool:
        return self.now >= self.ends

    @property
    def alive(self) -> list[str]:
        return [*self.sitting, *self.waiting, *self.asking, *self.offered]

    def quotas(self, who: str) -> list[str]:
        return [name for name, only in self.shape.items() if not only or self.category[who] in only]

    def taken(self, quota: str) -> int:
        seated = [*self.sitting, *self.offered]
        held = sum(left for quotas, left in self.held.values() if quota in quotas)
        return held + sum(quota in self.quotas(who) for who in seated if who not in self.beyond)

    def room(self, who: str) -> bool:
        return all(self.taken(quota) < self.seats[quota] for quota in self.quotas(who))

    def submit(self, who: str, category: str, beyond: bool) -> str:
        if self.over or who in self.alive:
            return "activity_cancelled" if self.over else "already_registered"
        self.category[who] = category
        if not self.quotas(who) and not beyond:
            return "not_eligible"
        overtakes = any(self.room(one) for one in self.waiting)
        seated = bool(self.quotas(who)) and self.room(who) and not overtakes
        if beyond and not seated:
            self.beyond.add(who)
        if self.approves and not beyond:
            self.asking.append(who)
            return "taken"
        (self.sitting if seated or beyond else self.waiting).append(who)
        return "taken"

    def leave(self, who: str) -> None:
        self._forget(who)
        self.beyond.discard(who)
        self.move_up()

    def correct(self, who: str, category: str) -> str:
        before, self.category[who] = self.category[who], category
        quotas = self.quotas(who)
        if who not in self.sitting and not quotas:
            self.category[who] = before
            return "not_eligible"
        if (until := self.offered.pop(who, None)) is not None:
            room = self.room(who)
            self.offered[who] = until
            if not room:
                self.category[who] = before
                return "no_seat"
        if who in self.sitting and who not in self.beyond:
            self.sitting.remove(who)
            if not quotas or not self.room(who):
                self.beyond.add(who)
            self.sitting.append(who)
        self.move_up()
        return "taken"

    def substitute(self, who: str, by: str, beyond: bool) -> str:
        if by in self.alive:
            return "already_registered"
        before, self.category[by] = self.category.get(by), self.category[who]
        if who in self.beyond:
            self.beyond.discard(who)
            self.beyond.add(by)
        else:
            self.sitting.remove(who)
            if not self.room(by) and not beyond:
                self.sitting.append(who)
                if before is not None:
                    self.category[by] = before
                return "no_seat"
            if not self.room(by):
                self.beyond.add(by)
            self.sitting.append(who)
        self.sitting[self.sitting.index(who)] = by
        self.move_up()
        return "taken"

    def seat(self, who: str, beyond: bool) -> str:
        if who in self.asking:
            return "not_approved"
        if self.offered.pop(who, None) is not None:
            self.sitting.append(who)
            return "taken"
        if not self.room(who):
            if not beyond:
                return "no_seat"
            self.beyond.add(who)
        self.waiting.remove(who)
        self.sitting.append(who)
        return "taken"

    def move_up(self) -> None:
        for who in [*self.waiting]:
            if self.room(who) and not self.ended:
                self.waiting.remove(who)
                if self.offers:
                    self.offered[who] = min(self.now + WITHIN, self.ends).replace(microsecond=0)
                else:
                    self.sitting.append(who)

    def approve(self, who: str) -> None:
        overtakes = any(self.room(one) for one in self.waiting)
        self.asking.remove(who)
        (self.sitting if self.room(who) and not overtakes else self.waiting).append(who)

    def runs(self, who: str) -> bool:
        return who in self.offered and self.now < self.offered[who]

    def pass_by(self) -> None:
        for who, until in [*self.offered.items()]:
            if until <= self.now:
                del self.offered[who]
        for name in [*self.held]:
            if self.until[name] <= self.now:
                del self.held[name]
        self.move_up()

    def _forget(self, who: str) -> None:
        self.offered.pop(who, None)
        for several in (self.sitting, self.waiting, self.asking):
            if who in several:
                several.remove(who)


class Registering(RuleBasedStateMachine):
    @initialize(
        shape=st.sampled_from(SHAPES),
        seats=st.lists(st.integers(0, 3), min_size=3, max_size=3),
        approves=st.booleans(),
        offers=st.booleans(),
    )
    def publish(self, shape: dict[str, list[str]], seats: list[int], approves: bool, offers: bool) -> None:
        self.book, self.rounds, self.gone = Book(), Counter[str](), set[str]()
        self.model = Model(shape, dict(zip(shape, seats, strict=False)), approves, offers)
        self.meetings, self.declined = 1, set[str]()
        published = described(quotas=self.quotas(), closes="2024-12-31T00:00:00+08:00", approval=approves)
        published |= {"offer_within": WITHIN} if offers else {}
        self.book.ask(PublishActivity.model_validate(published))

    @property
    def now(self) -> datetime:
        return self.model.now

    def quotas(self) -> list[dict[str, Any]]:
        return [
            {"id": name, "seats": self.model.seats[name]} | ({"categories": only} if only else {})
            for name, only in self.model.shape.items()
        ]

    @rule(
        who=PEOPLE,
        category=st.sampled_from(["guru", "guru-penggerak", "dinas"]),
        beyond=st.sampled_from([False, False, True]),
    )
    def submit(self, who: str, category: str, beyond: bool) -> None:
        if self.rounds[who] == ROUNDS:
            return
        said = self.book.submit(who, category, self.now, beyond)
        expected = self.model.submit(who, category, beyond)
        if expected == "taken":
            self.rounds[who] += 1
            sits, waits = who in self.model.sitting, who in self.model.waiting
            assert said[0].partition(":")[0] == (
                "RegistrationConfirmed"
                if sits
                else "RegistrationWaitlisted"
                if waits
                else "RegistrationSubmitted"
            )
        else:
            assert said == expected

    @rule(who=PEOPLE)
    def cancel(self, who: str) -> None:
        said = self.book.cancel(who, max(1, self.rounds[who]), self.now)
        if who in self.model.alive and not self.model.over:
            assert said[0].startswith("RegistrationCancelled")
            self.model.leave(who)
        else:
            assert said in ("registration_unknown", "already_cancelled", "activity_cancelled")

    @rule(who=PEOPLE, category=st.sampled_from(["guru", "dinas", "komunitas"]))
    def correct(self, who: str, category: str) -> None:
        model, number = self.model, max(1, self.rounds[who])
        said = self.book.correct(who, number, self.now, category=category)
        if self.is_gone(who):
            assert said in GONE
        elif category == model.category[who]:
            assert said == []
        elif (expected := model.correct(who, category)) == "taken":
            assert said[0].startswith("RegistrationChanged")
        else:
            assert said == expected

    @rule(who=PEOPLE, beyond=st.booleans())
    def seat(self, who: str, beyond: bool) -> None:
        model = self.model
        said = self.book.seat(who, max(1, self.rounds[who]), beyond, self.now)
        if self.is_gone(who):
            assert said in GONE
        elif who in model.sitting:
            assert said == "already_confirmed"
        elif (expected := model.seat(who, beyond)) == "taken":
            assert said[0].startswith("RegistrationPromoted")
        else:
            assert said == expected

    @rule(who=PEOPLE, by=PEOPLE, beyond=st.booleans())
    def substitute(self, who: str, by: str, beyond: bool) -> None:
        model, number = self.model, max(1, self.rounds[who])
        if self.rounds[by] == ROUNDS:
            return
        said = self.book.substitute(who, by, number, beyond, self.now)
        if self.is_gone(who):
            assert said in GONE
        elif who not in model.sitting:
            assert said == "not_eligible"
        elif (expected := model.substitute(who, by, beyond)) == "taken":
            self.rounds[by] += 1
            assert said[0].startswith("RegistrationSubstituted")
        else:
            assert said == expected

    @rule(who=PEOPLE, yes=st.sampled_from([True, True, False]))
    def answer_who_asks(self, who: str, yes: bool) -> None:
        model, number = self.model, max(1, self.rounds[who])
        said = (self.book.approve if yes else self.book.reject)(who, number, self.now)
        if self.is_gone(who):
            assert said in GONE
        elif who not in model.asking:
            assert said == "already_answered"
        elif yes:
            model.approve(who)
            assert said[0].startswith("RegistrationApproved")
        else:
            model.leave(who)
            assert said[0].startswith("RegistrationRejected")

    @rule(who=PEOPLE, yes=st.booleans())
    def answer_an_offer(self, who: str, yes: bool) -> None:
        model, number = self.model, max(1, self.rounds[who])
        said = (self.book.accept if yes else self.book.decline)(who, number, self.now)
        if not self.is_gone(who) and model.runs(who):
            assert said[0].startswith("RegistrationPromoted" if yes else "OfferEnded")
            if yes:
                model.seat(who, beyond=False)
            else:
                model.leave(who)
        else:
            assert said in {*GONE, "offer_ended", "already_confirmed", "not_approved"}

    @rule(hours=st.integers(0, 2))
    def let_offers_pass(self, hours: int) -> None:
        self.model.now += hours * WITHIN
        self.book.tick(self.now)
        if not self.model.over:
            self.model.pass_by()

    @rule(name=st.sampled_from("wxyz"), seats=st.integers(1, 3), hours=st.integers(1, 3))
    def invite(self, name: str, seats: int, hours: int) -> None:
        model = self.model
        quotas = [one for one, only in model.shape.items() if not only or "guru" in only]
        free = all(model.taken(one) + seats <= model.seats[one] for one in quotas)
        overtakes = any(model.room(one) for one in model.waiting)
        until = self.now + hours * WITHIN
        said = self.book.invite(name, seats, until, now=self.now)
        if model.over:
            assert said == "activity_cancelled"
        elif name in model.until:
            assert said == "id_reused"
        elif not quotas or not free or overtakes:
            assert said == ("no_seat" if quotas else "not_eligible")
        else:
            assert said == ["InvitationSent"]
            model.held[name], model.until[name] = (quotas, seats), until

    @rule(name=st.sampled_from("wxyz"), who=PEOPLE)
    def name_somebody(self, name: str, who: str) -> None:
        model = self.model
        if self.rounds[who] == ROUNDS:
            return
        said = self.book.name(who, name, self.now)
        if model.over or name not in model.until or self.now >= model.until[name]:
            assert said in ("activity_cancelled", "not_invited", "deadline_passed")
        elif name in self.declined:
            assert said == "already_answered"
        elif who in model.alive:
            assert said == "already_registered"
        elif name not in model.held:
            assert said == "no_seat"
        else:
            assert said[0].startswith("RegistrationConfirmed")
            self.rounds[who] += 1
            quotas, left = model.held.pop(name)
            if left > 1:
                model.held[name] = quotas, left - 1
            model.category[who] = "guru"
            model.sitting.append(who)

    @rule(name=st.sampled_from("wxyz"))
    def decline_an_invitation(self, name: str) -> None:
        model = self.model
        said = self.book.answer(name, "not_coming", now=self.now)
        if model.over or name not in model.until or self.now >= model.until[name]:
            assert said in ("activity_cancelled", "not_invited", "deadline_passed")
        elif name in self.declined:
            assert said == "already_answered"
        else:
            assert said[0] == "InvitationAnswered"
            self.declined.add(name)
            model.held.pop(name, None)
            model.move_up()

    def is_gone(self, who: str) -> bool:
        return self.model.over or who not in self.model.alive

    @rule(who=PEOPLE, number=st.integers(1, ROUNDS))
    def cancel_late(self, who: str, number: int) -> None:
        """A repetition that comes when the person has long had another round."""
        if number < self.rounds[who]:
            assert self.book.cancel(who, number, self.now) in ("already_cancelled", "activity_cancelled")

    @rule(quota=st.integers(0, 2), seats=st.integers(0, 6))
    def change_seats(self, quota: int, seats: int) -> None:
        model, names = self.model, [*self.model.shape]
        name = names[quota % len(names)]
        before, model.seats[name] = model.seats[name], seats
        change = {"activity": "rakor", "quotas": self.quotas()}
        said = self.book.ask(ChangeActivity.model_validate(change), self.now)
        if model.over or seats < model.taken(name):
            model.seats[name] = before
            assert said == ("activity_cancelled" if model.over else "quota_below_taken")
        else:
            model.move_up()

    @precondition(lambda self: self.gone)
    @rule()
    def let_the_last_session_end(self) -> None:
        self.model.now = max(self.now, ENDS + timedelta(days=self.meetings))

    @rule()
    def add_a_session_after_the_last(self) -> None:
        """Of which the end is to come, whatever has ended."""
        self.meetings += 2
        first = described()["sessions"][0]
        days = [timedelta(days=number) for number in range(self.meetings)]
        sessions = [
            first | {"id": f"s{day.days}", "starts": NOW, "ends": ENDS + day + MOMENT} for day in days
        ]
        change = ChangeActivity.model_validate({"activity": "rakor", "sessions": sessions})
        if self.book.ask(change, self.now) != "activity_cancelled":
            self.model.ends = ENDS + days[-1] + MOMENT
            self.model.move_up()

    @precondition(lambda self: len(self.gone) > 2)
    @rule()
    def end(self) -> None:
        self.book.ask(CancelActivity(activity="rakor"))
        self.model.over = True

    @property
    def state(self) -> ActivityState:
        assert self.book.state is not None
        return self.book.state

    @invariant()
    def confirmed_never_exceeds_a_quota(self) -> None:
        """I2, recounted from the registrations and not from what the activity counts."""
        seats = {quota.id: quota.seats for quota in self.state.described.quotas}
        seated = [one for one in self.book.people.values() if one.status in ("confirmed", "offered")]
        taken = Counter(quota for one in seated for quota in one.quotas)
        for hold in self.state.holds.values():
            taken.update(dict.fromkeys(hold.quotas, hold.left))
        assert all(taken[quota] <= seats[quota] for quota in seats)
        assert dict(self.state.taken) == {quota: taken[quota] for quota in seats}

    @invariant()
    def the_same_sit_and_wait_as_in_the_model(self) -> None:
        """I3: nobody waits for whom there is room, and who moved up was first."""
        model = self.model
        by_status = {"confirmed": model.sitting, "waitlisted": model.waiting, "submitted": model.asking}
        for status, people in (by_status | {"offered": [*model.offered]}).items():
            found = {one.id for one in self.book.people.values() if one.status == status}
            assert found == {_id(who, self.rounds[who]) for who in people}
        assert not self.state.promoting(self.now)
        assert model.ended or not any(model.room(who) for who in model.waiting)
        offers = {_id(who, self.rounds[who]): until for who, until in model.offered.items()}
        assert dict(self.state.offers) == ({} if model.over else offers)
        held = {invitation_id(name): left for name, (_, left) in model.held.items()}
        found_held = {name: hold.left for name, hold in self.state.holds.items()}
        assert found_held == ({} if model.over else held)

    @invariant()
    def what_the_facts_count_is_so(self) -> None:
        """I4, in every cell."""
        found: Counter[tuple[Any, str]] = Counter()
        for one in self.book.people.values():
            status = "cancelled" if self.model.over else COUNTED_AS[one.status]
            found[one.cell, status] += 1
            if one.beyond and status == "confirmed":
                found[one.cell, "beyond"] += 1
        counted = {
            key: number
            for key, number in self.book.counted.items()
            if key[0].category and number and key[1] != "invited"
        }
        assert counted == dict(found)
        assert not self.model.over or all(key[1] == "cancelled" for key in counted)

    @invariant()
    def what_was_cancelled_stays_so(self) -> None:
        """I8."""
        cancelled = {one.id for one in self.book.people.values() if one.ended}
        assert self.gone <= cancelled
        self.gone = cancelled


TestRegistering = Registering.TestCase
TestRegistering.settings = settings(max_examples=60, stateful_step_count=40)
