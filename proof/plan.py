"""What the clients of one office will do, drawn from a seed before anything is answered.

So a seed repeats the decisions. What an answer must bring (a registration's id) is named by the command that
will bring it.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Literal

from proof.people import Person, make_up

Doing = Literal["ask", "twice", "again", "late"]
"""Ask a command; ask it twice at once; come back with the same key; only ask what became of it."""

REMINDED = timedelta(seconds=75)  # after a plan is made those are reminded who have a seat by then
NEXT = timedelta(days=20)  # until the session that is still to come
OPENING = 6  # activities, so that every partition of a default office has some
PEOPLE = 200_000  # of one kind of client of one office
WHO = ("http", "foreign", "burst", "strangers", "odd")


@dataclass(frozen=True, slots=True)
class Wish:
    """One command over HTTP as a client means it. `about`: ids of the submits whose registrations stand in
    `path` or `rows`; with `rows` it is many commands, `id`.0 and on."""

    type: str
    key: str
    id: str
    method: str
    path: str
    body: Any = None
    staff: bool = True
    about: tuple[str, ...] = ()
    rows: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """`after`: seconds since the step before; `instance`: which of the office's is asked first."""

    after: float
    doing: Doing
    wish: Wish
    wait: bool
    instance: int


@dataclass
class Gathering:
    """An activity as planned. `quotas` and `seating` as in the command; `submits` and `people` are of those
    who fit."""

    id: str
    quotas: list[dict[str, Any]]
    open: bool = True
    seating: dict[str, Any] = field(default_factory=dict)
    submits: list[str] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)

    def admits(self, person: Person) -> bool:
        return any(
            person.category in quota.get("categories", [person.category])
            and person.regency in quota.get("regencies", [person.regency])
            and person.cohort in quota.get("cohorts", [person.cohort])
            for quota in self.quotas
        )


QUOTAS: list[list[dict[str, Any]]] = [
    [{"id": "semua", "seats": 8}],
    [
        {"id": "guru", "seats": 5, "categories": ["guru", "guru-penggerak"]},
        {"id": "dinas", "seats": 4, "categories": ["dinas", "pengawas"]},
    ],
    [{"id": "semua", "seats": 14}, {"id": "badung", "seats": 3, "regencies": ["51.03"]}],
    [{"id": "lama", "seats": 5, "cohorts": [1, 2]}, {"id": "baru", "seats": 4, "cohorts": [3]}],
    [
        {"id": "semua", "seats": 12},
        {"id": "kepala", "seats": 3, "categories": ["kepala-sekolah"]},
        {"id": "angkatan-1", "seats": 4, "cohorts": [1]},
    ],
    [{"id": "semua", "seats": 60}],
]

SEATING: dict[int, dict[str, Any]] = {
    1: {"approval": True},
    2: {"offer_within": "PT2S"},
    4: {"approval": True, "offer_within": "PT3S"},
}
"""Activities, by their quotas', that want approval or offer the seats that become free."""


class Plan:
    """`steps` never ends. `number` and `who` tell these decisions from all others with this seed."""

    def __init__(self, seed: int, number: int, rate: float, who: str = "http") -> None:
        self._rng = random.Random(f"{seed}/{number}/{who}")
        self._name = f"keg-{seed}"
        self._rate = rate
        self._people = count((number * len(WHO) + WHO.index(who)) * PEOPLE)
        self._activities = count(1)
        self._now = datetime.now(UTC)
        self.gatherings: list[Gathering] = []
        self._asked: list[Wish] = []

    def opening(self) -> list[Wish]:
        """The activities that are there from the start; nobody can register for the last one yet."""
        return [self._publish() for _ in range(OPENING)] + [self._publish(opens_in=timedelta(days=7))]

    def steps(self) -> Iterator[Step]:
        rng = self._rng
        doing: list[Doing] = ["ask", "twice", "again", "late"]
        while True:
            what = rng.choices(doing, [76, 8, 9, 7])[0] if self._asked else "ask"
            wish = rng.choice(self._asked[-300:]) if what in ("again", "late") else self._wish()
            yield Step(rng.expovariate(self._rate), what, wish, rng.random() < 0.7, rng.randrange(2))
            if what == "twice" and wish.type == "registration.submit" and rng.random() < 0.5:
                another = replace(wish, id=self._id())  # the same form sent from a second page
                yield Step(0, "ask", another, rng.random() < 0.7, rng.randrange(2))

    def _wish(self) -> Wish:
        makers = [self._submit, self._meet_again, self._cancel, self._attend, self._seats, self._retitle]
        makers += [self._publish, self._end, self._correct, self._seat, self._substitute]
        makers += [self._approve, self._answer]
        weights = [52, 8, 14, 10, 6, 1.5, 1.5, 1, 3, 2, 2, 10, 3]
        wish = self._rng.choices(makers, weights)[0]() or self._submit()
        self._asked.append(wish)
        return wish

    def submit(self, activity: str, person: Person) -> Wish:
        path = f"/activities/{activity}/registrations"
        return Wish("registration.submit", activity, self._id(), "POST", path, person.body())

    def person(self) -> Person:
        return make_up(self._rng, next(self._people))

    def publish(
        self,
        name: str,
        quotas: list[dict[str, Any]],
        opens_in: timedelta | None = None,
        **more: Any,
    ) -> Wish:
        opens = self._now + (opens_in or timedelta(days=-1))
        body = {
            "id": name,
            "title": f"Kegiatan {name}",
            "kind": "rakor",
            "quotas": [dict(quota) for quota in quotas],
            "sessions": [self._session(1, -timedelta(minutes=5)), self._session(2, NEXT)],
            "opens": opens.isoformat(),
            "closes": (opens + timedelta(days=9)).isoformat(),
            "host": "Panitia Kenari",
            "reminder_before": f"PT{(NEXT - REMINDED).total_seconds():.0f}S",
        } | more
        return Wish("activity.publish", name, self._id(), "POST", "/activities", body)

    def extra(self, name: str, quotas: list[dict[str, Any]]) -> Wish:
        """An activity beside those of the plan; each call makes another one."""
        return self.publish(f"{self._name}-{name}-{next(self._activities)}", quotas)

    def change(self, activity: str, **fields: Any) -> Wish:
        return Wish("activity.change", activity, self._id(), "PATCH", f"/activities/{activity}", fields)

    def cancellation(self, activity: str) -> Wish:
        body = {"reason": "Hotel Kenari tutup"}
        path = f"/activities/{activity}/cancellation"
        return Wish("activity.cancel", activity, self._id(), "POST", path, body)

    def _id(self) -> str:
        return f"{self._rng.getrandbits(80):020x}"

    def _session(self, number: int, begins: timedelta) -> dict[str, Any]:
        starts = self._now + begins
        ends = starts + timedelta(hours=2)
        named = {"id": f"s{number}", "title": f"Pertemuan {number}", "zone": "WITA", "jp": 1 + number}
        times = {"starts": starts.isoformat(), "ends": ends.isoformat()}
        return named | times | {"place": "Aula Kenari", "regency": "51.03"}

    def _publish(self, opens_in: timedelta | None = None) -> Wish:
        number = next(self._activities)
        quotas = [dict(quota) for quota in QUOTAS[(number - 1) % len(QUOTAS)]]
        more = SEATING.get((number - 1) % len(QUOTAS), {})
        gathering = Gathering(f"{self._name}-{number}", quotas, opens_in is None, more)
        self.gatherings.append(gathering)
        return self.publish(gathering.id, quotas, opens_in, **more)

    def _submit(self, person: Person | None = None) -> Wish:
        gathering, person = self._rng.choice(self.gatherings), person or self.person()
        wish = self.submit(gathering.id, person)
        if self._rng.random() < 0.03:
            wish = replace(wish, body=wish.body | {"beyond": True})  # somebody who comes to the door
        if gathering.open and gathering.admits(person):
            gathering.submits.append(wish.id)
            gathering.people.append(person)
        return wish

    def _some(self, seating: str = "") -> Gathering | None:
        """An activity with somebody in it, of those that seat people so, if that is asked for."""
        inhabited = [
            one for one in self.gatherings if one.submits and (not seating or seating in one.seating)
        ]
        return self._rng.choice(inhabited) if inhabited else None

    def _meet_again(self) -> Wish | None:
        """Somebody known: in another activity, or in the same one once more."""
        some = self._some()
        if some is None:
            return None
        person = self._rng.choice(some.people)
        return self.submit(some.id, person) if self._rng.random() < 0.5 else self._submit(person)

    def _cancel(self) -> Wish | None:
        if (some := self._some()) is None:
            return None
        about = self._rng.choice(some.submits)
        path = "/registrations/{}"
        return Wish("registration.cancel", some.id, self._id(), "DELETE", path, about=(about,))

    def _correct(self) -> Wish | None:
        """What somebody stands for, which moves their seat or their place in a line."""
        if (some := self._some()) is None:
            return None
        about, another = self._rng.choice(some.submits), self.person()
        body = {"category": another.category, "regency": another.regency, "cohort": another.cohort}
        path = "/registrations/{}"
        return Wish("registration.change", some.id, self._id(), "PATCH", path, body, about=(about,))

    def _seat(self) -> Wish | None:
        """Somebody is confirmed before their turn, or beyond the quotas."""
        if (some := self._some()) is None:
            return None
        about = self._rng.choice(some.submits)
        body = {"reason": "Panitia Kenari", "beyond": self._rng.random() < 0.5}
        path = "/registrations/{}/seat"
        return Wish("registration.seat", some.id, self._id(), "POST", path, body, about=(about,))

    def _approve(self) -> Wish | None:
        """Somebody who asked is approved, or not."""
        if (some := self._some("approval")) is None:
            return None
        about, yes = self._rng.choice(some.submits[-60:]), self._rng.random() < 0.8
        verb, body = ("approve", None) if yes else ("reject", {"reason": "Panitia Kenari"})
        path = f"/registrations/{{}}/{verb}"
        return Wish(f"registration.{verb}", some.id, self._id(), "POST", path, body, about=(about,))

    def _answer(self) -> Wish | None:
        """Whom a seat may be offered takes it, or leaves it."""
        if (some := self._some("offer_within")) is None:
            return None
        about, verb = self._rng.choice(some.submits), self._rng.choice(["accept", "accept", "decline"])
        path = f"/registrations/{{}}/offer/{verb}"
        return Wish(f"offer.{verb}", some.id, self._id(), "POST", path, about=(about,))

    def _substitute(self) -> Wish | None:
        """Somebody new comes in the place of who is confirmed."""
        if (some := self._some()) is None:
            return None
        about, person = self._rng.choice(some.submits), self.person()
        body = {"participant": person.body()["participant"], "beyond": self._rng.random() < 0.5}
        path = "/registrations/{}/substitute"
        return Wish("registration.substitute", some.id, self._id(), "POST", path, body, about=(about,))

    def _attend(self) -> Wish | None:
        if (some := self._some()) is None:
            return None
        many = self._rng.random() < 0.3
        about = self._rng.choices(some.submits, k=self._rng.randint(2, 5) if many else 1)
        mark = {"session": self._rng.choice(["s1"] * 8 + ["s2", "s9"]), "present": self._rng.random() < 0.9}
        path = f"/activities/{some.id}/attendance"
        return Wish(
            "attendance.record", some.id, self._id(), "POST", path, mark, about=tuple(about), rows=many
        )

    def _seats(self) -> Wish:
        """Raise or lower one quota of an activity; what is below the seats taken will be refused."""
        some = self._rng.choice(self.gatherings)
        quota = self._rng.choice(some.quotas)
        quota["seats"] = max(0, quota["seats"] + self._rng.choice([-3, -1, 1, 2, 4]))
        return self.change(some.id, quotas=[dict(one) for one in some.quotas])

    def _retitle(self) -> Wish:
        some = self._rng.choice(self.gatherings)
        return self.change(some.id, title=f"Kegiatan {some.id} ({self._rng.randrange(100)})")

    def _end(self) -> Wish | None:
        """Cancel an activity; some are always left."""
        running = [one for one in self.gatherings if one.open]
        if len(running) <= OPENING // 2:
            return None
        some = self._rng.choice(running)
        some.open = False
        return self.cancellation(some.id)
