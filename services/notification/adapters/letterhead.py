"""A letter as a mail: what to do first, the details as a table, text and HTML saying the same."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from mjml import mjml2html

from services.notification.adapters.account_wording import ACCOUNT_WORDINGS, account_values
from services.notification.adapters.calendar import Method, calendar_of
from services.notification.adapters.headers import mailbox_line, text_line
from services.notification.adapters.template_cache import REGISTRATION, STAMP, CachedTemplate, PersonalFields
from services.notification.adapters.wording import WORDINGS, Kind, values
from services.notification.application.ports import AccountLetter, AnyLetter
from services.notification.domain.changes import removed
from services.notification.domain.templates import POLICIES, Template, is_of_account
from shared.links import Links
from shared.office import Office

TEMPLATES = Path(__file__).with_name("templates")
DELIVERY_HEADER: Final = "X-Simpul-Delivery"
METHODS: Final[dict[Template, Method]] = {
    "confirmed": "PUBLISH",
    "promoted": "PUBLISH",
    "activity-changed": "PUBLISH",
    "cancelled": "CANCEL",
    "activity-cancelled": "CANCEL",
}


class MailUnwritable(Exception):
    """What the directory holds of this person makes no mail."""


NOBODY: Final = PersonalFields("", "", "", "", "")
"""For a mail that is written whole."""
CACHED_TEMPLATES: Final = 64  # of some 20 kB
STAMPED: Final = datetime.strptime(STAMP, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


class Letterhead:
    """Writes an office's mails. Pure but for `now`, the mail's Date."""

    def __init__(
        self, office: Office, links: Links, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._office, self._links, self._now = office, links, now
        page = mjml2html((TEMPLATES / "base.mjml").read_text(encoding="utf-8"))
        looks = Environment(
            loader=ChoiceLoader([DictLoader({"base.html": page}), FileSystemLoader(TEMPLATES)]),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        names = (*WORDINGS, *ACCOUNT_WORDINGS)
        self._texts = {name: looks.get_template(f"{name}.txt") for name in names}
        self._pages = {name: looks.get_template(f"{name}.html") for name in names}
        self._cached_template = lru_cache(maxsize=CACHED_TEMPLATES)(self._make_template)

    @property
    def sender(self) -> str:
        """The address that the mails come from."""
        return self._office.sender.address

    def write(self, letter: AnyLetter) -> bytes:
        """The whole mail, with lines as SMTP wants them. Raises `MailUnwritable`."""
        try:
            if isinstance(letter, AccountLetter):
                return self._own_headers(letter, "") + self._to_account(letter)
            delivery, person = letter.delivery, letter.person
            own = PersonalFields(
                person.name,
                str(delivery.place),
                self._links.to_cancel(person.registration),
                person.registration,
                f"{delivery.due:%Y%m%dT%H%M%SZ}",
            )
            return self._own_headers(letter, person.name) + self._cached_template(Kind.of(letter)).filled(own)
        except Exception as error:  # whatever it is, it is this letter's own, and others are written
            raise MailUnwritable(type(error).__name__) from None  # the text may repeat an address

    def _to_account(self, letter: AccountLetter) -> bytes:
        template = letter.delivery.template
        assert is_of_account(template), "it is of an activity"
        filling = account_values(template, letter.person, self._office)
        subject = f"{filling['state']}: {filling['title']}"
        head = self._head(self._office.reply_to, subject)
        text, page = self._texts[template].render(filling), self._pages[template].render(filling)
        return CachedTemplate.of(head, text, page, None).filled(NOBODY)

    def _own_headers(self, letter: AnyLetter, name: str) -> bytes:
        return b"".join(
            (
                mailbox_line("To", letter.person.email, name),
                text_line("Date", format_datetime(self._now())),
                text_line("Message-ID", self.message_id(letter)),
                text_line(DELIVERY_HEADER, letter.delivery.id),
            )
        )

    def _make_template(self, kind: Kind) -> CachedTemplate:
        office, activity, template = self._office, kind.activity, kind.template
        reply_to = activity.reply_to or office.reply_to
        filling = values(kind, office.name, reply_to, self._links)
        head = self._head(reply_to, f"{WORDINGS[template].state}: {activity.title}")
        text, page = self._texts[template].render(filling), self._pages[template].render(filling)
        method = METHODS.get(template)
        if method is None or kind.over or (POLICIES[template].by_standing and not kind.seated):
            return CachedTemplate.of(head, text, page, None)
        fell_away = removed(kind.earlier, activity) if kind.earlier else ()
        calendar = calendar_of(activity, REGISTRATION, reply_to, STAMPED, method, fell_away)
        return CachedTemplate.of(head, text, page, calendar.decode(), method)

    def _head(self, reply_to: str, subject: str) -> bytes:
        sender = self._office.sender
        return b"".join(
            (
                mailbox_line("From", sender.address, sender.name),
                mailbox_line("Reply-To", reply_to),
                text_line("Subject", subject),
                text_line("Auto-Submitted", "auto-generated"),
            )
        )

    def message_id(self, letter: AnyLetter) -> str:
        """The same for every attempt, so that a mail client shows a repeated one once."""
        digest = hashlib.sha256(letter.delivery.id.encode()).hexdigest()[:32]
        return f"<{digest}@{self._office.sender.address.rpartition('@')[2]}>"
