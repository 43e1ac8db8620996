"""Mails of own pages: the link that somebody asked for."""

from pathlib import Path
from typing import Final

from services.notification.features.own_page.domain.rules import TEMPLATES, decide, owe
from services.notification.features.own_page.examples import examples
from services.notification.features.own_page.wording import draft, words
from services.notification.kernel.mail_feature import EntryRule, MailFeature
from shared.contracts.directory import OwnPageEntry, own_page_key

OWN_PAGE: Final = MailFeature(
    name="own_page",
    templates=TEMPLATES,
    folder=Path(__file__).with_name("templates"),
    draft=draft,
    words=words,
    entries={
        "s:": EntryRule(
            OwnPageEntry,
            lambda entry: own_page_key(entry.page),
            owe=owe,
            templates=frozenset(TEMPLATES),
        )
    },
    decide=decide,
    examples=examples,
)
