"""The office's people: looked for by name, address or number, and one of them with all registrations."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from services.registration.features.accounts.accounts_desk import account_pages, history_of, note
from services.registration.features.people.people_desk import possible_duplicates_of
from services.registration.kernel.actions import Action
from services.registration.web.front import OfficePages
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import staff_page
from shared.accounts.pages.history import names
from shared.http import Problem
from shared.pages import pages_of

ROWS: Final = 20


class Page(BaseModel):
    hal: int = Field(default=1, ge=1, le=10_000)


class Search(Page):
    """Sent by POST, since a name, an address or a number must stand in no URL."""

    cari: str = ""


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix="/staf/orang")
    Viewer = Annotated[SignedIn, Depends(access.page(Action.SEE_PEOPLE))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def everybody(user: Viewer, page: Annotated[Page, Query()]) -> HTMLResponse:
        return await _listed(front, user, "", page.hal)

    @router.post("", response_class=HTMLResponse)
    async def search(user: Viewer, search: Annotated[Search, Form()]) -> HTMLResponse:
        return await _listed(front, user, search.cari.strip()[:200], search.hal)

    @router.get("/{ref}", response_class=HTMLResponse)
    async def one(ref: str, user: Viewer) -> HTMLResponse:
        person = await possible_duplicates_of(front).persons.one(ref)
        if not person.who:
            raise Problem(404, "participant_unknown", "Orang ini tidak ditemukan di balai kami.")
        titles = await possible_duplicates_of(front).persons.titles([one.activity for one in person.held])
        await note(front, user, "read_person", f"p:{ref}")
        held = {one.registration: one.activity for one in person.held}
        may = user.may("see_changes")
        return staff_page(
            front,
            user,
            "staf-seseorang.html",
            person=person,
            titles=titles,
            changes=await history_of(front).of_person(ref, held) if may else [],
            names=await names(account_pages(front)) if may else {},
        )

    return router


async def _listed(front: OfficePages, user: SignedIn, text: str, number: int) -> HTMLResponse:
    rows, total = await possible_duplicates_of(front).persons.found(text, (number - 1) * ROWS, ROWS)
    await note(front, user, "read_people", query=text, count=total)
    return staff_page(
        front,
        user,
        "staf-orang.html",
        rows=rows,
        total=total,
        text=text,
        number=number,
        pages=pages_of(total, ROWS),
        same=await possible_duplicates_of(front).counted(),
    )
