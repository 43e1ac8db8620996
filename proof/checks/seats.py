"""I2: never more confirmed or offered than a quota has seats. I3: no seat idle while somebody waits who is
eligible, approved where that is wanted, and offered none, until the last session has ended."""

from bisect import insort
from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from proof.checks.published import published
from proof.checks.verdict import Look, Verdict
from proof.witnesses import Document, Fact, Run

Signature = tuple[str, ...]


@dataclass(slots=True)
class Room:
    """An activity's seats, recounted. `lines`: those who wait, by the quotas that they need; `ends`: its last
    session, None without any; `offers`: until when a seat is offered, which is taken as long;
    `held`: until when seats are held, by invitation."""

    seats: dict[str, int]
    taken: Counter[str] = field(default_factory=Counter)
    offers: dict[str, str] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    lines: dict[Signature, deque[tuple[int, str]]] = field(default_factory=lambda: defaultdict(deque))
    waiting: dict[str, Signature] = field(default_factory=dict)
    arrivals: dict[str, int] = field(default_factory=dict)
    ends: datetime | None = None
    cancelled: bool = False

    def over(self, at: datetime) -> bool:
        return self.cancelled or (self.ends is not None and at >= self.ends)

    def describe(self, data: dict[str, Any]) -> None:
        self.seats = {quota["id"]: quota["seats"] for quota in data["quotas"]}
        self.ends = max((_time(one["ends"]) for one in data["sessions"]), default=None)

    def full(self, quotas: Iterable[str]) -> bool:
        return any(self.taken[quota] >= self.seats.get(quota, 0) for quota in quotas)

    def next(self) -> tuple[int, str] | None:
        """Number and registration of the earliest of those who wait and whose quotas all have room."""
        heads = []
        for quotas, line in self.lines.items():
            while line and self.waiting.get(line[0][1]) != quotas:
                line.popleft()
            if line and not self.full(quotas):
                heads.append(line[0])
        return min(heads, default=None)

    def follow(self, fact: Fact) -> Signature:
        """Take a fact in; answers the quotas whose seats it moved."""
        data, quotas = fact.data, tuple(fact.data.get("quotas", ()))
        match fact.type:
            case "activity.changed":
                self.describe(data)
                return tuple(self.seats)
            case "activity.cancelled":
                self.cancelled = True
                return ()
            case "registration.waitlisted":
                self.arrivals[data["registration"]] = fact.number
                self._join(data["registration"], quotas)
                return ()
            case "registration.approved" if not data["seated"]:
                self.arrivals[data["registration"]] = fact.number
                self._join(data["registration"], quotas)
                return ()
            case "registration.submitted" | "registration.rejected":
                return ()
            case "invitation.sent":
                self.taken.update(dict.fromkeys(quotas, data["seats"]))
                self.held[data["invitation"]] = data["until"]
                return quotas
            case "invitation.answered" | "invitation.ended":
                self.taken.subtract(dict.fromkeys(quotas, data["freed"]))
                return quotas
            case "registration.confirmed" if data.get("invitation"):
                return quotas
            case "offer.made":
                self.offers[data["registration"]] = data["until"]
                self.waiting.pop(data["registration"], None)
                self.taken.update(quotas)
                return quotas
            case "offer.ended":
                self.offers.pop(data["registration"], None)
                self.taken.subtract(quotas)
            case "registration.promoted" if data.get("offered"):
                self.offers.pop(data["registration"], None)
                return quotas
            case "registration.promoted" | "registration.confirmed" | "registration.approved":
                self.waiting.pop(data["registration"], None)
                self.taken.update(quotas)
                return quotas
            case "registration.substituted":
                self.taken.subtract(data["line"])
                self.taken.update(quotas)
                return quotas
            case "registration.changed" if data["was"] == "waitlisted":
                self._join(data["registration"], quotas)
            case "registration.changed" if data["was"] == "submitted":
                return ()
            case "registration.changed":
                self.taken.subtract(data["line"])
                self.taken.update(quotas)
                return quotas
            case "registration.cancelled":
                if data["was"] == "confirmed" or data.get("standing") == "offered":
                    self.taken.subtract(quotas)
                self.offers.pop(data["registration"], None)
                self.waiting.pop(data["registration"], None)
        return ()

    def _join(self, registration: str, quotas: Signature) -> None:
        """At the place of its arrival."""
        insort(self.lines[quotas], (self.arrivals[registration], registration))
        self.waiting[registration] = quotas


def opened(fact: Fact) -> Room:
    room = Room({})
    room.describe(fact.data)
    return room


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def i2(run: Run) -> Verdict:
    """Confirmed and offered <= seats after every fact, for every quota that it touched; in the ledger and in
    the topic. Whether a registration takes the quotas that hold for it is recounted from who registered."""
    look = Look("I2")
    for office in run.offices.values():
        for witness, facts in (("ledger", office.ledger), ("topic", published(office))):
            rooms: dict[str, Room] = {}
            for fact in facts:
                name = fact.data.get("activity", "")
                if fact.type == "activity.published":
                    rooms[name] = opened(fact)
                elif name in rooms:
                    for quota in rooms[name].follow(fact):
                        taken, seats = rooms[name].taken[quota], rooms[name].seats.get(quota, 0)
                        look.at(
                            taken <= seats,
                            f"{taken} taken of {seats} seats",
                            witness=witness,
                            fact=fact.id,
                            at=fact.at,
                            activity=name,
                            quota=quota,
                            data=fact.data,
                        )
        _rightful(office.ledger, look)
    return look.verdict


def _rightful(ledger: list[Fact], look: Look) -> None:
    rules: dict[str, list[Document]] = {}
    for fact in ledger:
        if described := fact.row.get("described"):
            rules[fact.data["activity"]] = described["quotas"]
        if (who := fact.row.get("registrant")) and fact.data["activity"] in rules:
            expected = [quota["id"] for quota in rules[fact.data["activity"]] if _holds(quota, who)]
            if fact.data.get("beyond"):
                expected = []
            look.at(
                (bool(expected) or fact.data.get("beyond")) and set(expected) == set(fact.data["quotas"]),
                "a registration takes other quotas than those that hold for it",
                fact=fact.id,
                at=fact.at,
                expected=expected,
                seen=fact.data["quotas"],
            )


def _holds(quota: Document, who: dict[str, Any]) -> bool:
    lists = (("categories", "category"), ("regencies", "regency"), ("cohorts", "cohort"))
    return all(not quota.get(given) or who.get(name) in quota[given] for given, name in lists)


def i3(run: Run) -> Verdict:
    """In the ledger: who is promoted, or confirmed past others, is the next in line, and nobody is promoted
    once the activity is over; offers are accepted while they run, and end when they are past; places are
    counted rightly; and at its end nobody waits whose quotas all have room, unless its last fact came when
    it was over."""
    look = Look("I3")
    for office in run.offices.values():
        rooms: dict[str, Room] = {}
        last: dict[str, datetime] = {}
        for fact in office.ledger:
            name = fact.data.get("activity", "")
            last[name] = _time(fact.at)
            if fact.type == "activity.published":
                rooms[name] = opened(fact)
            elif name in rooms:
                _in_turn(rooms[name], fact, look)
                rooms[name].follow(fact)
        for name, room in rooms.items():
            idle = None if room.over(last[name]) else room.next()
            look.at(
                idle is None,
                "at rest somebody waits whose quotas all have room",
                office=office.code,
                activity=name,
                waiting_since_fact=idle and idle[0],
                registration=idle and idle[1],
                quotas=idle and room.waiting[idle[1]],
                taken=room.taken,
                seats=room.seats,
            )
    return look.verdict


def _in_turn(room: Room, fact: Fact, look: Look) -> None:
    shown: Document = {"fact": fact.id, "at": fact.at, "seen": fact.data}
    if fact.data.get("out_of_turn") or fact.data.get("beyond"):
        return  # staff gave it before its turn, or beyond the quotas
    if fact.type == "invitation.ended":
        until = room.held.get(fact.data["invitation"])
        past = until is not None and _time(fact.at) >= _time(until)
        look.at(past, "seats that are held were given away before their time", until=until, **shown)
    elif fact.type == "registration.confirmed" and fact.data.get("invitation"):
        until = room.held.get(fact.data["invitation"])
        held = until is not None and _time(fact.at) < _time(until)
        look.at(held, "a seat was taken that is not held any more", **shown)
    elif fact.data.get("offered"):
        until = room.offers.get(fact.data["registration"])
        held = until is not None and _time(fact.at) < _time(until)
        look.at(held, "a seat was taken that is not offered any more", until=until, **shown)
    elif fact.type == "offer.ended" and not fact.data["declined"]:
        until = room.offers.get(fact.data["registration"])
        past = until is not None and _time(fact.at) >= _time(until)
        look.at(past, "an offer ended before its time", until=until, **shown)
    elif fact.type in ("registration.promoted", "offer.made"):
        due = room.next()
        held = due is not None and due[1] == fact.data["registration"]
        look.at(held, "somebody else was next in line", next_in_line=due, **shown)
        late = room.over(_time(fact.at))
        look.at(not late, "promoted though the activity was over", ended=room.ends, **shown)
    elif fact.type == "registration.confirmed" or fact.data.get("seated"):
        due = room.next()
        look.at(due is None, "confirmed past somebody who waits and has room", next_in_line=due, **shown)
    elif fact.type in ("registration.waitlisted", "registration.approved"):
        place = len(room.waiting) + 1
        look.at(fact.data["place"] == place, f"told place {fact.data['place']}, is {place}", **shown)
