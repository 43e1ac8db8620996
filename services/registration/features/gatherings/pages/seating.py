"""Somebody who waits is given a place before their turn, with a reason."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import HTMLResponse
from pydantic import TypeAdapter, ValidationError

from services.registration.features.gatherings.gatherings_desk import activity_of, enrolled
from services.registration.features.gatherings.roster import EnrolledParticipant
from services.registration.kernel.actions import Action
from services.registration.web.desk import submit_command
from services.registration.web.front import OfficePages
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import redirect_with_message, staff_page
from shared.contracts.commands import SeatRegistration
from shared.contracts.types import Paragraph

NO_REASON: Final = "Tulis alasannya; alasan ini tersimpan di riwayat balai"
ODD_REASON: Final = "Alasan terlalu panjang atau memuat tanda yang tidak dapat dicetak"
SEATED: Final = "Tempat sudah diberikan, dan orangnya menerima email."


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix="/staf/pendaftaran/{registration}/tempat")
    Seater = Annotated[SignedIn, Depends(access.page(Action.SEAT_REGISTRATION))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def question(registration: str, user: Seater) -> HTMLResponse:
        return await _page(front, user, await enrolled(front, registration), "", {})

    @router.post("", response_class=HTMLResponse)
    async def seat(
        registration: str,
        user: Seater,
        alasan: Annotated[str, Form()] = "",
        di_luar: Annotated[str, Form()] = "",
    ) -> Response:
        row, reason = await enrolled(front, registration), alasan.replace("\r\n", "\n").strip()
        if not reason:
            return await _page(front, user, row, "", {"alasan": NO_REASON})
        try:
            TypeAdapter(Paragraph).validate_python(reason)
        except ValidationError:
            return await _page(front, user, row, reason[:4_000], {"alasan": ODD_REASON})
        command = SeatRegistration(registration=row.id, reason=reason, beyond=di_luar == "ya")
        outcome = await submit_command(front, command, row.activity, user)
        if outcome.result == "confirmed":
            return redirect_with_message(front, f"/staf/pendaftaran/{row.id}", SEATED)
        return await _page(front, user, row, reason, {}, outcome.message or "")

    return router


async def _page(
    front: OfficePages,
    user: SignedIn,
    row: EnrolledParticipant,
    reason: str,
    errors: dict[str, str],
    told: str = "",
) -> HTMLResponse:
    state = await activity_of(front, row.activity)
    return staff_page(
        front,
        user,
        "staf-tempat.html",
        422 if errors else 409 if told else 200,
        row=row,
        activity=state.described,
        room=state.has_room(tuple(row.line.split(","))) if row.line else False,
        values={"alasan": reason},
        errors=errors,
        told=told,
    )
