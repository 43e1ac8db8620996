"""What staff do to an activity that stands: change its seats, call it off."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import TypeAdapter, ValidationError

from services.registration.domain.activity import ActivityState
from services.registration.entrypoints.pages.desk import asked, staff_page
from services.registration.entrypoints.pages.front import Front
from services.registration.entrypoints.pages.session import Session, Sessions
from shared.contracts.commands import CancelActivity, ChangeActivity
from shared.contracts.types import Paragraph
from shared.words import number, words

MAX_SEATS: Final = 1_000_000
NO_NUMBER: Final = "tulis jumlah kursi dengan angka, paling banyak 1.000.000"
NO_REASON: Final = "Alasan terlalu panjang atau memuat tanda yang tidak dapat dicetak"


def routes(front: Front, sessions: Sessions) -> APIRouter:
    router = APIRouter(prefix="/staf/kegiatan/{activity}")
    Staff = Annotated[Session, Depends(sessions.required)]  # noqa: N806

    @router.get("/kursi", response_class=HTMLResponse)
    async def seats(activity: str, session: Staff) -> HTMLResponse:
        state = await front.activity(activity)
        standing = {f"kursi-{one.id}": str(one.seats) for one in state.described.quotas}
        return _seats(front, session, state, standing, {})

    @router.post("/kursi", response_class=HTMLResponse)
    async def change(activity: str, session: Staff, request: Request) -> Response:
        state, sent = await front.activity(activity), await request.form()
        typed, wanted, errors = read_seats(sent, state)
        if errors:
            return _seats(front, session, state, typed, errors)
        quotas = [
            one.model_dump(mode="json", exclude_unset=True) | {"seats": wanted[one.id]}
            for one in state.described.quotas
        ]
        command = ChangeActivity.model_validate({"activity": state.described.id, "quotas": quotas})
        outcome = await asked(front, command, state.described.id, str(sent.get("nonce", "")))
        if outcome.result == "changed":
            return RedirectResponse(f"/staf/kegiatan/{state.described.id}", 303)
        state = await front.activity(activity)
        return _seats(front, session, state, typed, _below_taken(state, wanted), outcome.message or "")

    @router.get("/batal", response_class=HTMLResponse)
    async def question(activity: str, session: Staff) -> HTMLResponse:
        return await _question(front, session, activity, "", {})

    @router.post("/batal", response_class=HTMLResponse)
    async def cancel(activity: str, session: Staff, request: Request) -> Response:
        state, sent = await front.activity(activity), await request.form()
        reason = str(sent.get("alasan", "")).replace("\r\n", "\n").strip()
        try:
            given = {"reason": TypeAdapter(Paragraph).validate_python(reason)} if reason else {}
        except ValidationError:
            return await _question(front, session, activity, reason[:4_000], {"alasan": NO_REASON})
        command = CancelActivity.model_validate({"activity": state.described.id} | given)
        outcome = await asked(front, command, state.described.id, str(sent.get("nonce", "")))
        if outcome.result == "cancelled":
            return RedirectResponse(f"/staf/kegiatan/{state.described.id}", 303)
        return await _question(front, session, activity, reason, {}, outcome.message or "")

    return router


def read_seats(
    sent: Mapping[str, Any], state: ActivityState
) -> tuple[dict[str, str], dict[str, int], dict[str, str]]:
    """What was typed by field, seats by quota, and by field what to mend."""
    typed = {f"kursi-{one.id}": str(sent.get(f"kursi-{one.id}", ""))[:20] for one in state.described.quotas}
    wanted, errors = {}, {}
    for one in state.described.quotas:
        text = typed[f"kursi-{one.id}"].strip()
        if text.isascii() and text.isdigit() and int(text) <= MAX_SEATS:
            wanted[one.id] = int(text)
        else:
            errors[f"kursi-{one.id}"] = f"Kuota {words(one.id)}: {NO_NUMBER}"
    return typed, wanted, errors


def _below_taken(state: ActivityState, wanted: Mapping[str, int]) -> dict[str, str]:
    taken = {quota: state.taken.get(quota, 0) for quota in wanted}
    told = "Kuota {} paling sedikit {}: kursi itu sudah terisi"
    return {
        f"kursi-{quota}": told.format(words(quota), number(taken[quota]))
        for quota, seats in wanted.items()
        if seats < taken[quota]
    }


def _seats(
    front: Front,
    session: Session,
    state: ActivityState,
    values: dict[str, str],
    errors: dict[str, str],
    told: str = "",
) -> HTMLResponse:
    """Where the fields say it, it is not said twice."""
    return staff_page(
        front,
        session,
        "staf-kursi.html",
        422 if errors else 409 if told else 200,
        state=state,
        values=values,
        errors=errors,
        told="" if errors else told,
    )


async def _question(
    front: Front, session: Session, activity: str, reason: str, errors: dict[str, str], told: str = ""
) -> HTMLResponse:
    state = await front.activity(activity)
    return staff_page(
        front,
        session,
        "staf-batal-kegiatan.html",
        422 if errors else 409 if told else 200,
        state=state,
        confirmed=(await front.roster.counts(state.described.id)).get("confirmed", 0),
        values={"alasan": reason},
        errors=errors,
        told=told,
    )
