"""Mails read back by a parser, as a mail client would."""

import email
import email.policy
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import cast

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.notification.adapters.rendering import WORDINGS, Stationery
from services.notification.adapters.smtp import SmtpServer
from services.notification.application.ports import Letter
from services.notification.domain.deliveries import Delivery
from services.notification.domain.templates import POLICIES, Template
from shared.contracts.activity import Session
from shared.contracts.directory import ActivityEntry, RegistrationEntry
from shared.office import read_office
from shared.words import span

ID = "b" * 29
DUE = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
STATIONERY = Stationery(read_office(Path("offices/bali.yaml"), "bali"), now=lambda: DUE)


def sessions(count: int) -> tuple[Session, ...]:
    first = datetime(2024, 1, 11, 0, 0, tzinfo=UTC)
    return tuple(
        Session(
            id=f"hari-{day + 1}",
            title=f"Hari ke-{day + 1}",
            starts=first + timedelta(days=day),
            ends=first + timedelta(days=day, hours=8, minutes=30),
            zone="WITA",
            place="Plagoo Holiday Hotel, Kuta Selatan",
            jp=8,
        )
        for day in range(count)
    )


def letter(template: Template = "confirmed", name: str = "Ni Made Contoh", **more: object) -> Letter:
    details = {"rev": 4, "activity": "rakor", "title": "Rapat Koordinasi", "sessions": sessions(3)} | more
    return Letter(
        Delivery("bali-3-17", template, "rakor", ID, 3, DUE, 1, 1, place=7),
        RegistrationEntry(rev=1, registration=ID, activity="rakor", name=name, email="made@peserta.example"),
        ActivityEntry.model_validate(details),
    )


def read_back(written: Letter) -> EmailMessage:
    content = STATIONERY.write(written)
    return cast(EmailMessage, email.message_from_bytes(content, policy=email.policy.default))


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(cast(EmailMessage, part).get_content())


class Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def test_every_template_has_a_policy_and_a_wording() -> None:
    assert WORDINGS.keys() == POLICIES.keys()


@pytest.mark.parametrize("template", sorted(WORDINGS))
def test_headers_are_exactly_as_meant(template: Template) -> None:
    mail = read_back(letter(template))
    assert mail["From"] == "BGP Provinsi Bali <kegiatan@bgp-bali.example>"
    assert mail["To"] == "Ni Made Contoh <made@peserta.example>"
    assert mail["Reply-To"] == "panitia@bgp-bali.example"
    assert mail["Subject"] == f"{WORDINGS[template].state}: Rapat Koordinasi"
    assert mail["X-Simpul-Delivery"] == f"bali-3-17:{template}:{ID}:-"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == read_back(letter(template))["Message-ID"]


@pytest.mark.parametrize("template", sorted(WORDINGS))
def test_text_and_page_say_when_and_where_in_the_activitys_zone(template: Template) -> None:
    mail = read_back(letter(template))
    page = Words()
    page.feed(body(mail, "html"))
    for text in (" ".join(body(mail, "plain").split()), " ".join(page.words)):
        assert "Yth. Bapak/Ibu Ni Made Contoh," in text
        assert "Kamis, 11 Januari 2024, pukul 08.00–16.30 WITA" in text
        assert "Plagoo Holiday Hotel, Kuta Selatan" in text
        assert text.startswith(("BGP Provinsi Bali", f"{WORDINGS[template].state}: Rapat Koordinasi"))


def test_the_activitys_own_reply_address_and_reason_are_used() -> None:
    mail = read_back(letter("activity-cancelled", reply_to="rakor@panitia.example", reason="Hujan lebat."))
    assert mail["Reply-To"] == "rakor@panitia.example"
    assert "Alasan: Hujan lebat." in body(mail, "plain")


def test_the_calendar_has_every_session_in_its_zone_with_a_lasting_id() -> None:
    mail = read_back(letter("promoted"))
    (attached,) = mail.iter_attachments()
    assert attached.get_content_type() == "text/calendar"
    calendar = icalendar.Calendar.from_ical(cast(str, cast(EmailMessage, attached).get_content()))
    events = calendar.walk("VEVENT")
    assert [str(event["UID"]) for event in events] == [f"{ID}-hari-{day}@simpul" for day in (1, 2, 3)]
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Asia/Makassar"]
    assert events[0]["DTSTART"].params["TZID"] == "Asia/Makassar"
    assert events[0].decoded("DTSTART").isoformat() == "2024-01-11T08:00:00+08:00"
    assert events[0]["SEQUENCE"] == 4


@pytest.mark.parametrize("template", ["waitlisted", "cancelled", "activity-cancelled"])
def test_who_has_no_seat_gets_no_calendar(template: Template) -> None:
    assert list(read_back(letter(template)).iter_attachments()) == []


def test_markup_in_names_stays_text() -> None:
    mail = read_back(letter(name="<script>alert(1)</script> {{ 7*7 }}"))
    page = Words()
    page.feed(body(mail, "html"))
    assert "script" not in page.tags
    assert "<script>alert(1)</script>" in page.words
    assert "{{" in page.words


@pytest.mark.parametrize("name", ["A\r\nBcc: x@y.example", "A\nB", "A\x00B", "A\u2028B"])
def test_a_name_with_a_line_end_never_gets_as_far_as_a_mail(name: str) -> None:
    with pytest.raises(ValidationError):
        letter(name=name)


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=200)


@given(name=TEXTS, title=TEXTS)
def test_whatever_a_name_or_title_holds_no_header_is_added(name: str, title: str) -> None:
    try:
        written = letter(name=name, title=title)
    except ValidationError:
        return
    mail = read_back(written)
    assert sorted(mail.keys()) == sorted(read_back(letter()).keys())
    assert [address.addr_spec for address in mail["To"].addresses] == ["made@peserta.example"]
    assert mail["X-Simpul-Delivery"] == f"bali-3-17:confirmed:{ID}:-"
    words = Words()
    words.feed(body(mail, "html"))
    for text in (body(mail, "plain"), " ".join(words.words)):
        assert " ".join(f"Yth. Bapak/Ibu {written.person.name},".split()) in " ".join(text.split())


@given(name=TEXTS, title=TEXTS)
def test_no_line_of_a_mail_is_longer_than_servers_take(name: str, title: str) -> None:
    try:
        content = STATIONERY.write(letter(name=name, title=title))
    except ValidationError:
        return
    lines = content.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines)) <= 998  # RFC 5322, 2.1.1
    assert content.isascii()


def test_each_person_has_their_own_parts_in_a_mail_written_once() -> None:
    details = letter().activity
    names = {"a": "Ni Made Contoh", "b": "I Ketut <Uji> & Putra", "c": "📚 Guru"}
    for number, (letter_of, name) in enumerate(names.items()):
        registration = letter_of * 29
        person = RegistrationEntry(
            rev=1, registration=registration, activity="rakor", name=name, email=f"p{number}@peserta.example"
        )
        due = DUE + timedelta(hours=number)
        mail = read_back(
            Letter(Delivery("bali-3-17", "promoted", "rakor", registration, 3, due, 1, 1), person, details)
        )
        (attached,) = mail.iter_attachments()
        event = icalendar.Calendar.from_ical(cast(str, cast(EmailMessage, attached).get_content())).walk(
            "VEVENT"
        )[0]
        assert str(event["UID"]) == f"{registration}-hari-1@simpul"
        assert event.decoded("DTSTAMP") == due
        assert f"Yth. Bapak/Ibu {name}," in body(mail, "plain")


def test_a_long_delivery_id_stays_whole() -> None:
    long = letter()
    delivery = Delivery("a" * 20 + "-5-" + "9" * 15, "activity-cancelled", "r", ID, 5, DUE, 1, 1)
    content = STATIONERY.write(Letter(delivery, long.person, long.activity))
    assert f"X-Simpul-Delivery: {delivery.id}\r\n".encode() in content


def test_a_plain_subject_stays_on_the_line_of_its_name() -> None:
    content = STATIONERY.write(letter(title="Diskusi Terpumpun Penulisan Praktik Baik Sekolah Penggerak"))
    assert b"\r\nSubject: Terkonfirmasi: Diskusi Terpumpun" in content


def test_a_session_within_one_minute_says_it_once() -> None:
    starts = datetime(2024, 1, 11, 0, 0, tzinfo=UTC)
    short = sessions(1)[0].model_copy(update={"starts": starts, "ends": starts + timedelta(seconds=3)})
    assert span(short) == "Kamis, 11 Januari 2024, pukul 08.00 WITA"


def test_smtp_urls_say_how_to_connect() -> None:
    assert SmtpServer.of("smtp://mail.example:25?starttls=always") == SmtpServer(
        "mail.example", 25, starttls=True
    )
    assert SmtpServer.of("smtps://surat:r%40hasia@mail.example") == SmtpServer(
        "mail.example", 465, "surat", "r@hasia", tls=True, starttls=False
    )
    with pytest.raises(ValueError, match="SIMPUL_SMTP_URL"):
        SmtpServer.of("mail.example:25")
