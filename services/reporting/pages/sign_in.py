"""Lets the directorate sign in: with its token it sees exact figures."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment

from services.reporting.entrypoints.directorate import SIGN_IN, Directorate
from shared.pages.session import Session


def routes(templates: Environment, directorate: Directorate) -> APIRouter:
    pages = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    sessions = directorate.sessions

    def shown(status: int, wrong: bool) -> HTMLResponse:
        return HTMLResponse(templates.get_template("sign-in.html").render(wrong=wrong), status)

    @pages.get(SIGN_IN)
    async def sign_in_form() -> Response:
        return shown(200, False)

    @pages.post(SIGN_IN)
    async def sign_in(request: Request) -> Response:
        directorate.sign_ins.require_turn(request, "page")
        async with request.form(max_files=0, max_fields=5) as sent:
            typed = str(sent.get("token", ""))
        if not sessions.token_is_right(typed):
            if typed:
                directorate.sign_ins.refused(request, "page")
            return shown(422, True)
        answer = RedirectResponse("/", 303)
        sessions.begin(answer)
        directorate.sign_ins.accepted()
        return answer

    @pages.post("/keluar")
    async def sign_out(_: Annotated[Session, Depends(sessions.required)]) -> Response:
        answer = RedirectResponse("/", 303)
        sessions.end(answer)
        return answer

    return pages
