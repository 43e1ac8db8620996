"""The API of people: what staff correct of one."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from services.registration.features.people.domain import participant
from services.registration.kernel.actions import Action
from services.registration.web.api import STAFF, OfficeApi
from services.registration.web.bodies import body_as
from services.registration.web.documented import body
from shared.accounts.access import SignedIn
from shared.contracts.commands import CorrectParticipant, PersonRef


def participants(router: APIRouter, desk: OfficeApi) -> None:
    Corrector = Annotated[SignedIn, Depends(desk.access.api(Action.CORRECT_PERSON))]  # noqa: N806
    corrected = body(CorrectParticipant, "ref")

    @router.patch("/participants/{ref}", responses=STAFF, openapi_extra=corrected)
    async def correct(ref: PersonRef, user: Corrector, request: Request) -> Response:
        command = await body_as(CorrectParticipant, request, ref=ref)
        return await desk.answer(command, participant.key(ref), desk.asking(request, user))


API: Final = (participants,)
