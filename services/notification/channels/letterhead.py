"""A letter as a mail: what to do first, the details as a table, text and HTML saying the same."""

import hashlib
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from mjml import mjml2html

from services.notification.channels.headers import mailbox_line, text_line
from services.notification.channels.template_cache import CachedTemplate
from services.notification.kernel.letters import Letter
from services.notification.kernel.mail_features import MailFeatures
from shared.links import Links
from shared.office import Office

TEMPLATES = Path(__file__).with_name("templates")
DELIVERY_HEADER: Final = "X-Simpul-Delivery"
CACHED_TEMPLATES: Final = 64  # of some 20 kB


class MailUnwritable(Exception):
    """What the directory holds of this person makes no mail."""


class Letterhead:
    """Writes an office's mails. Pure but for `now`, the mail's Date."""

    def __init__(
        self,
        office: Office,
        links: Links,
        features: MailFeatures,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._office, self._links, self._features, self._now = office, links, features, now
        page = mjml2html((TEMPLATES / "base.mjml").read_text(encoding="utf-8"))
        folders = [TEMPLATES, *(feature.folder for feature in features.features)]
        looks = Environment(
            loader=ChoiceLoader([DictLoader({"base.html": page}), FileSystemLoader(folders)]),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._texts = {name: looks.get_template(f"{name}.txt") for name in features.templates}
        self._pages = {name: looks.get_template(f"{name}.html") for name in features.templates}
        self._cached_template = lru_cache(maxsize=CACHED_TEMPLATES)(self._make_template)

    @property
    def sender(self) -> str:
        """The address that the mails come from."""
        return self._office.sender.address

    def write(self, letter: Letter) -> bytes:
        """The whole mail, with lines as SMTP wants them. Raises `MailUnwritable`."""
        try:
            template = letter.delivery.template
            draft = self._features.owner(template).draft(letter, self._links)
            cached = self._cached_template(template, draft.kind)
            return self._own_headers(letter, draft.name) + cached.filled(draft)
        except Exception as error:  # whatever it is, it is this letter's own, and others are written
            raise MailUnwritable(type(error).__name__) from None  # the text may repeat an address

    def _own_headers(self, letter: Letter, name: str) -> bytes:
        return b"".join(
            (
                mailbox_line("To", letter.recipient.email, name),
                text_line("Date", format_datetime(self._now())),
                text_line("Message-ID", self.message_id(letter)),
                text_line(DELIVERY_HEADER, letter.delivery.id),
            )
        )

    def _make_template(self, name: str, kind: Hashable) -> CachedTemplate:
        template, office = self._features.templates[name], self._office
        words = self._features.owner(name).words(name, kind, office, self._links)
        filling = {
            "office": office.name,
            "state": template.state,
            "tone": template.tone,
            "title": words.title,
            "reply_to": words.reply_to,
            **words.values,
        }
        head = self._head(words.reply_to, f"{template.state}: {words.title}")
        text, page = self._texts[name].render(filling), self._pages[name].render(filling)
        calendar = words.calendar.decode() if words.calendar is not None else None
        return CachedTemplate.of(head, text, page, calendar, words.method)

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

    def message_id(self, letter: Letter) -> str:
        """The same for every attempt, so that a mail client shows a repeated one once."""
        digest = hashlib.sha256(letter.delivery.id.encode()).hexdigest()[:32]
        return f"<{digest}@{self._office.sender.address.rpartition('@')[2]}>"
