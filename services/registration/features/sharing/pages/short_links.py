"""A link to an activity that is short enough to be typed from paper."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from services.registration.features.gatherings.gatherings_desk import activity_of
from services.registration.web.front import OfficePages


def routes(front: OfficePages) -> APIRouter:
    router = APIRouter()

    @router.get("/k/{activity}")
    async def short_link(activity: str) -> RedirectResponse:
        state = await activity_of(front, activity)
        return RedirectResponse(f"/kegiatan/{state.described.id}", 303)

    return router
