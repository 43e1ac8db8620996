"""The history's attempts, each with its answer; and the spans in which something was being broken."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from proof.history import Event

CommandKey = tuple[str, str, str, str]
"""Office, key, source and id: what a command is known by."""

TOLD: Final = ("result", "reason", "registration", "place", "fact")
RECOVERY_SECONDS: Final = 30.0


@dataclass(slots=True)
class Attempt:
    """`answer`: `ok`, `fail`, `unknown`, or None if the run ended first. `expect`: the reason for which it
    is to be refused or parked, for a record made so on purpose."""

    asked: Event
    answered: Event = field(default_factory=dict)

    @property
    def command(self) -> CommandKey:
        asked = self.asked
        return asked["office"], asked["key"], asked["source"], asked["id"]

    @property
    def answer(self) -> str | None:
        return self.answered.get("event")

    @property
    def expect(self) -> str | None:
        return self.asked.get("expect")

    @property
    def told(self) -> dict[str, Any] | None:
        """The decided outcome that the client was told, without its sentence."""
        outcome = self.answered.get("outcome")
        if not outcome or not outcome.get("result"):
            return None
        return {name: outcome[name] for name in TOLD if outcome.get(name) is not None}

    @property
    def pending(self) -> bool:
        return (self.answered.get("outcome") or {}).get("state") == "pending"

    @property
    def shown(self) -> dict[str, Any]:
        return {"asked": self.asked, "answered": self.answered}


def attempts(history: Iterable[Event]) -> list[Attempt]:
    found: dict[int, Attempt] = {}
    for event in history:
        if event["event"] == "invoke":
            found[event["attempt"]] = Attempt(event)
        elif event["event"] in ("ok", "fail", "unknown"):
            found[event["attempt"]].answered = event
    return list(found.values())


def by_command(found: Iterable[Attempt]) -> dict[CommandKey, list[Attempt]]:
    commands: dict[CommandKey, list[Attempt]] = defaultdict(list)
    for attempt in found:
        commands[attempt.command].append(attempt)
    return commands


def lost_at(history: Iterable[Event], topic: str) -> float:
    """When a topic was last lost: what was published before is there a second time, and later."""
    return max(
        (
            event["at"]
            for event in history
            if event["event"] == "fault" and event.get("how") == "lost" and event.get("target") == topic
        ),
        default=0.0,
    )


@dataclass(frozen=True, slots=True)
class Restored:
    """What an archive that came back, and `simpul recover`, cannot bring back of an office: what became of
    the commands of the time between, but for their facts. `spans`: by office, that time with what was on its
    way when it began; `keys`: of records of intake that were trimmed, by office, partition and offset."""

    spans: dict[str, list[tuple[float, float]]]
    keys: dict[str, dict[tuple[int, int], str]]

    @classmethod
    def of(cls, history: Iterable[Event]) -> "Restored":
        archived: dict[str, float] = {}
        found = cls(defaultdict(list), defaultdict(dict))
        for event in history:
            if event["event"] == "fault" and event.get("how") == "archived":
                archived[event["target"]] = event["at"] - RECOVERY_SECONDS
            elif event["event"] == "fault" and event.get("how") == "restored":
                span = archived[event["target"]], event["at"]
                found.spans[event["office"]].append(span)
                keys = {(partition, offset): key for partition, offset, key in event["intake"]}
                found.keys[event["office"]].update(keys)
        return found

    def forgot(self, tries: Iterable[Attempt]) -> bool:
        """Whether one of a command's attempts was of such a time."""
        return any(self.covers(one.command[0], one.asked["at"]) for one in tries)

    def covers(self, office: str, at: float) -> bool:
        return any(start <= at <= end for start, end in self.spans.get(office, ()))


@dataclass(frozen=True, slots=True)
class Calm:
    """When nothing was broken. A fault lasts until it was noted as recovered; without such a note until its
    heal and the time that recovery may take; without a heal for ever."""

    spans: list[tuple[float, float]]

    @classmethod
    def of(cls, history: Iterable[Event]) -> "Calm":
        since: dict[str, float] = {}
        spans: dict[str, list[float]] = {}
        done: list[tuple[float, float]] = []
        for event in history:
            row = str(event.get("row"))
            if event["event"] == "fault":
                since.setdefault(row, event["at"])
            elif event["event"] == "heal" and row in since:
                spans[row] = [since.pop(row), event["at"] + RECOVERY_SECONDS]
            elif event["event"] == "recovered" and row in spans:
                start, _ = spans.pop(row)
                done.append((start, event["at"]))
        done += [(start, end) for start, end in spans.values()]
        return cls([*done, *((start, float("inf")) for start in since.values())])

    def seconds(self, start: float, end: float) -> float:
        """How much of a time lies outside of every fault."""
        left, at = 0.0, start
        for begin, over in sorted(self.spans):
            if begin > at:
                left += max(0.0, min(begin, end) - at)
            at = max(at, min(over, end))
        return left + max(0.0, end - at)
