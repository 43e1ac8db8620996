"""Announcing an activity from a form, once it was seen as it will stand; a draft of one is kept."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData

from services.registration.features.gatherings.activity_drafts import FULL, KEPT_DAYS, MOST_DRAFTS
from services.registration.features.gatherings.gatherings_desk import activity_of, gatherings
from services.registration.features.gatherings.pages.activity_as_typed import as_typed, fits_form
from services.registration.features.gatherings.pages.activity_form import (
    FormPage,
    activity_form,
    offers_told,
    sent_again,
    typed_of,
)
from services.registration.features.gatherings.pages.publishing_warnings import publishing_warnings
from services.registration.features.gatherings.pages.question_form import DONE, questions_page
from services.registration.features.gatherings.pages.typed_activity import ROOM, TypedActivity, of_form
from services.registration.features.gatherings.question_words import question_words
from services.registration.kernel.actions import Action
from services.registration.web.desk import submit_command
from services.registration.web.front import OfficePages, now
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import done_message, redirect_with_message, staff_page
from shared.contracts.activity import Activity
from shared.contracts.commands import PublishActivity
from shared.http import Problem

STEP: Final = "langkah"
PUBLISH, MEND, KEEP = "umumkan", "perbaiki", "simpan"
PUBLISHED: Final = "Kegiatan sudah diumumkan. Halamannya untuk peserta dapat dibagikan."
KEPT: Final = f"Draf disimpan sampai {KEPT_DAYS} hari sejak sekarang. Hanya Anda yang melihatnya."
DROPPED: Final = "Draf sudah dihapus."
FORM: Final = "/staf/terbit"
TITLE: Final = "Umumkan kegiatan"


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix=FORM)
    Announcer = Annotated[SignedIn, Depends(access.page(Action.ANNOUNCE_ACTIVITY))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def empty(user: Announcer, request: Request, dari: str = "", draf: str = "") -> HTMLResponse:
        typed: dict[str, str] = {}
        chosen: dict[str, list[str]] = {}
        if draf:
            typed, chosen = await _draft(front, user, draf)
        elif dari:
            typed, chosen = as_typed(await _copied(front, user, dari), front.office.zone)
            typed = {name: value for name, value in typed.items() if not _of_its_time(name)}
        drafts = await gatherings(front).drafts.of(user.actor)
        page = FormPage(TITLE, FORM, draft=draf, drafts=drafts, done=done_message(front, request))
        return activity_form(front, user, page, typed, chosen, TypedActivity())

    @router.post("", response_class=HTMLResponse)
    async def announce(user: Announcer, request: Request) -> Response:
        sent = await request.form()
        typed, chosen = typed_of(front, sent)
        name = str(sent.get("draf", ""))[:64]
        page = FormPage(TITLE, FORM, draft=name)
        if "tambah" in sent:
            return activity_form(front, user, page, typed, chosen, TypedActivity(), more=str(sent["tambah"]))
        if shown := questions_page(front, user, page, sent, typed, chosen):
            return shown
        if sent.get(STEP) == DONE:
            return activity_form(front, user, page, typed, chosen, TypedActivity())
        if sent.get(STEP) == KEEP:
            kept = await gatherings(front).drafts.keep(user.actor, name or user.nonce, typed, chosen, now())
            if not kept:
                return activity_form(
                    front, user, page, typed, chosen, TypedActivity(), FULL.format(MOST_DRAFTS)
                )
            return redirect_with_message(front, FORM, KEPT)
        draft = of_form(typed, chosen, front.office.zone)
        again = [*sent_again(typed, chosen), ("draf", name)]
        told = await next_page(front, user, sent, draft, FORM, again)
        if isinstance(told, Response):
            if told.status_code == 303 and name:
                await gatherings(front).drafts.drop(user.actor, name)
            return told
        return activity_form(front, user, page, typed, chosen, draft, told)

    @router.post("/draf/{draft}/hapus")
    async def drop(user: Announcer, draft: str) -> Response:
        await gatherings(front).drafts.drop(user.actor, draft)
        return redirect_with_message(front, FORM, DROPPED)

    return router


async def _draft(
    front: OfficePages, user: SignedIn, name: str
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Raises `Problem` 404, also where it is somebody else's."""
    found = await gatherings(front).drafts.find(user.actor, name)
    if found is None:
        raise Problem(404, "draft_unknown", "Draf ini tidak ada lagi, atau bukan milik Anda.")
    return found


async def _copied(front: OfficePages, user: SignedIn, name: str) -> Activity:
    """Raises `Problem` 404, and 409 where the form has no room for it."""
    activity = (await activity_of(front, name)).described
    if not fits_form(activity):
        raise Problem(
            409,
            "too_large",
            f"Formulir memuat paling banyak {ROOM} pertemuan dan kuota bersama. Salinlah dengan YAML.",
        )
    return activity


def _of_its_time(name: str) -> bool:
    """What a copy does not take over: who announces it says it anew."""
    last = name.rpartition(".")[2]
    return name in ("id", "opens", "closes") or (
        name.startswith("sessions.") and last in ("id", "starts", "ends")
    )


async def next_page(
    front: OfficePages,
    user: SignedIn,
    sent: FormData,
    draft: TypedActivity,
    action: str,
    again: Sequence[tuple[str, str]],
) -> Response | str:
    """The page of what will stand, which alone has the button that publishes, or where that leads; else what
    stands in the way. `again`: what the page sends to `action` again."""
    if draft.command is None or sent.get(STEP) == MEND:
        return ""
    if sent.get(STEP) == PUBLISH:
        return await _published(front, draft.command, draft, user)
    return staff_page(
        front,
        user,
        "staf-terbit-periksa.html",
        again=True,
        activity=draft.command,
        offers=offers_told(draft.command),
        question_words=question_words,
        doubts=publishing_warnings(draft.command, now()),
        action=action,
        kept=[(name, value) for name, value in again if value],
    )


async def _published(
    front: OfficePages, command: PublishActivity, draft: TypedActivity, user: SignedIn
) -> Response | str:
    """Where it leads, or what stands in the way; what belongs to the activity's id is told there."""
    outcome = await submit_command(front, command, command.id, user)
    if outcome.result == "published":
        return redirect_with_message(front, f"/staf/kegiatan/{command.id}", PUBLISHED)
    if outcome.reason == "activity_exists":
        draft.errors["id"] = outcome.message or ""
        return ""
    return outcome.message or ""
