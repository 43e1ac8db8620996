"""An activity made known: by a short link, a text for chats, a poster and a calendar."""

import asyncio
import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from icalendar import Calendar
from pypdf import PdfReader

from services.registration.features.gatherings import views
from services.registration.features.sharing.pages import calendar_feed
from services.registration.features.sharing.poster import TEMPLATE, poster
from services.registration.web.typesetting import typeset
from tests.component.registration.browser import STAFF, announce, heading
from tests.component.registration.test_pages import MAX_BYTES
from tests.component.registration.test_staff import staff_at
from tests.support.office import activity
from tests.support.servers import Servers

SHARE = "/staf/kegiatan/uji/bagikan"
POSTER = "/staf/kegiatan/uji/poster.pdf"
TITLE = "Lokakarya #1 *penting* $x$ <b> \\ #import"
"""With what WhatsApp, typst and HTML would read as marks."""


async def test_a_text_for_chats_says_what_when_where_and_how(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji", title=TITLE, contact={"name": "Ni Made Uji", "phone": "0812 3456 7890"})
        page = await client.get(SHARE)
        assert heading(page) == "Bagikan kegiatan"
        assert len(page.content) < MAX_BYTES
        assert "<script" not in page.text
        assert '<svg viewBox="' in page.text, "the code fills its box"
        text = unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page.text, re.DOTALL)[1])  # type: ignore[index]
        lines = text.splitlines()
        assert lines[0] == "*Lokakarya #1 penting $x$ <b> \\ #import*"
        assert lines[2] == "Aula"
        assert "http://office/k/uji" in lines
        assert lines[-1] == "Narahubung: Ni Made Uji, 0812 3456 7890"
        chat = unescape(re.search(r'href="(https://wa.me/[^"]+)"', page.text)[1])  # type: ignore[index]
        assert parse_qs(urlsplit(chat).query) == {"text": [text]}
        assert (await client.get("/k/uji")).headers["Location"] == "/kegiatan/uji"
        assert (await client.get("/k/tiada")).status_code == 404


async def test_a_poster_prints_what_staff_typed_and_runs_none_of_it(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji", title=TITLE)
        answer = await client.get(POSTER)
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
        (page,) = PdfReader(io.BytesIO(answer.content)).pages
        text = page.extract_text()
        assert " ".join(TITLE.split()) in " ".join(text.split())
        assert "office/k/uji" in text


async def test_programs_list_what_there_is_page_by_page(
    brokerless: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE", 2)
    async with staff_at(brokerless) as (_, client):
        for name in ("tiga", "dua", "satu"):
            await announce(client, name, title=f"Rakor {name}")
        first = (await client.get("/api/v1/activities")).json()
        assert [(one["id"], one["title"], one["status"]) for one in first["items"]] == [
            ("dua", "Rakor dua", "open"),
            ("satu", "Rakor satu", "open"),
        ]
        assert "quotas" not in first["items"][0]
        second = (await client.get("/api/v1/activities", params={"after": first["next"]})).json()
        assert ([one["id"] for one in second["items"]], second["next"]) == (["tiga"], None)


async def test_the_calendar_has_what_is_to_come_and_takes_back_what_was_called_off(
    brokerless: Servers,
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=90)
    old = {"id": "lama", "title": "Lama", "starts": long_ago, "ends": long_ago + timedelta(hours=1)}
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji", title="Rapat; koordinasi, uji")
        await announce(client, "batal")
        await announce(client, "dulu", sessions=[old | {"zone": "WIT", "jp": 1}])
        gone = await client.post("/api/v1/activities/batal/cancellation", headers=STAFF)
        assert gone.json()["result"] == "cancelled"
        answer = await client.get("/kegiatan.ics")
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        events = {str(one["summary"]): one for one in Calendar.from_ical(answer.content).walk("VEVENT")}
        assert {*events} == {"Rapat; koordinasi, uji", "Rapat koordinasi uji"}
        assert "status" not in events["Rapat; koordinasi, uji"]
        assert events["Rapat koordinasi uji"]["status"] == "CANCELLED"
        assert events["Rapat; koordinasi, uji"]["dtstart"].dt.tzname() == "WITA"
        assert "attendee" not in str(answer.content).lower()


async def test_nobody_learns_the_link_of_a_meeting_who_is_not_confirmed(brokerless: Servers) -> None:
    begins = datetime.now(UTC) + timedelta(days=2)
    online = {"id": "daring", "title": "Daring", "starts": begins, "ends": begins + timedelta(hours=1)}
    online |= {"zone": "WITA", "jp": 1, "link": "https://rapat.example/rahasia"}
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji", sessions=[online])
        public = ("/kegiatan.ics", "/kegiatan/uji", "/api/v1/activities", "/api/v1/activities/uji")
        for path in public:
            answer = await client.get(path)
            assert answer.status_code == 200, path
            assert "rahasia" not in answer.text, path
        (event,) = Calendar.from_ical((await client.get("/kegiatan.ics")).content).walk("VEVENT")
        assert event["location"] == "Daring"


async def test_the_calendar_is_made_once_for_all_who_ask(
    brokerless: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It costs a second of work, and anybody may ask for it."""
    made, real = [], calendar_feed.calendar

    def counted(*given: Any) -> bytes:
        made.append(given)
        return real(*given)

    monkeypatch.setattr(calendar_feed, "calendar", counted)
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji")
        answers = await asyncio.gather(*(client.get("/kegiatan.ics") for _ in range(8)))
        assert {one.content for one in answers} == {answers[0].content}
        assert len(made) == 1
        await announce(client, "baru", title="Kegiatan baru")
        assert "Kegiatan baru" in (await client.get("/kegiatan.ics")).text
        assert len(made) == 2


@pytest.mark.parametrize("title", ["Rapat \N{PARTY POPPER}", "\N{CJK UNIFIED IDEOGRAPH-7814} Rapat"])
async def test_a_title_that_no_font_writes_has_a_poster_all_the_same(title: str) -> None:
    data = poster(activity("uji", title=title), "https://balai.example/k/uji", "Balai")
    assert (await typeset(TEMPLATE, data)).startswith(b"%PDF")
