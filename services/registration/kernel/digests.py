"""Keyed digests (HMAC-SHA256, the office's key): what can be enumerated is never kept or shown as it is."""

import base64
import hmac
from dataclasses import dataclass
from functools import lru_cache

from shared.contracts.commands import Participant
from shared.identity import comparable_name

PERSON_KEY = "p:"
PUBLISHED_PERSON_KEY = "p:~"
ACTIVITY_CHARACTERS = 8  # of a registration's id: 40 bits, the same for all of one activity


@dataclass(frozen=True, slots=True)
class PersonDigests:
    """16 bytes each, of one person as they are named somewhere. `numbers`: NUPTK, then NIP with name, where
    they have them; `email`: the address with the name; `address`: alone, which tells nobody from another."""

    numbers: dict[str, bytes]
    email: bytes
    address: bytes

    @property
    def all(self) -> tuple[bytes, ...]:
        return (*self.numbers.values(), self.email, self.address)


class Digests:
    """One office's digests. Each purpose has its own domain, so that one never equals another's."""

    def __init__(self, key: bytes) -> None:
        self._key = key

        self._activity = lru_cache(1_000)(lambda activity: self._of("activity", activity)[:5])

    def _of(self, purpose: str, *parts: str) -> bytes:
        return hmac.digest(self._key, "\x1f".join((purpose, *parts)).encode(), "sha256")

    @property
    def fingerprint(self) -> bytes:
        """By which a key is known again, and nothing of it can be told."""
        return self._of("fingerprint")[:16]

    def command(self, aggregate: str, source: str, identifier: str) -> bytes:
        """16 bytes that stand for a command's identity."""
        return self._of("command", aggregate, source, identifier)[:16]

    def payload(self, kind: str, canonical: str) -> bytes:
        """16 bytes that tell two payloads under one identity apart."""
        return self._of("payload", kind, canonical)[:16]

    def person(self, who: Participant) -> PersonDigests:
        """Names are compared in their comparable form, addresses without regard to case."""
        return self.named(who, comparable_name(who.name))

    def named(self, who: Participant, name: str) -> PersonDigests:
        """Under a form of the name to compare it by."""
        email, numbers = who.email.lower(), dict[str, bytes]()
        if who.nuptk:
            numbers["nuptk"] = self._of("nuptk", who.nuptk)[:16]
        if who.nip:
            numbers["nip"] = self._of("nip", who.nip, name)[:16]
        return PersonDigests(numbers, self._of("email", email, name)[:16], self.address(email))

    def address(self, email: str) -> bytes:
        """16 bytes that stand for an address, in whatever case."""
        return self._of("address", email.lower())[:16]

    def counted(self, *what: str) -> bytes:
        """16 bytes under which something is counted for an hour without being kept."""
        return self._of("counted", *what)[:16]

    def form(self, nonce: str, canonical: str) -> str:
        """The id of the command that one form with this content asks, however often it is sent."""
        return self._of("form", nonce, canonical)[:16].hex()

    def registration(self, activity: str, ref: str, number: int) -> str:
        """A registration's id: 29 characters; those of one activity lie side by side in an index."""
        raw = self._activity(activity) + self._of("registration", activity, ref, str(number))[:13]
        return base64.b32encode(raw).decode().rstrip("=").lower()

    def published_key(self, key: str) -> str:
        """A fact's key as it leaves the office: what leads to a person goes out as a digest, that of the same
        person always the same; any other as it is."""
        if not key.startswith(PERSON_KEY) or key.startswith(PUBLISHED_PERSON_KEY):
            return key
        digest = base64.b32encode(self._of("published", key)[:15]).decode().lower()
        return f"{PUBLISHED_PERSON_KEY}{digest}"

    def nobody(self, registration: str) -> str:
        """A ref for a registration of which nobody knows any more whose it is: always the same one."""
        return self._of("nobody", registration)[:12].hex()

    def activity_range(self, activity: str) -> dict[str, str]:
        """The ids that an activity's registrations lie between (some other activity's may, too)."""
        first = base64.b32encode(self._activity(activity)).decode().lower()
        return {"$gte": first, "$lt": first + "~"}
