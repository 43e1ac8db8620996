"""A letter as a mail: what to do first, the details as a table, text and HTML saying the same."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.notification.adapters.calendar import calendar_of
from services.notification.application.ports import Letter
from services.notification.domain.templates import Template
from shared.office import Office
from shared.words import span

LOOKS = Path(__file__).with_name("looks")
DELIVERY_HEADER: Final = "X-Simpul-Delivery"
WITH_CALENDAR: Final = frozenset({"confirmed", "promoted"})


@dataclass(frozen=True, slots=True)
class Wording:
    """`state`: the first words of the subject; `tone`: the colour that the state has."""

    state: str
    tone: str


WORDINGS: Final[dict[Template, Wording]] = {
    "confirmed": Wording("Terkonfirmasi", "#1b6e3c"),
    "waitlisted": Wording("Daftar tunggu", "#8a5a00"),
    "promoted": Wording("Terkonfirmasi dari daftar tunggu", "#1b6e3c"),
    "cancelled": Wording("Pendaftaran dibatalkan", "#8c1d18"),
    "activity-cancelled": Wording("Kegiatan dibatalkan", "#8c1d18"),
}


class Unwritable(Exception):
    """What the directory holds of this person makes no mail."""


class OneLine(EmailPolicy):
    """Leaves our own header whole: folding would turn a long id into an encoded word. And a plain subject:
    folding may leave its first line empty, and some show that line alone."""

    def fold_binary(self, name: str, value: str) -> bytes:
        whole = name == DELIVERY_HEADER or (name == "Subject" and value.isascii() and len(value) < LINE)
        if whole:
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)


LINE: Final = 900  # characters; a line of a mail may have 998
POLICY: Final = OneLine(linesep=SMTP.linesep)


class Stationery:
    """Writes an office's mails. Pure but for `now`, the mail's Date."""

    def __init__(self, office: Office, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._office, self._now = office, now
        looks = Environment(
            loader=FileSystemLoader(LOOKS),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._texts = {name: looks.get_template(f"{name}.txt") for name in WORDINGS}
        self._pages = {name: looks.get_template(f"{name}.html") for name in WORDINGS}

    def write(self, letter: Letter) -> EmailMessage:
        """Raises `Unwritable`."""
        try:
            return self._write(letter)
        except (ValueError, MessageError) as error:
            raise Unwritable(type(error).__name__) from None  # the text may repeat an address

    def _write(self, letter: Letter) -> EmailMessage:
        template, office = letter.delivery.template, self._office
        reply_to = letter.activity.reply_to or office.reply_to
        values = self._values(letter, reply_to)
        mail = EmailMessage(policy=POLICY)
        mail["From"] = _address(office.sender.address, office.sender.name)
        mail["To"] = _address(letter.person.email, letter.person.name)
        mail["Reply-To"] = _address(reply_to)
        mail["Subject"] = f"{WORDINGS[template].state}: {letter.activity.title}"
        mail["Date"] = format_datetime(self._now())
        mail["Message-ID"] = self.message_id(letter)
        mail[DELIVERY_HEADER] = letter.delivery.id
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(self._texts[template].render(values))
        mail.add_alternative(self._pages[template].render(values), subtype="html")
        if template in WITH_CALENDAR:
            self._attach_calendar(mail, letter, reply_to)
        return mail

    def message_id(self, letter: Letter) -> str:
        """The same for every attempt, so that a mail client shows a repeated one once."""
        digest = hashlib.sha256(letter.delivery.id.encode()).hexdigest()[:32]
        return f"<{digest}@{self._office.sender.address.rpartition('@')[2]}>"

    def _attach_calendar(self, mail: EmailMessage, letter: Letter, organizer: str) -> None:
        content = calendar_of(letter.activity, letter.delivery.registration, organizer, letter.delivery.due)
        mail.add_attachment(
            content,
            "text",
            "calendar",
            filename="kegiatan.ics",
            params={"method": "PUBLISH", "charset": "utf-8"},
        )

    def _values(self, letter: Letter, reply_to: str) -> dict[str, Any]:
        activity, wording = letter.activity, WORDINGS[letter.delivery.template]
        return {
            "office": self._office.name,
            "name": letter.person.name,
            "title": activity.title,
            "host": activity.host,
            "reason": activity.reason,
            "sessions": [(session, span(session)) for session in activity.sessions],
            "place": letter.delivery.place,
            "reply_to": reply_to,
            "state": wording.state,
            "tone": wording.tone,
        }


def _address(address: str, name: str = "") -> Address:
    """From its parts, so that what browsers take for an address and RFC 5322 does not is quoted."""
    local, _, domain = address.rpartition("@")
    return Address(name, local, domain)
