"""What a registration stands for, corrected by staff; what that does to its seat is said first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, get_args

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from services.registration.features.gatherings.domain import seating
from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.gathering_contents import of_change
from services.registration.features.gatherings.gatherings_desk import activity_of, enrolled, gatherings
from services.registration.features.gatherings.pages.answer_fields import (
    PREFIX,
    answers_as_typed,
    in_order,
    read_answers,
)
from services.registration.features.gatherings.pages.moved_up import moved_up
from services.registration.features.gatherings.roster import EnrolledParticipant
from services.registration.features.gatherings.sheets.cells import READERS, CellRefused
from services.registration.kernel.actions import Action
from services.registration.kernel.decisions import Refusal
from services.registration.kernel.sentences import misfit
from services.registration.web.desk import submit_command
from services.registration.web.front import OfficePages
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import redirect_with_message, staff_page
from shared.contracts.commands import ChangeRegistration
from shared.contracts.facts import RegistrationChanged
from shared.contracts.questions import Question
from shared.contracts.types import Category
from shared.words import words

STEP: Final = "langkah"
SURE, MEND = "simpan", "perbaiki"
TYPED: Final = {
    "unsur": "category",
    "wilayah": "regency",
    "angkatan": "cohort",
    "instansi": "institution",
    "npsn": "npsn",
    "kelompok": "group",
}
"""Field of the form -> how it is read."""
ROLES: Final = {"facilitator": "Fasilitator", "principal": "Kepala sekolah"}
"""In a mentored group."""
AT_FIELD: Final = {"institution.name": "instansi", "institution.npsn": "npsn", "group": "kelompok"}
NO_SCHOOL: Final = "Tulis juga nama sekolah dari NPSN itu"
SAME: Final = "Tidak ada yang berubah: semua isian sama seperti yang tercatat."


@dataclass(frozen=True, slots=True)
class TypedChange:
    """`errors`: field -> what to do. `command` is there when there are none."""

    values: dict[str, Any]
    errors: dict[str, str]
    command: ChangeRegistration | None = None


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix="/staf/pendaftaran/{registration}/ubah")
    Changer = Annotated[SignedIn, Depends(access.page(Action.CHANGE_REGISTRATION))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def standing(registration: str, user: Changer) -> HTMLResponse:
        row = await enrolled(front, registration)
        questions = (await activity_of(front, row.activity)).described.questions
        return await _form(front, user, row, TypedChange(as_typed(row, questions), {}))

    @router.post("", response_class=HTMLResponse)
    async def change(registration: str, user: Changer, request: Request) -> Response:
        row, sent = await enrolled(front, registration), await request.form()
        state = await activity_of(front, row.activity)
        typed = read_change(sent, row, state.described.questions)
        if typed.command is None or sent.get(STEP) == MEND:
            return await _form(front, user, row, typed)
        told = await _effect(front, state, row, typed.command)
        if told and sent.get(STEP) != SURE:
            return staff_page(
                front,
                user,
                "staf-pendaftaran-periksa.html",
                again=True,
                row=row,
                activity=state.described,
                told=told,
                kept=hidden_fields(typed.values),
            )
        outcome = await submit_command(front, typed.command, row.activity, user)
        if outcome.result != "changed":
            return await _form(front, user, row, typed, outcome.message or "")
        facts = await gatherings(front).views.caused(outcome.fact) if outcome.fact else []
        people = moved_up(facts)
        more = f" {people}." if people else ""
        done = f"Pendaftaran sudah diperbaiki.{more}" if outcome.fact else SAME
        return redirect_with_message(front, f"/staf/pendaftaran/{row.id}", done)

    return router


def hidden_fields(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """As another page carries them on unseen."""
    found: list[tuple[str, str]] = []
    for name, value in values.items():
        found += [(name, one) for one in value] if isinstance(value, list) else [(name, value)]
    return found


def as_typed(row: EnrolledParticipant, questions: Sequence[Question]) -> dict[str, Any]:
    return answers_as_typed(questions, row.answers) | {
        "unsur": row.category,
        "wilayah": row.regency or "",
        "angkatan": str(row.cohort or ""),
        "instansi": row.institution,
        "npsn": row.npsn or "",
        "kelompok": row.group or "",
        "peran": row.role_in_group or "",
    }


def read_change(
    sent: Mapping[str, Any], row: EnrolledParticipant, questions: Sequence[Question]
) -> TypedChange:
    """What is typed as it stands is left as it stands."""
    values = {name: str(sent.get(name, "")).strip()[:400] for name in (*TYPED, "peran")}
    values["peran"] = values["peran"] if values["peran"] in ROLES else ""
    found, errors, standing = dict[str, Any](), dict[str, str](), as_typed(row, questions)
    for name, reader in TYPED.items():
        try:
            found[name] = READERS[reader](values[name])
        except CellRefused as refused:
            errors[name] = str(refused)
    if not values["unsur"]:
        errors["unsur"] = "Pilih unsurnya"
    if values["npsn"] and not values["instansi"]:
        errors["instansi"] = NO_SCHOOL
    answers = read_answers(sent, questions, found.get("unsur") or "", demanding=False)
    errors |= in_order(answers.errors, questions)
    values |= answers.values
    if errors:
        return TypedChange(values, errors)
    given: dict[str, Any] = {
        TYPED[name]: found[name]
        for name in ("unsur", "wilayah", "angkatan", "kelompok")
        if values[name] != standing[name]
    }
    if values["peran"] != standing["peran"]:
        given["role_in_group"] = values["peran"] or None
    if any(values[name] != standing[name] for name in ("instansi", "npsn")):
        school = {"name": found["instansi"]} | ({"npsn": found["npsn"]} if found["npsn"] else {})
        given["institution"] = school if found["instansi"] else None
    asked = [one.id for one in questions if one.asked_of(found["unsur"])]
    changed = [name for name in asked if values[PREFIX + name] != standing[PREFIX + name]]
    if changed:
        given["answers"] = {name: answers.found.get(name) for name in changed}
    try:
        command = ChangeRegistration.model_validate({"registration": row.id} | given)
    except ValidationError as error:
        places = {str(one["loc"][-1]): one for one in error.errors(include_input=False)}
        wrong = {"name": "instansi", "npsn": "npsn", "group": "kelompok", "cohort": "angkatan"}
        return TypedChange(values, {wrong.get(place, "unsur"): "Isinya tidak sesuai" for place in places})
    faults = {AT_FIELD[one.field]: misfit(one.field, one.rule) for one in of_change(command)}
    return TypedChange(values, faults, None if faults else command)


async def _effect(
    front: OfficePages, state: ActivityState, row: EnrolledParticipant, command: ChangeRegistration
) -> str:
    """What it would do to the seat, decided by the rule that decides; empty where it does nothing."""
    known = await gatherings(front).views.registration(row.id)
    decision = seating.change(state, known, command)
    if isinstance(decision, Refusal) or not decision:
        return ""
    body = decision[0].body
    assert isinstance(body, RegistrationChanged)
    if body.quotas == body.line and not (body.beyond and known and not known.beyond):
        return ""
    named = " dan ".join(words(quota) for quota in body.quotas)
    if body.was == "submitted":
        return f"Bila disetujui, orang ini memakai kursi kuota {named}."
    if body.was == "waitlisted":
        return f"Orang ini pindah ke antrean kuota {named}, menurut waktu pendaftarannya."
    if body.beyond:
        return (
            "Tempat orang ini tetap terkonfirmasi, tetapi di luar kuota: kuota untuk data yang baru penuh "
            "atau tidak ada. Kursi lamanya diberikan kepada yang menunggu."
        )
    if body.was == "offered":
        return f"Orang ini ditawari kursi kuota {named}. Kursi yang semula diberikan kepada yang menunggu."
    return f"Orang ini memakai kursi kuota {named}. Kursi lamanya diberikan kepada yang menunggu."


async def _form(
    front: OfficePages, user: SignedIn, row: EnrolledParticipant, typed: TypedChange, told: str = ""
) -> HTMLResponse:
    return staff_page(
        front,
        user,
        "staf-pendaftaran-ubah.html",
        422 if typed.errors else 409 if told else 200,
        row=row,
        activity=(await activity_of(front, row.activity)).described,
        values=typed.values,
        errors=typed.errors,
        told=told,
        categories=get_args(Category),
        roles=ROLES,
    )
