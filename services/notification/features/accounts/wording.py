"""What mails to somebody of the staff say."""

from datetime import datetime
from typing import Final

from services.notification.kernel.letters import Draft, Letter, Words, mark
from shared.contracts.directory import AccountEntry, SignInNews
from shared.links import Links
from shared.office import Office
from shared.words import moment

LINK, NAME = mark("Tautan"), mark("Nama")
PREVIEWS: Final = {
    "account": "Buat akun Anda dalam 72 jam",
    "sign-in": "Bukan Anda? Keluarkan perangkatnya, dan beri tahu admin balai",
}
Kind = tuple[datetime, tuple[SignInNews, ...]]
"""Until when, and what news."""


def draft(letter: Letter, links: Links) -> Draft:
    account: AccountEntry = letter.recipient
    return Draft((account.until, account.news), {LINK: account.link, NAME: account.name or "petugas"})


def words(template: str, kind: Kind, office: Office, links: Links) -> Words:
    until, news = kind
    values = {
        "name": NAME,
        "until": moment(until, office.zone),
        "news": [(one.kind, one.device, moment(one.at, office.zone)) for one in news],
        "preview": PREVIEWS[template],
        "page_link": LINK,
    }
    return Words(f"Ruang kerja {office.name}", office.reply_to, values)
