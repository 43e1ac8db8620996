"""The form: sent twice, sent again after a lost line, it is one registration."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.gatherings_desk import activity_of, gatherings, submit_public
from services.registration.features.gatherings.pages.activities import may_wait, window
from services.registration.features.gatherings.pages.answer_fields import answers_as_typed
from services.registration.features.gatherings.pages.choices import Choices, choices
from services.registration.features.gatherings.pages.fields import FIELDS, SubmittedFields, read
from services.registration.features.gatherings.pages.seats import by_category, seats_left
from services.registration.web.answers import RequestPreferences
from services.registration.web.front import WAIT_SECONDS, OfficePages
from services.registration.web.tokens import OutcomeTicket, TokenUnknown
from shared.contracts.activity import Activity
from shared.contracts.commands import SubmitRegistration
from shared.http import Problem
from shared.kafka.connection import KafkaUnavailable

MOST_FIELDS: Final = 50 + 20 * 30  # choices of all questions
STALE: Final = (
    "Halaman ini sudah terlalu lama terbuka. Isian Anda masih ada: periksa, lalu kirim sekali lagi."
)
UNKNOWN: Final = (
    "Kami belum dapat memastikan pendaftaran Anda sudah kami terima. Isian Anda masih ada: tekan tombol "
    "kirim sekali lagi. Anda tidak akan terdaftar dua kali."
)


def routes(front: OfficePages) -> APIRouter:
    router = APIRouter()

    @router.get("/kegiatan/{activity}/daftar", response_class=HTMLResponse)
    async def empty(activity: str, request: Request, unsur: str = "") -> Response:
        state = await activity_of(front, activity)
        if window(state.described, state.cancelled, datetime.now(UTC)) != "open":
            return RedirectResponse(f"/kegiatan/{state.described.id}", 303)
        choices = offered(front, state)
        chosen = unsur if unsur in choices.categories else ""
        if asks_by_category(state, choices) and not chosen:
            return front.page(
                "daftar-unsur.html",
                activity=state.described,
                offered=choices,
                sent="unsur" in request.query_params,
            )
        token = front.desk.tokens.new_form(state.described.id)
        return form(
            front, state, SubmittedFields(nothing_typed(state.described) | {"unsur": chosen}, {}), token
        )

    @router.post("/kegiatan/{activity}/daftar", response_class=HTMLResponse)
    async def submit(activity: str, request: Request) -> Response:
        state = await activity_of(front, activity)
        if window(state.described, state.cancelled, datetime.now(UTC)) != "open":
            return RedirectResponse(f"/kegiatan/{state.described.id}", 303)
        async with request.form(max_files=0, max_fields=MOST_FIELDS) as sent:
            token, typed = str(sent.get("token", "")), read(sent, state.described, offered(front, state))
        try:
            nonce = front.desk.tokens.nonce(token, state.described.id)
        except TokenUnknown:
            fresh = front.desk.tokens.new_form(state.described.id)
            return form(front, state, typed, fresh, Problem(422, "stale", STALE))
        if typed.command is None:
            return form(front, state, typed, token, Problem(422, "invalid", ""))
        try:
            asked = await register(front, request, typed.command, nonce)
        except Problem as problem:
            return form(front, state, typed, token, problem)
        return RedirectResponse(f"/hasil/{front.desk.tokens.of_outcome(asked)}", 303)

    return router


async def register(
    front: OfficePages, request: Request, command: SubmitRegistration, nonce: str
) -> OutcomeTicket:
    """The same form with the same content is the same command. Raises `Problem` 429 or 503."""
    public = gatherings(front).public
    how = RequestPreferences(public.source, public.identifier(nonce, command), True, WAIT_SECONDS)
    try:
        asked, _ = await submit_public(front, request, command, how)
    except KafkaUnavailable:
        raise Problem(503, "unavailable", UNKNOWN, {"Retry-After": "5"}) from None
    return asked


def form(
    front: OfficePages,
    state: ActivityState,
    typed: SubmittedFields,
    token: str,
    problem: Problem | None = None,
) -> HTMLResponse:
    """The form with what was typed, and above it what is to be done."""
    choices, category = offered(front, state), typed.values["unsur"]
    by_category = asks_by_category(state, choices) and bool(category)
    return front.page(
        "daftar.html",
        problem.status if problem else 200,
        problem.headers if problem else None,
        activity=state.described,
        over=state.over(datetime.now(UTC)),
        offered=choices,
        fixed=category if by_category else "",
        asked=[one for one in state.described.questions if not by_category or one.asked_of(category)],
        values=typed.values,
        errors=typed.errors if problem and problem.reason == "invalid" else {},
        told=problem.detail if problem else "",
        token=token,
    )


def nothing_typed(activity: Activity) -> dict[str, Any]:
    return dict.fromkeys(FIELDS, "") | answers_as_typed(activity.questions, {})


def asks_by_category(state: ActivityState, choices: Choices) -> bool:
    """Whether what is asked hangs on the category: then that is chosen first."""
    asked = {
        tuple(one.id for one in state.described.questions if one.asked_of(category))
        for category in choices.categories
    }
    return len(asked) > 1


def offered(front: OfficePages, state: ActivityState) -> Choices:
    at = datetime.now(UTC)
    left = by_category(seats_left(state, may_wait(state, at)))
    return replace(choices(state.described, front.office.provinces(at.date())), left=left)
