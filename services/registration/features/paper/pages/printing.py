"""Lists to be signed and name badges, as files."""

from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from services.registration.features.accounts.accounts_desk import note
from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.gatherings_desk import activity_of, gatherings, may_see
from services.registration.features.gatherings.roster import EnrolledParticipant, RosterFilter
from services.registration.features.paper.paper_desk import printed_lists
from services.registration.features.paper.signed_list import badges, signed_list
from services.registration.kernel.actions import Action
from services.registration.web.front import OfficePages, now
from services.registration.web.typesetting import paper, typeset
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import staff_page
from shared.contracts.activity import Session, session_named, sessions_in_order
from shared.words import words

TEMPLATES: Final = Path(__file__).parents[1] / "templates"
MOST: Final = 2_000
"""People in one file, which takes seconds."""
NOBODY: Final = "Belum ada peserta terkonfirmasi yang sesuai dengan pilihan ini"
TOO_MANY: Final = "Lebih dari 2.000 orang. Buat berkasnya per unsur atau per kelompok"


class Chosen(BaseModel):
    """Who is to be printed, and for which session; empty holds for all, or the first."""

    pertemuan: str = ""
    unsur: str = ""
    kelompok: str = Field(default="", max_length=200)

    @property
    def of(self) -> str:
        return ", ".join(filter(None, [words(self.unsur), self.kelompok]))


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix="/staf/kegiatan/{activity}/cetak")
    Viewer = Annotated[SignedIn, Depends(access.page(Action.EXPORT_ROSTER))]  # noqa: N806
    Exporter = Annotated[SignedIn, Depends(access.proved(Action.EXPORT_ROSTER))]  # noqa: N806
    ChosenQuery = Annotated[Chosen, Query()]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def choice(activity: str, user: Viewer) -> HTMLResponse:
        return await _choice(front, user, await activity_of(front, activity), Chosen())

    @router.get("/daftar-hadir.pdf")
    async def list_to_sign(activity: str, user: Exporter, chosen: ChosenQuery) -> Response:
        state = await activity_of(front, activity)
        described, session = state.described, session_of(state, chosen.pertemuan)
        people = await _people(front, user, described.id, chosen)
        if (wrong := _wrong(people)) is not None:
            return await _choice(front, user, state, chosen, wrong)
        kept = await printed_lists(front).keep(described.id, session.id, [one.id for one in people], now())
        await note(front, user, "print_list", f"a:{described.id}", query=chosen.of, count=len(people))
        data = signed_list(front.office.name, described, session, people, kept.code, chosen.of)
        made = await typeset(TEMPLATES / "daftar-hadir.typ", data)
        return paper(made, f"daftar-hadir-{described.id}-{session.id}", people=True)

    @router.get("/papan-nama.pdf")
    async def name_badges(activity: str, user: Exporter, chosen: ChosenQuery) -> Response:
        state = await activity_of(front, activity)
        people = await _people(front, user, state.described.id, chosen)
        if (wrong := _wrong(people)) is not None:
            return await _choice(front, user, state, chosen, wrong)
        await note(front, user, "print_badges", f"a:{activity}", query=chosen.of, count=len(people))
        made = await typeset(TEMPLATES / "papan-nama.typ", badges(state.described, people))
        return paper(made, f"papan-nama-{state.described.id}", people=True)

    return router


def session_of(state: ActivityState, name: str) -> Session:
    """The one of this id, else the first."""
    meetings = sessions_in_order(state.described.sessions)
    return session_named(meetings, name) or meetings[0]


async def _people(
    front: OfficePages, user: SignedIn, activity: str, chosen: Chosen
) -> list[EnrolledParticipant]:
    """By name; one more than a file holds, where there are too many."""
    wanted = RosterFilter(status="confirmed", category=chosen.unsur, group=chosen.kelompok.strip())
    rows, _total = await gatherings(front).roster.found(activity, wanted, limit=MOST + 1)
    return await gatherings(front).reach.seen(activity, rows, may_see(user))


def _wrong(people: list[EnrolledParticipant]) -> str | None:
    if not people:
        return NOBODY
    return TOO_MANY if len(people) > MOST else None


async def _choice(
    front: OfficePages, user: SignedIn, state: ActivityState, chosen: Chosen, wrong: str | None = None
) -> HTMLResponse:
    counts = await gatherings(front).roster.counts(state.described.id)
    return staff_page(
        front,
        user,
        "staf-cetak.html",
        422 if wrong else 200,
        activity=state.described,
        confirmed=counts.get("confirmed", 0),
        meetings=sessions_in_order(state.described.sessions),
        categories=sorted(await gatherings(front).roster.categories(state.described.id)),
        values=chosen.model_dump(),
        errors={"unsur": wrong} if wrong else {},
    )
