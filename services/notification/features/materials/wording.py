"""What the mail of a material says."""

from dataclasses import dataclass
from typing import Final

from services.notification.features.materials.domain.rules import MaterialNews
from services.notification.kernel.letters import Draft, Letter, Words, mark
from shared.contracts.directory import ActivityEntry
from shared.links import Links
from shared.office import Office
from shared.words import moment

LINK, NAME = mark("Tautan"), mark("Nama")
AGAIN: Final = 2


@dataclass(frozen=True, slots=True)
class Kind:
    activity: ActivityEntry
    news: MaterialNews


def draft(letter: Letter, links: Links) -> Draft:
    person = letter.recipient
    assert letter.activity is not None, "it is of one"
    own = {LINK: links.to_materials(person.registration), NAME: person.name}
    return Draft(Kind(letter.activity, letter.news), own, person.name)


def words(template: str, kind: Kind, office: Office, links: Links) -> Words:
    first = min(kind.activity.sessions, key=lambda session: session.starts)
    values = {
        "starts": moment(first.starts, first.zone),
        "name": NAME,
        "material": kind.news.title,
        "version": kind.news.version,
        "again": kind.news.version >= AGAIN,
        "preview": kind.news.title,
        "page_link": LINK,
    }
    return Words(kind.activity.title, kind.activity.reply_to or office.reply_to, values)
