"""Asks what people look at all the while: is it there? What was answered goes to the history as `probe`."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Final

import httpx

from proof.history import History
from proof.offices import OfficeView
from proof.system import Service, System

EVERY: Final = 1.0
TIMEOUT: Final = 30  # seconds: how slow it may be is asked elsewhere
Answered = httpx.Response | httpx.HTTPError


class Prober:
    """At every instance of registration, at the nation, and at the readiness of all that are up."""

    def __init__(self, system: System, history: History) -> None:
        self._system, self._history = system, history
        self._desks = [
            (httpx.AsyncClient(base_url=url, timeout=TIMEOUT), office)
            for office in system.offices.values()
            for url in office.urls
        ]
        self._client = httpx.AsyncClient(timeout=TIMEOUT)

    async def run(self, until: asyncio.Event) -> None:
        """And once more when it is over."""
        while not until.is_set():
            await self.look()
            with suppress(TimeoutError):
                await asyncio.wait_for(until.wait(), EVERY)
        await self.look()

    async def look(self) -> None:
        """At everything once."""
        instances = self._system.services.values()
        await asyncio.gather(
            *(self._at_office(client, office) for client, office in self._desks),
            *(self._readiness(one) for one in instances),
            self._nation(),
        )

    async def close(self) -> None:
        await asyncio.gather(self._client.aclose(), *(client.aclose() for client, _ in self._desks))

    async def _at_office(self, client: httpx.AsyncClient, office: OfficeView) -> None:
        who, token = office.code, {"Authorization": f"Bearer {office.staff_token}"}
        source = {"source": f"/{office.code}/http/staff"}
        if not client.cookies:
            await self._note("door", who, client.post("/staf/masuk", data={"sandi": office.staff_token}))
        await self._note("front page", who, client.get("/"))
        if client.cookies:
            await self._note("desk", who, client.get("/staf"))
        await self._note("parked", who, client.get("/api/v1/parked", headers=token))
        await self._note("outcomes", who, client.get("/api/v1/commands", params=source, headers=token))

    async def _readiness(self, service: Service) -> None:
        """One that is down says nothing: another has its work, or its office's pages lack."""
        answer = await _answer(self._client.get(f"{service.management_url}/health/ready"))
        if isinstance(answer, httpx.Response):
            reasons = answer.json().get("reasons", [])
            status = answer.status_code
            self._history.note("probe", what="readiness", who=service.name, status=status, reasons=reasons)

    async def _nation(self) -> None:
        """By whichever instance is up: one that lost its lease ends, to be started again."""
        asked = [self._client.get(f"{one.url}/") for one in self._system.of_kind("reporting")]
        answers = await asyncio.gather(*map(_answer, asked))
        self._told("national page", "national", max(answers, key=lambda one: isinstance(one, httpx.Response)))

    async def _note(self, what: str, who: str, asked: Awaitable[httpx.Response]) -> None:
        self._told(what, who, await _answer(asked))

    def _told(self, what: str, who: str, answer: Answered) -> None:
        if isinstance(answer, httpx.HTTPError):
            self._history.note("probe", what=what, who=who, error=type(answer).__name__)
        else:
            self._history.note("probe", what=what, who=who, status=answer.status_code)


async def _answer(asked: Awaitable[httpx.Response]) -> Answered:
    try:
        return await asked
    except httpx.HTTPError as error:
        return error
