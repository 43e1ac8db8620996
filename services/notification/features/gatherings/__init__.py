"""Mails of gatherings: participants hear of their registration, of the activity, and of its sessions."""

from pathlib import Path
from typing import Final

from services.notification.features.gatherings.domain.decision import decide
from services.notification.features.gatherings.domain.policies import TEMPLATES
from services.notification.features.gatherings.domain.rules import RULES
from services.notification.features.gatherings.entries import ENTRIES, ROWS
from services.notification.features.gatherings.examples import examples
from services.notification.features.gatherings.looking_up import look_up
from services.notification.features.gatherings.recipients import recipients
from services.notification.features.gatherings.writing import draft, words
from services.notification.kernel.mail_feature import MailFeature

GATHERINGS: Final = MailFeature(
    name="gatherings",
    templates=TEMPLATES,
    folder=Path(__file__).with_name("templates"),
    draft=draft,
    words=words,
    rules=RULES,
    entries=ENTRIES,
    rows=ROWS,
    recipients=recipients,
    look_up=look_up,
    decide=decide,
    examples=examples,
)
