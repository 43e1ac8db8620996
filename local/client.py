"""An office's HTTP API as any client would use it: patient, and safe to repeat."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx

from local.addresses import OfficeAddress
from local.errors import LocalError
from local.readings import bearer

PATIENCE = 40.0  # seconds for anything to come about on a busy machine of two cores


class StoryStopped(LocalError):
    """What did not come about; the text is the sentence."""


async def until(what: str, holds: Callable[[], Awaitable[bool]], seconds: float = PATIENCE) -> None:
    """Raises `StoryStopped` where `holds` is not true in time."""
    deadline = time.monotonic() + seconds
    while not await holds():
        if time.monotonic() > deadline:
            raise StoryStopped(f"waited {seconds:g} s in vain until {what}")
        await asyncio.sleep(0.1)


class OfficeClient:
    def __init__(self, code: str, address: OfficeAddress, client: httpx.AsyncClient) -> None:
        self.code = code
        self.url = address.url + "/api/v1"
        self.staff = bearer(address.staff_token_file)
        self.client = client

    async def publish_activity(self, activity: dict[str, Any]) -> None:
        await self._command("POST", "/activities", f"publish {activity['id']}", activity, self.staff)

    async def register(self, activity: str, body: dict[str, Any]) -> dict[str, Any]:
        """As anyone may: without a token. The same body is the same command."""
        path = f"/activities/{activity}/registrations"
        return await self._command("POST", path, body["participant"]["email"], body, {})

    async def cancel(self, registration: str) -> None:
        await self._command("DELETE", f"/registrations/{registration}", registration, None, self.staff)

    async def record_attendance(self, activity: str, session: str, registrations: list[str]) -> None:
        """All at once; sent again with the same key until each is decided."""
        rows = [{"session": session, "registration": one, "present": True} for one in registrations]
        path = f"/activities/{activity}/attendance"
        told: list[dict[str, Any]] = []

        async def all_decided() -> bool:
            answer = await self._command("POST", path, session, rows, self.staff)
            told[:] = answer["outcomes"]
            return all(outcome["state"] == "decided" for outcome in told)

        await until(f"{self.code} recorded {session}", all_decided)
        if refused := [outcome["reason"] for outcome in told if outcome.get("result") == "refused"]:
            raise StoryStopped(f"{self.code} refused {len(refused)} marks of attendance: {refused[0]}")

    async def activity(self, activity: str) -> dict[str, Any] | None:
        answer = await self.client.get(f"{self.url}/activities/{activity}")
        return answer.json() if answer.is_success else None

    async def registrations(self, activity: str) -> AsyncIterator[dict[str, Any]]:
        """All of an activity, with their names, for staff."""
        mark: dict[str, str] = {}
        while True:
            path = f"{self.url}/activities/{activity}/registrations"
            answer = await self.client.get(path, params=mark, headers=self.staff)
            page = _good(answer).json()
            for item in page["registrations"]:
                yield item
            if not page["next"]:
                return
            mark = {"after": page["next"]}

    async def _command(
        self, method: str, path: str, identity: str, body: Any, headers: dict[str, str]
    ) -> dict[str, Any]:
        """Ask until it is decided: 503 is asked again with the same key, 202 is followed. Raises
        `StoryStopped` when it is refused."""
        key = str(uuid5(NAMESPACE_URL, f"{self.url}{path} {identity}"))
        named = {**headers, "Idempotency-Key": key, "Prefer": "wait=10"}
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            answer = await self.client.request(method, self.url + path, json=body, headers=named)
            if answer.status_code in (429, 503):
                await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))
                continue
            if answer.status_code == 202 and "Location" in answer.headers:
                return await self._decided(answer.headers["Location"], headers)
            outcome: dict[str, Any] = _good(answer).json()
            return outcome
        raise StoryStopped(f"{self.code} did not take {method} {path} within {PATIENCE:g} s")

    async def _decided(self, location: str, headers: dict[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = {}

        async def decided() -> bool:
            answer = await self.client.get(httpx.URL(self.url).join(location), headers=headers)
            found.update(_good(answer).json())
            return bool(found["state"] == "decided")

        await until(f"{self.code} decided a command", decided)
        return found


def _good(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        reason = (
            "" if "json" not in answer.headers.get("content-type", "") else answer.json().get("reason", "")
        )
        request = answer.request
        raise StoryStopped(f"{request.method} {request.url.path} answered {answer.status_code} {reason}")
    return answer
