"""The history on the desk: of the whole office for its admins, of one activity beside it, and as a file."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from services.registration.features.accounts.accounts_desk import accounts_of
from services.registration.features.accounts.domain.history import COMMAND_LINE, Entry
from services.registration.kernel.actions import Action
from services.registration.web.access import Access, SignedIn
from services.registration.web.desk import staff_page
from services.registration.web.front import OfficePages
from shared.contracts.envelope import OFFICE_STAFF
from shared.contracts.types import rfc3339

PATH: Final = "/staf/riwayat"
ROWS: Final = 30
EXPORTED: Final = 50_000
NOT_PEOPLE: Final = {OFFICE_STAFF: "Token balai", COMMAND_LINE: "Perintah simpul"}
TITLES: Final = ("waktu", "akun", "nama", "yang dilakukan", "tentang", "rincian", "jumlah")


class Filter(BaseModel):
    """`akun`: of whom; empty of everybody."""

    akun: str = Field(default="", max_length=80)
    hal: int = Field(default=1, ge=1, le=500)


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter()
    Auditor = Annotated[SignedIn, Depends(access.page(Action.SEE_HISTORY))]  # noqa: N806
    Exporter = Annotated[SignedIn, Depends(access.export(Action.SEE_HISTORY))]  # noqa: N806
    Colleague = Annotated[SignedIn, Depends(access.page(Action.SEE_CHANGES))]  # noqa: N806
    FilterQuery = Annotated[Filter, Query()]  # noqa: N806

    @router.get(PATH, response_class=HTMLResponse)
    async def of_all(user: Auditor, asked: FilterQuery) -> HTMLResponse:
        history, skip = accounts_of(front).history, (asked.hal - 1) * ROWS
        found = await history.newest(asked.akun, skip, ROWS + 1)
        return await _shown(front, user, found, asked, PATH, "")

    @router.get(f"{PATH}.csv")
    async def exported(user: Exporter, asked: FilterQuery) -> Response:
        history = accounts_of(front).history
        found = await history.newest(asked.akun, 0, EXPORTED)
        await history.note(user.actor, "export_history", query=asked.akun, count=len(found))
        headers = {"Content-Disposition": 'attachment; filename="riwayat.csv"', "Cache-Control": "no-store"}
        text = as_csv(found, await names(front))
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

    @router.get("/staf/kegiatan/{activity}/riwayat", response_class=HTMLResponse)
    async def of_activity(activity: str, user: Colleague, asked: FilterQuery) -> HTMLResponse:
        history, skip = accounts_of(front).history, (asked.hal - 1) * ROWS
        found = await history.of_activity(activity, skip, ROWS + 1)
        return await _shown(front, user, found, asked, f"/staf/kegiatan/{activity}/riwayat", activity)

    return router


async def _shown(
    front: OfficePages, user: SignedIn, found: list[Entry], asked: Filter, path: str, activity: str
) -> HTMLResponse:
    return staff_page(
        front,
        user,
        "staf-riwayat.html",
        entries=found[:ROWS],
        more=len(found) > ROWS,
        number=asked.hal,
        account=asked.akun,
        path=path,
        activity=activity,
        names=await names(front),
    )


async def names(front: OfficePages) -> Mapping[str, str]:
    """By the actor of an entry, what people call whoever it is."""
    desk = accounts_of(front)
    programs = {one.actor: f"Token {one.name}" for one in await desk.tokens.all()}
    return NOT_PEOPLE | programs | {one.id: one.called for one in await desk.accounts.all()}


def as_csv(entries: Iterable[Entry], names: Mapping[str, str]) -> str:
    """With a byte order mark, by which a spreadsheet knows the letters."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(TITLES)
    for one in entries:
        cells: list[Any] = [rfc3339(one.at), one.actor, names.get(one.actor, ""), one.what]
        cells += [" ".join(one.about), one.query, "" if one.count is None else one.count]
        rows.writerow([_plain(str(cell)) for cell in cells])
    return f"\ufeff{written.getvalue()}"


def _plain(cell: str) -> str:
    """What a spreadsheet would calculate is text."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
