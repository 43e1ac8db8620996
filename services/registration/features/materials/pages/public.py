"""The materials of an activity, for everybody."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.gatherings_desk import activity_of
from services.registration.features.materials.downloads import download
from services.registration.features.materials.materials_desk import materials
from services.registration.web.front import OfficePages
from shared.pages import pages_of

ROWS: Final = 20
Number = Annotated[int, Query(ge=1, le=10_000)]


def routes(front: OfficePages) -> APIRouter:
    router = APIRouter(prefix="/kegiatan/{activity}/materi")

    @router.get("", response_class=HTMLResponse)
    async def listed(activity: str, hal: Number = 1) -> HTMLResponse:
        state = await activity_of(front, activity)
        here = f"/kegiatan/{state.described.id}/materi"
        return await materials_page(front, state, here, hal, public_only=True)

    @router.get("/{material}")
    async def file(activity: str, material: str, request: Request) -> Response:
        return await download(front, activity, material, True, request)

    return router


async def materials_page(
    front: OfficePages, state: ActivityState, here: str, number: int, public_only: bool
) -> HTMLResponse:
    """`here`: the path of the page, under which files are downloaded."""
    found = await materials(front).listed(state.described.id, public_only)
    return front.page(
        "materi.html",
        activity=state.described,
        materials=found[(number - 1) * ROWS : number * ROWS],
        here=here,
        public_only=public_only,
        number=number,
        pages=pages_of(len(found), ROWS),
    )
