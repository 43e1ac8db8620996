"""Mails read back by a parser, as a mail client would."""

import email
import email.policy
from dataclasses import replace
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

from services.notification.channels.letterhead import Letterhead, MailUnwritable
from services.notification.channels.smtp import SmtpServer
from services.notification.features.gatherings.domain.decision import ActivityNews
from services.notification.features.gatherings.domain.policies import TEMPLATES, TO_THE_INVITED
from services.notification.features.gatherings.wording import Kind
from services.notification.features.gatherings.writing import METHODS
from services.notification.kernel.deliveries import Delivery
from services.notification.kernel.letters import Letter
from shared.contracts.activity import Session
from shared.contracts.directory import ActivityEntry, InvitationEntry, RegistrationEntry
from shared.links import Links
from shared.office import read_office
from shared.words import span
from tests.support.features import MAILS

ID = "b" * 29
DUE = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
LINKS = Links("https://daftar.bali.example", f"k1:{'5' * 64}")
STATIONERY = Letterhead(read_office(Path("offices/bali.yaml"), "bali"), LINKS, MAILS, now=lambda: DUE)


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


def letter(template: str = "confirmed", name: str = "Ni Made Contoh", **more: object) -> Letter:
    details = {"rev": 4, "activity": "rakor", "title": "Rapat Koordinasi", "sessions": sessions(3)} | more
    delivery = Delivery("bali-3-17", template, "rakor", ID, 3, DUE, 1, 1, place=7)
    if template == "reminder":
        delivery = replace(delivery, occasion="hari-1.4", until=sessions(1)[0].starts)
    recipient: RegistrationEntry | InvitationEntry = RegistrationEntry(
        rev=1, registration=ID, activity="rakor", name=name, email="made@peserta.example"
    )
    if template in TO_THE_INVITED:
        recipient = InvitationEntry(
            rev=1,
            invitation=ID,
            activity="rakor",
            name=name,
            email="made@peserta.example",
            seats=3,
            until=DUE + timedelta(days=2),
        )
    return Letter(
        delivery,
        recipient,
        ActivityEntry.model_validate(details),
        ActivityNews(seated=True),
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


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_headers_are_exactly_as_meant(template: str) -> None:
    mail = read_back(letter(template))
    assert mail["From"] == "BGP Provinsi Bali <kegiatan@bgp-bali.example>"
    assert mail["To"] == "Ni Made Contoh <made@peserta.example>"
    assert mail["Reply-To"] == "panitia@bgp-bali.example"
    assert mail["Subject"] == f"{TEMPLATES[template].state}: Rapat Koordinasi"
    occasion = "hari-1.4" if template == "reminder" else "-"
    assert mail["X-Simpul-Delivery"] == f"bali-3-17:{template}:{ID}:{occasion}"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == read_back(letter(template))["Message-ID"]


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_text_and_page_say_when_and_where_in_the_activitys_zone(template: str) -> None:
    mail = read_back(letter(template))
    page = Words()
    page.feed(body(mail, "html"))
    for text in (" ".join(body(mail, "plain").split()), " ".join(page.words)):
        assert "Yth. Bapak/Ibu Ni Made Contoh," in text
        assert "Kamis, 11 Januari 2024, pukul 08.00–16.30 WITA" in text
        assert "Plagoo Holiday Hotel, Kuta Selatan" in text
        assert text.startswith(("BGP Provinsi Bali", f"{TEMPLATES[template].state}: Rapat Koordinasi"))


def test_the_activitys_own_reply_address_and_reason_are_used() -> None:
    mail = read_back(letter("activity-cancelled", reply_to="rakor@panitia.example", reason="Hujan lebat."))
    assert mail["Reply-To"] == "rakor@panitia.example"
    assert "Alasan: Hujan lebat." in body(mail, "plain")


def calendar(written: Letter) -> icalendar.Calendar:
    (attached,) = read_back(written).iter_attachments()
    assert attached.get_content_type() == "text/calendar"
    content = icalendar.Calendar.from_ical(cast(str, cast(EmailMessage, attached).get_content()))
    assert attached["Content-Type"].params["method"] == content["METHOD"]
    return cast(icalendar.Calendar, content)


def test_the_calendar_has_every_session_in_its_zone_with_a_lasting_id() -> None:
    noted = calendar(letter("promoted"))
    events = noted.walk("VEVENT")
    assert noted["METHOD"] == "PUBLISH"
    assert [str(event["UID"]) for event in events] == [f"{ID}-hari-{day}@simpul" for day in (1, 2, 3)]
    assert [str(zone["TZID"]) for zone in noted.walk("VTIMEZONE")] == ["Asia/Makassar"]
    assert events[0]["DTSTART"].params["TZID"] == "Asia/Makassar"
    assert events[0].decoded("DTSTART").isoformat() == "2024-01-11T08:00:00+08:00"
    assert events[0]["SEQUENCE"] == 4
    assert "STATUS" not in events[0]


def test_a_change_replaces_what_was_noted_and_takes_back_what_fell_away() -> None:
    first, second = sessions(2)
    moved = second.model_copy(update={"starts": second.starts + timedelta(hours=1)})
    written = letter("activity-changed", rev=9, sessions=(moved,))
    earlier = letter(sessions=(first, second)).activity
    after = calendar(replace(written, news=ActivityNews(earlier, seated=True)))
    seen = {str(event["UID"]): event for event in after.walk("VEVENT")}
    assert after["METHOD"] == "PUBLISH"
    assert seen.keys() == {f"{ID}-hari-1@simpul", f"{ID}-hari-2@simpul"}
    assert seen[f"{ID}-hari-2@simpul"].decoded("DTSTART").isoformat() == "2024-01-12T09:00:00+08:00"
    assert "STATUS" not in seen[f"{ID}-hari-2@simpul"]
    assert seen[f"{ID}-hari-1@simpul"]["STATUS"] == "CANCELLED"
    assert {event["SEQUENCE"] for event in seen.values()} == {9}


@pytest.mark.parametrize(("template", "cancelled"), [("cancelled", False), ("activity-cancelled", True)])
def test_who_had_a_seat_gets_it_taken_out_of_the_calendar(template: str, cancelled: bool) -> None:
    noted = calendar(letter("confirmed", rev=4))
    gone = calendar(letter(template, rev=5 if cancelled else 4, cancelled=cancelled))
    assert gone["METHOD"] == "CANCEL"
    for before, after in zip(noted.walk("VEVENT"), gone.walk("VEVENT"), strict=True):
        assert after["UID"] == before["UID"]
        assert after["STATUS"] == "CANCELLED"
        assert after["SEQUENCE"] == before["SEQUENCE"] + 1
        assert str(after["ORGANIZER"]) == str(before["ORGANIZER"])


@pytest.mark.parametrize("template", ["waitlisted", "cancelled", "activity-changed", "activity-cancelled"])
def test_who_never_had_a_seat_gets_no_calendar(template: str) -> None:
    mail = read_back(replace(letter(template), news=ActivityNews()))
    assert list(mail.iter_attachments()) == []
    assert "kegiatan.ics" not in body(mail, "plain") + body(mail, "html")


@pytest.mark.parametrize("template", sorted(METHODS.keys() | {"waitlisted"}))
def test_once_the_activity_is_over_no_mail_invites_or_has_a_calendar(template: str) -> None:
    mail = read_back(replace(letter(template), news=ActivityNews(seated=True, over=True)))
    assert list(mail.iter_attachments()) == []
    for said in (body(mail, "plain"), body(mail, "html")):
        for words in ("hadir sesuai", "kegiatan.ics", "/batal/", "Begitu ada tempat", "jangan datang"):
            assert words not in said
        assert "sudah selesai" in said or "jadwalnya lewat" in said


WITH_A_WAY_OUT = {"confirmed", "waitlisted", "submitted", "promoted", "reminder", "activity-changed"}


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_who_may_still_cancel_finds_their_own_link_and_all_find_the_page(template: str) -> None:
    mail = read_back(letter(template))
    page = Anchors()
    page.feed(body(mail, "html"))
    text = body(mail, "plain").split()
    for found in (page.found, text):
        assert "https://daftar.bali.example/kegiatan/rakor" in found
        (own,) = [link for link in found if "/batal/" in link] or [None]
        assert (own is not None) == (template in WITH_A_WAY_OUT)
        if own:
            assert LINKS.registration(own.rpartition("/")[2]) == ID


@pytest.mark.parametrize("template", sorted(TO_THE_INVITED))
def test_who_is_invited_finds_the_link_to_answer_and_until_when(template: str) -> None:
    mail = read_back(letter(template))
    (own,) = [link for link in body(mail, "plain").split() if "/undangan/" in link]
    assert LINKS.invitation(own.rpartition("/")[2]) == ID
    assert "Kamis, 4 Januari 2024, pukul 11.04 WITA" in " ".join(body(mail, "plain").split())


class Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_a_page_loads_nothing_and_stays_small(template: str) -> None:
    page = body(read_back(letter(template)), "html")
    words = Words()
    words.feed(page)
    assert not {"img", "link", "script", "iframe", "base"} & set(words.tags)
    assert "url(" not in page
    assert "@import" not in page
    assert "prefers-color-scheme: dark" in page
    assert len(page.encode()) < 30_000


def said(written: Letter) -> list[str]:
    """The mail's text and its page, as words alone."""
    mail, page = read_back(written), Words()
    page.feed(body(mail, "html"))
    return [" ".join(body(mail, "plain").split()), " ".join(page.words)]


def test_what_changed_is_told_first_old_and_new() -> None:
    first, second = sessions(2)
    now = letter("activity-changed", title="Rakor")
    moved = first.model_copy(update={"place": "Aula Lama", "starts": first.starts - timedelta(hours=1)})
    earlier = letter(title="Rapat", sessions=(moved, second)).activity
    for text in said(replace(now, news=ActivityNews(earlier, seated=True))):
        for words in (
            "Nama kegiatan Semula",
            "Menjadi",
            "Hari ke-1 – waktu",
            "Kamis, 11 Januari 2024, pukul 07.00–16.30 WITA",
            "Aula Lama",
            "Sesi tambahan: Hari ke-3",
        ):
            assert words in text.replace("Semula:", "Semula"), words
        assert text.index("Aula Lama") < text.index("Jadwal selengkapnya")
        assert "Hari ke-2 – tempat" not in text
    for text in said(replace(now, news=ActivityNews(None, seated=True))):
        assert "Rincian kegiatan ini diperbarui." in text
    for text in said(replace(now, news=ActivityNews(earlier))):
        assert "Anda masih di daftar tunggu." in text
        assert "Keluar dari daftar tunggu" in text


def test_only_who_has_a_seat_is_told_the_link_of_a_meeting() -> None:
    (one,) = sessions(1)
    online = (one.model_copy(update={"place": None, "link": "https://rapat.example/rahasia"}),)
    moved = (one.model_copy(update={"place": None, "link": "https://rapat.example/lama"}),)
    earlier = letter(sessions=moved).activity
    for template in TEMPLATES:
        for seated in (True, False):
            written = replace(letter(template, sessions=online), news=ActivityNews(earlier, seated=seated))
            invited = template in ("confirmed", "promoted", "reminder")
            invited |= template == "activity-changed" and seated
            for text in said(written):
                assert ("rahasia" in text) == invited, (template, seated)
                assert invited or "rapat.example" not in text, (template, seated)
                assert invited or "Daring" in text, (template, seated)


def test_a_reminder_names_its_session_and_leaves_out_those_before() -> None:
    reminder = letter("reminder")
    second = sessions(2)[1]
    delivery = replace(reminder.delivery, occasion="hari-2.4", until=second.starts)
    for text in said(replace(reminder, delivery=delivery)):
        assert "“Hari ke-2” akan dimulai pada Jumat, 12 Januari 2024, pukul 08.00 WITA." in text
        assert "Hari ke-1" not in text
        assert "Hari ke-3" in text


ODD_NAMES = [
    'I Gusti, "Ngurah" <guru@lain.example>',
    "Guru 📚 Ñusa",
    "\u0645\u062d\u0645\u062f Contoh",  # right to left
    "\u202emoc.elpmaxe\u202c Contoh",  # turns the direction around
    "=?utf-8?q?Bcc=3A_x=40y.example?=",
    "A" * 200,
]


@pytest.mark.parametrize("template", sorted(TEMPLATES))
@pytest.mark.parametrize("name", ODD_NAMES, ids=range(len(ODD_NAMES)))
def test_odd_names_come_back_as_they_were_typed(template: str, name: str) -> None:
    written = letter(template, name=name)
    mail = read_back(written)
    assert sorted(mail.keys()) == sorted(read_back(letter(template)).keys())
    (to,) = mail["To"].addresses
    assert to.addr_spec == "made@peserta.example"
    assert to.display_name == name
    for text in said(written):
        assert f"Yth. Bapak/Ibu {name}," in text
    assert not mail.defects


ODD_TITLES = [
    "=?utf-8?q?a=0D=0ABcc:_x@y.example=0D=0A=0D=0Aisi?=",
    "Kelas =?utf-8?q?coba?= dan lainnya",
    "Kata " * 39 + "é",
]


@pytest.mark.parametrize("title", ODD_TITLES, ids=range(len(ODD_TITLES)))
def test_a_title_is_the_literal_subject(title: str) -> None:
    mail = read_back(letter(title=title))
    assert mail["Subject"] == f"Terkonfirmasi: {title}"
    assert sorted(mail.keys()) == sorted(read_back(letter()).keys())
    assert title.split()[0] in body(mail, "plain")


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
        assert " ".join(f"Yth. Bapak/Ibu {written.recipient.name},".split()) in " ".join(text.split())


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
    content = STATIONERY.write(Letter(delivery, long.recipient, long.activity))
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


def test_whatever_a_letter_cannot_be_written_for_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(written: Letter) -> Kind:
        raise OverflowError("date value out of range")

    monkeypatch.setattr(Kind, "of", breaks)
    with pytest.raises(MailUnwritable, match=r"^OverflowError$"):
        STATIONERY.write(letter())
