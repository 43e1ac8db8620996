"""Answering an invitation by its link: whether they come, and who; and others in their place."""

import re
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.gatherings_desk import activity_of, gatherings
from services.registration.features.gatherings.invitation_views import ListedInvitation
from services.registration.features.gatherings.pages.fields import PERSON, read_person
from services.registration.features.gatherings.submitters import BY_INVITATION
from services.registration.kernel.acceptable import Unacceptable
from services.registration.kernel.received_commands import canonical
from services.registration.web.front import WAIT_SECONDS, OfficePages, now
from shared.contracts.commands import AnswerInvitation, Command, SubmitRegistration, SubstituteRegistration
from shared.contracts.outcomes import Outcome
from shared.http import Problem
from shared.kafka.connection import KafkaUnavailable
from shared.links import LinkUnknown

NOT_OURS: Final = (
    "Tautan undangan ini tidak kami kenali. "
    "Buka lagi dari email Anda, dan pastikan alamatnya tidak terpotong."
)
AGAIN: Final = "Belum pasti kami terima. Kirim sekali lagi; mengulang tidak menimbulkan masalah."
ANSWERS: Final = {"hadir": "coming", "diwakili": "represented", "berhalangan": "not_coming"}
COUNT: Final = re.compile(r"[0-9]{1,4}")
PENDING: Final = "Sedang diproses; muat ulang halaman ini sebentar lagi."
KNOWN: Final = (
    "Orang ini tidak dapat ditambahkan. Bila ia sudah mendaftar sendiri, pendaftarannya tetap berlaku; "
    "sebut orang lain, atau hubungi panitia."
)
Invited = tuple[ListedInvitation, ActivityState]


def routes(front: OfficePages) -> APIRouter:
    router = APIRouter(prefix="/undangan/{token}")

    @router.get("", response_class=HTMLResponse)
    async def show(token: str) -> HTMLResponse:
        return _page(front, token, await _invited(front, token))

    @router.post("", response_class=HTMLResponse)
    async def answer(token: str, request: Request) -> Response:
        row, state = await _invited(front, token)
        sent = await request.form()
        said, seats = ANSWERS.get(str(sent.get("jawaban"))), str(sent.get("kursi", "")).strip()
        if said is None:
            return _page(front, token, (row, state), told="Pilih salah satu jawaban.")
        given: dict[str, Any] = {"activity": state.described.id, "invitation": row.invitation.id}
        wanted = int(seats) if COUNT.fullmatch(seats) else 0
        if said != "not_coming" and 0 < wanted <= row.invitation.kept:
            given["seats"] = wanted
        command = AnswerInvitation.model_validate(given | {"answer": said})
        return await _answered(front, token, row, command, f"{row.invitation.answer} {row.invitation.kept}")

    @router.post("/orang", response_class=HTMLResponse)
    async def name(token: str, request: Request) -> Response:
        row, state = await _invited(front, token)
        typed = read_person(await request.form())
        if typed.errors:
            return _page(front, token, (row, state), typed.values, typed.errors)
        who = {name: typed.found[field] for field, name in PERSON if typed.found[field]}
        given = {
            "activity": state.described.id,
            "participant": who,
            "category": row.invitation.invited.category,
        }
        command = SubmitRegistration.model_validate(given | {"invitation": row.invitation.id})
        return await _answered(front, token, row, command, _named(row), typed.values)

    @router.get("/orang/{registration}", response_class=HTMLResponse)
    async def whom(token: str, registration: str) -> HTMLResponse:
        return _page(front, token, await _invited(front, token), replacing=registration)

    @router.post("/orang/{registration}", response_class=HTMLResponse)
    async def replace(token: str, registration: str, request: Request) -> Response:
        row, state = await _invited(front, token)
        _theirs(row, registration)
        if now() >= row.invitation.until:
            return _page(front, token, (row, state), told="Batas waktunya sudah lewat. Hubungi panitia.")
        typed = read_person(await request.form())
        if typed.errors:
            return _page(front, token, (row, state), typed.values, typed.errors, replacing=registration)
        who = {name: typed.found[field] for field, name in PERSON if typed.found[field]}
        command = SubstituteRegistration.model_validate({"registration": registration, "participant": who})
        return await _answered(front, token, row, command, _named(row), typed.values, registration)

    return router


async def _invited(front: OfficePages, token: str) -> Invited:
    """Raises `Problem` 404."""
    try:
        name = front.links.invitation(token)
    except LinkUnknown:
        raise Problem(404, "link_unknown", NOT_OURS) from None
    activity = await gatherings(front).invitations.activity_of(name)
    state = await activity_of(front, activity) if activity else None
    found = await gatherings(front).invitations.one(name, state) if state else None
    if found is None or state is None:
        raise Problem(404, "link_unknown", NOT_OURS)
    return found, state


def _theirs(row: ListedInvitation, registration: str) -> str:
    """The name of whom they named. Raises `Problem` 404."""
    for person in row.people:
        if person.registration == registration:
            return person.name
    raise Problem(404, "registration_unknown", "Orang ini tidak ada pada undangan Anda.")


def _named(row: ListedInvitation) -> str:
    """By which a form that is sent twice is known from one that follows."""
    return " ".join(person.registration for person in row.people)


async def _answered(
    front: OfficePages,
    token: str,
    row: ListedInvitation,
    command: Command,
    stood: str,
    values: dict[str, str] | None = None,
    replacing: str = "",
) -> Response:
    """Raises `Problem` 503."""
    outcome = await _ask(front, row, command, stood)
    if outcome is not None and outcome.result not in ("refused", "parked"):
        return RedirectResponse(f"/undangan/{token}", 303)
    told = PENDING if outcome is None else outcome.message or ""
    if outcome is not None and outcome.reason == "already_registered":
        told = KNOWN
    return _page(front, token, await _invited(front, token), values, told=told, replacing=replacing)


async def _ask(front: OfficePages, row: ListedInvitation, command: Command, stood: str) -> Outcome | None:
    client, source = front.desk.command_client, front.desk.source(BY_INVITATION)
    content = canonical(command.model_dump(mode="json", exclude_unset=True))
    identifier = client.digests.form(row.invitation.id, f"{command.type} {content} {stood}")
    try:
        return await client.ask(
            command, row.invitation.activity, source, identifier, WAIT_SECONDS, known=True
        )
    except Unacceptable:
        raise Problem(422, "invalid", "Isian tidak sesuai. Kembali, perbaiki, lalu kirim lagi.") from None
    except KafkaUnavailable:
        raise Problem(503, "unavailable", AGAIN, {"Retry-After": "5"}) from None


def _page(
    front: OfficePages,
    token: str,
    invited: Invited,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    told: str = "",
    replacing: str = "",
) -> HTMLResponse:
    row, state = invited
    return front.page(
        "undangan.html",
        422 if errors else 409 if told else 200,
        activity=state.described,
        cancelled=state.cancelled,
        row=row,
        late=now() >= row.invitation.until,
        token=token,
        values=values or dict.fromkeys((name for name, _ in PERSON), ""),
        errors=errors or {},
        told=told,
        replacing=replacing,
        replaced=_theirs(row, replacing) if replacing else "",
    )
