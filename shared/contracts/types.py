"""The words that messages are made of, each with its bounds."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self

import pydantic
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from shared.visible import visible

INT_BOUND = 2**53 - 1  # the integers that JSON readers agree on (RFC 8259, section 6)


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _no_number(value: Any) -> Any:
    if isinstance(value, int | float):
        raise ValueError("no text")
    return value


def _visible(value: Any) -> Any:
    return visible(value) if isinstance(value, str) else value


# What the schemas say and no more: 1.0 is an integer, `true` and "1" are none, and a number is no time.
Count = Annotated[int, Field(strict=True, ge=0, le=INT_BOUND), BeforeValidator(_whole)]
Small = Annotated[int, Field(strict=True, ge=0, le=1000), BeforeValidator(_whole)]
Seats = Annotated[int, Field(strict=True, ge=0, le=1_000_000), BeforeValidator(_whole)]
Signed = Annotated[int, Field(strict=True, ge=-INT_BOUND, le=INT_BOUND), BeforeValidator(_whole)]
AwareDatetime = Annotated[pydantic.AwareDatetime, BeforeValidator(_no_number)]
Duration = Annotated[timedelta, BeforeValidator(_no_number)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
OfficeCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,19}$")]
Line = Annotated[
    str,
    # No control character: a name must not be able to open a new line in a mail's header.
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$"
    ),
]
Paragraph = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+$"
    ),
]
Email = Annotated[
    str,
    # "valid e-mail address" of the HTML Living Standard, so that a browser's check and ours agree
    StringConstraints(
        strip_whitespace=True,
        max_length=254,
        pattern=r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
        r"(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+$",
    ),
    BeforeValidator(_visible),  # address books and chats put signs of direction around what they show
]
# as it was typed: without its outer spaces one that the pattern takes could be too short for it
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9 ().-]{5,30}$"), BeforeValidator(_visible)]
Link = Annotated[str, StringConstraints(max_length=500, pattern=r"^https?://[^\s<>\"]+$")]
HttpsLink = Annotated[
    str,
    # no name or password before the host: what shows a link must not show those
    StringConstraints(
        max_length=500, pattern=r"^https://[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+(:[0-9]{1,5})?([/?#][^\s<>\"]*)?$"
    ),
]
ProvinceCode = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]$")]
RegencyCode = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]\.[0-9]{2}$")]
Month = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
RegistrationId = Annotated[str, StringConstraints(pattern=r"^[a-z2-7]{29}$")]
FileDigest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
"""Of a file that was sent before."""
AccountId = Annotated[str, StringConstraints(pattern=r"^u:[A-Za-z0-9_-]{1,64}$")]
Category = Literal[
    "guru-penggerak",
    "guru",
    "kepala-sekolah",
    "pengawas",
    "fasilitator",
    "dinas",
    "mitra-kerja",
    "komunitas",
    "lainnya",
    "narasumber",
    "panitia",
    "widyaprada",
]
"""What a participant stands for. May grow: readers of facts take any slug."""

PartKind = Literal["narasumber", "moderator", "pembuka", "panitia"]
"""What somebody does in an activity without taking part in it."""

ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
_ABBREVIATIONS = {name: code for code, name in ZONES.items()} | {"Asia/Pontianak": "WIB"}


def _abbreviated(value: Any) -> Any:
    return _ABBREVIATIONS.get(value, value) if isinstance(value, str) else value


Zone = Annotated[Literal["WIB", "WITA", "WIT"], BeforeValidator(_abbreviated)]
"""One of Indonesia's three zones; the IANA name is taken too."""


class Message(BaseModel):
    """Base of all that travels or is kept as a message."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def read(cls, data: bytes | str) -> Self:
        """Parse JSON of this or a newer version. Raises `pydantic.ValidationError`."""
        return cls.model_validate_json(data, extra="ignore")

    def encoded(self) -> bytes:
        """JSON without what was left unset: a null that was given says that something is taken away."""
        return self.model_dump_json(exclude_unset=True).encode()


def rfc3339(moment: datetime) -> str:
    """A UTC time to the millisecond, as every message writes it: `2024-01-11T01:00:00.000Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


__all__ = [
    "INT_BOUND",
    "ZONES",
    "AccountId",
    "AwareDatetime",
    "Category",
    "Count",
    "Duration",
    "Email",
    "FileDigest",
    "HttpsLink",
    "Line",
    "Link",
    "Message",
    "Month",
    "OfficeCode",
    "Paragraph",
    "PartKind",
    "Phone",
    "ProvinceCode",
    "RegencyCode",
    "RegistrationId",
    "Seats",
    "Signed",
    "Slug",
    "Small",
    "Zone",
    "rfc3339",
]
