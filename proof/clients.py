"""One office over HTTP, through both its instances; every attempt and its answer go to the history."""

from dataclasses import replace
from typing import Any

import httpx

from proof.history import Answer, History
from proof.offices import OfficeView
from proof.plan import Wish

WAIT_SECONDS = 5
TIMEOUT = httpx.Timeout(WAIT_SECONDS + 3, connect=2)
UNKNOWN = {429, 500, 502, 503, 504}  # whether the command was taken cannot be told
Told = tuple[Answer, dict[str, Any] | None]
"""What came of a command: its outcome is there once it is decided."""


class Client:
    """Whoever talks to this office; nothing that HTTP or the network does is raised."""

    def __init__(self, office: OfficeView, history: History) -> None:
        self.office = office
        self._history = history
        # nobody waits for another's connection, as people do not; and a full pool may never be free again
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
        self._instances = [
            httpx.AsyncClient(base_url=url, timeout=TIMEOUT, limits=limits) for url in office.urls
        ]

    async def close(self) -> None:
        for instance in self._instances:
            await instance.aclose()

    def through(self, instances: list[httpx.AsyncClient]) -> None:
        """Talk through these instead, as a test does that holds the office in its own process."""
        self._instances = instances

    async def send(self, wish: Wish, wait: bool, instance: int, **more: Any) -> dict[str, Told]:
        """Ask a command whose registrations are known; by id of each command what came of it."""
        attempts = {
            id_: self._invoke(wish, id_, "wait" if wait else "http", instance, **more) for id_ in ids(wish)
        }
        headers = self._headers(wish) | {"Idempotency-Key": wish.id}
        if wait:
            headers["Prefer"] = f"wait={WAIT_SECONDS}"
        answer = await self._request(instance, wish.method, wish.path, json=wish.body, headers=headers)
        told = {id_: _told(answer, number if wish.rows else None) for number, id_ in enumerate(attempts)}
        for id_, attempt in attempts.items():
            self._answer(attempt, told[id_], answer)
        return told

    async def ask(self, wish: Wish, instance: int) -> dict[str, Told]:
        """What became of it, without sending it again. Not decided is `unknown`: it may never have come."""
        told = {}
        for id_ in ids(wish):
            attempt = self._invoke(wish, id_, "ask", instance)
            answer = await self._request(
                instance,
                "GET",
                f"/commands/{id_}",
                params={"aggregate": wish.key},
                headers=self._headers(wish),
            )
            told[id_] = _told(answer)
            if told[id_][1] is None:
                told[id_] = ("unknown", None)
            self._answer(attempt, told[id_], answer)
        return told

    async def _request(
        self, instance: int, method: str, path: str, **given: Any
    ) -> httpx.Response | httpx.HTTPError:
        try:
            return await self._instances[instance % len(self._instances)].request(
                method, f"/api/v1{path}", **given
            )
        except httpx.HTTPError as error:
            return error

    def _headers(self, wish: Wish) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.office.staff_token}"} if wish.staff else {}

    def _invoke(self, wish: Wish, id_: str, via: str, instance: int, **more: Any) -> int:
        code = self.office.code
        source = f"/{code}/http/{'staff' if wish.staff else 'public'}"
        return self._history.invoke(
            office=code,
            via=via,
            key=wish.key,
            source=source,
            id=id_,
            type=wish.type,
            instance=instance,
            **more,
        )

    def _answer(self, attempt: int, told: Told, answer: httpx.Response | httpx.HTTPError) -> None:
        kind, outcome = told
        more: dict[str, Any] = {} if outcome is None else {"outcome": outcome}
        if isinstance(answer, httpx.HTTPError):
            more["error"] = type(answer).__name__
        else:
            more["status"] = answer.status_code
        self._history.answer(attempt, kind, **more)


def ids(wish: Wish) -> list[str]:
    """The ids of the commands that are asked by one request."""
    return [f"{wish.id}.{number}" for number in range(len(wish.about))] if wish.rows else [wish.id]


def resolved(wish: Wish, registrations: dict[str, str]) -> Wish | None:
    """The wish with the ids of the registrations that it is about, None while one of them is unknown."""
    if not wish.about:
        return wish
    found = [registrations[one] for one in wish.about if one in registrations]
    if len(found) < len(wish.about):
        return None
    if "{}" in wish.path:
        return replace(wish, path=wish.path.format(found[0]))
    marks = [wish.body | {"registration": one} for one in found]
    return replace(wish, body=marks if wish.rows else marks[0])


def _told(answer: httpx.Response | httpx.HTTPError, row: int | None = None) -> Told:
    """`row`: which of several outcomes in one answer."""
    if isinstance(answer, httpx.HTTPError) or answer.status_code in UNKNOWN:
        return "unknown", None
    if answer.status_code not in (200, 202, 409):
        return "fail", None
    try:
        body = answer.json()
    except ValueError:
        return "unknown", None
    if answer.status_code == 409:  # a problem that holds the outcome
        told = body | {"message": body["detail"]}
        outcome = {name: told[name] for name in told if name not in ("type", "title", "status", "detail")}
    else:
        outcome = body if row is None else body["outcomes"][row]
    return "ok", outcome if outcome["state"] == "decided" else None
