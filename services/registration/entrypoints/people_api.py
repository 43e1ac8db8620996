"""The API of people: what staff correct of one."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from services.registration.domain import participant
from services.registration.entrypoints.bodies import body_as
from services.registration.entrypoints.documented import body
from services.registration.entrypoints.http import STAFF, Desk
from shared.contracts.commands import CorrectParticipant, PersonRef


def participants(router: APIRouter, desk: Desk, staff: list[Any]) -> None:
    corrected = body(CorrectParticipant, "ref")

    @router.patch("/participants/{ref}", dependencies=staff, responses=STAFF, openapi_extra=corrected)
    async def correct(ref: PersonRef, request: Request) -> Response:
        command = await body_as(CorrectParticipant, request, ref=ref)
        return await desk.answer(command, participant.key(ref), desk.asking(request))


API: Final = (participants,)
