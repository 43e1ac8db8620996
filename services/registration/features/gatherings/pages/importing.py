"""Sheets that become commands: sent, looked through with a report by row and column, confirmed, told."""

import asyncio
from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import UploadFile

from services.registration.features.accounts.accounts_desk import note
from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.gatherings_desk import activity_of, gatherings
from services.registration.features.gatherings.pages.activities import window
from services.registration.features.gatherings.pages.columns import has_table
from services.registration.features.gatherings.pages.downloads import sheet
from services.registration.features.gatherings.pages.sheets import foreseen, result, shown
from services.registration.features.gatherings.sheets.excel import opened
from services.registration.features.gatherings.sheets.marks import Mark, MarksReport
from services.registration.features.gatherings.sheets.remarks import remarked
from services.registration.features.gatherings.sheets.sheet_report import InvitedRow, SheetReport
from services.registration.features.gatherings.sheets.sheet_row import command_id
from services.registration.features.gatherings.uploads import SHEET_BYTES, Kind, Upload
from services.registration.kernel.actions import Action
from services.registration.web.desk import AGAIN
from services.registration.web.front import OfficePages, now
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import redirect_with_message, staff_page
from shared.contracts.commands import SubmitRegistration
from shared.http import Problem
from shared.kafka.connection import KafkaUnavailable

Report = SheetReport | MarksReport
LISTS: Final = "impor"
KINDS: Final[dict[str, Kind]] = {LISTS: "participants", "impor-kehadiran": "attendance"}
BODY_BYTES: Final = {f"/staf/kegiatan/{{activity}}/{where}": SHEET_BYTES for where in KINDS}
ACTIONS: Final = {"impor": Action.IMPORT_LIST, "impor-kehadiran": Action.RECORD_ATTENDANCE}
HANDLED: Final = "Ditandai selesai: baris yang tidak diterima itu tidak disebut lagi di sini."
MISSING: Final = "Pilih berkas Excel, OpenDocument, atau CSV yang akan diperiksa"
GONE: Final = (
    "Lembar ini sudah tidak tersimpan: satu jam bila belum dikirim, 30 hari sesudahnya. "
    "Unggah lagi berkasnya."
)


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter()
    for where in KINDS:
        router.include_router(_routes(front, access, where))
    return router


def _routes(front: OfficePages, access: Access, where: str) -> APIRouter:
    router = APIRouter(prefix=f"/staf/kegiatan/{{activity}}/{where}")
    Importer = Annotated[SignedIn, Depends(access.page(ACTIONS[where]))]  # noqa: N806
    Exporter = Annotated[SignedIn, Depends(access.proved(ACTIONS[where]))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def empty(activity: str, user: Importer) -> HTMLResponse:
        return _asking(front, user, await activity_of(front, activity), where)

    @router.post("", response_class=HTMLResponse)
    async def upload(activity: str, user: Importer, request: Request) -> Response:
        state, sent = await activity_of(front, activity), (await request.form()).get("berkas")
        data = await sent.read() if isinstance(sent, UploadFile) else b""
        if not data:
            return _asking(front, user, state, where, {"berkas": MISSING})
        token = await gatherings(front).uploads.keep(activity, KINDS[where], data)
        return RedirectResponse(f"/staf/kegiatan/{activity}/{where}/{token}", 303)

    @router.get("/{token}", response_class=HTMLResponse)
    async def shown_report(activity: str, token: str, user: Importer) -> Response:
        state = await activity_of(front, activity)
        kept = await _kept(front, activity, where, token)
        if kept.data:
            await note(front, user, "check_list", f"a:{activity}")
            report = await foreseen(front, state, kept)
            if where == LISTS and not report.sheets and await asyncio.to_thread(has_table, kept.data):
                return RedirectResponse(f"/staf/kegiatan/{activity}/{where}/{token}/kolom", 303)
            found = shown(_within_reach(user, report))
        else:
            found = await result(front, kept)
        return staff_page(
            front,
            user,
            "staf-impor-laporan.html",
            activity=state.described,
            where=where,
            token=token,
            handled=kept.handled,
            **found,
        )

    @router.get("/{token}/keterangan.xlsx")
    async def remarks(activity: str, token: str, user: Exporter) -> Response:
        state, kept = await activity_of(front, activity), await _kept(front, activity, where, token)
        if kept.data is None:
            raise Problem(404, "upload_unknown", GONE)
        report = _within_reach(user, await foreseen(front, state, kept))
        await note(front, user, "check_list", f"a:{activity}")
        book = await asyncio.to_thread(opened, kept.data)
        return sheet(await asyncio.to_thread(remarked, book, report), f"keterangan-{activity}")

    @router.post("/{token}")
    async def confirm(activity: str, token: str, user: Importer) -> Response:
        state, kept = await activity_of(front, activity), await _kept(front, activity, where, token)
        if kept.data:
            found = await foreseen(front, state, kept)
            sent = [(row.number, await _send(front, kept, row, user), row.sheet) for row in found.rows]
            await gatherings(front).uploads.was_sent(token, sent, found.problems)
        return RedirectResponse(f"/staf/kegiatan/{activity}/{where}/{token}", 303)

    @router.post("/{token}/selesai")
    async def handled(activity: str, token: str, _: Importer) -> Response:
        await _kept(front, activity, where, token)
        await gatherings(front).uploads.was_handled(token)
        return redirect_with_message(front, "/staf", HANDLED)

    return router


def _within_reach(user: SignedIn, report: Report) -> Report:
    """What the office holds of people is for whom all of its people are open; others hear that it differs."""
    if user.may(Action.SEE_ROSTER):
        return report
    problems = tuple(replace(one, recorded=None, registration=None) for one in report.problems)
    return replace(report, problems=problems)


def _asking(
    front: OfficePages, user: SignedIn, state: ActivityState, where: str, errors: dict[str, str] | None = None
) -> HTMLResponse:
    return staff_page(
        front,
        user,
        "staf-impor.html",
        422 if errors else 200,
        activity=state.described,
        where=where,
        errors=errors or {},
        window=window(state.described, state.cancelled, now()),
    )


async def _kept(front: OfficePages, activity: str, where: str, token: str) -> Upload:
    """Raises `Problem` 404."""
    kept = await gatherings(front).uploads.find(token, activity, KINDS[where])
    if kept is None:
        raise Problem(404, "upload_unknown", GONE)
    return kept


async def _send(front: OfficePages, kept: Upload, row: InvitedRow | Mark, user: SignedIn) -> bytes:
    """An invited person's row is known again in any sheet; a tick only in this one, since it may be taken
    back and made again. Raises `Problem` 503."""
    desk, source, command = front.desk, f"/{front.office.code}/excel", row.command
    command_client = desk.command_client
    if isinstance(command, SubmitRegistration):
        identifier = command_id(gatherings(desk).sheet_key, command)
    else:
        identifier = command_client.digests.form(kept.token, command.model_dump_json())
    try:
        await command_client.ask(command, kept.activity, source, identifier, 0, known=False, actor=user.actor)
    except KafkaUnavailable:
        raise Problem(503, "unavailable", AGAIN, {"Retry-After": "5"}) from None
    return command_client.digests.command(kept.activity, source, identifier)
