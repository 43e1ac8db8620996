"""What the mail with the link to an own page says."""

from datetime import datetime
from typing import Final

from services.notification.kernel.letters import Draft, Letter, Words, mark
from shared.contracts.directory import OwnPageEntry
from shared.links import Links
from shared.office import Office
from shared.words import moment

LINK, NAME = mark("Tautan"), mark("Nama")
PREVIEW: Final = "Semua pendaftaran Anda di satu halaman"


def draft(letter: Letter, links: Links) -> Draft:
    page: OwnPageEntry = letter.recipient
    return Draft(page.until, {LINK: page.link, NAME: page.name or "peserta"})


def words(template: str, until: datetime, office: Office, links: Links) -> Words:
    values = {"name": NAME, "until": moment(until, office.zone), "preview": PREVIEW, "page_link": LINK}
    return Words(office.name, office.reply_to, values)
