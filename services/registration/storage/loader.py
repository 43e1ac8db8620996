"""Reading for a batch: what was decided before, and what each feature needs of the register."""

import asyncio
from collections.abc import Sequence

from services.registration.kernel.feature import OfficeStore
from services.registration.kernel.features import Features
from services.registration.kernel.loaded_states import LoadedStates, Ref, States
from services.registration.kernel.received_commands import ReceivedCommand
from shared.contracts.commands import Tick


class Loader:
    """Loads for one batch; nothing is kept here."""

    def __init__(self, of: OfficeStore, features: Features) -> None:
        self._of = of
        self._features = features

    async def load(self, partition: int, asked: Sequence[ReceivedCommand], kept: States) -> LoadedStates:
        loaded = self._features.loaded(kept)
        if any(isinstance(one.command, Tick) for one in asked):
            await self._fill_unfinished(partition, loaded)
        known = asyncio.ensure_future(self._fill_known(asked, loaded))
        features = self._features.features
        await asyncio.gather(
            known,
            *(
                feature.load(self._of, partition, asked, loaded, known)
                for feature in features
                if feature.load
            ),
        )
        return loaded

    async def _fill_unfinished(self, partition: int, loaded: LoadedStates) -> None:
        """What a tick goes on with; of a state that an owner remembers its own word counts."""
        for name, timer in self._features.timers:
            codec = self._features.kinds[name].codec
            assert codec is not None, "what time brings something to is stored"
            rows = self._of.store[codec.collection].find({"partition": partition, **timer.rows})
            for row in await rows.to_list(None):
                loaded.states[name].setdefault(row["_id"], codec.read(row))
                loaded.unfinished.add(Ref(name, row["_id"]))

    async def _fill_known(self, asked: Sequence[ReceivedCommand], loaded: LoadedStates) -> None:
        loaded.known = await self._known(asked)

    async def _known(self, asked: Sequence[ReceivedCommand]) -> dict[bytes, bytes]:
        wanted = {"command": {"$in": [one.digest for one in asked if not isinstance(one.command, Tick)]}}
        fields = {"_id": 0, "command": 1, "payload": 1}
        both = await asyncio.gather(
            *(self._of.store[name].find(wanted, fields).to_list(None) for name in ("facts", "outcomes"))
        )
        return {bytes(row["command"]): bytes(row["payload"]) for rows in both for row in rows}
