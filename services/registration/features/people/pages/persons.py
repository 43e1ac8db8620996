"""The office's people: looked for by name, address or number, and one of them with all registrations."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from services.registration.features.people.people_desk import twins_of
from services.registration.web.desk import staff_page
from services.registration.web.front import Front
from services.registration.web.session import Session, Sessions
from shared.http import Problem
from shared.pages import pages_of

ROWS: Final = 20


class Page(BaseModel):
    hal: int = Field(default=1, ge=1, le=10_000)


class Search(Page):
    """Sent by POST, since a name, an address or a number must stand in no URL."""

    cari: str = ""


def routes(front: Front, sessions: Sessions) -> APIRouter:
    router = APIRouter(prefix="/staf/orang")
    Staff = Annotated[Session, Depends(sessions.required)]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def everybody(session: Staff, page: Annotated[Page, Query()]) -> HTMLResponse:
        return await _listed(front, session, "", page.hal)

    @router.post("", response_class=HTMLResponse)
    async def search(session: Staff, search: Annotated[Search, Form()]) -> HTMLResponse:
        return await _listed(front, session, search.cari.strip()[:200], search.hal)

    @router.get("/{ref}", response_class=HTMLResponse)
    async def one(ref: str, session: Staff) -> HTMLResponse:
        person = await twins_of(front).persons.one(ref)
        if not person.who:
            raise Problem(404, "participant_unknown", "Orang ini tidak ditemukan di balai kami.")
        titles = await twins_of(front).persons.titles([one.activity for one in person.held])
        return staff_page(front, session, "staf-seseorang.html", person=person, titles=titles)

    return router


async def _listed(front: Front, session: Session, text: str, number: int) -> HTMLResponse:
    rows, total = await twins_of(front).persons.found(text, (number - 1) * ROWS, ROWS)
    return staff_page(
        front,
        session,
        "staf-orang.html",
        rows=rows,
        total=total,
        text=text,
        number=number,
        pages=pages_of(total, ROWS),
        same=await twins_of(front).counted(),
    )
