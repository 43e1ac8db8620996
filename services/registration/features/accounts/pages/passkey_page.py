"""Pages on which the browser asks an authenticator: the one script of the desk, and the policy that lets it
run there and nowhere else."""

from pathlib import Path
from typing import Final

from fastapi.responses import HTMLResponse

from services.registration.features.accounts.accounts_desk import accounts_of
from services.registration.features.accounts.passkeys import Passkeys
from services.registration.web.front import OfficePages
from shared.doors import HEADERS
from shared.http import Problem

POLICY: Final = "Content-Security-Policy"
SCRIPT_POLICY: Final = {POLICY: f"{HEADERS[POLICY]}; script-src 'self'"}
SCRIPT: Final = Path(__file__).parent.with_name("static") / "kunci-sandi.js"
NONE: Final = "Kunci sandi hanya dapat dipakai bila balai dibuka dengan nama domain, bukan nomor komputer."


def with_script(page: HTMLResponse) -> HTMLResponse:
    page.headers.update(SCRIPT_POLICY)
    return page


def passkeys_of(front: OfficePages) -> Passkeys:
    """Raises `Problem` 404."""
    passkeys = accounts_of(front).passkeys
    if passkeys is None:
        raise Problem(404, "not_found", NONE)
    return passkeys
