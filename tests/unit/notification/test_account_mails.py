"""The mail to somebody of the staff: what it says, and when it is worth sending."""

import email
import email.policy
from datetime import UTC, datetime, timedelta

import pytest

from services.notification.channels.letterhead import Letterhead
from services.notification.features.accounts.domain.rules import owe
from services.notification.kernel.letters import Letter
from services.notification.kernel.send_decision import AllowedRecipients, decide_sending
from services.notification.kernel.verdicts import ERASED, DeliveryContext, EndDelivery, Send, Verdict, Wait
from shared.contracts.directory import AccountEntry, SignInNews
from shared.links import Links
from tests.support.features import MAILS
from tests.support.office import LINK_KEYS, PUBLIC_URL, office_file

NOW = datetime(2024, 3, 1, 1, tzinfo=UTC)
LINK = f"{PUBLIC_URL}/staf/undangan/rahasia"
ENTRY = AccountEntry(
    rev=2,
    account="u:abc",
    email="wayan@balai.example",
    cause="sebab1",
    at=NOW,
    link=LINK,
    until=NOW + timedelta(hours=72),
)
DELIVERY = owe(ENTRY, 3)
ALL = AllowedRecipients()


def test_it_is_owed_once_for_its_cause() -> None:
    assert DELIVERY.id == "sebab1:account:u:abc:-"
    assert owe(ENTRY, 3) == DELIVERY


@pytest.mark.parametrize(
    ("person", "at", "allowed", "verdict"),
    [
        (ENTRY, NOW, ALL, Send()),
        (None, NOW, ALL, Wait(missing=True)),
        (ERASED, NOW, ALL, EndDelivery("withdrawn", "erased")),
        (ENTRY.model_copy(update={"rev": 1}), NOW, ALL, Wait(missing=False)),
        (ENTRY.model_copy(update={"rev": 3}), NOW, ALL, EndDelivery("withdrawn", "merged")),
        (ENTRY.model_copy(update={"until": NOW}), NOW, ALL, EndDelivery("expired", "shelf_life")),
        (ENTRY, NOW + timedelta(days=4), ALL, EndDelivery("expired", "shelf_life")),
        (ENTRY, NOW, AllowedRecipients.of("@lain.example"), EndDelivery("withdrawn", "held_back")),
    ],
)
def test_a_link_that_opens_nothing_is_not_sent(
    person: AccountEntry | None, at: datetime, allowed: AllowedRecipients, verdict: Verdict
) -> None:
    assert (
        decide_sending(MAILS, DELIVERY, DeliveryContext(person), at, allowed, lost_attempt=False) == verdict
    )


NEWS = ENTRY.model_copy(
    update={
        "link": f"{PUBLIC_URL}/staf/perangkat",
        "news": (
            SignInNews(kind="new_device", at=NOW, device="<Firefox> di Linux"),
            SignInNews(kind="locked", at=NOW + timedelta(minutes=9)),
        ),
    }
)


def test_news_of_signing_in_is_a_mail_of_its_own() -> None:
    delivery = owe(NEWS, 3)
    assert delivery.id == "sebab1:sign-in:u:abc:-"
    assert decide_sending(MAILS, delivery, DeliveryContext(NEWS), NOW, ALL, lost_attempt=False) == Send()
    letterhead = Letterhead(office_file("bali"), Links(PUBLIC_URL, LINK_KEYS), MAILS, now=lambda: NOW)
    mail = email.message_from_bytes(letterhead.write(Letter(delivery, NEWS)), policy=email.policy.default)
    assert mail["Subject"] == "Masuk ke akun Anda: Ruang kerja BGP bali"
    for kind, device in (("plain", "<Firefox> di Linux"), ("html", "&lt;Firefox&gt; di Linux")):
        part = mail.get_body((kind,))
        assert part is not None
        text = " ".join(part.get_content().split())
        for said in (
            device,
            "Jumat, 1 Maret 2024, pukul 09.00 WITA",
            "dikunci sebentar",
            "pukul 09.09 WITA",
            "Bukan Anda?",
            NEWS.link,
        ):
            assert said in text, said
        assert "diundang" not in text
        assert "Buat akun" not in text


def test_it_says_what_to_do_in_text_and_page() -> None:
    office = office_file("bali")
    letterhead = Letterhead(office, Links(PUBLIC_URL, LINK_KEYS), MAILS, now=lambda: NOW)
    mail = email.message_from_bytes(letterhead.write(Letter(DELIVERY, ENTRY)), policy=email.policy.default)
    assert mail["To"] == "wayan@balai.example"
    assert mail["Subject"] == "Undangan akun: Ruang kerja BGP bali"
    assert mail["X-Simpul-Delivery"] == DELIVERY.id
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        assert part is not None
        text = " ".join(part.get_content().split())
        assert LINK in text
        assert "Senin, 4 Maret 2024, pukul 09.00 WITA" in text
        assert "Buat akun" in text
        assert "Waktu" not in text
