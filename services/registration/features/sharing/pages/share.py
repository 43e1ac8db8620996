"""What staff pass on to make an activity known."""

from typing import Annotated
from urllib.parse import quote, urlencode

import segno
from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse

from services.registration.features.gatherings.gatherings_desk import activity_of
from services.registration.features.sharing.chat_text import chat_text
from services.registration.features.sharing.poster import TEMPLATE, poster
from services.registration.kernel.actions import Action
from services.registration.web.front import OfficePages, now
from services.registration.web.typesetting import paper, typeset
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import staff_page


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix="/staf/kegiatan/{activity}")
    Viewer = Annotated[SignedIn, Depends(access.page(Action.SEE_ROSTER))]  # noqa: N806

    @router.get("/bagikan", response_class=HTMLResponse)
    async def share(activity: str, user: Viewer) -> HTMLResponse:
        state = await activity_of(front, activity)
        link = front.links.to_activity_shortly(state.described.id)
        text = chat_text(state.described, link, now())
        return staff_page(
            front,
            user,
            "staf-bagikan.html",
            activity=state.described,
            cancelled=state.cancelled,
            link=link,
            text=text,
            chat=f"https://wa.me/?{urlencode({'text': text}, quote_via=quote)}",
            calendar=front.links.to_calendar(),
            picture=segno.make(link, micro=False).svg_inline(
                omitsize=True, dark="#000", light="#fff", title=f"Kode QR ke {link}"
            ),
        )

    @router.get("/poster.pdf")
    async def as_poster(activity: str, user: Viewer) -> Response:
        described = (await activity_of(front, activity)).described
        link = front.links.to_activity_shortly(described.id)
        made = await typeset(TEMPLATE, poster(described, link, front.office.name))
        return paper(made, f"poster-{described.id}", people=False)

    return router
