"""What must come out, worked out from a gathering's files alone and by the plainest means."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from local.comparison import TEMPLATES, control_equal, figure, gaps, mails, mails_twice
from local.gatherings import Gathering, Guest


class Seats:
    """Seats of each quota, handed out in the order of arrival."""

    def __init__(self, quotas: Iterable[dict[str, Any]]) -> None:
        self.quotas = list(quotas)
        self.free = {quota["id"]: int(quota["seats"]) for quota in self.quotas}
        self.status: dict[str, str] = {}
        self.line: list[Guest] = []
        self.mails: Counter[str] = Counter()

    def arrive(self, guest: Guest) -> None:
        wanted = self._quotas_of(guest)
        if not wanted:
            return
        if self._has_room(wanted):
            self._seat(guest, "confirmed")
        else:
            self.status[guest.email] = "waitlisted"
            self.mails["waitlisted"] += 1
            self.line.append(guest)

    def cancel(self, guest: Guest) -> None:
        if self.status[guest.email] == "confirmed":
            for quota in self._quotas_of(guest):
                self.free[quota] += 1
        else:
            self.line.remove(guest)
        self.status[guest.email] = "cancelled"
        self.mails["cancelled"] += 1
        while moved := next((one for one in self.line if self._has_room(self._quotas_of(one))), None):
            self.line.remove(moved)
            self._seat(moved, "promoted")

    def _seat(self, guest: Guest, template: str) -> None:
        for quota in self._quotas_of(guest):
            self.free[quota] -= 1
        self.status[guest.email] = "confirmed"
        self.mails[template] += 1

    def _has_room(self, quotas: list[str]) -> bool:
        return all(self.free[quota] > 0 for quota in quotas)

    def _quotas_of(self, guest: Guest) -> list[str]:
        def holds(quota: dict[str, Any]) -> bool:
            asked = {"categories": guest.category, "regencies": guest.regency, "cohorts": guest.cohort}
            return all(value in quota[name] for name, value in asked.items() if quota.get(name))

        return [quota["id"] for quota in self.quotas if holds(quota)]


def seated(gathering: Gathering) -> Seats:
    """After everyone came and the cancellations were made."""
    seats = Seats(gathering.activity["quotas"])
    for guest in gathering.arrivals:
        seats.arrive(guest)
    by_email = {guest.email: guest for guest in gathering.arrivals}
    for email in gathering.cancels:
        seats.cancel(by_email[email])
    return seats


def untouched(office: str, activity: dict[str, Any]) -> dict[str, int]:
    """Of an activity with one quota for everyone, for which nobody registers."""
    numbers = {"activities": 1, "seats": int(activity["quotas"][0]["seats"])}
    return {figure(office, activity["id"], measure): number for measure, number in numbers.items()}


def expectation(gathering: Gathering) -> dict[str, int]:
    """Row name -> number, at the end of the story."""
    seats = seated(gathering)
    jp = {session["id"]: int(session["jp"]) for session in gathering.activity["sessions"]}
    came = [
        sessions
        for email, sessions in gathering.attends.items()
        if sessions and seats.status.get(email) == "confirmed"
    ]
    statuses = Counter(seats.status.values())
    quotas = gathering.activity["quotas"]
    for_all = [
        quota["seats"] for quota in quotas if not any(key in quota for key in ("categories", "cohorts"))
    ]
    numbers = {
        "activities": 1,
        "seats": max(for_all) if for_all else sum(quota["seats"] for quota in quotas),
        "confirmed": statuses["confirmed"],
        "waitlisted": statuses["waitlisted"],
        "cancelled": statuses["cancelled"],
        "present": len(came),
        "session_attendances": sum(len(sessions) for sessions in came),
        "jp_attended": sum(jp[session] for sessions in came for session in sessions),
    }
    office = gathering.office
    return (
        {figure(office, gathering.id, measure): number for measure, number in numbers.items()}
        | {mails(office, template): seats.mails[template] for template in TEMPLATES}
        | {mails_twice(office): 0, gaps(office): 0, control_equal(office): 1}
    )
