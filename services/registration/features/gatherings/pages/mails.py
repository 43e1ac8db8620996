"""The office's mails as its staff see them: what became of each, and the button to send it again."""

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field

from services.registration.features.accounts.accounts_desk import note
from services.registration.features.gatherings.gatherings_desk import activity_of, enrolled, gatherings
from services.registration.features.gatherings.roster import EnrolledParticipant
from services.registration.kernel.actions import Action
from services.registration.web.front import OfficePages
from services.registration.web.mails import STATES, Mail, MailRefused, MailsUnavailable
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import staff_page
from shared.pages import pages_of

log = logging.getLogger(__name__)

ROWS: Final = 20
MOST: Final = 100  # of one press of a button
_MAIL: Final = re.compile(r"[a-z0-9-]{1,80}:[a-z-]{1,40}:(?:[a-z]:[\w-]{1,64}|[a-z2-7]{20,40}):[\w.:-]{1,90}")
TOLD: Final = {
    "lagi": "Sudah diantrekan lagi. Muat ulang halaman ini sebentar lagi untuk melihat hasilnya.",
    "tidak": "Ada yang tidak dikirim lagi: emailnya sudah terkirim, masih menunggu, atau lewat waktunya.",
    "diam": "Layanan email tidak menjawab, jadi belum pasti ada yang dikirim lagi. Coba sebentar lagi.",
}


@dataclass(frozen=True, slots=True)
class MailList:
    """`known`: `yes`, `away` where the mail service does not answer, `nowhere` where none is set.
    `counts`: by state, where they were asked for, and with them `held`: why mails are held up."""

    known: str
    rows: Sequence[Mail] = ()
    total: int = 0
    counts: dict[str, int] | None = None
    held: tuple[str, ...] = ()

    @property
    def unsent(self) -> list[Mail]:
        """What staff would send again to whom it did not reach."""
        return [one for one in self.rows if one.missed]


class Filter(BaseModel):
    status: str = ""
    hal: int = Field(default=1, ge=1, le=10_000)
    kirim: str = ""

    @property
    def state(self) -> str:
        return self.status if self.status in STATES else ""


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter()
    Viewer = Annotated[SignedIn, Depends(access.page(Action.SEE_MAILS))]  # noqa: N806
    Sender = Annotated[SignedIn, Depends(access.page(Action.SEND_MAIL))]  # noqa: N806
    FilterQuery = Annotated[Filter, Query()]  # noqa: N806

    @router.get("/staf/surel", response_class=HTMLResponse)
    async def of_all(user: Viewer, asked: FilterQuery) -> HTMLResponse:
        return await _shown(front, user, asked, "")

    @router.get("/staf/kegiatan/{activity}/surel", response_class=HTMLResponse)
    async def of_one(activity: str, user: Viewer, asked: FilterQuery) -> HTMLResponse:
        return await _shown(front, user, asked, (await activity_of(front, activity)).described.id)

    @router.post("/staf/surel")
    async def again(user: Sender, request: Request, asked: FilterQuery) -> Response:
        return await _sent_again(front, user, await _named(request), "/staf/surel", asked)

    @router.post("/staf/kegiatan/{activity}/surel")
    async def again_of_one(activity: str, user: Sender, request: Request, asked: FilterQuery) -> Response:
        here = (await activity_of(front, activity)).described.id
        named = await _named_of(front, request, lambda row: row.activity == here)
        path = f"/staf/kegiatan/{here}/surel"
        return await _sent_again(front, user, named, path, asked, about=f"a:{here}")

    @router.post("/staf/pendaftaran/{registration}/surel")
    async def again_to(registration: str, user: Sender, request: Request) -> Response:
        row = await enrolled(front, registration)
        named = await _named_of(
            front, request, lambda one: one.ref == row.ref and user.may(Action.SEND_MAIL, one.activity)
        )
        path, about = f"/staf/pendaftaran/{row.id}", f"r:{row.id}"
        return await _sent_again(front, user, named, path, Filter(), "#surel", about)

    return router


async def listed(front: OfficePages, skip: int = 0, limit: int = ROWS, **of: str) -> MailList:
    """Never raises: pages stand without it. `of`: state, activity, registration."""
    if front.mails is None:
        return MailList("nowhere")
    try:
        return MailList("yes", *await front.mails.newest(skip, limit, **of))
    except MailsUnavailable as away:
        return _away(away)


async def counted(front: OfficePages, states: Sequence[str], activity: str = "") -> MailList:
    """Never raises."""
    if front.mails is None:
        return MailList("nowhere")
    try:
        found = await front.mails.counts(states, activity)
        return MailList("yes", counts=found.by_state, held=found.held)
    except MailsUnavailable as away:
        return _away(away)


def _away(away: MailsUnavailable) -> MailList:
    log.warning("the desk shows no mails: %s", away)
    return MailList("away")


async def _named(request: Request) -> list[str]:
    """The mails that a form names."""
    sent = await request.form()
    return [one for one in map(str, sent.getlist("surel")) if _MAIL.fullmatch(one)][:MOST]


async def _named_of(
    front: OfficePages, request: Request, holds: Callable[[EnrolledParticipant], bool]
) -> list[str]:
    """Those to registrations of which this holds: a role in one activity reaches no other's mails."""
    recipients = {mail: mail.split(":")[2] for mail in await _named(request)}
    known = await gatherings(front).roster.of(list(recipients.values()))
    return [mail for mail, to in recipients.items() if to in known and holds(known[to])]


async def _sent_again(
    front: OfficePages,
    user: SignedIn,
    names: Sequence[str],
    path: str,
    asked: Filter,
    mark: str = "",
    about: str = "",
) -> Response:
    """`about`: of which activity or registration these mails are, if of one."""
    if names:
        await note(front, user, "resend_mails", *filter(None, [about]))
    kept = asked.model_dump(exclude_defaults=True, exclude={"kirim"})
    kept |= {"kirim": await _again(front, names)} if names else {}
    return RedirectResponse(f"{path}?{urlencode(kept)}{mark}", 303)


async def _again(front: OfficePages, names: Sequence[str]) -> str:
    """A key of `TOLD`."""
    told = "lagi"
    for name in names:
        try:
            if front.mails is None:
                return "diam"
            await front.mails.send_again(name)
        except MailRefused:
            told = "tidak"
        except MailsUnavailable:
            return "diam"
    return told


async def _shown(front: OfficePages, user: SignedIn, asked: Filter, activity: str) -> HTMLResponse:
    found = await listed(front, (asked.hal - 1) * ROWS, state=asked.state, activity=activity)
    counts = await counted(front, STATES, activity) if found.known == "yes" else found
    who = await gatherings(front).roster.of([one.registration for one in found.rows])
    await note(front, user, "read_mails", *([f"a:{activity}"] if activity else []), count=len(who))
    states = await gatherings(front).views.states(list({one.activity for one in found.rows} | {activity}))
    return staff_page(
        front,
        user,
        "staf-surel.html",
        activity=states[activity].described if activity else None,
        activities={name: state.described for name, state in states.items()},
        mails=found,
        counts=counts.counts or {},
        held=counts.held,
        who=who,
        chosen=asked.state,
        states=STATES,
        number=asked.hal,
        pages=pages_of(found.total, ROWS),
        told=TOLD.get(asked.kirim, ""),
    )
