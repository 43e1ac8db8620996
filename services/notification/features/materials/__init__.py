"""Mails of materials: who is confirmed hears of what they are to read."""

from pathlib import Path
from typing import Final

from services.notification.features.materials.domain.rules import RULES, TEMPLATES, decide
from services.notification.features.materials.examples import examples
from services.notification.features.materials.looking_up import look_up
from services.notification.features.materials.recipients import recipients
from services.notification.features.materials.wording import draft, words
from services.notification.kernel.mail_feature import EntryRule, MailFeature
from shared.contracts.directory import MaterialEntry, material_key

MATERIALS: Final = MailFeature(
    name="materials",
    templates=TEMPLATES,
    folder=Path(__file__).with_name("templates"),
    draft=draft,
    words=words,
    rules=RULES,
    entries={
        "material:": EntryRule(MaterialEntry, lambda entry: material_key(entry.activity, entry.material))
    },
    recipients=recipients,
    look_up=look_up,
    decide=decide,
    examples=examples,
)
