"""The materials of an activity, for everybody."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from services.registration.features.gatherings.gatherings_desk import activity_of
from services.registration.features.materials.materials_desk import materials
from services.registration.web.front import OfficePages
from shared.pages import pages_of

ROWS: Final = 20


def routes(front: OfficePages) -> APIRouter:
    router = APIRouter()

    @router.get("/kegiatan/{activity}/materi", response_class=HTMLResponse)
    async def listed(activity: str, hal: Annotated[int, Query(ge=1, le=10_000)] = 1) -> HTMLResponse:
        state = await activity_of(front, activity)
        found = await materials(front).listed(activity, public_only=True)
        return front.page(
            "materi.html",
            activity=state.described,
            materials=found[(hal - 1) * ROWS : hal * ROWS],
            number=hal,
            pages=pages_of(len(found), ROWS),
        )

    return router
