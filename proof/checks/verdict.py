"""What a check says: how much it looked at, and the first thing that is not as it must be, whole."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """`looked`: how many trials; `wrong`: how many of them failed; `counterexample`: the first of those."""

    name: str
    looked: int
    counterexample: str | None = None
    wrong: int = 0

    @property
    def held(self) -> bool:
        return self.counterexample is None

    def __str__(self) -> str:
        if self.counterexample is not None:
            return f"{self.name} VIOLATED {self.wrong} times in {self.looked}: {self.counterexample}"
        if not self.looked:
            return f"{self.name} nothing to look at"
        return f"{self.name} held in {self.looked} trials, so fails in under {bound(self.looked):.2g} of all"


def bound(trials: int) -> float:
    """With no failure in n trials the rate lies under 3/n (95 %; Eypasch and others, BMJ 1995;311:619)."""
    return 3 / trials


class Look:
    """Counts trials and keeps the first that failed."""

    def __init__(self, name: str) -> None:
        self._name, self._looked, self._wrong = name, 0, 0
        self._first: str | None = None

    def at(self, holds: object, sentence: str, **seen: Any) -> None:
        """One trial; `seen` is what is shown if it failed: ids, offsets, times, never a person's data."""
        self._looked += 1
        if not holds:
            self._wrong += 1
            if self._first is None:
                self._first = "\n  ".join(
                    [sentence, *(f"{name}: {_shown(value)}" for name, value in seen.items())]
                )

    @property
    def verdict(self) -> Verdict:
        return Verdict(self._name, self._looked, self._first, self._wrong)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=_text, ensure_ascii=False)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, datetime) else str(value)


def moment(seconds: float) -> str:
    """Seconds since 1970 as people and logs write them."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
