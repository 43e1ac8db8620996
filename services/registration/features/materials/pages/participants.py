"""The materials of an activity, for who takes part in it: behind a link that only their mail has."""

from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.gatherings_desk import activity_of, gatherings
from services.registration.features.materials.downloads import download
from services.registration.features.materials.pages.public import Number, materials_page
from services.registration.web.front import OfficePages
from shared.http import Problem
from shared.links import LinkUnknown

NOT_OURS: Final = (
    "Tautan ini tidak kami kenali. Buka lagi dari email Anda, atau minta tautan di halaman /saya."
)
NOT_CONFIRMED: Final = (
    "Materi ini untuk peserta yang terkonfirmasi. Keadaan pendaftaran Anda ada di halaman /saya."
)


def routes(front: OfficePages) -> APIRouter:
    router = APIRouter(prefix="/materi/{token}")

    @router.get("", response_class=HTMLResponse)
    async def listed(token: str, hal: Number = 1) -> HTMLResponse:
        state = await _activity(front, token)
        return await materials_page(front, state, f"/materi/{token}", hal, public_only=False)

    @router.get("/{material}")
    async def file(token: str, material: str, request: Request) -> Response:
        state = await _activity(front, token)
        return await download(front, state.described.id, material, False, request)

    return router


async def _activity(front: OfficePages, token: str) -> ActivityState:
    """Raises `Problem` 404."""
    try:
        registration = front.links.materials(token)
    except LinkUnknown:
        raise Problem(404, "link_unknown", NOT_OURS) from None
    found = await gatherings(front).views.registration(registration)
    if found is None or found.status != "confirmed":
        raise Problem(404, "link_unknown", NOT_CONFIRMED)
    return await activity_of(front, found.activity)
