"""After a proof: the page that goes on to what needed it."""

import re
from typing import Final

from fastapi.responses import HTMLResponse

from shared.accounts.credentials import Accepted
from shared.accounts.pages.account_pages import AccountPages
from shared.accounts.pages.sign_in import failed_before

LOCAL: Final = re.compile(r"(?:/[\w.~-]+)+(?:\?[!-\[\]-~]*)?", re.ASCII)
"""A page of ours, and no other site: no empty step, no backslash."""
LONGEST: Final = 1_000


def local(front: AccountPages, onward: str) -> str:
    """Where to go on, as a link says; the desk's home where it is no page of the desk."""
    prefix, path = front.frame.prefix, onward.partition("?")[0]
    ours = len(onward) <= LONGEST and LOCAL.fullmatch(onward) is not None
    return onward if ours and f"{path}/".startswith(f"{prefix}/") else front.frame.home


def proved_page(front: AccountPages, onward: str, found: Accepted) -> HTMLResponse:
    """Leads on by itself: a file that is taken along leaves the page where it was."""
    path = onward.partition("?")[0]
    is_file = "." in path.rpartition("/")[2]
    return front.page(
        "staf-terbukti.html",
        headers={"Refresh": f"0; url={onward}"},
        onward=onward,
        back=(path.rpartition("/")[0] or front.frame.home) if is_file else None,
        told=failed_before(front, found),
    )
