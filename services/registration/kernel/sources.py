"""Whether a command comes from the source that it names, and whether that source may have it decided."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from shared.contracts.envelope import Envelope
from shared.kafka.records import Record
from shared.signatures import PublicKeys, command_parts, signature_of

ALWAYS: Final = datetime.min.replace(tzinfo=UTC)
UNGRANTED: Final = "the source has no key in the office's file"
UNSIGNED: Final = "the command bears no signature of the source"
MISSIGNED: Final = "the signature is none of the source's over this record"
OUTSIDE: Final = "the source may not have this command decided"


@dataclass(frozen=True, slots=True)
class SourceGrant:
    """What the office's file allows a system that signs. `types`: of its commands."""

    keys: PublicKeys
    types: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sources:
    """Who may have which command of an office decided.

    `own`: the keys of the office's registration, None while it has none; what it wrote before `signed_from`
    may lack a signature. `grants`: by `ce_source`. `accept_unsigned`: sources without a key may have anything
    decided that bears no signature, as in versions before keys; `on_unsigned` is called for each such one.
    An instance that has no key yet takes what another instance signed.
    """

    office: str
    own: PublicKeys | None = None
    signed_from: datetime = ALWAYS
    grants: Mapping[str, SourceGrant] = field(default_factory=dict)
    accept_unsigned: bool = True
    on_unsigned: Callable[[], None] = lambda: None

    def proves_actor(self, source: str) -> bool:
        """Whether whoever had a command of this source done signed in, or is a program with a token."""
        http = f"/{self.office}/http/"
        return source == f"/{self.office}/excel" or (source.startswith(http) and source != f"{http}public")

    def is_own(self, source: str) -> bool:
        """Whether registration itself writes under this name."""
        own = (f"/{self.office}/excel", f"/{self.office}/registration")
        return source in own or source.startswith(f"/{self.office}/http/")

    def fault(self, record: Record, envelope: Envelope, appended: datetime) -> str | None:
        """Why a command must not be decided; None where it may. `appended`: when the log took it."""
        signature = signature_of(record.headers)
        if self.is_own(envelope.source):
            keys, signed = self.own, signature is not None or appended >= self.signed_from
        else:
            grant = self.grants.get(envelope.source)
            keys, signed = (grant.keys if grant else None), True
            if grant and envelope.type not in grant.types:
                return OUTSIDE
        if keys is None or not signed:
            if not self.accept_unsigned and keys is None:
                return UNGRANTED
            if signature is not None and not self.is_own(envelope.source):
                return MISSIGNED
            self.on_unsigned()
            return None
        if signature is None:
            return UNSIGNED
        parts = command_parts(
            record.key or b"", envelope.source, envelope.id, envelope.type, record.value or b""
        )
        return None if keys.hold(signature, parts) else MISSIGNED
