"""The staff's door and home."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from typing import Any

import httpx
import pytest

from tests.component.registration.browser import announce, heading, landed, submitted, typed
from tests.component.registration.test_pages import sound
from tests.support.office import STAFF_TOKEN, TestOffice, new_office
from tests.support.servers import Servers

PLAIN = {"public_url": "http://office"}


@asynccontextmanager
async def staff_at(servers: Servers) -> AsyncIterator[tuple[TestOffice, httpx.AsyncClient]]:
    """Signed in, without TLS."""
    async with new_office(servers) as office, office.registration(**PLAIN) as client:
        answer = await client.post("/staf/masuk", data={"sandi": STAFF_TOKEN})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/staf")
        yield office, client


def csrf_of(page: httpx.Response) -> str:
    return unescape(re.search(r'name="csrf" value="([^"]+)"', page.text)[1])  # type: ignore[index]


async def test_only_the_token_opens_and_the_cookie_is_for_nobody_else(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        outside = await client.get("/staf")
        assert (outside.status_code, outside.headers["Location"]) == (303, "/staf/masuk")
        sound(await client.get("/staf/masuk"))
        for wrong in ("", "salah", STAFF_TOKEN[:-1], "é"):
            answer = await client.post("/staf/masuk", data={"sandi": wrong})
            assert answer.status_code == 422
            assert '<a href="#sandi">' in answer.text
            assert "set-cookie" not in answer.headers
        foreign = {"Origin": "https://jahat.example"}
        answer = await client.post("/staf/masuk", data={"sandi": STAFF_TOKEN}, headers=foreign)
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
        answer = await client.post("/staf/masuk", data={"sandi": f" {STAFF_TOKEN} "})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-simpul=")
        for trait in ("; HttpOnly", "; Secure", "; SameSite=strict", "; Path=/", "; Max-Age=43200"):
            assert trait in cookie
        assert "Domain" not in cookie
        assert STAFF_TOKEN not in cookie


@pytest.mark.broker
async def test_a_session_ends_with_another_token_and_by_signing_out(servers: Servers) -> None:
    async with staff_at(servers) as (office, client):
        home = await client.get("/staf")
        assert heading(home) == "Ruang kerja panitia"
        mine = {"Cookie": f"simpul={client.cookies['simpul']}"}
        for wrong in (client.cookies["simpul"][:-1], "x", ""):
            answer = await client.get("/staf", headers={"Cookie": f"simpul={wrong}"})
            assert answer.status_code == 303
        other = {"staff_token_hash": "0" * 64}
        async with office.registration(**PLAIN, **other) as renewed:
            assert (await renewed.get("/staf", headers=mine)).status_code == 303
        left = await landed(client, await client.post("/staf/keluar", data={"csrf": csrf_of(home)}))
        assert "Anda sudah keluar." in left.text
        assert (await client.get("/staf", headers=mine)).status_code == 303, "its cookie is worth nothing"


async def test_a_staffs_form_needs_the_sessions_own_mark_and_our_own_page(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        mine = csrf_of(await client.get("/staf"))
        await client.post("/staf/masuk", data={"sandi": STAFF_TOKEN})
        for mark in ("", "x", mine):  # `mine` is the session's before
            answer = await client.post("/staf/keluar", data={"csrf": mark})
            assert answer.status_code == 403
        current = {"csrf": csrf_of(await client.get("/staf"))}
        foreign = await client.post("/staf/keluar", data=current, headers={"Origin": "null"})
        assert foreign.status_code == 403
        assert (await client.get("/staf")).status_code == 200, "nobody was signed out"
        assert (await client.post("/staf/keluar", data=current)).status_code == 303


async def test_home_shows_how_full_each_activity_is_and_what_needs_attention(brokerless: Servers) -> None:
    quotas: list[dict[str, Any]] = [
        {"id": "guru", "seats": 1, "categories": ["guru"]},
        {"id": "mitra-kerja", "seats": 1200, "categories": ["mitra-kerja"]},
    ]
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", quotas=quotas)
        await announce(client, "sepi")
        assert "Semua pendaftaran sudah diproses" in (await client.get("/staf")).text
        for number in (1, 2):
            await submitted(client, "uji", **typed(number))
        await office.put_raw(b"uji", b"{", [("ce_specversion", b"1.0")])
        await submitted(client, "uji", **typed(3, nuptk="1234567890123456", unsur="mitra-kerja"))
        await submitted(client, "sepi", **typed(4, nuptk="1234567890123456"))
        await office.at_rest()
        page = await client.get("/staf")
        sound(page)
        for told in (
            "1 kiriman tidak dapat diproses",
            "1 pasang data diduga milik orang yang sama",
            '<a href="/staf/kegiatan/uji/kursi">Rapat koordinasi uji</a>: '
            "1 orang menunggu, padahal masih ada kursi di kuota mitra kerja (1.199)",
            "guru: 1 dari 1<br>mitra kerja: 1 dari 1.200",
            'data-label="Menunggu">1<',
        ):
            assert told in page.text, told
        assert "Uji 1" not in page.text
