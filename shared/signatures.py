"""Who wrote a record, which Kafka tells no consumer: an Ed25519 signature (RFC 8032) in a header of it."""

import base64
import binascii
import hashlib
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal, Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AfterValidator, StringConstraints

from shared.contracts.directory import ALWAYS_SIGNED
from shared.contracts.envelope import Envelope, Headers

HEADER: Final = "simpul_signature"
KEY_BYTES: Final = 32
KEY_ID_HEX: Final = 16

PrivateKeys = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}(,[0-9a-fA-F]{64})*$")]
"""Ed25519 private keys of 32 bytes in hex, separated by commas; the first signs, all are honoured."""


def raw_public_key(text: str) -> bytes:
    """The 32 bytes of a public key in base64. Raises `ValueError`."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise ValueError("this is no base64") from None
    if len(raw) != KEY_BYTES:
        raise ValueError("an Ed25519 public key has 32 bytes")
    return raw


def _checked(text: str) -> str:
    raw_public_key(text)
    return text


PublicKey = Annotated[str, AfterValidator(_checked)]
"""An Ed25519 public key of 32 bytes in base64."""


def _all_checked(text: str) -> str:
    for one in text.split(","):
        raw_public_key(one)
    return text


PublicKeyList = Annotated[str, AfterValidator(_all_checked)]
"""Such keys, separated by commas."""
Unsigned = Literal["accept", "refuse"]
"""What becomes of records without a signature whose writer could have none in versions before keys."""


def key_id(public: bytes) -> str:
    """Names a public key in signatures: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:KEY_ID_HEX]


def message(parts: Iterable[bytes]) -> bytes:
    """What is signed: each part behind its length as four bytes, the highest first."""
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def command_parts(key: bytes, source: str, identifier: str, kind: str, value: bytes) -> tuple[bytes, ...]:
    """What a command's signature is over, in order; `kind`: its `ce_type`."""
    return key, source.encode(), identifier.encode(), kind.encode(), value


def entry_parts(office: str, partition: int, key: bytes, value: bytes | None) -> tuple[bytes, ...]:
    """What the signature of a directory's entry is over; its number in the ledger is in the value. Of a
    tombstone the value is empty, which no entry's is."""
    return b"directory", office.encode(), str(partition).encode(), key, value or b""


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """Whose signatures hold. `by_id`: as `key_id` names them."""

    by_id: Mapping[str, Ed25519PublicKey] = field(default_factory=dict)

    @classmethod
    def of(cls, keys: Iterable[str]) -> Self:
        """Raises `ValueError` for what is no `PublicKey`."""
        raw = [raw_public_key(text) for text in keys]
        return cls({key_id(one): Ed25519PublicKey.from_public_bytes(one) for one in raw})

    def hold(self, signature: bytes, parts: Iterable[bytes]) -> bool:
        """Whether one of these keys made the signature, `{key id}:{base64}`, over these parts."""
        name, _, text = signature.partition(b":")
        key = self.by_id.get(name.decode("ascii", "replace"))
        if key is None:
            return False
        try:
            key.verify(base64.b64decode(text, validate=True), message(parts))
        except (InvalidSignature, binascii.Error):
            return False
        return True


class Signer:
    """Signs with the first of some private keys."""

    def __init__(self, keys: str) -> None:
        """`keys`: as `PrivateKeys`."""
        private = [Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text)) for text in keys.split(",")]
        raw = [one.public_key().public_bytes_raw() for one in private]
        self._key, self._id = private[0], key_id(raw[0])
        self.public_texts: Final = tuple(base64.b64encode(one).decode() for one in raw)
        self.public: Final = PublicKeys.of(self.public_texts)

    def header(self, parts: Iterable[bytes]) -> tuple[str, bytes]:
        signature = base64.b64encode(self._key.sign(message(parts))).decode()
        return HEADER, f"{self._id}:{signature}".encode()


def signed_headers(signer: Signer | None, key: bytes, envelope: Envelope, value: bytes) -> Headers:
    """The headers of a command, with its signature where there is a key."""
    headers = envelope.headers()
    if signer:
        parts = command_parts(key, envelope.source, envelope.id, envelope.type, value)
        headers.append(signer.header(parts))
    return headers


def signature_of(headers: Iterable[tuple[str, bytes | None]]) -> bytes | None:
    """None for a record without one. Of several none holds: who sends two hides one."""
    found = [value or b"" for name, value in headers if name == HEADER]
    return found[0] if len(found) == 1 else b"" if found else None


class Forged(Exception):
    """An entry of a directory that the office did not sign."""


class SignedRecord(Protocol):
    """What of a record its signature concerns."""

    partition: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True)
class EntrySignatures:
    """Which entries of an office's directory hold. `keys`: the office's, None while it has none;
    `accept_unsigned`: those without a signature hold, too, of kinds that versions before keys wrote, but for
    one that replaces a signed one."""

    office: str
    keys: PublicKeys | None = None
    accept_unsigned: bool = True

    def signed(self, record: SignedRecord) -> bool:
        """Whether the office signed it. Raises `Forged` where it does not hold."""
        signature = signature_of(record.headers)
        if self.keys is None or (signature is None and self._may_lack_one(record)):
            return False
        parts = entry_parts(self.office, record.partition, record.key or b"", record.value)
        if signature is None or not self.keys.hold(signature, parts):
            raise Forged
        return True

    def _may_lack_one(self, record: SignedRecord) -> bool:
        always = tuple(one.encode() for one in ALWAYS_SIGNED)
        return self.accept_unsigned and not (record.key or b"").startswith(always)
