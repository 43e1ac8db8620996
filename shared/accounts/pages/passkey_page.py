"""Pages on which the browser asks an authenticator: the one script of all pages, and the policy that lets it
run there and nowhere else."""

from pathlib import Path
from typing import Final

from fastapi.responses import HTMLResponse

from shared.accounts.pages.account_pages import AccountPages, accounts_of
from shared.accounts.passkeys import Passkeys
from shared.doors import HEADERS
from shared.http import Problem

POLICY: Final = "Content-Security-Policy"
SCRIPT_POLICY: Final = {POLICY: f"{HEADERS[POLICY]}; script-src 'self'"}
SCRIPT: Final = Path(__file__).parent.with_name("static") / "kunci-sandi.js"
NONE: Final = (
    "Kunci sandi hanya dapat dipakai bila halaman ini dibuka dengan nama domain, bukan nomor komputer."
)


def with_script(page: HTMLResponse) -> HTMLResponse:
    page.headers.update(SCRIPT_POLICY)
    return page


def passkeys_of(front: AccountPages) -> Passkeys:
    """Raises `Problem` 404."""
    passkeys = accounts_of(front).passkeys
    if passkeys is None:
        raise Problem(404, "not_found", NONE)
    return passkeys
