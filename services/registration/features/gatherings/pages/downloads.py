"""What staff take along as sheets: participants, attendance, the empty template."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Response

from services.registration.features.accounts.accounts_desk import note
from services.registration.features.gatherings.gatherings_desk import activity_of, gatherings, may_see
from services.registration.features.gatherings.pages.roster import Filter, Search, query_of, read
from services.registration.features.gatherings.roster import RosterFilter
from services.registration.features.gatherings.sheets import files
from services.registration.inspection.media import XLSX
from services.registration.kernel.actions import Action
from services.registration.web.attachments import attachment
from services.registration.web.front import OfficePages
from shared.accounts.access import Access, SignedIn


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix="/staf/kegiatan/{activity}")
    Exporter = Annotated[SignedIn, Depends(access.proved(Action.EXPORT_ROSTER))]  # noqa: N806
    Importer = Annotated[SignedIn, Depends(access.page(Action.IMPORT_LIST))]  # noqa: N806

    @router.get("/peserta.xlsx")
    async def participants(activity: str, user: Exporter, asked: Annotated[Filter, Query()]) -> Response:
        return await _participants(front, user, activity, asked, "")

    @router.post("/peserta.xlsx")
    async def searched(activity: str, user: Exporter, asked: Annotated[Search, Form()]) -> Response:
        return await _participants(front, user, activity, asked, asked.text)

    @router.get("/kehadiran.xlsx")
    async def attendance(activity: str, user: Exporter) -> Response:
        state = await activity_of(front, activity)
        rows, _total = await gatherings(front).roster.found(
            state.described.id, RosterFilter(status="confirmed")
        )
        await note(front, user, "export_attendance", f"a:{activity}", count=len(rows))
        data = await asyncio.to_thread(files.attendance, state.described, rows)
        return sheet(data, f"kehadiran-{state.described.id}")

    @router.get("/templat.xlsx")
    async def template(activity: str, _: Importer) -> Response:
        state = await activity_of(front, activity)
        data = await asyncio.to_thread(files.template, state.described.questions)
        return sheet(data, f"templat-{state.described.id}")

    return router


async def _participants(
    front: OfficePages, user: SignedIn, activity: str, asked: Filter, text: str
) -> Response:
    state, (wanted, _errors) = await activity_of(front, activity), read(asked, text)
    rows, _total = await gatherings(front).roster.found(state.described.id, wanted)
    rows = await gatherings(front).reach.seen(state.described.id, rows, may_see(user))
    query = query_of(asked, text)
    await note(front, user, "export_participants", f"a:{activity}", query=query, count=len(rows))
    data = await asyncio.to_thread(files.participants, rows, state.described.questions)
    return sheet(data, f"peserta-{state.described.id}")


def sheet(data: bytes, name: str) -> Response:
    """`name`: of ASCII letters, digits and hyphens."""
    return attachment(data, f"{name}.xlsx", XLSX)
