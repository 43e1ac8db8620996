"""Whether the office knew a person before a command of the public came: kept for when it comes again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.mongo.driver import Store


@dataclass(frozen=True, slots=True)
class FirstLooks:
    """Rows of `forms`, one per command that came with a key, kept as long as a form may stay open."""

    store: Store

    async def of(self, commands: Sequence[bytes]) -> dict[bytes, bool]:
        """Of those that came before: whether the person was known then."""
        if not commands:
            return {}
        rows = await self._rows.find({"_id": {"$in": list(commands)}}).to_list(None)
        return {bytes(row["_id"]): bool(row["known"]) for row in rows}

    async def keep(self, looks: Mapping[bytes, bool]) -> dict[bytes, bool]:
        """Keep these, except where another instance has kept one meanwhile; answers with those that stand.

        Do this before the commands are sent: afterwards everybody is known.
        """
        if not looks:
            return {}
        now = datetime.now(UTC)
        rows = [{"_id": command, "known": known, "at": now} for command, known in looks.items()]
        there = await self.store.insert_missing("forms", rows)
        return dict(looks) | await self.of(list(there))

    @property
    def _rows(self) -> Any:
        return self.store.unjournaled("forms")  # without its look a command's answer is the neutral one
