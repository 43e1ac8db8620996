"""What facts owe: the rows that they are folded into, and the mails that come of them."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from services.notification.kernel.deliveries import Delivery, FanOut
from shared.contracts.facts import Stated

LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
Owed = list[Delivery | FanOut]


def _no_rows() -> dict[str, dict[str, Any]]:
    return defaultdict(dict)


@dataclass(slots=True)
class FoldedRows:
    """The rows that a run of facts touches, `of` each collection by id; a row that changes is replaced.
    `read_at`: when the facts are read."""

    of: dict[str, dict[str, Any]] = field(default_factory=_no_rows)
    read_at: datetime = LONG_AGO


@dataclass(frozen=True, slots=True)
class MailRule:
    """What a fact does: `owe` changes the rows as it says and answers the mails that it owes, each of one of
    these `templates`."""

    owe: Callable[[FoldedRows, Stated, Any], Owed]
    templates: frozenset[str] = frozenset()
