"""After a proof: the page that goes on to what needed it."""

import re
from typing import Final

from fastapi.responses import HTMLResponse

from services.registration.features.accounts.credentials import Accepted
from services.registration.features.accounts.pages.sign_in import failed_before
from services.registration.web.front import OfficePages

LOCAL: Final = re.compile(r"/staf(?:/[\w.~-]+)*(?:\?[!-\[\]-~]*)?", re.ASCII)
"""A page of the desk, and no other site: no empty step, no backslash."""
LONGEST: Final = 1_000


def local(onward: str) -> str:
    """Where to go on, as a link says; the desk's home where it is no page of the desk."""
    return onward if len(onward) <= LONGEST and LOCAL.fullmatch(onward) else "/staf"


def proved_page(front: OfficePages, onward: str, found: Accepted) -> HTMLResponse:
    """Leads on by itself: a file that is taken along leaves the page where it was."""
    path = onward.partition("?")[0]
    is_file = "." in path.rpartition("/")[2]
    return front.page(
        "staf-terbukti.html",
        headers={"Refresh": f"0; url={onward}"},
        onward=onward,
        back=path.rpartition("/")[0] if is_file else None,
        told=failed_before(found),
    )
