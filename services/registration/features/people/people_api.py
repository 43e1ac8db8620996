"""The API of people: what staff correct of one."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from services.registration.features.people.domain import participant
from services.registration.web.api import STAFF, Desk
from services.registration.web.bodies import body_as
from services.registration.web.documented import body
from shared.contracts.commands import CorrectParticipant, PersonRef


def participants(router: APIRouter, desk: Desk, staff: list[Any]) -> None:
    corrected = body(CorrectParticipant, "ref")

    @router.patch("/participants/{ref}", dependencies=staff, responses=STAFF, openapi_extra=corrected)
    async def correct(ref: PersonRef, request: Request) -> Response:
        command = await body_as(CorrectParticipant, request, ref=ref)
        return await desk.answer(command, participant.key(ref), desk.asking(request))


API: Final = (participants,)
