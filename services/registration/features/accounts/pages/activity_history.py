"""The history of one activity, beside it on the desk."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from services.registration.features.accounts.accounts_desk import account_pages, history_of
from services.registration.kernel.actions import Action
from services.registration.web.front import OfficePages
from shared.accounts.access import Access, SignedIn
from shared.accounts.pages.history import ROWS, Filter, shown


def routes(front: OfficePages, access: Access) -> APIRouter:
    router, pages = APIRouter(), account_pages(front)
    Colleague = Annotated[SignedIn, Depends(access.page(Action.SEE_CHANGES))]  # noqa: N806

    @router.get("/staf/kegiatan/{activity}/riwayat", response_class=HTMLResponse)
    async def of_activity(activity: str, user: Colleague, asked: Annotated[Filter, Query()]) -> HTMLResponse:
        found = await history_of(front).of_activity(activity, (asked.hal - 1) * ROWS, ROWS + 1)
        return await shown(pages, user, found, asked, f"/staf/kegiatan/{activity}/riwayat", activity)

    return router
