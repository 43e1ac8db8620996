"""What mails to somebody of the staff say."""

from typing import Any, Final

from services.notification.features.gatherings.domain.policies import AccountTemplate
from services.notification.features.gatherings.wording import BLUE, Wording
from shared.contracts.directory import AccountEntry
from shared.office import Office
from shared.words import moment

ACCOUNT_WORDINGS: Final[dict[AccountTemplate, Wording]] = {"account": Wording("Undangan akun", BLUE)}


def account_values(template: AccountTemplate, person: AccountEntry, office: Office) -> dict[str, Any]:
    """What the looks of such a mail are filled with."""
    wording = ACCOUNT_WORDINGS[template]
    return {
        "office": office.name,
        "name": person.name or "petugas",
        "title": f"Ruang kerja {office.name}",
        "until": moment(person.until, office.zone),
        "sessions": (),
        "series": False,
        "host": None,
        "reply_to": office.reply_to,
        "state": wording.state,
        "tone": wording.tone,
        "preview": "Buat akun Anda dalam 72 jam",
        "page_link": person.link,
        "cancel_link": None,
    }
