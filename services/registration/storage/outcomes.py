"""What became of commands, whichever instance decided them: read from the ledger itself."""

import asyncio
import base64
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from time import monotonic

from pydantic import TypeAdapter

from services.registration.kernel.command_client import DecidedCommand, pending
from services.registration.kernel.commit import Commit
from services.registration.kernel.features import Features
from services.registration.kernel.sentences import OF_ANY
from services.registration.storage.documents import decoded
from services.registration.storage.ledger import outcome_document
from services.registration.storage.outcome_sentences import OutcomeSentences
from shared.contracts.outcomes import CommandKey, Outcome
from shared.contracts.types import Count
from shared.kafka.facts import failure
from shared.mongo.driver import Store, is_passing

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.005  # between two looks for what another instance decides
LOOK_SELDOM_SECONDS = 0.1  # where this one decides: it is told, but for what was decided before
PAGE = 100
MARKS = TypeAdapter(dict[str, Count])  # partition -> the last place told


@dataclass(slots=True)
class _Waiting:
    """Those who wait for one command. `looked`: when it was last looked for."""

    key: str
    futures: list["asyncio.Future[DecidedCommand]"] = field(default_factory=list)
    looked: float = field(default_factory=monotonic)


class Outcomes:
    """Looked up by a command's digest. One query serves everyone who waits."""

    def __init__(
        self,
        store: Store,
        office: str,
        features: Features,
        decides: Callable[[str], bool] = lambda key: False,
    ) -> None:
        """`decides`: whether this process decides what is asked under a key, so that `tell` is called."""
        self._store = store
        self._phrasing = OutcomeSentences(office, features)
        self._decides = decides
        self._waiting: dict[bytes, _Waiting] = {}
        self._looking: asyncio.Task[None] | None = None

    async def find(self, digests: Sequence[bytes]) -> dict[bytes, DecidedCommand]:
        if not digests:
            return {}
        wanted = {"command": {"$in": list(digests)}}
        facts, rows = await asyncio.gather(
            *(self._store[name].find(wanted).to_list(None) for name in ("facts", "outcomes"))
        )
        found = {bytes(row["command"]): self._phrasing.of_fact(row) for row in facts}
        found |= {bytes(row["command"]): self._phrasing.of_row(row) for row in rows}
        return {digest: decided for digest, decided in found.items() if decided}

    async def standing(self, digests: Sequence[bytes]) -> Outcome | None:
        """Of the first of these that is decided, or could not be; None while all are on their way."""
        found = await self.find(digests)
        for digest in digests:
            if digest in found:
                return found[digest].outcome
        return await self.parked(digests)

    async def parked(self, digests: Sequence[bytes]) -> Outcome | None:
        """A command that could not be decided and waits for someone to look; its id stays free."""
        row = await self._store["parked"].find_one({"digest": {"$in": list(digests)}})
        if row is None:
            return None
        return Outcome(
            command=CommandKey(source=row["source"], id=row["id"]),
            state="decided",
            result="parked",
            reason=row["reason"],
            message=OF_ANY.say("parked", row["reason"], {}),
        )

    @property
    def waited_for(self) -> bool:
        return bool(self._waiting)

    def tell(self, commit: Commit) -> None:
        """Tell those who wait what a batch that stands has decided. Never raises."""
        if not self._waiting:
            return
        for fact in commit.facts:
            if fact.asked is not None and fact.asked.digest in self._waiting:
                self._answer(fact.asked.digest, self._phrasing.of_fact(decoded(fact.rows.fact)))
        for settled in commit.outcomes:
            digest = settled.asked.digest
            if digest in self._waiting and settled.reason != "id_reused":  # the first outcome is the answer
                self._answer(digest, self._phrasing.of_row(outcome_document(settled, commit.before.base)))

    def _answer(self, digest: bytes, decided: DecidedCommand | None) -> None:
        if decided and (waiting := self._waiting.pop(digest, None)):
            for future in waiting.futures:
                if not future.done():
                    future.set_result(decided)

    async def wait(self, digest: bytes, key: str, seconds: float) -> DecidedCommand | None:
        """The outcome as soon as it stands, None when it does not in time."""
        future: asyncio.Future[DecidedCommand] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(digest, _Waiting(key)).futures.append(future)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            return await asyncio.wait_for(future, seconds)
        except TimeoutError:
            return None
        finally:
            waiting = self._waiting.get(digest)
            if waiting is not None and future in waiting.futures:
                waiting.futures.remove(future)
                if not waiting.futures:
                    del self._waiting[digest]

    async def _look(self) -> None:
        while self._waiting:
            try:
                found = await self.find(due) if (due := self._due()) else {}
            except Exception as error:  # whoever waits is told that it is not decided yet
                if not is_passing(error):
                    log.error("outcomes cannot be looked up: %s", failure(error))
                await asyncio.sleep(0.5)
                continue
            for digest, decided in found.items():
                self._answer(digest, decided)
            await asyncio.sleep(LOOK_SECONDS)

    def _due(self) -> list[bytes]:
        """What is to be looked for now; who decides it may change while it is waited for."""
        due, now = [], monotonic()
        for digest, waiting in self._waiting.items():
            if now >= waiting.looked + (LOOK_SELDOM_SECONDS if self._decides(waiting.key) else LOOK_SECONDS):
                waiting.looked = now
                due.append(digest)
        return due

    async def of_source(self, source: str, after: str | None) -> tuple[list[Outcome], str, bool]:
        """A source's next outcomes in the order of each partition, the mark to go on from, and whether there
        may be more at once. Raises `ValueError` for a mark that was none."""
        marks = MARKS.validate_json(base64.urlsafe_b64decode(after)) if after else {}
        partitions = [row["_id"] for row in await self._store["cursors"].find({}, {"_id": 1}).to_list(None)]
        found: list[Outcome] = []
        more = False
        for partition in sorted(partitions):
            low = marks.get(str(partition), (partition << 40) - 1)
            rows = await self._page(source, low, (partition + 1) << 40)
            found += [outcome for _, outcome in rows]
            if rows:
                marks[str(partition)] = rows[-1][0]
            more |= len(rows) == PAGE
        mark = base64.urlsafe_b64encode(json.dumps(marks, sort_keys=True).encode()).decode()
        return found, mark, more

    async def _page(self, source: str, low: int, high: int) -> list[tuple[int, Outcome]]:
        between = {"$gt": low, "$lt": high}
        facts = await (
            self._store["facts"]
            .find({"source": source, "intake": between})
            .sort("intake", 1)
            .limit(PAGE)
            .to_list(None)
        )
        rows = await (
            self._store["outcomes"]
            .find({"source": source, "_id": between})
            .sort("_id", 1)
            .limit(PAGE)
            .to_list(None)
        )
        both = [(int(row["intake"]), row, self._phrasing.of_fact(row)) for row in facts]
        both += [(int(row["_id"]), row, self._phrasing.of_row(row)) for row in rows]
        return [
            (place, decided.outcome if decided else pending(source, row["id"]))
            for place, row, decided in sorted(both, key=itemgetter(0))[:PAGE]
        ]
