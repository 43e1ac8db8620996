"""The API of people with a part: who there is of an activity, one added, one removed."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response

from services.registration.features.gatherings.gatherings_desk import activity_of
from services.registration.features.parts.parts_desk import parts
from services.registration.kernel.actions import Action
from services.registration.web import documented
from services.registration.web.api import REFUSED, STAFF, OfficeApi
from services.registration.web.bodies import fitted, parsed
from services.registration.web.documented import body
from shared.accounts.access import SignedIn
from shared.contracts.commands import AddPart, RemovePart
from shared.contracts.types import RegistrationId, Slug
from shared.http import NOT_FOUND

PATH: Final = "/activities/{activity}/parts"


def routes(router: APIRouter, desk: OfficeApi) -> None:
    Viewer = Annotated[SignedIn, Depends(desk.access.api(Action.SEE_PARTS))]  # noqa: N806
    Manager = Annotated[SignedIn, Depends(desk.access.api(Action.MANAGE_PARTS))]  # noqa: N806

    @router.get(PATH, responses=REFUSED | NOT_FOUND)
    async def listed(activity: str, _: Viewer) -> dict[str, Any]:
        state = await activity_of(desk, activity)
        found = await parts(desk).of(state.described)
        return {"items": [one.shown for one in found], "next": None}

    @router.post(PATH, responses=STAFF, openapi_extra=_without_id(body(AddPart, "activity")))
    async def add(activity: Slug, user: Manager, request: Request) -> Response:
        """Without an `id` it is made of the part and the name: the same person again is one."""
        sent = await parsed(request)
        if isinstance(sent, dict) and "id" not in sent:
            sent = sent | {"id": parts(desk).id_of(activity, str(sent.get("part")), str(sent.get("name")))}
        command = fitted(AddPart, sent, activity=activity)
        return await desk.answer(command, activity, desk.asking(request, user))

    @router.delete(PATH + "/{part}", responses=STAFF, openapi_extra=documented.WISHES)
    async def remove(activity: Slug, part: RegistrationId, user: Manager, request: Request) -> Response:
        command = RemovePart(activity=activity, id=part)
        return await desk.answer(command, activity, desk.asking(request, user))


def _without_id(described: dict[str, Any]) -> dict[str, Any]:
    """An id may be left out."""
    asked = described["requestBody"]["content"]["application/json"]["schema"]
    schema = asked | {"required": [name for name in asked["required"] if name != "id"]}
    content = {kind: {"schema": schema} for kind in described["requestBody"]["content"]}
    return described | {"requestBody": described["requestBody"] | {"content": content}}


API: Final = (routes,)
