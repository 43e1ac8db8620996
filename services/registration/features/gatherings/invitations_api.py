"""The API of invitations: who was invited to an activity, one sent, one reminded."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response

from services.registration.features.accounts.accounts_desk import note
from services.registration.features.gatherings.gatherings_desk import activity_of, gatherings
from services.registration.kernel.actions import Action
from services.registration.web import documented
from services.registration.web.api import REFUSED, STAFF, OfficeApi
from services.registration.web.bodies import body_as
from services.registration.web.documented import body
from shared.accounts.access import SignedIn
from shared.contracts.commands import RemindInvitation, SendInvitation
from shared.contracts.types import RegistrationId, Slug
from shared.http import NOT_FOUND

PATH: Final = "/activities/{activity}/invitations"


def invitations(router: APIRouter, desk: OfficeApi) -> None:
    Inviter = Annotated[SignedIn, Depends(desk.access.api(Action.INVITE))]  # noqa: N806

    @router.get(PATH, responses=REFUSED | NOT_FOUND)
    async def listed(activity: str, user: Inviter) -> dict[str, Any]:
        state = await activity_of(desk, activity)
        found = await gatherings(desk).invitations.listed(state)
        await note(desk, user, "read_list", f"a:{activity}", count=len(found))
        return {"items": [one.shown() for one in found], "next": None}

    @router.post(PATH, responses=STAFF, openapi_extra=body(SendInvitation, "activity", "invitation"))
    async def send(activity: Slug, user: Inviter, request: Request) -> Response:
        how = desk.asking(request, user)
        new = gatherings(desk).invitations.new_id(activity, f"{how.source} {how.identifier}")
        command = await body_as(SendInvitation, request, activity=activity, invitation=new)
        return await desk.answer(command, activity, how)

    @router.post(PATH + "/{invitation}/remind", responses=STAFF, openapi_extra=documented.WISHES)
    async def remind(activity: Slug, invitation: RegistrationId, user: Inviter, request: Request) -> Response:
        command = RemindInvitation(activity=activity, invitation=invitation)
        return await desk.answer(command, activity, desk.asking(request, user))
