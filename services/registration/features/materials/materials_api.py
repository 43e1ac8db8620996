"""The API of materials: what there is of an activity, one published, one withdrawn."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response

from services.registration.features.gatherings.gatherings_desk import activity_of
from services.registration.features.materials.downloads import download
from services.registration.features.materials.materials_desk import materials
from services.registration.kernel.actions import Action
from services.registration.web import documented
from services.registration.web.api import REFUSED, STAFF, OfficeApi
from services.registration.web.bodies import body_as
from services.registration.web.documented import body
from shared.accounts.access import SignedIn
from shared.contracts.commands import PublishMaterial, WithdrawMaterial
from shared.contracts.types import Slug
from shared.http import NOT_FOUND

PATH: Final = "/activities/{activity}/materials"


def routes(router: APIRouter, desk: OfficeApi) -> None:
    Publisher = Annotated[SignedIn, Depends(desk.access.api(Action.PUBLISH_MATERIAL))]  # noqa: N806

    @router.get(PATH, responses=REFUSED | NOT_FOUND)
    async def listed(activity: str, request: Request) -> dict[str, Any]:
        """Those for everybody; with a token those for staff, too."""
        user = await desk.access.bearer(request, Action.PUBLISH_MATERIAL)
        await activity_of(desk, activity)
        found = await materials(desk).listed(activity, public_only=user is None)
        return {"items": [one.shown for one in found], "next": None}

    @router.get(PATH + "/{material}/file", responses=REFUSED | NOT_FOUND)
    async def content(activity: str, material: str, request: Request) -> Response:
        """As it is downloaded: what is for everybody; with a token the rest, too."""
        user = await desk.access.bearer(request, Action.PUBLISH_MATERIAL)
        return await download(desk, activity, material, user is None, request)

    @router.post(PATH, responses=STAFF, openapi_extra=body(PublishMaterial, "activity"))
    async def publish(activity: Slug, user: Publisher, request: Request) -> Response:
        command = await body_as(PublishMaterial, request, activity=activity)
        return await desk.answer(command, activity, desk.asking(request, user))

    @router.delete(PATH + "/{material}", responses=STAFF, openapi_extra=documented.WISHES)
    async def withdraw(activity: Slug, material: Slug, user: Publisher, request: Request) -> Response:
        command = WithdrawMaterial(activity=activity, id=material)
        return await desk.answer(command, activity, desk.asking(request, user))


API: Final = (routes,)
