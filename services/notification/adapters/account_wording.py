"""What mails to somebody of the staff say."""

from typing import Any, Final

from services.notification.adapters.wording import AMBER, BLUE, Wording
from services.notification.domain.templates import AccountTemplate
from shared.contracts.directory import AccountEntry
from shared.office import Office
from shared.words import moment

ACCOUNT_WORDINGS: Final[dict[AccountTemplate, Wording]] = {
    "account": Wording("Undangan akun", BLUE),
    "sign-in": Wording("Masuk ke akun Anda", AMBER),
}
PREVIEWS: Final[dict[AccountTemplate, str]] = {
    "account": "Buat akun Anda dalam 72 jam",
    "sign-in": "Bukan Anda? Keluarkan perangkatnya, dan beri tahu admin balai",
}


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
        "news": [(one.kind, one.device, moment(one.at, office.zone)) for one in person.news],
        "preview": PREVIEWS[template],
        "page_link": person.link,
        "cancel_link": None,
    }
