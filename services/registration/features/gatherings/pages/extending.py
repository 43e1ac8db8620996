"""Registration stays open longer: one field."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.gathering_contents import of_activity
from services.registration.features.gatherings.gatherings_desk import activity_of
from services.registration.features.gatherings.pages.activity_as_typed import local_typed
from services.registration.features.gatherings.pages.publishing_warnings import LATE, closes_late
from services.registration.features.gatherings.pages.typed_activity import moment_of
from services.registration.kernel.actions import Action
from services.registration.web.desk import submit_command
from services.registration.web.front import OfficePages, now
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import redirect_with_message, staff_page
from shared.contracts.commands import ChangeActivity
from shared.words import moment

NO_TIME: Final = "Tulis tanggal dan jam penutupan yang baru"
PAST: Final = "Tulis waktu yang akan datang: waktu ini sudah lewat"
SOONER: Final = "Pendaftaran sudah dibuka sampai {}. Tulis waktu sesudahnya"


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix="/staf/kegiatan/{activity}/perpanjang")
    Changer = Annotated[SignedIn, Depends(access.page(Action.CHANGE_ACTIVITY))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def question(activity: str, user: Changer) -> HTMLResponse:
        state = await activity_of(front, activity)
        return _page(front, user, state, local_typed(state.described.closes, front.office.zone), {})

    @router.post("", response_class=HTMLResponse)
    async def extend(activity: str, user: Changer, tutup: Annotated[str, Form()] = "") -> Response:
        state, zone = await activity_of(front, activity), front.office.zone
        command, error = _read(state, tutup.strip()[:40], zone)
        if command is None:
            return _page(front, user, state, tutup, {"tutup": error})
        outcome = await submit_command(front, command, state.described.id, user)
        if outcome.result != "changed" or command.closes is None:
            return _page(front, user, state, tutup, {}, outcome.message or "")
        after = state.described.model_copy(update={"closes": command.closes})
        told = (
            f"Pendaftaran diperpanjang sampai {moment(command.closes, zone)}. Tidak ada email yang dikirim."
        )
        warned = f" {LATE}" if closes_late(after) else ""
        return redirect_with_message(front, f"/staf/kegiatan/{state.described.id}", told + warned)

    return router


def _read(state: ActivityState, typed: str, zone: str) -> tuple[ChangeActivity | None, str]:
    """The command, or what to mend."""
    given = {"activity": state.described.id, "closes": moment_of(typed, zone)}
    try:
        command = ChangeActivity.model_validate(given)
    except ValidationError:
        return None, NO_TIME
    if command.closes is None or of_activity(command):
        return None, NO_TIME
    if command.closes <= now():
        return None, PAST
    if command.closes <= state.described.closes:
        return None, SOONER.format(moment(state.described.closes, zone))
    return command, ""


def _page(
    front: OfficePages,
    user: SignedIn,
    state: ActivityState,
    typed: str,
    errors: dict[str, str],
    told: str = "",
) -> HTMLResponse:
    return staff_page(
        front,
        user,
        "staf-perpanjang.html",
        422 if errors else 409 if told else 200,
        state=state,
        values={"tutup": typed},
        errors=errors,
        told=told,
    )
