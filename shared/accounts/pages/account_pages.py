"""What the pages of accounts are made with, whichever service they are of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment

from shared.accounts.accounts_desk import AccountsDesk
from shared.accounts.frame import Frame
from shared.accounts.staff_access import proof_path
from shared.pages.done_sentences import DoneSentences

TEMPLATES: Final = Path(__file__).parent.with_name("templates")
"""They extend `halaman.html` or, for whoever signed in, `staf-dasar.html`, and import
`riwayat-tentang.html`: the service's own."""


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class AccountPages:
    """`name`: of the house whose pages they are, `zone`: its clock; `scopes_hint`: which scopes the tokens of
    programs may have; `values`: what all templates of the service want."""

    desk: AccountsDesk
    templates: Environment
    done_sentences: DoneSentences
    name: str
    zone: str
    scopes_hint: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def frame(self) -> Frame:
        return self.desk.frame

    def at(self, path: str) -> str:
        return f"{self.frame.prefix}{path}"

    def page(
        self, look: str, status: int = 200, headers: dict[str, str] | None = None, **values: Any
    ) -> HTMLResponse:
        known = {"frame": self.frame, "house_name": self.name, "zone": self.zone, **self.values}
        return HTMLResponse(self.templates.get_template(look).render(**known, **values), status, headers)


async def proof_asked(front: AccountPages, request: Request) -> str:
    """Where whoever looks at this page proves who they are, before they change what it shows; empty where
    they did lately."""
    session = await front.desk.access.session(request)
    proved = session is not None and front.desk.access.is_proved(session)
    return "" if proved else proof_path(front.frame, request.url.path)


def accounts_of(front: AccountPages) -> AccountsDesk:
    return front.desk
