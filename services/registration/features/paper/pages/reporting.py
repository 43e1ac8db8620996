"""The report of an activity: a page, and files to take along."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse

from services.registration.features.accounts.accounts_desk import note
from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.gatherings_desk import activity_of, gatherings
from services.registration.features.gatherings.roster import EnrolledParticipant, RosterFilter
from services.registration.features.paper.domain.activity_report import (
    ActivityReport,
    Attendee,
    activity_report,
)
from services.registration.features.paper.pages.printing import TEMPLATES
from services.registration.features.paper.report_files import TABLES, ReportHead, as_docx, as_xlsx, for_typst
from services.registration.inspection.media import DOCX, XLSX
from services.registration.kernel.actions import Action
from services.registration.web.attachments import attachment
from services.registration.web.front import OfficePages, now
from services.registration.web.typesetting import paper, typeset
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import staff_page
from shared.contracts.activity import Activity, sessions_in_order
from shared.http import Problem
from shared.regions import regencies
from shared.words import dates, kind_label, moment, number, words

MOST: Final = 10_000
TOO_MANY: Final = "Laporan memuat paling banyak 10.000 peserta. Unduh daftar pesertanya sebagai lembar Excel."
SHOWN: Final = 15


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix="/staf/kegiatan/{activity}")
    Viewer = Annotated[SignedIn, Depends(access.page(Action.SEE_ROSTER))]  # noqa: N806
    Exporter = Annotated[SignedIn, Depends(access.proved(Action.EXPORT_ROSTER))]  # noqa: N806

    @router.get("/laporan", response_class=HTMLResponse)
    async def page(activity: str, user: Viewer) -> HTMLResponse:
        state, report = await _report(front, activity)
        return staff_page(
            front,
            user,
            "staf-laporan.html",
            activity=state.described,
            facts=_head(front, state, report).facts,
            tables=[(title, getattr(report, name)) for name, title in TABLES],
            most=SHOWN,
        )

    @router.get("/laporan.pdf")
    async def as_pdf(activity: str, user: Exporter) -> Response:
        state, report = await _taken_along(front, user, activity)
        data = for_typst(_head(front, state, report), report)
        return paper(await typeset(TEMPLATES / "laporan.typ", data), f"laporan-{activity}", people=True)

    @router.get("/laporan.docx")
    async def for_text_programs(activity: str, user: Exporter) -> Response:
        return await _file(front, user, activity, as_docx, "docx", DOCX)

    @router.get("/laporan.xlsx")
    async def for_spreadsheets(activity: str, user: Exporter) -> Response:
        return await _file(front, user, activity, as_xlsx, "xlsx", XLSX)

    return router


async def _file(
    front: OfficePages,
    user: SignedIn,
    activity: str,
    written: Callable[[ReportHead, ActivityReport], bytes],
    ending: str,
    media_type: str,
) -> Response:
    state, report = await _taken_along(front, user, activity)
    data = await asyncio.to_thread(written, _head(front, state, report), report)
    return attachment(data, f"laporan-{state.described.id}.{ending}", media_type)


async def _taken_along(
    front: OfficePages, user: SignedIn, activity: str
) -> tuple[ActivityState, ActivityReport]:
    state, report = await _report(front, activity)
    await note(front, user, "export_report", f"a:{state.described.id}", count=report.total.confirmed)
    return state, report


async def _report(front: OfficePages, activity: str) -> tuple[ActivityState, ActivityReport]:
    """Raises `Problem` 404 or 409."""
    state = await activity_of(front, activity)
    wanted = RosterFilter(status="confirmed")
    rows, total = await gatherings(front).roster.found(state.described.id, wanted, limit=MOST)
    if total > MOST:
        raise Problem(409, "too_large", TOO_MANY)
    titles = {one.id: one.title for one in sessions_in_order(state.described.sessions)}
    return state, activity_report([_attendee(row) for row in rows], titles)


def _attendee(row: EnrolledParticipant) -> Attendee:
    code = row.regency or ""
    regency = regencies()[code].name if code in regencies() else code
    return Attendee(row.who.get("name", ""), words(row.category), regency, row.institution, row.attended)


def _head(front: OfficePages, state: ActivityState, report: ActivityReport) -> ReportHead:
    activity, total = state.described, report.total
    first = sessions_in_order(activity.sessions)[0]
    facts = (
        ("Jenis", kind_label(activity.kind)),
        ("Waktu", dates(activity.sessions)),
        ("Tempat", first.place or ("Daring" if first.link else "")),
        ("Kuota", _quotas(activity)),
        ("Peserta terkonfirmasi", number(total.confirmed)),
        ("Menunggu kursi", number(state.waiting_in_all)),
        ("Hadir sedikitnya satu pertemuan", f"{number(total.present)} orang ({total.percent}%)"),
        ("JP yang diikuti", number(sum(one.jp for one in report.present))),
        ("Keadaan data", moment(now(), first.zone)),
    )
    return ReportHead(front.office.name, activity.title, tuple(one for one in facts if one[1]))


def _quotas(activity: Activity) -> str:
    return "; ".join(f"{words(quota.id)} {number(quota.seats)} kursi" for quota in activity.quotas)
