"""What mails to somebody of the staff say."""

from datetime import datetime
from typing import Final

from services.notification.kernel.letters import Draft, Letter, Words, mark
from shared.contracts.directory import AccountEntry
from shared.links import Links
from shared.office import Office
from shared.words import moment

LINK, NAME = mark("Tautan"), mark("Nama")
PREVIEWS: Final = {"account": "Buat akun Anda dalam 72 jam"}


def draft(letter: Letter, links: Links) -> Draft:
    account: AccountEntry = letter.recipient
    return Draft(account.until, {LINK: account.link, NAME: account.name or "petugas"})


def words(template: str, until: datetime, office: Office, links: Links) -> Words:
    values = {
        "name": NAME,
        "until": moment(until, office.zone),
        "preview": PREVIEWS[template],
        "page_link": LINK,
    }
    return Words(f"Ruang kerja {office.name}", office.reply_to, values)
