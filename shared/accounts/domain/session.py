"""How long a session lives, and what its device is called."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

LONGEST: Final = timedelta(hours=12)
IDLE: Final = timedelta(minutes=30)
PROVED_FOR: Final = timedelta(minutes=15)
"""How long after proving who they are somebody takes people's data along, or adds a passkey: nobody does on a
desk that somebody left."""
SEEN_EVERY: Final = timedelta(minutes=1)  # spares a write for most pages
_BROWSERS: Final = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"))
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Proof:
    """Of who somebody is, as they sign in. `when`: they gave it, if that is known; `roles`: of the
    whole, which it gives beside the account's own, for as long as the session."""

    when: datetime | None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """`id`: the digest of its cookie; `proved`: when whoever has it proved last who they are, if
    that is known; `stays`: until when it lives though nobody uses it; `roles` as `Proof` has
    them."""

    id: bytes
    account: str
    device: str
    created: datetime
    seen: datetime
    proved: datetime | None
    stays: datetime | None = None
    roles: tuple[str, ...] = ()

    def lives(self, now: datetime) -> bool:
        used = now < self.seen + IDLE or (self.stays is not None and now < self.stays)
        return used and now < self.created + LONGEST

    def is_proved(self, now: datetime) -> bool:
        return self.proved is not None and now < self.proved + PROVED_FOR


def day_ends(now: datetime, zone: ZoneInfo) -> datetime:
    """When the day does, on the clocks there."""
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(), zone)


def device(user_agent: str) -> str:
    """In a few words, for its owner to know it again."""
    browser = _first(_BROWSERS, user_agent) or ("Safari" if "Safari" in user_agent else "Peramban lain")
    system = _first(_SYSTEMS, user_agent)
    return f"{browser} di {system}" if system else browser


def _first(names: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for mark, name in names if mark in text), "")
