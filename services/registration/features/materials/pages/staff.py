"""The materials of an activity, for its staff: published by a form, withdrawn after a question."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import TypeAdapter, ValidationError

from services.registration.features.files.files_desk import files
from services.registration.features.files.inspected import MAX_BYTES
from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.gatherings_desk import activity_of
from services.registration.features.materials.downloads import download, unknown_material
from services.registration.features.materials.materials_desk import materials
from services.registration.features.materials.pages.material_form import EMPTY, TypedMaterial, read
from services.registration.kernel.actions import Action
from services.registration.web.desk import submit_command
from services.registration.web.front import OfficePages
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import done_message, redirect_with_message, staff_page
from shared.contracts.commands import WithdrawMaterial
from shared.contracts.outcomes import Outcome, Result
from shared.contracts.types import Slug
from shared.pages import pages_of

ROWS: Final = 10  # one holds 1.3 kB at most
PATH: Final = "/staf/kegiatan/{activity}/materi"
BODY_BYTES: Final = {PATH: MAX_BYTES + 100_000}
"""A file, and what is typed beside it."""
PUBLISHED: Final = "Materi sudah diterbitkan."
WITHDRAWN: Final = "Materi sudah ditarik."
BLANK: Final = TypedMaterial(EMPTY, {}, None)


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix=PATH)
    Publisher = Annotated[SignedIn, Depends(access.page(Action.PUBLISH_MATERIAL))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def listed(
        activity: str, user: Publisher, request: Request, hal: Annotated[int, Query(ge=1, le=10_000)] = 1
    ) -> HTMLResponse:
        state = await activity_of(front, activity)
        return await _page(front, user, state, BLANK, done=done_message(front, request), number=hal)

    @router.post("", response_class=HTMLResponse)
    async def publish(activity: str, user: Publisher, request: Request) -> Response:
        state, sent = await activity_of(front, activity), await request.form()
        typed = await read(sent, state.described.id, files(front))
        if typed.command is None:
            return await _page(front, user, state, typed, 422)
        outcome = await submit_command(front, typed.command, state.described.id, user)
        return await _answer(front, user, state, typed, outcome, "published", PUBLISHED)

    @router.get("/{material}/tarik", response_class=HTMLResponse)
    async def question(activity: str, material: str, user: Publisher) -> HTMLResponse:
        state = await activity_of(front, activity)
        one = await materials(front).one(state.described.id, material, public_only=False)
        if one is None:
            raise unknown_material()
        return staff_page(front, user, "staf-materi-tarik.html", activity=state.described, material=one)

    @router.get("/{material}/berkas")
    async def file(activity: str, material: str, _: Publisher, request: Request) -> Response:
        return await download(front, activity, material, False, request)

    @router.post("/{material}/tarik", response_class=HTMLResponse)
    async def withdraw(activity: str, material: str, user: Publisher) -> Response:
        state = await activity_of(front, activity)
        command = WithdrawMaterial(activity=state.described.id, id=_slug(material))
        outcome = await submit_command(front, command, state.described.id, user)
        return await _answer(front, user, state, BLANK, outcome, "withdrawn", WITHDRAWN)

    return router


def _slug(material: str) -> str:
    """Raises `Problem` 404."""
    try:
        return TypeAdapter(Slug).validate_python(material)
    except ValidationError:
        raise unknown_material() from None


async def _answer(
    front: OfficePages,
    user: SignedIn,
    state: ActivityState,
    typed: TypedMaterial,
    outcome: Outcome,
    wanted: Result,
    done: str,
) -> Response:
    """`done`: what is said where the result is the wanted one."""
    if outcome.result == wanted:
        return redirect_with_message(front, f"/staf/kegiatan/{state.described.id}/materi", done)
    status = 202 if outcome.state == "pending" else 409
    return await _page(front, user, state, typed, status, told=outcome.message or "")


async def _page(
    front: OfficePages,
    user: SignedIn,
    state: ActivityState,
    typed: TypedMaterial,
    status: int = 200,
    told: str = "",
    done: str = "",
    number: int = 1,
) -> HTMLResponse:
    found = await materials(front).listed(state.described.id, public_only=False)
    return staff_page(
        front,
        user,
        "staf-materi.html",
        status,
        again=status == 202,  # the same form asks for the same command's outcome
        activity=state.described,
        cancelled=state.cancelled,
        materials=found[(number - 1) * ROWS : number * ROWS],
        number=number,
        pages=pages_of(len(found), ROWS),
        values=typed.values,
        errors=typed.errors,
        told=told,
        done=done,
    )
