"""An activity as its staff see it: its counts, and its participants."""

import re
from typing import Annotated, Final, get_args

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from services.registration.features.accounts.accounts_desk import note
from services.registration.features.gatherings.domain.answering import ended
from services.registration.features.gatherings.gathering_sentences import STATUS_LABELS
from services.registration.features.gatherings.gatherings_desk import activity_of, gatherings
from services.registration.features.gatherings.pages.activities import phase
from services.registration.features.gatherings.roster import RosterFilter
from services.registration.features.gatherings.sheets.cells import CellRefused, regency
from services.registration.kernel.actions import Action
from services.registration.web.front import OfficePages, now
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import done_message, staff_page
from shared.contracts.types import Category
from shared.pages import pages_of

ROWS: Final = 20
FILTERED: Final = ("status", "unsur", "wilayah", "instansi", "kelompok", "tanya", "jawab")
SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
CATEGORIES: Final[tuple[str, ...]] = get_args(Category)


class Filter(BaseModel):
    """As it stands in the address: nothing that names a person."""

    status: str = ""
    unsur: str = ""
    wilayah: str = ""
    instansi: str = ""
    kelompok: str = ""
    tanya: str = ""
    jawab: str = ""
    hal: int = Field(default=1, ge=1, le=10_000)

    def kept(self) -> dict[str, str]:
        """What every link of the page carries on: the filter alone, also of a search."""
        given = {name: getattr(self, name) for name in Filter.model_fields if name != "hal"}
        return {name: value.strip()[:200] for name, value in given.items() if value.strip()}


class Search(Filter):
    """Sent by POST, since a name or an address must stand in no URL."""

    cari: str = ""

    @property
    def text(self) -> str:
        return self.cari.strip()[:200]


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter()
    Viewer = Annotated[SignedIn, Depends(access.page(Action.SEE_ROSTER))]  # noqa: N806

    @router.get("/staf/kegiatan/{activity}", response_class=HTMLResponse)
    async def participants(
        activity: str, user: Viewer, request: Request, asked: Annotated[Filter, Query()]
    ) -> HTMLResponse:
        return await _shown(front, user, activity, asked, "", done_message(front, request))

    @router.post("/staf/kegiatan/{activity}/cari", response_class=HTMLResponse)
    async def search(activity: str, user: Viewer, asked: Annotated[Search, Form()]) -> HTMLResponse:
        return await _shown(front, user, activity, asked, asked.text)

    return router


async def _shown(
    front: OfficePages, user: SignedIn, activity: str, asked: Filter, text: str, did: str = ""
) -> HTMLResponse:
    state = await activity_of(front, activity)
    wanted, errors = read(asked, text)
    skip = (asked.hal - 1) * ROWS
    rows, total = (
        await gatherings(front).roster.found(activity, wanted, skip, ROWS) if not errors else ([], 0)
    )
    waiting = any(row.status == "waitlisted" for row in rows)
    if not errors:
        await note(front, user, "read_roster", f"a:{activity}", query=query_of(asked, text), count=total)
    return staff_page(
        front,
        user,
        "staf-kegiatan.html",
        422 if errors else 200,
        state=state,
        removed=[one.words for one in state.described.questions if one.id in ended(state.described, now())],
        phase=phase(state.described, state.cancelled, now()),
        counts=await gatherings(front).roster.counts(activity),
        rows=rows,
        places=await gatherings(front).roster.places(activity) if waiting else {},
        total=total,
        number=asked.hal,
        pages=pages_of(total, ROWS),
        values=dict.fromkeys(FILTERED, "") | asked.kept(),
        kept=asked.kept(),
        text=text,
        errors=errors,
        done=did,
        statuses=STATUS_LABELS,
        categories=CATEGORIES,
    )


def query_of(asked: Filter, text: str) -> str:
    """As the history keeps it."""
    return " ".join([*asked.kept().values(), *([text] if text else [])])


def read(asked: Filter, text: str = "") -> tuple[RosterFilter, dict[str, str]]:
    """What is wanted, and by field what to mend. What is among no choices is left out."""
    given, errors, place = asked.kept(), {}, None
    try:
        place = regency(given.get("wilayah", ""))
    except CellRefused as refused:
        errors["wilayah"] = str(refused)
    status, category = given.get("status", ""), given.get("unsur", "")
    wanted = RosterFilter(
        status if status in STATUS_LABELS else "",
        category if category in CATEGORIES else "",
        place or "",
        given.get("instansi", ""),
        text,
        given.get("kelompok", ""),
        given["tanya"] if SLUG.fullmatch(given.get("tanya", "")) else "",
        given.get("jawab", ""),
    )
    return wanted, errors
