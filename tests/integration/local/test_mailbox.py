import smtplib
import sys
from collections.abc import AsyncIterator
from email.message import EmailMessage

import httpx
import pytest
import pytest_asyncio

from local.machine import accepts, free_port
from local.processes import Processes, until_ready


class Box:
    def __init__(self, smtp: int, http: int) -> None:
        self.smtp = smtp
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{http}")

    def send(self, *mails: EmailMessage) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp) as client:
            for mail in mails:
                client.send_message(mail)


@pytest_asyncio.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Box]:
    smtp, http = free_port(), free_port()
    with Processes(tmp_path_factory.mktemp("mailbox")) as processes:
        command = [sys.executable, "-m", "local.mailbox", "--smtp", str(smtp), "--http", str(http)]
        child = processes.start("mailbox", command)

        async def ready() -> bool:
            return await accepts(smtp) and await accepts(http)

        await until_ready(child, ready, within=60)
        yield Box(smtp, http)


@pytest.fixture
def box(running: Box) -> Box:
    assert running.http.delete("/api/v1/messages").status_code == 204
    return running


def mail(to: str, subject: str = "Pendaftaran terkonfirmasi – Rakor") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "BGP Bali <bgp@bali.example>"
    message["To"] = to
    message["Subject"] = subject
    message["X-Simpul-Delivery"] = "bali-0-1:confirmed:r1:-"
    message.set_content("Yth. Bapak/Ibu Ni Luh Contoh\n")
    message.add_alternative("<p>Yth. <b>Ni Luh Contoh</b></p><script>parent.x=1</script>", subtype="html")
    message.add_attachment("BEGIN:VCALENDAR\nEND:VCALENDAR\n", subtype="calendar", filename="acara.ics")
    message.add_attachment(b"\x00\x01", maintype="image", subtype="png", filename="tiket.png")
    return message


def test_a_mail_comes_out_as_it_went_in(box: Box) -> None:
    box.send(mail("luh@peserta.example"))
    (found,) = box.http.get("/api/v1/messages").json()
    assert set(found) == {"to", "subject", "headers", "text", "html", "attachments"}
    assert found["to"] == "luh@peserta.example"
    assert found["subject"] == "Pendaftaran terkonfirmasi – Rakor"
    assert found["headers"]["X-Simpul-Delivery"] == "bali-0-1:confirmed:r1:-"
    assert found["text"].strip() == "Yth. Bapak/Ibu Ni Luh Contoh"
    assert found["html"].startswith("<p>Yth. <b>Ni Luh")
    calendar, image = found["attachments"]
    assert (calendar["filename"], calendar["content_type"]) == ("acara.ics", "text/calendar")
    assert calendar["content"].splitlines() == ["BEGIN:VCALENDAR", "END:VCALENDAR"]
    assert image == {"filename": "tiket.png", "content_type": "image/png", "content": "AAE="}


def test_a_calendar_beside_the_text_counts_as_an_attachment(box: Box) -> None:
    message = EmailMessage()
    message["To"] = "luh@peserta.example"
    message.set_content("teks")
    message.add_alternative("<p>teks</p>", subtype="html")
    message.add_alternative("BEGIN:VCALENDAR\n", subtype="calendar")
    box.send(message)
    (found,) = box.http.get("/api/v1/messages").json()
    assert [part["content_type"] for part in found["attachments"]] == ["text/calendar"]


def test_later_mails_can_be_asked_for_alone(box: Box) -> None:
    box.send(*(mail(f"p{n}@peserta.example") for n in range(5)))
    later = box.http.get("/api/v1/messages", params={"after": 3}).json()
    assert [found["to"] for found in later] == ["p3@peserta.example", "p4@peserta.example"]


def test_the_pages_show_mails_and_run_nothing_of_them(box: Box) -> None:
    box.send(mail("luh@peserta.example", subject="<script>alert(1)</script>"))
    listed = box.http.get("/").text
    assert "luh@peserta.example" in listed
    shown = box.http.get("/mails/0").text
    assert "<iframe sandbox " in shown
    assert "<script" not in listed + shown
    assert box.http.get("/mails/0/attachments/1").content == b"\x00\x01"
    assert box.http.get("/mails/1").status_code == 404
