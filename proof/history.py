"""What the clients did and saw, and what was done to the system, as one file of JSON lines.

Every attempt is an `invoke` and at most one answer. No answer in time is `unknown`, never `fail`: what was
sent may have arrived. A command is known by (office, key, source, id), however many attempts it takes.
"""

import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

Answer = Literal["ok", "fail", "unknown"]
Event = dict[str, Any]


class History:
    """Writes events as they happen; each line is flushed, so that a run cut short can still be checked."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def invoke(self, *, office: str, via: str, key: str, source: str, id: str, type: str, **more: Any) -> int:
        """An attempt begins; answers its number. `via`: http, wait (http with Prefer: wait), kafka.

        `type` is the command's short name, `registration.submit`; for a record that is made to be refused or
        parked, `more` has `expect` with the reason, and what is wrong with it in `poison`.
        """
        number = next(self._numbers)
        known = {"office": office, "via": via, "key": key, "source": source, "id": id, "type": type}
        self._write({"event": "invoke", "attempt": number} | known | more)
        return number

    def answer(self, attempt: int, answer: Answer, **more: Any) -> None:
        """What came of an attempt. `ok`: acknowledged, with `outcome` (the JSON) if it was decided, or
        `partition` and `offset` over Kafka; `fail`: refused before it was taken, with `status`;
        `unknown`: no answer, 503, or a connection that broke."""
        self._write({"event": answer, "attempt": attempt} | more)

    def note(self, event: str, **more: Any) -> None:
        """What is no attempt: `fault` and `heal` (row, target), `recovered` (row, seconds), `rest`."""
        self._write({"event": event} | more)

    def _write(self, event: Event) -> None:
        self._file.write(json.dumps({"at": time.time()} | event, ensure_ascii=False) + "\n")
        self._file.flush()


def events(path: Path) -> Iterator[Event]:
    """Every event of a history in its order; a last line cut off by a crash is left out."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("\n"):
                yield json.loads(line)
