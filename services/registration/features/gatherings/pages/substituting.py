"""Somebody comes in the place of a confirmed participant."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from services.registration.features.gatherings.gatherings_desk import activity_of, enrolled
from services.registration.features.gatherings.pages.fields import PERSON, read_person
from services.registration.features.gatherings.roster import EnrolledParticipant
from services.registration.kernel.actions import Action
from services.registration.web.desk import submit_command
from services.registration.web.front import OfficePages
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import redirect_with_message, staff_page
from shared.contracts.commands import SubstituteRegistration

DONE: Final = "Peserta sudah diganti; keduanya dikabari lewat email."
EMPTY: Final = dict.fromkeys((name for name, _ in PERSON), "")


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix="/staf/pendaftaran/{registration}/ganti")
    Substituter = Annotated[  # noqa: N806
        SignedIn, Depends(access.page(Action.SUBSTITUTE_REGISTRATION))
    ]

    @router.get("", response_class=HTMLResponse)
    async def question(registration: str, user: Substituter) -> HTMLResponse:
        return await _page(front, user, await enrolled(front, registration), EMPTY, {})

    @router.post("", response_class=HTMLResponse)
    async def substitute(registration: str, user: Substituter, request: Request) -> Response:
        row, sent = await enrolled(front, registration), await request.form()
        typed = read_person(sent)
        if typed.errors:
            return await _page(front, user, row, typed.values, typed.errors)
        who = {name: typed.found[field] for field, name in PERSON if typed.found[field]}
        given = {"registration": row.id, "participant": who, "beyond": sent.get("di_luar") == "ya"}
        command = SubstituteRegistration.model_validate(given)
        outcome = await submit_command(front, command, row.activity, user)
        if outcome.result == "confirmed" and outcome.registration:
            return redirect_with_message(front, f"/staf/pendaftaran/{outcome.registration}", DONE)
        full = outcome.reason == "no_seat"
        return await _page(front, user, row, typed.values, {}, outcome.message or "", full)

    return router


async def _page(
    front: OfficePages,
    user: SignedIn,
    row: EnrolledParticipant,
    values: dict[str, str],
    errors: dict[str, str],
    told: str = "",
    full: bool = False,
) -> HTMLResponse:
    """`full`: no quota has room for what the replaced person stands for by now."""
    return staff_page(
        front,
        user,
        "staf-ganti.html",
        422 if errors else 409 if told else 200,
        row=row,
        activity=(await activity_of(front, row.activity)).described,
        values=values,
        errors=errors,
        told=told,
        full=full,
    )
