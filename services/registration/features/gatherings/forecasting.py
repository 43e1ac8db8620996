"""Foreseeing what an invitation list would come to: its commands read as from intake, and never sent."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from services.registration.features.gatherings.sheets.forecast import Forecast, Forecaster, ForecastRow
from services.registration.features.gatherings.sheets.sheet_row import command_id
from services.registration.kernel.digests import Digests
from services.registration.kernel.features import Features
from services.registration.kernel.received_commands import APPEND_TIME, CommandReader, ReceivedCommand
from services.registration.kernel.sources import Sources
from services.registration.storage.loader import Loader
from shared.contracts import topics
from shared.contracts.commands import SubmitRegistration
from shared.contracts.envelope import Envelope
from shared.contracts.types import rfc3339

MOST: Final = 5_000  # rows; more would hold up others
AT_ONCE: Final = 200  # decided before others have their turn
TOO_MANY: Final = Forecast("Hasilnya tidak diperkirakan: lebih dari 5.000 baris")


@dataclass(slots=True)
class _Record:
    topic: str
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    partition: int = 0
    timestamp_type: int = APPEND_TIME


@dataclass(frozen=True, slots=True)
class Forecasting:
    """`sheet_key`: of the ids of a list's commands."""

    office: str
    features: Features
    loader: Loader
    digests: Digests
    sheet_key: bytes
    reading: CommandReader = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "reading", CommandReader(Sources(self.office), 1, self.digests, self.features)
        )

    async def of(self, commands: Sequence[SubmitRegistration]) -> Forecast:
        if len(commands) > MOST:
            return TOO_MANY
        now = datetime.now(UTC)
        items = [self.reading.read(self._record(at, one, now)) for at, one in enumerate(commands)]
        loaded = await self.loader.load(0, [one for one in items if isinstance(one, ReceivedCommand)], {})
        foresight, found = Forecaster(self.features, loaded, now), list[ForecastRow]()
        for at, item in enumerate(items, start=1):
            found.append(foresight.next(item))
            if at % AT_ONCE == 0:
                await asyncio.sleep(0)
        return Forecast.of(found)

    def _record(self, offset: int, command: SubmitRegistration, now: datetime) -> _Record:
        told = Envelope(
            command_id(self.sheet_key, command),
            f"/{self.office}/excel",
            command.type,
            command.activity,
            rfc3339(now),
        )
        return _Record(
            topics.intake(self.office),
            offset,
            int(now.timestamp() * 1000),
            command.activity.encode(),
            command.encoded(),
            told.headers(),
        )
