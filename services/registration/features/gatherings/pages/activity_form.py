"""The form of an activity: what it asks for, and how it is shown filled in, with mistakes at their fields."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData

from services.registration.features.gatherings.activity_drafts import KeptDraft
from services.registration.features.gatherings.pages.activity_as_typed import duration_typed
from services.registration.features.gatherings.pages.publishing_warnings import LATE, closes_late
from services.registration.features.gatherings.pages.typed_activity import (
    MOST,
    OTHER,
    PLAIN,
    QUOTA,
    REQUIRED,
    ROOM,
    SESSION,
    YES,
    TypedActivity,
)
from services.registration.features.gatherings.pages.typed_questions import questions_typed
from services.registration.web.front import OfficePages
from shared.accounts.access import SignedIn
from shared.accounts.desk_pages import staff_page
from shared.contracts.activity import Activity
from shared.contracts.kinds import KINDS
from shared.contracts.types import ZONES, Category

LABELS: Final = {
    "title": "Judul",
    "id": "Kode",
    "kind": "Jenis",
    "other_kind": "Jenis",
    "opens": "Pendaftaran dibuka",
    "closes": "Pendaftaran ditutup",
    "sessions": "Pertemuan",
    "quotas": "Kuota",
    "questions": "Pertanyaan",
    "purpose": "Tujuan",
    "description": "Keterangan",
    "rundown": "Susunan acara",
    "speakers": "Narasumber",
    "topics": "Materi",
    "host": "Penanggung jawab",
    "reply_to": "Email panitia",
    "contact.name": "Narahubung",
    "contact.phone": "Telepon narahubung",
    "reminder_before": "Pengingat",
    "attendance_opens_before": "Pencatatan kehadiran",
    "approval": "Persetujuan",
    "invitation_only": "Siapa yang dapat mendaftar",
    "offer_within": "Kursi yang menjadi kosong",
}
"""In the order of the page, which the error summary keeps; so are those of a block."""
IN_BLOCKS: Final = {
    "title": "acara",
    "starts": "mulai",
    "ends": "selesai",
    "place": "tempat",
    "map": "peta",
    "regency": "kabupaten atau kota",
    "link": "tautan",
    "jp": "JP",
    "id": "nama",
    "seats": "jumlah kursi",
    "categories": "unsur",
    "regencies": "kabupaten atau kota",
    "cohorts": "angkatan",
}
LONGEST_QUESTIONS: Final = 60_000  # letters of the hidden field that holds them as JSON
BLOCKS: Final = ("sessions", "quotas")
"""Fields that say how many of them the form showed."""
REMINDERS: Final = {
    "": "sehari sebelumnya",
    "P2D": "2 hari sebelumnya",
    "P3D": "3 hari sebelumnya",
    "P7D": "7 hari sebelumnya",
    "PT0S": "tidak diingatkan",
}
ATTENDANCE: Final = {
    "": "2 jam sebelum mulai",
    "P1D": "sehari sebelum mulai",
    "P7D": "7 hari sebelum mulai",
}
APPROVAL: Final = {
    "": "tidak perlu: yang mendaftar langsung mendapat tempat",
    YES: "panitia memutuskan siapa yang ikut",
}
ONLY: Final = {"": "siapa saja yang cocok dengan kuotanya", YES: "hanya undangan"}
OFFERS: Final = {
    "": "langsung menjadi milik yang menunggu",
    "PT6H": "ditawarkan 6 jam",
    "PT12H": "ditawarkan 12 jam",
    "P1D": "ditawarkan sehari",
    "P2D": "ditawarkan 2 hari",
}
"""By duration, as ISO 8601 has it."""


@dataclass(frozen=True, slots=True)
class FormPage:
    """What a page of this form says beside its fields. `standing`: the activity that it changes, and `base`:
    how that stood when it was shown; else `draft`: the name of the one that it goes on with, and all of them;
    `done`: what was just done."""

    title: str
    action: str
    standing: Activity | None = None
    base: str = ""
    draft: str = ""
    drafts: Sequence[KeptDraft] = ()
    done: str = ""


def typed_of(front: OfficePages, sent: FormData) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Text by field, and the categories of each quota."""
    typed = {name: str(sent.get(name, "")).strip()[:4_000] for name in _names()}
    for at in range(MOST):
        typed[f"sessions.{at}.zone"] = typed[f"sessions.{at}.zone"] or front.office.zone
    typed["questions"] = str(sent.get("questions", ""))[:LONGEST_QUESTIONS]
    names = [f"quotas.{at}.categories" for at in range(MOST)]
    return typed, {name: [str(one) for one in sent.getlist(name)] for name in names}


def sent_again(typed: dict[str, str], chosen: dict[str, list[str]]) -> list[tuple[str, str]]:
    """The fields as another page carries them on unseen."""
    return [*typed.items(), *((name, one) for name, many in chosen.items() for one in many)]


def activity_form(
    front: OfficePages,
    user: SignedIn,
    page: FormPage,
    typed: dict[str, str],
    chosen: dict[str, list[str]],
    draft: TypedActivity,
    told: str = "",
    more: str = "",
) -> HTMLResponse:
    """`more`: of what a block was asked for. Blocks that are empty stay."""
    values = dict.fromkeys((*_names(), "questions"), "") | {
        f"sessions.{at}.zone": front.office.zone for at in range(MOST)
    }
    values |= typed
    blocks: dict[str, Any] = {"MOST": MOST, "ROOM": ROOM}
    for what, fields in (("sessions", SESSION), ("quotas", QUOTA)):
        used = [at for at in range(MOST) if any(values[f"{what}.{at}.{name}"] for name in fields)]
        sent = _whole(values[what])
        blocks[what] = min(MOST, max([1, sent, *(at + 1 for at in used)]) + (more == what))
    return staff_page(
        front,
        user,
        "staf-terbit.html",
        422 if draft.errors or told else 200,
        again=not draft.errors,
        values=values,
        chosen={f"quotas.{at}.categories": [] for at in range(MOST)} | chosen,
        errors={name: _at_field(name, sentence) for name, sentence in draft.errors.items()},
        named={name: _named(_label(name), draft.errors[name]) for name in sorted(draft.errors, key=_place)},
        told=told,
        warned=LATE if draft.command and closes_late(draft.command) else "",
        blocks=blocks,
        new=f"{more}.{blocks[more] - 1}." if more in BLOCKS else "",
        zones=list(ZONES),
        categories=get_args(Category),
        kinds=KINDS | {OTHER: "Lainnya"},
        reminders=_with(REMINDERS, values["reminder_before"]),
        attendance=_with(ATTENDANCE, values["attendance_opens_before"]),
        approval=APPROVAL,
        only=ONLY,
        offers=_with(OFFERS, values["offer_within"]),
        page=page,
        asked=questions_typed(values["questions"]),
    )


def offers_told(activity: Activity) -> str:
    """Empty where it offers no seats."""
    typed = duration_typed(activity.offer_within)
    return typed and OFFERS.get(typed, f"ditawarkan selama {typed}")


def _with(choices: dict[str, str], value: str) -> dict[str, str]:
    """One that stands and is none of them is offered as it stands."""
    return choices if value in choices else choices | {value: value}


def _names() -> list[str]:
    sessions = [f"sessions.{at}.{name}" for at in range(MOST) for name in (*SESSION, "id", "zone")]
    return [*PLAIN, *BLOCKS, *sessions, *(f"quotas.{at}.{name}" for at in range(MOST) for name in QUOTA)]


def _named(label: str, sentence: str) -> str:
    return f"{label} {sentence}" if sentence == REQUIRED else f"{label}: {sentence}"


def _at_field(name: str, sentence: str) -> str:
    """There the block need not be named, nor the field where the sentence tells what to do."""
    label = _label(name).rpartition(", ")[2]
    return _named(label[0].upper() + label[1:], sentence) if sentence == REQUIRED else sentence


def _label(name: str) -> str:
    """Of a field, as the page calls it: `sessions.0.starts` is `Pertemuan 1, mulai`."""
    if name in LABELS:
        return LABELS[name]
    first, *rest = name.split(".")
    block = f" {int(rest[0]) + 1}, {IN_BLOCKS.get(rest[1], rest[1])}" if rest else ""
    return LABELS.get(first, first) + block


def _place(name: str) -> tuple[int, int, int]:
    """Where a field stands on the page; one that the page does not show comes last."""
    names, in_block = list(LABELS), list(IN_BLOCKS)
    first, at, of_block = [name, "0", ""] if name in names else [*name.split("."), "0", ""][:3]
    return (
        names.index(first) if first in names else len(names),
        int(at),
        in_block.index(of_block) if of_block in in_block else len(in_block),
    )


def _whole(text: str) -> int:
    return int(text) if text in map(str, range(MOST + 1)) else 0
