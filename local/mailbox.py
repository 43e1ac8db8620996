"""A mailbox for trials: takes every mail by SMTP, keeps it in memory, shows it in a browser and as JSON.

python -m local.mailbox --smtp 2525 --http 8025
"""

import argparse
import asyncio
import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property, partial
from typing import Any

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI, HTTPException, Response
from fastapi.responses import HTMLResponse, JSONResponse

from local.mailbox_pages import PAGE, list_page, mail_page
from shared.http import NOT_FOUND, application


@dataclass(frozen=True)
class Attachment:
    filename: str
    content_type: str
    body: bytes

    def as_json(self) -> dict[str, str]:
        """`content` is text where the part is text, base64 elsewhere."""
        is_text = self.content_type.startswith("text/")
        content = self.body.decode(errors="replace") if is_text else base64.b64encode(self.body).decode()
        return {"filename": self.filename, "content_type": self.content_type, "content": content}


@dataclass(frozen=True)
class Mail:
    """One mail as it was taken; it is parsed when somebody looks."""

    to: str
    raw: bytes
    received: datetime = field(default_factory=lambda: datetime.now(UTC))

    @cached_property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def subject(self) -> str:
        return str(self.message["subject"] or "")

    @cached_property
    def headers(self) -> dict[str, str]:
        """Decoded; a header that stands several times has its values on a line each."""
        found: dict[str, list[str]] = {}
        for name, value in self.message.items():
            found.setdefault(name, []).append(str(value))
        return {name: "\n".join(values) for name, values in found.items()}

    def body(self, kind: str) -> str:
        """The body for people to read, `plain` or `html`; empty if the mail has none."""
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part else ""

    @cached_property
    def attachments(self) -> list[Attachment]:
        """All parts but the two bodies: a calendar beside the text counts too."""
        bodies = [self.message.get_body((kind,)) for kind in ("plain", "html")]
        leaves = [part for part in self.message.walk() if not part.is_multipart()]
        parts = [part for part in leaves if not any(part is body for body in bodies)]
        return [_attachment(part, number) for number, part in enumerate(parts, start=1)]

    @cached_property
    def as_json(self) -> dict[str, Any]:
        return {
            "to": self.to,
            "subject": self.subject,
            "headers": self.headers,
            "text": self.body("plain"),
            "html": self.body("html"),
            "attachments": [attachment.as_json() for attachment in self.attachments],
        }


def _attachment(part: EmailMessage, number: int) -> Attachment:
    body = part.get_payload(decode=True)
    content = body if isinstance(body, bytes) else b""
    return Attachment(part.get_filename() or f"part-{number}", part.get_content_type(), content)


class Mailbox:
    """All mails since the start or the last emptying, in the order of their coming."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 aiosmtpd's name
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content).encode()
        self.mails.append(Mail(", ".join(envelope.rcpt_tos), raw))
        return "250 OK"

    def mail(self, number: int) -> Mail:
        if not 0 <= number < len(self.mails):
            raise HTTPException(404)
        return self.mails[number]


def build_app(box: Mailbox) -> FastAPI:
    """The pages and the API. Routes that parse mails are plain functions: they run beside the SMTP side."""
    app = application("Simpul mailbox for trials")

    @app.get("/health/ready")
    async def ready() -> dict[str, int]:
        return {"mails": len(box.mails)}

    @app.get("/api/v1/messages")
    def messages(after: int = 0) -> JSONResponse:
        """The mails that came after the first `after` ones."""
        return JSONResponse([mail.as_json for mail in box.mails[max(0, after) :]])

    @app.delete("/api/v1/messages", status_code=204)
    async def empty() -> None:
        box.mails.clear()

    @app.get("/", response_class=HTMLResponse)
    def index(before: int | None = None) -> str:
        """The newest mails first, from number `before` (exclusive) down."""
        end = len(box.mails) if before is None else max(0, before)
        start = max(0, end - PAGE)
        return list_page(list(enumerate(box.mails[start:end], start))[::-1], start, len(box.mails))

    @app.get("/mails/{number}", response_class=HTMLResponse, responses=NOT_FOUND)
    def show(number: int) -> str:
        return mail_page(number, box.mail(number))

    @app.get("/mails/{number}/attachments/{index}", responses=NOT_FOUND)
    def attachment(number: int, index: int) -> Response:
        attachments = box.mail(number).attachments
        if not 0 <= index < len(attachments):
            raise HTTPException(404)
        # as a download and never as its own type: a mail may not run anything in this page's name
        return Response(
            attachments[index].body,
            media_type="application/octet-stream",
            headers={"Content-Disposition": "attachment"},
        )

    return app


async def serve(host: str, smtp: int, http: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    box = Mailbox()
    take = partial(SMTP, box, enable_SMTPUTF8=True, hostname="mailbox.example")
    server = await asyncio.get_running_loop().create_server(take, host, smtp)
    config = uvicorn.Config(build_app(box), host=host, port=http, log_level="warning", access_log=False)
    async with server:
        await uvicorn.Server(config).serve()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--host", default="127.0.0.1", help="where it listens")
    parser.add_argument("--smtp", type=int, default=2525, help="port that takes mails")
    parser.add_argument("--http", type=int, default=8025, help="port of the pages and the API")
    options = parser.parse_args()
    asyncio.run(serve(options.host, options.smtp, options.http))


if __name__ == "__main__":
    main()
