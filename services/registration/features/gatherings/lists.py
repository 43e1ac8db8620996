"""An invitation list looked through: what it says, what the office knows otherwise, what would come of it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from services.registration.features.gatherings.column_choices import ColumnChoices
from services.registration.features.gatherings.contact_differences import RecordedContact, differences
from services.registration.features.gatherings.forecasting import Forecasting
from services.registration.features.gatherings.sheets.excel import opened
from services.registration.features.gatherings.sheets.forecast import Forecast
from services.registration.features.gatherings.sheets.headers import TITLES
from services.registration.features.gatherings.sheets.list_columns import ListColumns
from services.registration.features.gatherings.sheets.rows import read_rows
from services.registration.features.gatherings.sheets.sheet_report import InvitedRow, Problem, SheetReport
from services.registration.features.gatherings.views import Views
from services.registration.features.people.reactions import registrations_of
from services.registration.kernel.digests import Digests
from services.registration.kernel.feature import OfficeStore
from services.registration.kernel.features import Features
from services.registration.storage.loader import Loader
from services.registration.workbooks.sheets import SheetRefused
from shared.contracts.facts import ENDED
from shared.mongo.driver import Store, is_passing

SECONDS: Final = 10.0
LINKED: Final = 50  # of those whom the office knows otherwise: each link takes two looks
UNFORESEEN: Final = Forecast("Hasilnya tidak diperkirakan: basis data tidak menjawab")


@dataclass(frozen=True, slots=True)
class Lists:
    store: Store
    digests: Digests
    foreseeing: Forecasting

    async def looked_through(self, data: bytes, activity: str, seconds: float = SECONDS) -> SheetReport:
        """Nothing is sent. Without MongoDB the list is read all the same, and nothing foreseen."""
        report = await self.read(data, activity, seconds)
        if not report.rows:
            return report
        try:
            async with asyncio.timeout(seconds):
                forecast = await self.foreseeing.of([row.command for row in report.rows])
                notes = await self._otherwise(activity, report)
        except Exception as error:
            if not is_passing(error):
                raise
            return replace(report, forecast=UNFORESEEN)
        return replace(report, problems=(*report.problems, *notes), forecast=forecast)

    async def read(self, data: bytes, activity: str, seconds: float = SECONDS) -> SheetReport:
        """With the activity's questions, and the columns that staff chose for such a list; without MongoDB as
        its titles say."""
        try:
            book = await asyncio.to_thread(opened, data)
        except SheetRefused as refused:
            return SheetReport(problems=(Problem(str(refused)),))
        known = ListColumns()
        try:
            async with asyncio.timeout(seconds):
                state = await Views(self.store, self.digests).state(activity)
                questions = state.described.questions if state else ()
                known = ListColumns(questions, await ColumnChoices(self.store).of(book))
        except Exception as error:
            if not is_passing(error):
                raise
        return await asyncio.to_thread(read_rows, book, activity, known)

    async def _otherwise(self, activity: str, report: SheetReport) -> list[Problem]:
        """A note for each cell that says something else than the office's record of that person."""
        listed = [row.command.participant for row in report.rows]
        found = await differences(self.store, self.digests, listed)
        known = [(row, one) for row, one in zip(report.rows, found, strict=True) if one]
        links = await self._links(activity, [one.ref for _, one in known[:LINKED]])
        letters = {title: letter for letter, title in report.columns}
        return [
            _note(row, one, field, letters.get(TITLES[field]), links.get(one.ref))
            for row, one in known
            for field in one.fields
        ]

    async def _links(self, activity: str, refs: Sequence[str]) -> dict[str, str]:
        """Where each can be seen to: the registration in this activity, else a live one, else any."""
        found = dict[str, str]()
        for ref in dict.fromkeys(refs):
            held = await registrations_of(self.store, self.digests, ref)
            best = sorted(held, key=lambda one: (one.activity != activity, one.status in ENDED))
            found |= {ref: best[0].registration} if best else {}
        return found


def lists(of: OfficeStore, features: Features, key: bytes) -> Lists:
    """`key`: of the ids of a list's commands."""
    loader = Loader(of, features)
    return Lists(of.store, of.digests, Forecasting(of.office, features, loader, of.digests, key))


def _note(
    row: InvitedRow, known: RecordedContact, field: str, column: str | None, link: str | None
) -> Problem:
    told = f"{TITLES[field]} berbeda dari data balai; perbarui kontak bila lembar ini yang benar"
    listed = row.command.participant
    return Problem(
        told,
        row.number,
        column,
        TITLES[field],
        refused=False,
        sheet=row.sheet,
        person=listed.name,
        value=getattr(listed, field),
        recorded=f"yang tercatat: {known.fields[field]}",
        registration=link,
    )
