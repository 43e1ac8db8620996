"""The office's mails, asked of its notification service over HTTP with a pass (decision 24)."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx
from pydantic import AwareDatetime, BaseModel, ValidationError

from services.registration.web.mails import Counts, Mail, MailRefused, MailsUnavailable
from shared.passes import Passes

ANSWER_SECONDS: Final = 1.5  # a page that waits longer for a list beside its work is a slow page
KEPT_SECONDS: Final = 2.0  # the other side hangs up after 5 s of silence: never ask over a line that ends
M = TypeVar("M", bound=BaseModel)


class _Row(BaseModel):
    id: str
    activity: str
    registration: str
    template: str
    label: str = ""
    state: str
    reason: str | None
    due: AwareDatetime
    closed: AwareDatetime | None
    tries: int

    def mail(self) -> Mail:
        given = self.model_dump(exclude={"due", "closed"})
        return Mail(**given, at=self.closed or self.due)


class _Newest(BaseModel):
    deliveries: list[_Row]
    total: int


class _Counts(BaseModel):
    counts: dict[str, int]
    held: tuple[str, ...] = ()


class NotificationMails:
    """`client` knows the service's address and lives as long as the application."""

    def __init__(self, client: httpx.AsyncClient, passes: Passes) -> None:
        self._client, self._passes = client, passes

    async def newest(
        self, skip: int, limit: int, state: str = "", activity: str = "", registration: str = ""
    ) -> tuple[list[Mail], int]:
        given = {"state": state, "activity": activity, "registration": registration}
        asked = {name: value for name, value in given.items() if value}
        found = await self._read(_Newest, "/newest", asked | {"skip": skip, "limit": limit})
        return [row.mail() for row in found.deliveries], found.total

    async def counts(self, states: Sequence[str], activity: str = "") -> Counts:
        asked = {"state": list(states)} | ({"activity": activity} if activity else {})
        found = await self._read(_Counts, "/counts", asked)
        return Counts(found.counts, found.held)

    async def send_again(self, mail: str) -> None:
        answer = await self._ask("POST", f"/{quote(mail, safe='')}/resend")
        if answer.status_code in (404, 409):
            raise MailRefused
        _require(answer, 202)

    async def _read(self, model: type[M], path: str, asked: dict[str, Any]) -> M:
        answer = await self._ask("GET", path, asked)
        _require(answer, 200)
        try:
            return model.model_validate_json(answer.content)
        except ValidationError:
            raise MailsUnavailable("the mail service answers with something else") from None

    async def _ask(self, method: str, path: str, asked: dict[str, Any] | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._passes.new()}"}
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._client.request(
                    method, f"/api/v1/deliveries{path}", params=asked, headers=headers
                )
        except (httpx.HTTPError, TimeoutError) as error:
            raise MailsUnavailable(f"no answer ({type(error).__name__})") from None


def _require(answer: httpx.Response, status: int) -> None:
    if answer.status_code != status:
        raise MailsUnavailable(f"the mail service answers with {answer.status_code}")


def client(url: str) -> httpx.AsyncClient:
    """No proxy of the environment stands between two services of an office."""
    kept = httpx.Limits(keepalive_expiry=KEPT_SECONDS)
    return httpx.AsyncClient(base_url=url, timeout=ANSWER_SECONDS, trust_env=False, limits=kept)
