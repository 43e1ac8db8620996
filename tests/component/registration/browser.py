"""A person with a browser, without one: opens a form, types, presses the button."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx

from tests.support.office import STAFF_TOKEN, activity

STAFF = {"Authorization": f"Bearer {STAFF_TOKEN}", "Prefer": "wait=20"}


async def announce(client: httpx.AsyncClient, name: str, seats: int = 50, **changed: Any) -> None:
    body = activity(name, seats, **changed).model_dump_json(exclude_unset=True)
    answer = await client.post(
        "/api/v1/activities", content=body, headers=STAFF | {"Content-Type": "application/json"}
    )
    assert answer.status_code == 200, answer.text


def typed(number: int, **changed: str) -> dict[str, str]:
    """What the person of this number types, who does not exist."""
    return {
        "nama": f"Ni Wayan Uji {number}",
        "email": f"uji{number}@sekolah.example",
        "unsur": "guru",
        "wilayah": "51.03",
    } | changed


@dataclass
class Form:
    """One open form; sent again it is the same form."""

    client: httpx.AsyncClient
    activity: str
    token: str
    headers: dict[str, str] = field(default_factory=dict)

    async def send(self, **fields: str) -> httpx.Response:
        return await self.client.post(
            f"/kegiatan/{self.activity}/daftar", data={"token": self.token} | fields, headers=self.headers
        )


async def opened(client: httpx.AsyncClient, activity: str) -> Form:
    answer = await client.get(f"/kegiatan/{activity}/daftar")
    assert answer.status_code == 200, answer.text
    return Form(client, activity, token_of(answer.text))


def token_of(page: str) -> str:
    return unescape(re.search(r'name="token" value="([^"]+)"', page)[1])  # type: ignore[index]


def heading(answer: httpx.Response) -> str:
    found = re.findall(r"<h1>(.+?)</h1>", answer.text, re.DOTALL)
    assert len(found) == 1, "a page has one heading"
    return unescape(found[0])


async def submitted(client: httpx.AsyncClient, activity: str, **fields: str) -> httpx.Response:
    """A fresh form filled in and sent, and the page where the browser lands."""
    answer = await (await opened(client, activity)).send(**fields)
    assert answer.status_code == 303, answer.text
    return await landed(client, answer)


async def landed(client: httpx.AsyncClient, answer: httpx.Response) -> httpx.Response:
    return await client.get(answer.headers["Location"])


def without_names(pages: Sequence[httpx.Response]) -> list[str]:
    """Pages about the first person, the second, and so on, with nothing left of who it is."""
    return [
        page.text.replace(f"Uji {number}", "Uji").replace(f"uji{number}@", "uji@")
        for number, page in enumerate(pages, start=1)
    ]
