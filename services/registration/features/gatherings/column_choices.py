"""What staff chose of lists' columns, remembered for the next list with the same titles."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.registration.features.gatherings.sheets.headers import HEADER_SEARCH_ROWS
from services.registration.features.gatherings.sheets.list_columns import ColumnChoice, titles_digest
from services.registration.workbooks.sheets import Book
from shared.mongo.driver import Store

COLUMN_CHOICES: Final = "column_choices"


@dataclass(frozen=True, slots=True)
class ColumnChoices:
    """Rows of `column_choices`, one for each set of titles. They are in no fact and no directory: a restore
    brings back those of its backup, and what is lost is chosen again."""

    store: Store

    async def keep(self, digest: str, choice: ColumnChoice, now: datetime) -> None:
        row = {
            "_id": digest,
            "columns": [[title, name] for title, name in choice.columns.items()],
            "words": [[word, category] for word, category in choice.words.items()],
            "category": choice.category,
            "at": now,
        }
        await self.store[COLUMN_CHOICES].replace_one({"_id": digest}, row, upsert=True)

    async def of(self, book: Book) -> dict[str, ColumnChoice]:
        """For whatever row of its sheets may be one of titles."""
        return await self._found(
            {titles_digest(row) for sheet in book.sheets for row in sheet.rows[:HEADER_SEARCH_ROWS]}
        )

    async def find(self, digest: str) -> ColumnChoice | None:
        return (await self._found([digest])).get(digest)

    async def _found(self, digests: Iterable[str]) -> dict[str, ColumnChoice]:
        rows = await self.store[COLUMN_CHOICES].find({"_id": {"$in": list(digests)}}).to_list(None)
        return {
            row["_id"]: ColumnChoice(dict(row["columns"]), dict(row["words"]), row["category"])
            for row in rows
        }
