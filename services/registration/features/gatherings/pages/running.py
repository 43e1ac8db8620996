"""What staff do to an activity that stands: change its seats, call it off."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import TypeAdapter, ValidationError

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.gatherings_desk import activity_of, gatherings
from services.registration.features.gatherings.pages.moved_up import moved_up
from services.registration.kernel.actions import Action
from services.registration.web.desk import submit_command
from services.registration.web.front import OfficePages, now
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import redirect_with_message, staff_page
from shared.contracts.commands import CancelActivity, ChangeActivity
from shared.contracts.types import Paragraph
from shared.words import number, words

MAX_SEATS: Final = 1_000_000
NO_NUMBER: Final = "tulis jumlah kursi dengan angka, paling banyak 1.000.000"
GOING_ON: Final = "Orang berikutnya menyusul naik sebentar lagi; muat ulang halaman ini untuk melihatnya."
NO_REASON: Final = "Alasan terlalu panjang atau memuat tanda yang tidak dapat dicetak"


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix="/staf/kegiatan/{activity}")
    Changer = Annotated[SignedIn, Depends(access.page(Action.CHANGE_ACTIVITY))]  # noqa: N806
    Canceller = Annotated[SignedIn, Depends(access.page(Action.CANCEL_ACTIVITY))]  # noqa: N806

    @router.get("/kursi", response_class=HTMLResponse)
    async def seats(activity: str, user: Changer) -> HTMLResponse:
        state = await activity_of(front, activity)
        standing = {f"kursi-{one.id}": str(one.seats) for one in state.described.quotas}
        return _seats(front, user, state, standing, {})

    @router.post("/kursi", response_class=HTMLResponse)
    async def change(activity: str, user: Changer, request: Request) -> Response:
        state, sent = await activity_of(front, activity), await request.form()
        typed, wanted, errors = read_seats(sent, state)
        if errors:
            return _seats(front, user, state, typed, errors)
        quotas = [
            one.model_dump(mode="json", exclude_unset=True) | {"seats": wanted[one.id]}
            for one in state.described.quotas
        ]
        command = ChangeActivity.model_validate({"activity": state.described.id, "quotas": quotas})
        outcome = await submit_command(front, command, state.described.id, user)
        if outcome.result == "changed":
            told = await _seats_changed(front, state, wanted, outcome.fact)
            return redirect_with_message(front, f"/staf/kegiatan/{state.described.id}", told)
        state = await activity_of(front, activity)
        return _seats(front, user, state, typed, _below_taken(state, wanted), outcome.message or "")

    @router.get("/batal", response_class=HTMLResponse)
    async def question(activity: str, user: Canceller) -> HTMLResponse:
        return await _question(front, user, activity, "", {})

    @router.post("/batal", response_class=HTMLResponse)
    async def cancel(activity: str, user: Canceller, request: Request) -> Response:
        state, sent = await activity_of(front, activity), await request.form()
        reason = str(sent.get("alasan", "")).replace("\r\n", "\n").strip()
        try:
            given = {"reason": TypeAdapter(Paragraph).validate_python(reason)} if reason else {}
        except ValidationError:
            return await _question(front, user, activity, reason[:4_000], {"alasan": NO_REASON})
        command = CancelActivity.model_validate({"activity": state.described.id} | given)
        outcome = await submit_command(front, command, state.described.id, user)
        if outcome.result == "cancelled":
            told = called_off(await gatherings(front).views.caused(outcome.fact))
            return redirect_with_message(front, f"/staf/kegiatan/{state.described.id}", told)
        return await _question(front, user, activity, reason, {}, outcome.message or "")

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


async def _seats_changed(
    front: OfficePages, before: ActivityState, wanted: Mapping[str, int], fact: str | None
) -> str:
    """Who moved up is counted from the facts of this command; the rest move up by ticks."""
    if fact is None:
        return "Tidak ada yang berubah: jumlah kursinya sama seperti semula."
    facts = await gatherings(front).views.caused(fact)
    people = moved_up(facts)
    after = await activity_of(front, before.described.id)
    told = f"{seats_told(before, wanted)}{'; ' if people else ''}{people}."
    return f"{told} {GOING_ON}" if after.promoting(now()) else told


def seats_told(before: ActivityState, wanted: Mapping[str, int]) -> str:
    """Of the quotas that are other than before; of all, where the same was sent again."""
    stood = {one.id: one.seats for one in before.described.quotas}
    changed = [one for one in wanted if wanted[one] != stood[one]] or list(wanted)
    steps = [wanted[one] - stood[one] for one in changed]
    verb = "dinaikkan" if min(steps) > 0 else "dikurangi" if max(steps) < 0 else "diubah"
    if len(stood) == 1:
        return f"Kursi {verb} menjadi {number(wanted[changed[0]])}"
    return f"Kursi {verb}: " + ", ".join(f"{words(one)} menjadi {number(wanted[one])}" for one in changed)


def called_off(facts: Sequence[Mapping[str, Any]]) -> str:
    """By the facts of the command, which cancel everybody's registration."""
    changes = [change for one in facts for change in one["data"].get("changes", ())]
    people = sum(change["add"].get("cancelled", 0) for change in changes)
    mails = (
        f"{number(people)} orang dikabari lewat email."
        if people
        else "Tidak ada peserta yang perlu dikabari."
    )
    return f"Kegiatan dibatalkan. {mails}"


def _below_taken(state: ActivityState, wanted: Mapping[str, int]) -> dict[str, str]:
    taken = {quota: state.taken.get(quota, 0) for quota in wanted}
    told = "Kuota {} paling sedikit {}: kursi itu sudah terisi"
    return {
        f"kursi-{quota}": told.format(words(quota), number(taken[quota]))
        for quota, seats in wanted.items()
        if seats < taken[quota]
    }


def _seats(
    front: OfficePages,
    user: SignedIn,
    state: ActivityState,
    values: dict[str, str],
    errors: dict[str, str],
    told: str = "",
) -> HTMLResponse:
    """Where the fields say it, it is not said twice."""
    return staff_page(
        front,
        user,
        "staf-kursi.html",
        422 if errors else 409 if told else 200,
        state=state,
        values=values,
        errors=errors,
        told="" if errors else told,
    )


async def _question(
    front: OfficePages, user: SignedIn, activity: str, reason: str, errors: dict[str, str], told: str = ""
) -> HTMLResponse:
    state = await activity_of(front, activity)
    return staff_page(
        front,
        user,
        "staf-batal-kegiatan.html",
        422 if errors else 409 if told else 200,
        state=state,
        confirmed=(await gatherings(front).roster.counts(state.described.id)).get("confirmed", 0),
        values={"alasan": reason},
        errors=errors,
        told=told,
    )
