"""The history: of the whole service for its admins, and as a file."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import staff_page
from shared.accounts.domain.history import COMMAND_LINE, Entry
from shared.accounts.domain.names import COMMAND, told_apart
from shared.accounts.domain.permissions import SEE_HISTORY
from shared.accounts.pages.account_pages import AccountPages, accounts_of
from shared.contracts.types import rfc3339

PATH: Final = "/riwayat"
ROWS: Final = 30
EXPORTED: Final = 50_000
TITLES: Final = ("waktu", "akun", "nama", "yang dilakukan", "tentang", "rincian", "jumlah", "email")


class Filter(BaseModel):
    """`akun`: of whom; empty of everybody."""

    akun: str = Field(default="", max_length=80)
    hal: int = Field(default=1, ge=1, le=500)


def routes(front: AccountPages, access: Access) -> APIRouter:
    router = APIRouter(prefix=front.frame.prefix)
    Auditor = Annotated[SignedIn, Depends(access.page(SEE_HISTORY))]  # noqa: N806
    Exporter = Annotated[SignedIn, Depends(access.proved(SEE_HISTORY))]  # noqa: N806
    FilterQuery = Annotated[Filter, Query()]  # noqa: N806

    @router.get(PATH, response_class=HTMLResponse)
    async def of_all(user: Auditor, asked: FilterQuery) -> HTMLResponse:
        history, skip = accounts_of(front).history, (asked.hal - 1) * ROWS
        found = await history.newest(asked.akun, skip, ROWS + 1)
        return await shown(front, user, found, asked, front.at(PATH))

    @router.get(f"{PATH}.csv")
    async def exported(user: Exporter, asked: FilterQuery) -> Response:
        history = accounts_of(front).history
        found = await history.newest(asked.akun, 0, EXPORTED)
        await history.note(user.actor, "export_history", query=asked.akun, count=len(found))
        headers = {"Content-Disposition": 'attachment; filename="riwayat.csv"', "Cache-Control": "no-store"}
        emails = {one.id: one.email for one in await accounts_of(front).accounts.all()}
        text = as_csv(found, await names(front), emails)
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

    return router


async def shown(
    front: AccountPages, user: SignedIn, found: list[Entry], asked: Filter, path: str, activity: str = ""
) -> HTMLResponse:
    """`activity`: of which alone, at its own path."""
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


async def names(front: AccountPages) -> Mapping[str, str]:
    """By the actor of an entry, what people call whoever it is."""
    desk = accounts_of(front)
    nobody = {front.frame.token.id: front.frame.token.name, COMMAND_LINE: COMMAND}
    return nobody | await desk.tokens.called() | told_apart(await desk.accounts.all())


def as_csv(entries: Iterable[Entry], names: Mapping[str, str], emails: Mapping[str, str]) -> str:
    """With a byte order mark, by which a spreadsheet knows the letters."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(TITLES)
    for one in entries:
        cells: list[Any] = [rfc3339(one.at), one.actor, names.get(one.actor, ""), one.what]
        cells += [" ".join(one.about), one.query, "" if one.count is None else one.count]
        cells.append(emails.get(one.actor, ""))
        rows.writerow([_plain(str(cell)) for cell in cells])
    return f"\ufeff{written.getvalue()}"


def _plain(cell: str) -> str:
    """What a spreadsheet would calculate is text."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
