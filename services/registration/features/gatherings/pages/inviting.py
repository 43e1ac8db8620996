"""Whom an activity invites: sent many at once, a line each; who answered what; and reminding the silent."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, get_args

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from services.registration.features.accounts.accounts_desk import note
from services.registration.features.gatherings.gatherings_desk import activity_of, gatherings
from services.registration.features.gatherings.invitation_views import ListedInvitation
from services.registration.features.gatherings.pages.typed_activity import moment_of
from services.registration.kernel.actions import Action
from services.registration.web.desk import submit_command
from services.registration.web.front import OfficePages, now
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import done_message, redirect_with_message, staff_page
from shared.contracts.commands import RemindInvitation, SendInvitation
from shared.contracts.types import Category
from shared.pages import pages_of
from shared.words import number

MOST: Final = 100
ROWS: Final = 40
FIELDS: Final = ("daftar", "unsur", "sampai", "surat", "pesan")
FORMS: Final = ("instansi", "orang")
EMPTY: Final = "Tulis paling sedikit satu baris: nama; email; jumlah kursi"
Number = Annotated[int, Query(ge=1, le=10_000)]


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix="/staf/kegiatan/{activity}/undangan")
    Inviter = Annotated[SignedIn, Depends(access.page(Action.INVITE))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def show(activity: str, user: Inviter, request: Request, hal: Number = 1) -> HTMLResponse:
        return await _shown(front, user, activity, hal, did=done_message(front, request))

    @router.post("", response_class=HTMLResponse)
    async def invite(activity: str, user: Inviter, request: Request) -> Response:
        state, sent = await activity_of(front, activity), await request.form()
        typed = {name: str(sent.get(name, "")).strip()[:20_000] for name in (*FIELDS, "untuk")}
        commands, errors = _read(front, state.described.id, typed, user.nonce)
        if errors:
            return await _shown(front, user, activity, 1, typed, errors)
        for one in commands:  # in their order, since the first takes the seats
            await submit_command(front, one, state.described.id, user, wait=0)
        asked = [submit_command(front, one, state.described.id, user) for one in commands]
        outcomes = await asyncio.gather(*asked)
        left = [
            (line, one)
            for line, one in zip(_lines(typed["daftar"]), outcomes, strict=True)
            if one.result != "invited"
        ]
        done = f"{number(len(outcomes) - len(left))} undangan dikirim, dan kursinya disimpan."
        if not left:
            return redirect_with_message(front, f"/staf/kegiatan/{activity}/undangan", done)
        typed["daftar"] = "\n".join(line for line, _ in left)
        told = f"{done} {number(len(left))} belum: {left[0][1].message}"
        return await _shown(front, user, activity, 1, typed, told=told)

    @router.post("/ingatkan", response_class=HTMLResponse)
    async def remind(activity: str, user: Inviter) -> Response:
        state = await activity_of(front, activity)
        rows = await gatherings(front).invitations.listed(state)
        silent = [one.invitation for one in rows if _silent(one)]
        commands = [RemindInvitation(activity=one.activity, invitation=one.id) for one in silent]
        asked = [submit_command(front, one, one.activity, user) for one in commands]
        reminded = sum(one.result == "recorded" for one in await asyncio.gather(*asked))
        told = f"{number(reminded)} undangan yang belum dijawab diingatkan lewat email."
        return redirect_with_message(front, f"/staf/kegiatan/{activity}/undangan", told)

    return router


def _silent(one: ListedInvitation) -> bool:
    return one.standing == "silent" and now() < one.invitation.until


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _read(
    front: OfficePages, activity: str, typed: Mapping[str, str], nonce: str
) -> tuple[list[SendInvitation], dict[str, str]]:
    """A command for each line, or by field what to mend."""
    lines, errors, commands = _lines(typed["daftar"]), dict[str, str](), list[SendInvitation]()
    if not lines:
        errors["daftar"] = EMPTY
    if len(lines) > MOST:
        errors["daftar"] = f"Kirim paling banyak {MOST} undangan sekaligus"
    if typed["unsur"] not in get_args(Category):
        errors["unsur"] = "Pilih unsurnya"
    until = moment_of(typed["sampai"], front.office.zone)
    try:
        if datetime.fromisoformat(until) <= now():
            errors["sampai"] = "Batas waktunya harus di masa depan"
    except (ValueError, TypeError):
        errors["sampai"] = "Tulis tanggal dan jamnya"
    about = {"activity": activity, "until": until, "category": typed["unsur"]}
    about |= {"letter": typed["surat"]} if typed["surat"] else {}
    about |= {"text": typed["pesan"].replace("\r\n", "\n")} if typed["pesan"] else {}
    for at, line in enumerate([] if errors else lines, start=1):
        new = gatherings(front).invitations.new_id(activity, f"{nonce} {line}")
        try:
            commands.append(
                SendInvitation.model_validate(about | {"invitation": new} | _invitee(line, typed))
            )
        except ValidationError as error:
            place = str(error.errors(include_input=False)[0]["loc"][0])
            field = {"letter": "surat", "text": "pesan"}.get(place, "daftar")
            wrong = f"Baris {at}: tulis nama; email; jumlah kursi, dipisah titik koma"
            errors[field] = wrong if field == "daftar" else "Isinya tidak sesuai; tautan diawali https://"
            break
    return commands, errors


def _invitee(line: str, typed: Mapping[str, str]) -> dict[str, Any]:
    name, email, seats = ([part.strip() for part in line.split(";")] + ["", ""])[:3]
    count = int(seats) if seats.isascii() and seats.isdigit() and len(seats) < 5 else 0 if seats else 1
    found: dict[str, Any] = {"to": {"name": name, "email": email}, "seats": count}
    return found if typed["untuk"] == "orang" else found | {"institution": {"name": name}}


async def _shown(
    front: OfficePages,
    user: SignedIn,
    activity: str,
    page: int,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    told: str = "",
    did: str = "",
) -> HTMLResponse:
    state = await activity_of(front, activity)
    rows: Sequence[ListedInvitation] = await gatherings(front).invitations.listed(state)
    await note(front, user, "read_list", f"a:{activity}", count=len(rows))
    return staff_page(
        front,
        user,
        "staf-undangan-kegiatan.html",
        422 if errors else 409 if told else 200,
        activity=state.described,
        cancelled=state.cancelled,
        rows=rows[(page - 1) * ROWS : page * ROWS],
        total=len(rows),
        seats=sum(one.invitation.seats for one in rows),
        named=sum(len(one.people) for one in rows),
        held=sum(one.left for one in rows),
        count=Counter(one.standing for one in rows),
        silent=sum(map(_silent, rows)),
        number=page,
        pages=pages_of(len(rows), ROWS),
        values=dict.fromkeys((*FIELDS, "untuk"), "") | dict(values or {}),
        errors=errors or {},
        told=told,
        done=did,
        categories=get_args(Category),
    )
