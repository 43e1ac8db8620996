"""Changing an activity that stands: a form filled with it, then a page that says what changes for whom."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Annotated, Any, Final

import yaml
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.fold import described_document
from services.registration.features.gatherings.gatherings_desk import activity_of, gatherings
from services.registration.features.gatherings.pages.activity_as_typed import (
    as_it_stands,
    as_typed,
    fits_form,
)
from services.registration.features.gatherings.pages.activity_differences import (
    differences,
    fields_changed,
    participants_hear,
)
from services.registration.features.gatherings.pages.activity_form import (
    FormPage,
    activity_form,
    sent_again,
    typed_of,
)
from services.registration.features.gatherings.pages.moved_up import moved_up
from services.registration.features.gatherings.pages.publishing import MEND, STEP
from services.registration.features.gatherings.pages.publishing_warnings import publishing_warnings
from services.registration.features.gatherings.pages.publishing_yaml import read_yaml, yaml_page
from services.registration.features.gatherings.pages.question_form import DONE, questions_page
from services.registration.features.gatherings.pages.typed_activity import NoYaml, TypedActivity, of_form
from services.registration.features.gatherings.pages.yaml_lines import Mistake, mistakes
from services.registration.kernel.actions import Action
from services.registration.kernel.received_commands import canonical
from services.registration.web.desk import submit_command
from services.registration.web.front import OfficePages, now
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import redirect_with_message, staff_page
from shared.contracts.activity import Activity
from shared.contracts.commands import ChangeActivity
from shared.contracts.facts import ENDED
from shared.http import Problem
from shared.words import number

SEND, KEEP_QUIET = "kirim", "jangan-kirim"
SAME: Final = "Tidak ada yang berubah: semua isian sama seperti yang berlaku."
OTHER_CODE: Final = "Kode tidak dapat diubah: ia bagian dari alamat yang sudah dibagikan"
MEANWHILE: Final = (
    "Kegiatan ini diubah orang lain sesudah Anda membuka formulirnya. Periksa daftar di bawah: yang tidak "
    "Anda maksud akan menimpa perubahan itu."
)


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix="/staf/kegiatan/{activity}/ubah")
    Changer = Annotated[SignedIn, Depends(access.page(Action.CHANGE_ACTIVITY))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def standing(activity: str, user: Changer) -> Response:
        state = await _standing(front, activity)
        if not fits_form(state.described):
            return _yaml(front, user, state, _as_yaml(state.described), [])
        typed, chosen = as_typed(state.described, front.office.zone)
        return _form(front, user, state, typed, chosen, TypedActivity())

    @router.post("", response_class=HTMLResponse)
    async def change(activity: str, user: Changer, request: Request) -> Response:
        state, sent = await _standing(front, activity), await request.form()
        typed, chosen = typed_of(front, sent)
        typed["id"] = state.described.id
        if "tambah" in sent:
            return _form(front, user, state, typed, chosen, TypedActivity(), more=str(sent["tambah"]))
        page = _page(state, "Ubah kegiatan", "ubah", str(sent.get("dasar", "")))
        if shown := questions_page(front, user, page, sent, typed, chosen):
            return shown
        if sent.get(STEP) == DONE:
            return activity_form(front, user, page, typed, chosen, TypedActivity())
        draft = of_form(typed, chosen, front.office.zone)
        if draft.command is None or sent.get(STEP) == MEND:
            return _form(front, user, state, typed, chosen, draft)
        wanted = as_it_stands(state.described, _activity(draft), front.office.zone)
        told = await _next(front, user, sent, state, wanted, "", sent_again(typed, chosen))
        return told if isinstance(told, Response) else _form(front, user, state, typed, chosen, draft, told)

    @router.post("/yaml", response_class=HTMLResponse)
    async def change_yaml(activity: str, user: Changer, request: Request) -> Response:
        state, sent = await _standing(front, activity), await request.form()
        try:
            text, draft = await read_yaml(sent)
        except NoYaml as refused:
            mistake = Mistake(refused.line, "", str(refused))
            return _yaml(front, user, state, str(sent.get("yaml", "")), [mistake])
        if draft.command and draft.command.id != state.described.id:
            draft = TypedActivity({"id": OTHER_CODE})
        told: Response | str = ""
        if draft.command is not None and sent.get(STEP) != MEND:
            told = await _next(front, user, sent, state, _activity(draft), "/yaml", [("yaml", text)])
        if isinstance(told, Response):
            return told
        found = await asyncio.to_thread(mistakes, text, draft.errors)
        return _yaml(front, user, state, text, found, told)

    return router


async def _standing(front: OfficePages, name: str) -> ActivityState:
    """Raises `Problem` 404 or 409."""
    state = await activity_of(front, name)
    if state.cancelled:
        raise Problem(409, "activity_cancelled", "Kegiatan ini sudah dibatalkan; tidak ada lagi yang diubah.")
    return state


def _activity(draft: TypedActivity) -> Activity:
    assert draft.command is not None
    return Activity.model_validate(draft.command.model_dump())


async def _next(
    front: OfficePages,
    user: SignedIn,
    sent: FormData,
    state: ActivityState,
    wanted: Activity,
    path: str,
    again: Sequence[tuple[str, str]],
) -> Response | str:
    """The page that says what changes, or where its buttons lead; else what stands in the way."""
    fields = fields_changed(state.described, wanted)
    if not fields:
        return SAME
    meanwhile = sent.get("dasar") != base_of(state)
    if sent.get(STEP) in (SEND, KEEP_QUIET) and not meanwhile:
        return await _change(front, user, state, wanted, fields, str(sent[STEP]))
    hear = participants_hear(state.described, wanted, now())
    counts = await gatherings(front).roster.counts(state.described.id)
    return staff_page(
        front,
        user,
        "staf-ubah-periksa.html",
        again=True,
        activity=state.described,
        differences=differences(state.described, wanted, front.office.zone),
        meanwhile=MEANWHILE if meanwhile else "",
        doubts=publishing_warnings(wanted, now()),
        hear=hear,
        people=_live(counts) if hear else 0,
        action=f"/staf/kegiatan/{state.described.id}/ubah{path}",
        kept=[(name, value) for name, value in again if value] + [("dasar", base_of(state))],
    )


async def _change(
    front: OfficePages,
    user: SignedIn,
    state: ActivityState,
    wanted: Activity,
    fields: dict[str, Any],
    step: str,
) -> Response | str:
    hear = participants_hear(state.described, wanted, now())
    quiet = {"notify": False} if hear and step == KEEP_QUIET else {}
    name = state.described.id
    command = ChangeActivity.model_validate({"activity": name} | fields | quiet)
    outcome = await submit_command(front, command, name, user)
    if outcome.result != "changed":
        return outcome.message or ""
    facts = await gatherings(front).views.caused(outcome.fact) if outcome.fact else []
    promoted = moved_up(facts)
    people = _live(await gatherings(front).roster.counts(name)) if hear and not quiet else 0
    told = [
        "Kegiatan sudah diubah.",
        f"{number(people)} orang dikabari lewat email." if people else "Tidak ada email yang dikirim.",
        f"{promoted}." if promoted else "",
    ]
    return redirect_with_message(front, f"/staf/kegiatan/{name}", " ".join(filter(None, told)))


def _live(counts: dict[str, int]) -> int:
    return sum(number for status, number in counts.items() if status not in ENDED)


def base_of(state: ActivityState) -> str:
    """Of how it stood when a form was shown: another one says that somebody changed it meanwhile."""
    return hashlib.sha256(canonical(described_document(state.described)).encode()).hexdigest()[:16]


def _form(
    front: OfficePages,
    user: SignedIn,
    state: ActivityState,
    typed: dict[str, str],
    chosen: dict[str, list[str]],
    draft: TypedActivity,
    told: str = "",
    more: str = "",
) -> HTMLResponse:
    page = _page(state, "Ubah kegiatan", "ubah")
    return activity_form(front, user, page, typed, chosen, draft, told, more)


def _yaml(
    front: OfficePages,
    user: SignedIn,
    state: ActivityState,
    text: str,
    found: list[Mistake],
    told: str = "",
) -> HTMLResponse:
    page = _page(state, "Ubah kegiatan lewat YAML", "ubah/yaml")
    return yaml_page(front, user, page, text, found, told)


def _page(state: ActivityState, title: str, path: str, base: str = "") -> FormPage:
    action = f"/staf/kegiatan/{state.described.id}/{path}"
    return FormPage(title, action, state.described, base or base_of(state))


def _as_yaml(activity: Activity) -> str:
    return yaml.safe_dump(described_document(activity), allow_unicode=True, sort_keys=False, width=110)
