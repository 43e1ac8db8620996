"""What the page of a sheet shows: before it is sent what it would do, afterwards what became of it."""

import asyncio
from collections import Counter
from typing import Any, Final

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.gatherings_desk import gatherings
from services.registration.features.gatherings.roster import RosterFilter
from services.registration.features.gatherings.sheets.excel import opened
from services.registration.features.gatherings.sheets.marks import MarksReport, read_marks
from services.registration.features.gatherings.sheets.sheet_report import Problem, SheetReport, refused_rows
from services.registration.features.gatherings.uploads import Upload
from services.registration.web.front import OfficePages, poll_until
from services.registration.workbooks.sheets import SheetRefused

SHOWN: Final = 40  # with names, cells and reasons the page stays under 30 kB
LETTERS: Final = 60  # of a cell that are shown


async def foreseen(front: OfficePages, state: ActivityState, kept: Upload) -> SheetReport | MarksReport:
    """What the sheet would do; nothing is sent."""
    assert kept.data is not None, "it was not sent yet"
    if kept.kind == "participants":
        return await gatherings(front).lists.looked_through(kept.data, kept.activity)
    try:
        book = await asyncio.to_thread(opened, kept.data)
    except SheetRefused as refused:
        return MarksReport(problems=(Problem(str(refused)),))
    known, _ = await gatherings(front).roster.found(kept.activity, RosterFilter())
    return await asyncio.to_thread(read_marks, book, state.described, known)


def shown(report: SheetReport | MarksReport) -> dict[str, Any]:
    return {
        "commands": report.rows,
        "problems": ordered(report.problems),
        "columns": report.columns,
        "sheets": report.sheets,
        "unread": report.unread,
        "refused": report.refused_rows,
        "forecast": report.forecast,
        "shown": SHOWN,
        "letters": LETTERS,
        "results": None,
        "same": report.same if isinstance(report, MarksReport) else 0,
    }


async def result(front: OfficePages, kept: Upload) -> dict[str, Any]:
    """What became of the rows, by the row's number in the sheet."""
    digests = [digest for _, digest, _ in kept.sent]
    found = await poll_until(
        lambda: front.desk.outcomes.find(digests), lambda found: len(found) == len(set(digests))
    )
    results = [
        (row, sheet, found[digest].outcome if digest in found else None) for row, digest, sheet in kept.sent
    ]
    told = Counter(one.result if one else "pending" for _, _, one in results)
    refused = [
        Problem(one.message or "", row, sheet=sheet)
        for row, sheet, one in results
        if one and one.result == "refused"
    ]
    return shown(SheetReport(problems=(*refused, *kept.problems))) | {
        "refused": refused_rows(kept.problems),
        "results": told,
    }


def ordered(problems: tuple[Problem, ...]) -> list[Problem]:
    """Rows that are not taken first, then what concerns the whole file, then notes on rows."""
    return sorted(problems, key=lambda one: (not one.refused, one.row is not None))
