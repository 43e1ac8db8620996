"""Deciding on those who asked to take part: by hand, many at once, in the order in which they asked."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import TypeAdapter, ValidationError

from services.registration.features.accounts.accounts_desk import note
from services.registration.features.gatherings.gatherings_desk import activity_of, gatherings
from services.registration.features.gatherings.roster import RosterFilter
from services.registration.kernel.actions import Action
from services.registration.web.desk import submit_command
from services.registration.web.front import OfficePages
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import done_message, redirect_with_message, staff_page
from shared.contracts.commands import ApproveRegistration, Command, RejectRegistration
from shared.contracts.outcomes import Outcome
from shared.contracts.types import Paragraph
from shared.http import Problem
from shared.pages import pages_of
from shared.words import number

ROWS: Final = 30
NOBODY: Final = "Centang dahulu orangnya"
NO_REASON: Final = "Tulis alasannya; alasan ini dikirim kepada mereka"
ODD_REASON: Final = "Alasan terlalu panjang atau memuat tanda yang tidak dapat dicetak"
Number = Annotated[int, Query(ge=1, le=10_000)]


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix="/staf/kegiatan/{activity}/persetujuan")
    Approver = Annotated[SignedIn, Depends(access.page(Action.APPROVE_REGISTRATION))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def show(
        activity: str, user: Approver, request: Request, hal: Number = 1, semua: bool = False
    ) -> HTMLResponse:
        did = done_message(front, request)
        return await _shown(front, user, activity, hal, did=did, every=semua)

    @router.post("", response_class=HTMLResponse)
    async def decide(activity: str, user: Approver, request: Request, hal: Number = 1) -> Response:
        sent = await request.form()
        chosen = [str(one) for one in sent.getlist("orang")][:ROWS]
        reason = str(sent.get("alasan", "")).replace("\r\n", "\n").strip()
        rejects = sent.get("putusan") == "tolak"
        if errors := _wrong(chosen, reason, rejects):
            return await _shown(front, user, activity, hal, chosen, reason[:4_000], errors)
        commands = _commands(chosen, reason if rejects else None)
        outcomes = await _in_turn(front, commands, (await activity_of(front, activity)).described.id, user)
        left = [one for one in outcomes if one.result not in ("confirmed", "waitlisted", "rejected")]
        if left:
            told = f"{_told(outcomes)} {number(len(chosen) - len(outcomes) + len(left))} belum diputuskan."
            return await _shown(front, user, activity, hal, told=f"{told} {left[0].message or ''}".strip())
        here = f"/staf/kegiatan/{activity}/persetujuan"
        return redirect_with_message(front, here, _told(outcomes), hal=hal)

    return router


def _wrong(chosen: Sequence[str], reason: str, rejects: bool) -> dict[str, str]:
    if not chosen:
        return {"orang": NOBODY}
    if not rejects:
        return {}
    if not reason:
        return {"alasan": NO_REASON}
    try:
        TypeAdapter(Paragraph).validate_python(reason)
    except ValidationError:
        return {"alasan": ODD_REASON}
    return {}


def _commands(chosen: Sequence[str], reason: str | None) -> list[Command]:
    """Raises `Problem` 422."""
    try:
        if reason is None:
            return [ApproveRegistration(registration=one) for one in chosen]
        return [RejectRegistration(registration=one, reason=reason) for one in chosen]
    except ValidationError:
        raise Problem(422, "invalid", "") from None


async def _in_turn(
    front: OfficePages, commands: Sequence[Command], activity: str, user: SignedIn
) -> list[Outcome]:
    """One after another, since who is approved first takes the seat; up to one that is not decided yet."""
    outcomes: list[Outcome] = []
    for command in commands:
        outcomes.append(await submit_command(front, command, activity, user))
        if outcomes[-1].result is None:
            break
    return outcomes


def _told(outcomes: Sequence[Outcome]) -> str:
    count = Counter(one.result for one in outcomes)
    told = []
    if seated := count["confirmed"]:
        told.append(f"{number(seated)} orang disetujui dan terkonfirmasi.")
    if waits := count["waitlisted"]:
        told.append(f"{number(waits)} orang disetujui; kuotanya penuh, jadi masuk daftar tunggu.")
    if rejected := count["rejected"]:
        told.append(f"{number(rejected)} orang tidak disetujui.")
    return " ".join([*told, "Semuanya dikabari lewat email."]) if told else ""


async def _shown(
    front: OfficePages,
    user: SignedIn,
    activity: str,
    page: int,
    chosen: Sequence[str] = (),
    reason: str = "",
    errors: dict[str, str] | None = None,
    told: str = "",
    did: str = "",
    every: bool = False,
) -> HTMLResponse:
    state = await activity_of(front, activity)
    skip = (page - 1) * ROWS
    rows, total = await gatherings(front).roster.found(activity, RosterFilter(status="submitted"), skip, ROWS)
    await note(front, user, "read_roster", f"a:{activity}", query="submitted", count=total)
    return staff_page(
        front,
        user,
        "staf-persetujuan.html",
        422 if errors else 409 if told else 200,
        activity=state.described,
        state=state,
        rows=rows,
        total=total,
        chosen=[row.id for row in rows] if every else chosen,
        number=page,
        pages=pages_of(total, ROWS),
        values={"alasan": reason},
        errors=errors or {},
        told=told,
        done=did,
    )
