"""Mails to people with a part in an activity: that they have it, what changes, and that it is called off."""

from pathlib import Path
from typing import Final

from services.notification.features.parts.domain.decision import decide
from services.notification.features.parts.domain.rules import PARTS as ROWS
from services.notification.features.parts.domain.rules import RULES, TEMPLATES, ActivityParts, of_fact
from services.notification.features.parts.examples import examples
from services.notification.features.parts.looking_up import look_up, recipients
from services.notification.features.parts.wording import draft, words
from services.notification.kernel.mail_feature import EntryRule, MailFeature, RowRule
from shared.contracts.directory import PartEntry, part_key

PARTS: Final = MailFeature(
    name="parts",
    templates=TEMPLATES,
    folder=Path(__file__).with_name("templates"),
    draft=draft,
    words=words,
    rules=RULES,
    entries={"k:": EntryRule(PartEntry, lambda entry: part_key(entry.part))},
    rows={
        ROWS: RowRule(
            of_fact,
            ActivityParts.document,
            ActivityParts.of,
        )
    },
    recipients=recipients,
    look_up=look_up,
    decide=decide,
    examples=examples,
)
