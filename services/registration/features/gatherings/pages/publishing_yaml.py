"""Announcing an activity from YAML, and changing one whose form has no room for it."""

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import escape
from starlette.datastructures import FormData, UploadFile

from services.registration.features.gatherings.pages.activity_form import FormPage
from services.registration.features.gatherings.pages.publishing import FORM, STEP, next_page
from services.registration.features.gatherings.pages.typed_activity import NoYaml, TypedActivity, of_yaml
from services.registration.features.gatherings.pages.yaml_lines import SHOWN, Mistake, excerpt, mistakes
from services.registration.kernel.actions import Action
from services.registration.web.front import OfficePages
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import staff_page

YAML_BYTES: Final = 12_000  # as the page holds it, with the marks of HTML
NO_TEXT: Final = "Tempel YAML kegiatan, atau pilih berkasnya"
TOO_LONG: Final = "YAML ini terlalu panjang untuk ditempel; pakai berkas"
NO_UTF8: Final = "Berkas ini bukan teks; simpan sebagai teks UTF-8"


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix=f"{FORM}/yaml")
    Announcer = Annotated[SignedIn, Depends(access.page(Action.ANNOUNCE_ACTIVITY))]  # noqa: N806
    page = FormPage("Umumkan kegiatan dari YAML", f"{FORM}/yaml")

    @router.get("", response_class=HTMLResponse)
    async def empty(user: Announcer) -> HTMLResponse:
        return yaml_page(front, user, page, "", [])

    @router.post("", response_class=HTMLResponse)
    async def announce(user: Announcer, request: Request) -> Response:
        sent = await request.form()
        try:
            text, draft = await read_yaml(sent)
        except NoYaml as refused:
            return yaml_page(
                front, user, page, str(sent.get("yaml", "")), [Mistake(refused.line, "", str(refused))]
            )
        told = await next_page(front, user, sent, draft, page.action, [("yaml", text)])
        if isinstance(told, Response):
            return told
        found = await asyncio.to_thread(mistakes, text, draft.errors)
        return yaml_page(front, user, page, text, found, told)

    return router


async def read_yaml(sent: FormData) -> tuple[str, TypedActivity]:
    """Of the file, else of what was pasted. Raises `NoYaml`."""
    text = await _text(sent)
    return text, await asyncio.to_thread(of_yaml, text)


async def _text(sent: FormData) -> str:
    """Raises `NoYaml`."""
    file, pasted = sent.get("berkas"), str(sent.get("yaml", ""))
    if isinstance(file, UploadFile) and (data := await file.read()):
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise NoYaml(NO_UTF8) from None
    if STEP not in sent and not _fits(pasted):
        raise NoYaml(TOO_LONG)
    if not pasted.strip():
        raise NoYaml(NO_TEXT)
    return pasted


def _fits(text: str) -> bool:
    return len(escape(text).encode()) <= YAML_BYTES


def yaml_page(
    front: OfficePages,
    user: SignedIn,
    page: FormPage,
    text: str,
    found: list[Mistake],
    told: str = "",
) -> HTMLResponse:
    """The text is one field: its lines with mistakes are shown above it, each told under its line."""
    shown = found[:SHOWN]
    return staff_page(
        front,
        user,
        "staf-terbit-yaml.html",
        422 if found or told else 200,
        values={"yaml": text if _fits(text) else ""},
        mistakes=shown,
        lines=excerpt(text, shown),
        more=len(found) - len(shown),
        told=told,
        page=page,
    )
