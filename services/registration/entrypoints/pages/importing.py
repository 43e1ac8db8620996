"""Sheets that become commands: sent, looked through with a report by row and column, confirmed, told."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import UploadFile

from services.registration.adapters.bounds import SheetRefused
from services.registration.adapters.excel import read_sheet, sheets_of
from services.registration.adapters.uploads import Kind, Upload
from services.registration.application.marks import MarksReport, codes, read_marks
from services.registration.application.rows import Problem as Row
from services.registration.application.rows import SheetReport, command_id
from services.registration.domain.activity import ActivityState
from services.registration.entrypoints.pages.desk import AGAIN, staff_page
from services.registration.entrypoints.pages.front import Front, settled
from services.registration.entrypoints.pages.session import Session, Sessions
from shared.contracts.commands import Command, SubmitRegistration
from shared.http import Problem
from shared.kafka.connection import KafkaUnavailable

KINDS: Final[dict[str, Kind]] = {"impor": "participants", "impor-kehadiran": "attendance"}
SHOWN: Final = 60
MISSING: Final = "Pilih berkas Excel (.xlsx) yang akan diperiksa"
GONE: Final = (
    "Lembar ini sudah tidak tersimpan: satu jam bila belum dikirim, 30 hari sesudahnya. "
    "Unggah lagi berkasnya."
)


def routes(front: Front, sessions: Sessions) -> APIRouter:
    router = APIRouter()
    for where in KINDS:
        router.include_router(_routes(front, sessions, where))
    return router


def _routes(front: Front, sessions: Sessions, where: str) -> APIRouter:
    router = APIRouter(prefix=f"/staf/kegiatan/{{activity}}/{where}")
    Staff = Annotated[Session, Depends(sessions.required)]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def empty(activity: str, session: Staff) -> HTMLResponse:
        return _asking(front, session, await front.activity(activity), where)

    @router.post("", response_class=HTMLResponse)
    async def upload(activity: str, session: Staff, request: Request) -> Response:
        state, sent = await front.activity(activity), (await request.form()).get("berkas")
        data = await sent.read() if isinstance(sent, UploadFile) else b""
        if not data:
            return _asking(front, session, state, where, {"berkas": MISSING})
        token = await front.desk.uploads.keep(activity, KINDS[where], data)
        return RedirectResponse(f"/staf/kegiatan/{activity}/{where}/{token}", 303)

    @router.get("/{token}", response_class=HTMLResponse)
    async def report(activity: str, token: str, session: Staff) -> HTMLResponse:
        state = await front.activity(activity)
        kept = await _kept(front, activity, where, token)
        found = await _read(front, state, kept) if kept.data else await _result(front, kept)
        return staff_page(
            front,
            session,
            "staf-impor-laporan.html",
            activity=state.described,
            where=where,
            token=token,
            handled=kept.handled,
            **found,
        )

    @router.post("/{token}")
    async def confirm(activity: str, token: str, _: Staff) -> Response:
        state, kept = await front.activity(activity), await _kept(front, activity, where, token)
        if kept.data:
            found = await _read(front, state, kept)
            sent = [(row, await _send(front, kept, command)) for row, command in found["commands"]]
            problems = [asdict(one) for one in found["problems"]]
            await front.desk.uploads.was_sent(token, sent, problems)
        return RedirectResponse(f"/staf/kegiatan/{activity}/{where}/{token}", 303)

    @router.post("/{token}/selesai")
    async def handled(activity: str, token: str, _: Staff) -> Response:
        await _kept(front, activity, where, token)
        await front.desk.uploads.was_handled(token)
        return RedirectResponse("/staf", 303)

    return router


def _asking(
    front: Front, session: Session, state: ActivityState, where: str, errors: dict[str, str] | None = None
) -> HTMLResponse:
    return staff_page(
        front,
        session,
        "staf-impor.html",
        422 if errors else 200,
        activity=state.described,
        where=where,
        errors=errors or {},
    )


async def _kept(front: Front, activity: str, where: str, token: str) -> Upload:
    """Raises `Problem` 404."""
    kept = await front.desk.uploads.find(token, activity, KINDS[where])
    if kept is None:
        raise Problem(404, "upload_unknown", GONE)
    return kept


async def _read(front: Front, state: ActivityState, kept: Upload) -> dict[str, Any]:
    """What the sheet would do; nothing is sent."""
    assert kept.data is not None, "it was not sent yet"
    if kept.kind == "participants":
        invited = await asyncio.to_thread(read_sheet, kept.data, kept.activity)
        return _of(invited, [(row.number, row.command) for row in invited.rows])
    marked = await _marks(front, state, kept.data)
    return _of(marked, marked.marks) | {"same": marked.same}


async def _marks(front: Front, state: ActivityState, data: bytes) -> MarksReport:
    try:
        sheets = await asyncio.to_thread(sheets_of, data)
    except SheetRefused as refused:
        return MarksReport(problems=(Row(str(refused)),))
    cells = next((sheet for sheet in sheets if codes(sheet)), [])
    known = await front.roster.of(codes(cells))
    ours = {name: row for name, row in known.items() if row.activity == state.described.id}
    return read_marks(cells, state.described, ours)


def _of(report: SheetReport | MarksReport, commands: Sequence[tuple[int, Command]]) -> dict[str, Any]:
    return {
        "commands": commands,
        "problems": report.problems,
        "columns": report.columns,
        "refused": report.refused_rows,
        "shown": SHOWN,
        "results": None,
        "same": 0,
    }


async def _send(front: Front, kept: Upload, command: Command) -> bytes:
    """An invited person's row is known again in any sheet; a tick only in this one, since it may be taken
    back and made again. Raises `Problem` 503."""
    desk, source = front.desk, f"/{front.office.code}/excel"
    asker = desk.asker
    if isinstance(command, SubmitRegistration):
        identifier = command_id(desk.sheet_key, command)
    else:
        identifier = asker.digests.form(kept.token, command.model_dump_json())
    try:
        await asker.ask(command, kept.activity, source, identifier, 0, known=False)
    except KafkaUnavailable:
        raise Problem(503, "unavailable", AGAIN, {"Retry-After": "5"}) from None
    return asker.digests.command(kept.activity, source, identifier)


async def _result(front: Front, kept: Upload) -> dict[str, Any]:
    """What became of the rows, by the row's number in the sheet."""
    digests = [digest for _, digest in kept.sent]
    found = await settled(
        lambda: front.desk.outcomes.find(digests), lambda found: len(found) == len(set(digests))
    )
    results = [(row, found[digest].outcome if digest in found else None) for row, digest in kept.sent]
    told = Counter(one.result if one else "pending" for _, one in results)
    refused = [Row(one.message or "", row) for row, one in results if one and one.result == "refused"]
    return {
        "commands": (),
        "problems": (*refused, *kept.problems),
        "columns": (),
        "refused": len({one.row for one in kept.problems if one.refused and one.row}),
        "shown": SHOWN,
        "results": told,
        "same": 0,
    }
