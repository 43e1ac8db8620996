"""An activity, and people who register for it at whichever instance of the office answers."""

import time
from contextlib import suppress
from typing import Any, NamedTuple

import httpx

from tests.containers.projects import Project

ACTIVITY = {
    "id": "rakor", "title": "Rapat koordinasi uji", "kind": "rakor",
    "sessions": [{"id": "s1", "title": "Pertemuan 1", "zone": "WIB", "regency": "51.03", "jp": 4,
                  "starts": "2030-03-01T08:00:00+07:00", "ends": "2030-03-01T12:00:00+07:00"}],
    "quotas": [{"id": "semua", "seats": 10_000}],
    "opens": "2024-01-01T00:00:00+07:00", "closes": "2030-03-01T00:00:00+07:00",
}  # fmt: skip


class Request(NamedTuple):
    path: str
    body: dict[str, Any]
    key: str

    def sent(self, desk: httpx.Client) -> httpx.Response:
        return desk.post(self.path, json=self.body, headers={"Idempotency-Key": self.key})


def registration(number: int) -> Request:
    body = {
        "participant": {"name": f"Ni Made Contoh {number}", "email": f"made{number}@sekolah.example"},
        "category": "guru",
    }
    return Request("/api/v1/activities/rakor/registrations", body, f"uji-{number}")


def announce(office: Project) -> None:
    assert ask(office, Request("/api/v1/activities", ACTIVITY, "terbit")) == 200


def register(office: Project, number: int) -> int:
    return ask(office, registration(number))


def ask(office: Project, request: Request) -> int:
    """The status of a decision; while it is unknown the same is asked again, whichever instance is there."""
    desks, deadline = office.desks, time.monotonic() + 90
    while time.monotonic() < deadline:
        for desk in desks:
            with suppress(httpx.TransportError):
                status = request.sent(desk).status_code
                if status not in (202, 503):
                    return status
        time.sleep(0.3)
    raise AssertionError("no decision in time")
