"""Mails of accounts: somebody of the staff is invited, or told of signing in."""

from pathlib import Path
from typing import Final

from services.notification.features.accounts.domain.rules import TEMPLATES, decide, owe
from services.notification.features.accounts.examples import examples
from services.notification.features.accounts.wording import draft, words
from services.notification.kernel.mail_feature import EntryRule, MailFeature
from shared.contracts.directory import AccountEntry

ACCOUNTS: Final = MailFeature(
    name="accounts",
    templates=TEMPLATES,
    folder=Path(__file__).with_name("templates"),
    draft=draft,
    words=words,
    entries={
        "u:": EntryRule(AccountEntry, lambda entry: entry.account, owe=owe, templates=frozenset(TEMPLATES))
    },
    decide=decide,
    examples=examples,
)
