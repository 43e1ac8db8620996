"""A mail that is written once, with a mark where each person's own parts go; those are filled in as bytes.

The library needs 4 ms for a whole mail, since it folds each line anew. How a stencil's parts are put together
stays its work; filling in takes a tenth of that.
"""

import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from secrets import token_hex

from markupsafe import escape

_SALT = token_hex(5)  # so that no title can hold a mark
NAME, PLACE, CANCEL = f"Nama{_SALT}", f"Urutan{_SALT}", f"Batal{_SALT}"
REGISTRATION = f"pendaftaran{_SALT}".ljust(29, "x")  # as long as one, since calendars fold by length
STAMP = "19700101T000000Z"
PART = "bagian"


@dataclass(frozen=True, slots=True)
class PersonalFields:
    """What differs between the mails of one template and activity. `cancel`: the link to do so; `stamp`: as
    iCalendar writes a time."""

    name: str
    place: str
    cancel: str
    registration: str
    stamp: str


@dataclass(frozen=True, slots=True)
class CachedTemplate:
    """`frame`: the mail's bytes around its parts; `text`, `page` and `calendar`: those parts, with marks."""

    frame: Sequence[bytes]
    text: str
    page: str
    calendar: str | None

    @classmethod
    def of(
        cls, head: bytes, text: str, page: str, calendar: str | None, method: str = "PUBLISH"
    ) -> "CachedTemplate":
        """`head`: the headers that are alike for all. `method`: the calendar's."""
        mail = EmailMessage(policy=SMTP)
        mail.set_content(f"{PART}{_SALT}", cte="quoted-printable")
        mail.add_alternative(f"{PART}{_SALT}", subtype="html", cte="quoted-printable")
        if calendar is not None:
            mail.add_attachment(
                f"{PART}{_SALT}".encode(),
                "text",
                "calendar",
                cte="quoted-printable",
                filename="kegiatan.ics",
                params={"method": method, "charset": "utf-8"},
            )
        return cls((head + mail.as_bytes()).split(f"{PART}{_SALT}".encode()), text, page, calendar)

    def filled(self, person: PersonalFields) -> bytes:
        """The mail of one person, without the headers that are theirs."""
        parts = [_with(self.text, person), _with(self.page, person, markup=True)]
        if self.calendar is not None:
            parts.append(
                self.calendar.replace(REGISTRATION, person.registration).replace(STAMP, person.stamp)
            )
        content = [self.frame[0]]
        for part, after in zip(parts, self.frame[1:], strict=True):
            content += (quoted_printable(part), after)
        return b"".join(content)


def _with(words: str, person: PersonalFields, markup: bool = False) -> str:
    name, cancel = person.name, person.cancel
    if markup:
        name, cancel = str(escape(name)), str(escape(cancel))
    return words.replace(CANCEL, cancel).replace(PLACE, person.place).replace(NAME, name)


def quoted_printable(words: str) -> bytes:
    """RFC 2045, with lines of a mail; without the last line's end, which the frame has."""
    lines = words.replace("\r\n", "\n").rstrip("\n").replace("\n", "\r\n")
    return binascii.b2a_qp(lines.encode(), istext=True)
