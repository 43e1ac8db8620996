"""A letter: all that a channel needs to write to one recipient, and its words before they are a mail."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, Final

from services.notification.kernel.deliveries import Delivery
from shared.contracts.directory import ActivityEntry

SALT: Final = token_hex(5)  # so that no title can hold a mark


@dataclass(frozen=True, slots=True)
class Letter:
    """`recipient`: the directory's entry; `activity`: None where it is of none; `news`: what its feature
    decided that its words depend on."""

    delivery: Delivery
    recipient: Any
    activity: ActivityEntry | None = None
    news: Any = None

    @property
    def rev(self) -> int:
        """Of what it tells."""
        found: int = self.activity.rev if self.activity else self.recipient.rev
        return found


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter, taken apart. `kind`: what it has in common with others of its template, whose words are made
    once for all of them; `name`: in its header; `own`: what stands in the place of each mark in those words;
    `in_calendar`: the same of its calendar file."""

    kind: Hashable
    own: Mapping[str, str]
    name: str = ""
    in_calendar: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Words:
    """What letters of one kind say. `title`: behind the state in the subject; `values`: what the template's
    files are filled with, beside what every mail has; `calendar`: a file with that `method`."""

    title: str
    reply_to: str
    values: Mapping[str, Any]
    calendar: bytes | None = None
    method: str = "PUBLISH"


def mark(name: str) -> str:
    """Stands in words for what is each recipient's own."""
    return f"{name}{SALT}"
