"""How soon the next batch is decided after one of many."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from services.registration.kernel.features import Features

HURRIED_SECONDS: Final = 0.01
RUSH_SECONDS: Final = 4.0
LATE_SECONDS: Final = 20.0


def pace(
    waited_for: Callable[[], bool], features: Features, parts: Mapping[str, Any]
) -> Callable[[float], float]:
    """Who waits for what is decided gets it soon. While many arrive of whom nobody waits, taking them goes
    before deciding, which then is done for many at once, stays a bounded time behind, and catches up when the
    rush is over."""
    rushes = [(feature.rush, parts[feature.name]) for feature in features.features if feature.rush]

    def seconds(late: float) -> float:
        if waited_for():
            return HURRIED_SECONDS
        rushed = late < LATE_SECONDS and any(rush(part) for rush, part in rushes)
        return RUSH_SECONDS if rushed else 0.0

    return seconds
