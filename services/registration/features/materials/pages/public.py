"""The materials of an activity, for everybody."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from services.registration.features.gatherings.gatherings_desk import activity_of
from services.registration.features.materials.materials_desk import materials
from services.registration.web.front import OfficePages


def routes(front: OfficePages) -> APIRouter:
    router = APIRouter()

    @router.get("/kegiatan/{activity}/materi", response_class=HTMLResponse)
    async def listed(activity: str) -> HTMLResponse:
        state = await activity_of(front, activity)
        found = await materials(front).listed(activity, public_only=True)
        return front.page("materi.html", activity=state.described, materials=found)

    return router
