"""One registration as its staff see it: cancel it, correct the person, tick attendance, its mails."""

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.registration.features.accounts.accounts_desk import account_pages, history_of, note
from services.registration.features.gatherings.answers_shown import shown_answers
from services.registration.features.gatherings.gatherings_desk import (
    activity_of,
    enrolled,
    gatherings,
    may_see,
)
from services.registration.features.gatherings.pages.attendance import record, saved
from services.registration.features.gatherings.pages.fields import read_person
from services.registration.features.gatherings.pages.mails import TOLD, listed
from services.registration.features.gatherings.pages.moved_up import moved_up
from services.registration.features.gatherings.roster import EnrolledParticipant
from services.registration.features.people.domain import participant
from services.registration.kernel.actions import Action
from services.registration.web.desk import submit_command
from services.registration.web.front import OfficePages, now, poll_until
from services.registration.web.mails import Mail
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import done_message, redirect_with_message, staff_page
from shared.accounts.pages.history import names
from shared.contracts.commands import CancelRegistration, CorrectParticipant
from shared.contracts.outcomes import Outcome

BEYOND: Final = (
    "Orang ini terdaftar juga di kegiatan lain, jadi datanya diperbaiki oleh panitia seluruh balai. "
    "Sampaikan perbaikannya kepada mereka."
)
OTHERS: Final = 10  # registrations of one person that are asked after
FIELDS: Final = {"nama": "name", "email": "email", "telepon": "phone", "nip": "nip", "nuptk": "nuptk"}


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix="/staf/pendaftaran/{registration}")
    Viewer = Annotated[SignedIn, Depends(access.page(Action.SEE_ROSTER))]  # noqa: N806
    Canceller = Annotated[SignedIn, Depends(access.page(Action.CANCEL_REGISTRATION))]  # noqa: N806
    Corrector = Annotated[SignedIn, Depends(access.page(Action.CORRECT_PERSON))]  # noqa: N806
    Recorder = Annotated[SignedIn, Depends(access.page(Action.RECORD_ATTENDANCE))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def show(
        registration: str, user: Viewer, request: Request, fakta: str = "", kirim: str = "", baru: str = ""
    ) -> HTMLResponse:
        row, here = await enrolled(front, registration), request.url.path
        fact, new = (
            front.desk.done_sentences.read(fakta, here),
            bool(front.desk.done_sentences.read(baru, here)),
        )
        return await _shown(
            front, user, row, fact=fact, sent=kirim, new=new, did=done_message(front, request)
        )

    @router.get("/batal", response_class=HTMLResponse)
    async def question(registration: str, user: Canceller) -> HTMLResponse:
        row = await enrolled(front, registration)
        state = await activity_of(front, row.activity)
        over = state.over(now())
        return staff_page(front, user, "staf-batal.html", row=row, activity=state.described, over=over)

    @router.post("/batal", response_class=HTMLResponse)
    async def cancel(registration: str, user: Canceller) -> Response:
        row = await enrolled(front, registration)
        command = CancelRegistration(registration=row.id)
        outcome = await submit_command(front, command, row.activity, user)
        return await _answered(front, user, row, outcome, await _cancelled(front, outcome))

    @router.post("/data", response_class=HTMLResponse)
    async def correct(registration: str, user: Corrector, request: Request) -> Response:
        row, sent = await enrolled(front, registration), await request.form()
        if await _beyond(front, user, row):
            return await _shown(front, user, row, told=BEYOND, status=403)
        typed = read_person(sent)
        if typed.errors:
            return await _shown(front, user, row, typed.values, typed.errors, status=422)
        changed = {name: typed.found[field] for field, name in FIELDS.items() if typed.found[field]}
        gone = {name: None for name in ("phone", "nip", "nuptk") if name in row.who and name not in changed}
        given = {name: value for name, value in changed.items() if row.who.get(name) != value}
        if not given | gone:
            return redirect_with_message(front, f"/staf/pendaftaran/{row.id}", saved(0))
        command = CorrectParticipant.model_validate({"ref": row.ref} | given | gone)
        outcome = await submit_command(front, command, participant.key(row.ref), user)
        return await _answered(front, user, row, outcome)

    @router.post("/kehadiran", response_class=HTMLResponse)
    async def attend(registration: str, user: Recorder, request: Request) -> Response:
        row, sent = await enrolled(front, registration), await request.form()
        differs = set(sent.getlist("hadir")) ^ set(sent.getlist("semula"))
        ticks = [(row.id, str(one), one in sent.getlist("hadir")) for one in sorted(map(str, differs))]
        told = await record(front, row.activity, ticks, user)
        return await _answered(front, user, row, told[0] if told else None, saved(len(ticks)))

    return router


async def _beyond(front: OfficePages, user: SignedIn, row: EnrolledParticipant) -> bool:
    """Whether a correction would reach registrations that are none of this user's."""
    return bool(await gatherings(front).reach.elsewhere([row.ref], may_see(user)))


async def _cancelled(front: OfficePages, outcome: Outcome) -> str:
    facts = await gatherings(front).views.caused(outcome.fact)
    people = moved_up(facts)
    return f"Pendaftaran dibatalkan, dan orangnya menerima email{'; ' if people else ''}{people}."


async def _answered(
    front: OfficePages, user: SignedIn, row: EnrolledParticipant, outcome: Outcome | None, told: str = ""
) -> Response:
    """Back to the registration, which says what was done, or what was refused."""
    if outcome is not None and outcome.result in ("refused", "parked", None):
        status = 409 if outcome.result else 202
        row = await enrolled(front, row.id)
        return await _shown(front, user, row, told=outcome.message or "", status=status)
    here = f"/staf/pendaftaran/{row.id}"
    if outcome and outcome.result == "corrected" and outcome.fact:
        return RedirectResponse(f"{here}?fakta={front.desk.done_sentences.sign(here, outcome.fact)}", 303)
    return redirect_with_message(front, here, told)


async def _shown(
    front: OfficePages,
    user: SignedIn,
    row: EnrolledParticipant,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    told: str = "",
    status: int = 200,
    fact: str = "",
    sent: str = "",
    new: bool = False,
    did: str = "",
) -> HTMLResponse:
    state = await activity_of(front, row.activity)
    beyond = await _beyond(front, user, row)
    if beyond:
        [row] = await gatherings(front).reach.seen(row.activity, [row], may_see(user))
    await note(front, user, "read_registration", f"r:{row.id}", f"a:{row.activity}", f"p:{row.ref}")
    reached, live = await reach(front, row.ref, fact) if fact else (0, 0)
    mails = await listed(front, activity=row.activity, registration=row.id)
    unsent = mails.unsent + await _unsent_elsewhere(front, row) if fact and reached == live else []
    history, may = history_of(front), user.may("see_changes", row.activity)
    standing: dict[str, Any] = {field: row.who.get(name, "") for field, name in FIELDS.items()}
    return staff_page(
        front,
        user,
        "staf-pendaftaran.html",
        status,
        row=row,
        beyond=BEYOND if beyond else "",
        state=state,
        answers=shown_answers(state.described, row.category, row.answers, now()),
        values=values or standing,
        errors=errors or {},
        told=told,
        fact=fact,
        reached=reached,
        live=live,
        new=new,
        done=did,
        mails=mails,
        mail_told=TOLD.get(sent, ""),
        unsent=unsent,
        changes=await history.of_registration(row.id, row.activity) if may else [],
        names=await names(account_pages(front)) if may else {},
    )


async def _unsent_elsewhere(front: OfficePages, row: EnrolledParticipant) -> list[Mail]:
    """Of the person's other registrations, which a correction reached as well."""
    others = [one for one in await gatherings(front).roster.live(row.ref) if one.registration != row.id][
        :OTHERS
    ]
    found = [listed(front, activity=one.activity, registration=one.registration) for one in others]
    return [mail for mails in await asyncio.gather(*found) for mail in mails.unsent]


async def reach(front: OfficePages, ref: str, fact: str) -> tuple[int, int]:
    """How many of the person's live registrations follow a correction, by the id of its fact, and how many
    there are. Mails go to the new address from then on."""
    activities = [one.activity for one in await gatherings(front).roster.live(ref)]
    source, digests = f"/{front.office.code}/registration", front.desk.command_client.digests

    async def follows(activity: str) -> Outcome | None:
        digest = digests.command(activity, source, fact)
        return await poll_until(
            lambda: front.desk.outcomes.standing([digest]), lambda found: found is not None
        )

    followed = await asyncio.gather(*map(follows, activities))
    return sum(one is not None and one.result == "corrected" for one in followed), len(activities)
