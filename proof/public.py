"""One office as anybody meets it: its form and its API without a token.

The public's commands have ids that it is never told, so what it does is no attempt on a command: each
submission goes to the history as `public`, with what was typed and what was shown. What became of it is
recounted from the database and the mailbox.
"""

import re
from typing import Any

import httpx

from proof.clients import TIMEOUT, WAIT_SECONDS
from proof.history import History
from proof.offices import OfficeView
from proof.people import Person

_TOKEN = re.compile(r'name="token" value="([^"]*)"')
_REGENCY = re.compile(r'value="(\d\d\.\d\d)"')
Typed = dict[str, str]


class Public:
    """`owner`, below: the person of whom nothing may be shown but what was typed."""

    def __init__(self, office: OfficeView, history: History) -> None:
        self._office, self._history = office, history
        self._instances = [
            httpx.AsyncClient(base_url=url, timeout=TIMEOUT, follow_redirects=True) for url in office.urls
        ]

    async def close(self) -> None:
        for instance in self._instances:
            await instance.aclose()

    async def by_api(self, activity: str, who: Person, owner: Person, key: str, instance: int) -> None:
        headers = {"Idempotency-Key": key, "Prefer": f"wait={WAIT_SECONDS}"}
        path = f"/api/v1/activities/{activity}/registrations"
        try:
            answer = await self._of(instance).post(path, json=who.body(), headers=headers)
        except httpx.HTTPError as error:
            self._note("api", activity, who, error=type(error).__name__)
            return
        told = _json(answer)
        taken = answer.status_code in (200, 202)
        self._note(
            "api",
            activity,
            who,
            status=answer.status_code,
            taken=taken,
            registration=told.get("registration"),
            shown=_shown(answer.text, who, owner),
        )

    async def by_form(self, activity: str, who: Person, owner: Person, instance: int) -> None:
        """As a browser does: the page, what it holds sent back, and the page behind that."""
        client, path = self._of(instance), f"/kegiatan/{activity}/daftar"
        try:
            page = await client.get(path)
            answer = await client.post(path, data=_filled(page.text, who))
        except httpx.HTTPError as error:
            self._note("form", activity, who, error=type(error).__name__)
            return
        taken = "/hasil/" in str(answer.url)
        shown = _shown(answer.text, who, owner)
        self._note("form", activity, who, status=answer.status_code, taken=taken, shown=shown)

    def _of(self, instance: int) -> httpx.AsyncClient:
        return self._instances[instance % len(self._instances)]

    def _note(self, door: str, activity: str, who: Person, **more: Any) -> None:
        office = self._office.code
        self._history.note("public", office=office, door=door, activity=activity, typed=typed(who), **more)


def typed(who: Person) -> Typed:
    return {"name": who.name, "email": who.email} | who.numbers


def _filled(page: str, who: Person) -> Typed:
    token, regency = _TOKEN.search(page), _REGENCY.search(page)
    given = {"token": token[1] if token else "", "nama": who.name, "email": who.email}
    given |= {"unsur": who.category, "wilayah": regency[1] if regency else ""}
    known = {"nip": "nip", "nuptk": "nuptk", "telepon": "phone"}
    return given | {field: who.numbers[name] for field, name in known.items() if name in who.numbers}


def _shown(text: str, who: Person, owner: Person) -> list[str]:
    """Names of what an answer holds of the owner beyond what was typed, never its values."""
    mine = set(typed(who).values())
    return [name for name, value in typed(owner).items() if value not in mine and value in text]


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
