"""A letter as a mail: what to do first, the details as a table, text and HTML saying the same."""

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from mjml import mjml2html

from services.notification.adapters.calendar import Method, calendar_of
from services.notification.adapters.stencil import REGISTRATION, STAMP, Personal, Stencil
from services.notification.adapters.wording import WORDINGS, Kind, values
from services.notification.application.ports import Letter
from services.notification.domain.changes import removed
from services.notification.domain.templates import POLICIES, Template
from shared.links import Links
from shared.office import Office

LOOKS = Path(__file__).with_name("looks")
DELIVERY_HEADER: Final = "X-Simpul-Delivery"
METHODS: Final[dict[Template, Method]] = {
    "confirmed": "PUBLISH",
    "promoted": "PUBLISH",
    "activity-changed": "PUBLISH",
    "cancelled": "CANCEL",
    "activity-cancelled": "CANCEL",
}


class Unwritable(Exception):
    """What the directory holds of this person makes no mail."""


class OneLine(EmailPolicy):
    """Leaves a plain subject whole: folding may leave its first line empty, and some show that line alone."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name == "Subject" and value.isascii() and len(value) < LINE:
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)


KEPT_STENCILS: Final = 64  # of some 20 kB
STAMPED: Final = datetime.strptime(STAMP, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
LINE: Final = 900  # characters; a line of a mail may have 998
LINE_UNFOLDED: Final = 78
WORD: Final = "[A-Za-z0-9]+"
PLAIN_TO: Final = re.compile(rf"To: {WORD}(?: {WORD})* <{WORD}(?:[._+-]{WORD})*@{WORD}(?:[.-]{WORD})*>\r\n")
POLICY: Final = OneLine(linesep=SMTP.linesep)


class Stationery:
    """Writes an office's mails. Pure but for `now`, the mail's Date."""

    def __init__(
        self, office: Office, links: Links, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._office, self._links, self._now = office, links, now
        page = mjml2html((LOOKS / "base.mjml").read_text(encoding="utf-8"))
        looks = Environment(
            loader=ChoiceLoader([DictLoader({"base.html": page}), FileSystemLoader(LOOKS)]),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._texts = {name: looks.get_template(f"{name}.txt") for name in WORDINGS}
        self._pages = {name: looks.get_template(f"{name}.html") for name in WORDINGS}
        self._stencil = lru_cache(maxsize=KEPT_STENCILS)(self._make_stencil)

    @property
    def sender(self) -> str:
        """The address that the mails come from."""
        return self._office.sender.address

    def write(self, letter: Letter) -> bytes:
        """The whole mail, with lines as SMTP wants them. Raises `Unwritable`."""
        delivery, person = letter.delivery, letter.person
        try:
            own = Personal(
                person.name,
                str(delivery.place),
                self._links.to_cancel(person.registration),
                person.registration,
                f"{delivery.due:%Y%m%dT%H%M%SZ}",
            )
            return self._own_headers(letter) + self._stencil(Kind.of(letter)).filled(own)
        except (ValueError, MessageError) as error:
            raise Unwritable(type(error).__name__) from None  # the text may repeat an address

    def _own_headers(self, letter: Letter) -> bytes:
        plain = {
            "Date": format_datetime(self._now()),
            "Message-ID": self.message_id(letter),
            DELIVERY_HEADER: letter.delivery.id,
        }
        if not all(value.isprintable() for value in plain.values()):
            raise ValueError("a header of more than one line")
        lines = "".join(f"{name}: {value}\r\n" for name, value in plain.items())
        return addressed(letter.person.email, letter.person.name) + lines.encode("ascii")

    def _make_stencil(self, kind: Kind) -> Stencil:
        office, activity, template = self._office, kind.activity, kind.template
        reply_to = activity.reply_to or office.reply_to
        filling = values(kind, office.name, reply_to, self._links)
        mail = EmailMessage(policy=POLICY)
        mail["From"] = _address(office.sender.address, office.sender.name)
        mail["Reply-To"] = _address(reply_to)
        mail["Subject"] = f"{WORDINGS[template].state}: {activity.title}"
        mail["Auto-Submitted"] = "auto-generated"
        text, page = self._texts[template].render(filling), self._pages[template].render(filling)
        method = METHODS.get(template)
        if method is None or (POLICIES[template].by_standing and not kind.seated):
            return Stencil.of(mail, text, page, None)
        fell_away = removed(kind.earlier, activity) if kind.earlier else ()
        calendar = calendar_of(activity, REGISTRATION, reply_to, STAMPED, method, fell_away)
        return Stencil.of(mail, text, page, calendar.decode(), method)

    def message_id(self, letter: Letter) -> str:
        """The same for every attempt, so that a mail client shows a repeated one once."""
        digest = hashlib.sha256(letter.delivery.id.encode()).hexdigest()[:32]
        return f"<{digest}@{self._office.sender.address.rpartition('@')[2]}>"


def addressed(address: str, name: str) -> bytes:
    """The line that says to whom. What needs neither quotes nor folding is written as it is: the library,
    which parses and folds it anew, takes as long for that as all else of a mail."""
    line = f"To: {name} <{address}>\r\n"
    if len(line) < LINE_UNFOLDED and PLAIN_TO.fullmatch(line):
        return line.encode("ascii")
    return POLICY.fold_binary(*POLICY.header_store_parse("To", _address(address, name)))


def _address(address: str, name: str = "") -> Address:
    """From its parts, so that what browsers take for an address and RFC 5322 does not is quoted."""
    local, _, domain = address.rpartition("@")
    return Address(name, local, domain)
