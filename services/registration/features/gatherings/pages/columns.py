"""Which column of a list holds what, chosen by staff once: for lists that say it in words of their own."""

import asyncio
from typing import Annotated, Final, get_args

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.registration.features.gatherings.gatherings_desk import activity_of, gatherings
from services.registration.features.gatherings.sheets.excel import opened
from services.registration.features.gatherings.sheets.typed_columns import (
    EVERYBODY,
    NEEDED,
    Table,
    TypedColumns,
    fields_of,
    proposed,
    read_columns,
    table_of,
    unknown_words,
)
from services.registration.kernel.actions import Action
from services.registration.web.front import OfficePages, now
from services.registration.workbooks.sheets import SheetRefused
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import staff_page
from shared.contracts.activity import Activity
from shared.contracts.types import Category
from shared.http import Problem

SHOWN: Final = 80  # columns
MOST_OPTIONS: Final = 250
"""With more the page would be too long: then a column is typed, with the others as suggestions."""
GONE: Final = "Lembar ini sudah dikirim, atau tidak tersimpan lagi. Unggah lagi berkasnya."
NO_TABLE: Final = "Di berkas ini tidak terlihat tabel dengan baris judul: tidak ada kolom yang dapat dipilih."


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix="/staf/kegiatan/{activity}/impor/{token}/kolom")
    Importer = Annotated[SignedIn, Depends(access.page(Action.IMPORT_LIST))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def choose(activity: str, token: str, user: Importer) -> HTMLResponse:
        described, table = await _asked_of(front, activity, token)
        return _page(front, user, described, token, table, await _standing(front, described, table))

    @router.post("", response_class=HTMLResponse)
    async def chosen(activity: str, token: str, user: Importer, request: Request) -> Response:
        described, table = await _asked_of(front, activity, token)
        sent = await request.form()
        before = await gatherings(front).columns.find(table.digest)
        typed = read_columns(sent, table, described.questions, before.words if before else {})
        words = unknown_words(table, typed.choice)
        if typed.errors or (words and "kata" not in sent):
            return _page(front, user, described, token, table, typed, words)
        await gatherings(front).columns.keep(table.digest, typed.choice, now())
        return RedirectResponse(f"/staf/kegiatan/{activity}/impor/{token}", 303)

    return router


def has_table(data: bytes) -> bool:
    """Whether there are columns to choose from. Waits for another process: call it in a thread from a
    loop."""
    try:
        return table_of(opened(data)) is not None
    except SheetRefused:
        return False


async def _asked_of(front: OfficePages, activity: str, token: str) -> tuple[Activity, Table]:
    """Raises `Problem` 404 and 422."""
    described = (await activity_of(front, activity)).described
    kept = await gatherings(front).uploads.find(token, activity, "participants")
    if kept is None or kept.data is None:
        raise Problem(404, "upload_unknown", GONE)
    try:
        table = table_of(await asyncio.to_thread(opened, kept.data))
    except SheetRefused as refused:
        raise Problem(422, "invalid", str(refused)) from None
    if table is None:
        raise Problem(422, "invalid", NO_TABLE)
    return described, table


async def _standing(front: OfficePages, described: Activity, table: Table) -> TypedColumns:
    """As it was chosen before, else as the titles say."""
    offered = table.offered
    choice = await gatherings(front).columns.find(table.digest)
    if choice is not None:
        named = {title.casefold(): label for title, label in offered.items()}
        values = {name: named.get(title.casefold(), "") for title, name in choice.columns.items()}
        return TypedColumns(values | {EVERYBODY: choice.category}, choice=choice)
    return TypedColumns(proposed(table, described.questions))


def _page(
    front: OfficePages,
    user: SignedIn,
    described: Activity,
    token: str,
    table: Table,
    typed: TypedColumns,
    words: list[str] | None = None,
) -> HTMLResponse:
    names, offered = fields_of(described.questions), [*table.offered.values()][:SHOWN]
    return staff_page(
        front,
        user,
        "staf-impor-kolom.html",
        422 if typed.errors else 200,
        again=not typed.errors,
        activity=described,
        token=token,
        fields=names,
        needed=NEEDED,
        offered=offered,
        listed=len(offered) * len(names) <= MOST_OPTIONS,
        values=dict.fromkeys((*names, EVERYBODY), "") | typed.values,
        errors=typed.errors,
        words=words or [],
        meant=typed.choice.words,
        categories=get_args(Category),
    )
