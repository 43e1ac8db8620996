"""The mails of the toy feature: who takes part hears that a survey is open."""

from datetime import timedelta
from pathlib import Path
from typing import Final

from services.notification.features import FEATURES
from services.notification.features.gatherings.domain.lists import rev_of_activity, rev_of_registration
from services.notification.kernel.deliveries import Delivery
from services.notification.kernel.letters import Draft, Letter, Words, mark
from services.notification.kernel.mail_feature import MailFeature
from services.notification.kernel.mail_template import BLUE, MailTemplate
from services.notification.kernel.rules import FoldedRows, MailRule, Owed
from shared.contracts.directory import ActivityEntry
from shared.contracts.facts import Stated
from shared.links import Links
from shared.office import Office
from tests.toy.surveys import SurveyOpened

OPENED: Final = "survey-opened"
NAME: Final = mark("Nama")


def owe(rows: FoldedRows, stated: Stated, body: SurveyOpened) -> Owed:
    needs = rev_of_registration(rows, body.registration), rev_of_activity(rows, body.activity)
    return [
        Delivery(stated.id, OPENED, body.activity, body.registration, stated.partition, stated.at, *needs)
    ]


def draft(letter: Letter, links: Links) -> Draft:
    return Draft(letter.activity, {NAME: letter.recipient.name}, letter.recipient.name)


def words(template: str, activity: ActivityEntry, office: Office, links: Links) -> Words:
    link = links.to_activity(activity.activity)
    values = {"name": NAME, "preview": "Mohon isi survei kegiatan ini.", "page_link": link}
    return Words(activity.title, office.reply_to, values)


SURVEY_MAILS: Final = MailFeature(
    name="surveys",
    templates={OPENED: MailTemplate("Survei dibuka", BLUE, timedelta(days=7), resend_if_ambiguous=False)},
    folder=Path(__file__).with_name("mails"),
    draft=draft,
    words=words,
    rules={SurveyOpened: MailRule(owe, frozenset({OPENED}))},
)
ALL_AND_SURVEY_MAILS: Final = (*FEATURES, SURVEY_MAILS)
