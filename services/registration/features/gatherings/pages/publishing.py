"""Announcing an activity from a form or from YAML, once it was seen as it will stand."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final, get_args

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import escape
from starlette.datastructures import FormData, UploadFile

from services.registration.features.gatherings.pages.drafts import (
    MOST,
    PLAIN,
    QUOTA,
    REQUIRED,
    SESSION,
    Draft,
    NoYaml,
    of_form,
    of_yaml,
)
from services.registration.features.gatherings.pages.publishing_warnings import (
    LATE,
    closes_late,
    publishing_warnings,
)
from services.registration.features.gatherings.pages.yaml_lines import SHOWN, Mistake, excerpt, mistakes
from services.registration.kernel.actions import Action
from services.registration.web.desk import submit_command
from services.registration.web.front import OfficePages, now
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import redirect_with_message, staff_page
from shared.contracts.commands import PublishActivity
from shared.contracts.types import ZONES, Category

LABELS: Final = {
    "title": "Judul",
    "id": "Kode",
    "kind": "Jenis",
    "opens": "Pendaftaran dibuka",
    "closes": "Pendaftaran ditutup",
    "sessions": "Pertemuan",
    "quotas": "Kuota",
    "host": "Penanggung jawab",
    "reply_to": "Email panitia",
    "speakers": "Narasumber",
    "topics": "Materi",
}
"""In the order of the page, which the error summary keeps; so are those of a block."""
IN_BLOCKS: Final = {
    "title": "acara",
    "starts": "mulai",
    "ends": "selesai",
    "place": "tempat",
    "regency": "kabupaten atau kota",
    "link": "tautan",
    "jp": "JP",
    "id": "nama",
    "seats": "jumlah kursi",
    "categories": "unsur",
    "regencies": "kabupaten atau kota",
    "cohorts": "angkatan",
}
BLOCKS: Final = ("sessions", "quotas")
"""Fields that say how many of them the form showed."""
STEP: Final = "langkah"
PUBLISH, MEND = "umumkan", "perbaiki"
PUBLISHED: Final = "Kegiatan sudah diumumkan. Halamannya untuk peserta dapat dibagikan."
YAML_BYTES: Final = 12_000  # as the page holds it, with the marks of HTML
NO_TEXT: Final = "Tempel YAML kegiatan, atau pilih berkasnya"
TOO_LONG: Final = "YAML ini terlalu panjang untuk ditempel; pakai berkas"
NO_UTF8: Final = "Berkas ini bukan teks; simpan sebagai teks UTF-8"


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix="/staf/terbit")
    Announcer = Annotated[SignedIn, Depends(access.page(Action.ANNOUNCE_ACTIVITY))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def empty(user: Announcer) -> HTMLResponse:
        return _form(front, user, FormData(), Draft())

    @router.post("", response_class=HTMLResponse)
    async def announce(user: Announcer, request: Request) -> Response:
        sent = await request.form()
        typed, chosen = _typed(front, sent)
        draft = of_form(typed, chosen, front.office.zone)
        if "tambah" in sent:
            return _form(front, user, sent, Draft(), more=str(sent["tambah"]))
        kept = [*typed.items(), *((name, one) for name, many in chosen.items() for one in many)]
        told = await _next(front, user, sent, draft, "/staf/terbit", kept)
        return told if isinstance(told, Response) else _form(front, user, sent, draft, told)

    @router.get("/yaml", response_class=HTMLResponse)
    async def empty_yaml(user: Announcer) -> HTMLResponse:
        return _yaml(front, user, "", [])

    @router.post("/yaml", response_class=HTMLResponse)
    async def announce_yaml(user: Announcer, request: Request) -> Response:
        sent = await request.form()
        text = str(sent.get("yaml", ""))
        try:
            text = await _text(sent)
            draft = await asyncio.to_thread(of_yaml, text)
        except NoYaml as refused:
            return _yaml(front, user, text, [Mistake(refused.line, "", str(refused))])
        told = await _next(front, user, sent, draft, "/staf/terbit/yaml", [("yaml", text)])
        if isinstance(told, Response):
            return told
        found = await asyncio.to_thread(mistakes, text, draft.errors)
        return _yaml(front, user, text, found, told)

    return router


async def _next(
    front: OfficePages,
    user: SignedIn,
    sent: FormData,
    draft: Draft,
    action: str,
    kept: Sequence[tuple[str, str]],
) -> Response | str:
    """The page of what will stand, which alone has the button that publishes, or where that leads; else what
    stands in the way. `kept`: what the page sends to `action` again."""
    if draft.command is None or sent.get(STEP) == MEND:
        return ""
    if sent.get(STEP) == PUBLISH:
        return await _published(front, draft.command, draft, user)
    return staff_page(
        front,
        user,
        "staf-terbit-periksa.html",
        again=True,
        activity=draft.command,
        doubts=publishing_warnings(draft.command, now()),
        action=action,
        kept=[(name, value) for name, value in kept if value],
    )


async def _published(
    front: OfficePages, command: PublishActivity, draft: Draft, user: SignedIn
) -> Response | str:
    """Where it leads, or what stands in the way; what belongs to the activity's id is told there."""
    outcome = await submit_command(front, command, command.id, user)
    if outcome.result == "published":
        return redirect_with_message(front, f"/staf/kegiatan/{command.id}", PUBLISHED)
    if outcome.reason == "activity_exists":
        draft.errors["id"] = outcome.message or ""
        return ""
    return outcome.message or ""


async def _text(sent: FormData) -> str:
    """Of the file, else what was pasted. Raises `NoYaml`."""
    file, pasted = sent.get("berkas"), str(sent.get("yaml", ""))
    if isinstance(file, UploadFile) and (data := await file.read()):
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise NoYaml(NO_UTF8) from None
    if STEP not in sent and not _fits(pasted):
        raise NoYaml(TOO_LONG)
    if not pasted.strip():
        raise NoYaml(NO_TEXT)
    return pasted


def _typed(front: OfficePages, sent: FormData) -> tuple[dict[str, str], dict[str, list[str]]]:
    typed = {name: str(sent.get(name, "")).strip()[:4_000] for name in _names()}
    for at in range(MOST):
        typed[f"sessions.{at}.zone"] = typed[f"sessions.{at}.zone"] or front.office.zone
    names = [f"quotas.{at}.categories" for at in range(MOST)]
    return typed, {name: [str(one) for one in sent.getlist(name)] for name in names}


def _names() -> list[str]:
    sessions = [f"sessions.{at}.{name}" for at in range(MOST) for name in (*SESSION, "zone")]
    return [*PLAIN, *BLOCKS, *sessions, *(f"quotas.{at}.{name}" for at in range(MOST) for name in QUOTA)]


def _form(
    front: OfficePages,
    user: SignedIn,
    sent: FormData,
    draft: Draft,
    told: str = "",
    more: str = "",
) -> HTMLResponse:
    """`more`: of what a block was asked for. Blocks that are empty stay."""
    values, chosen = _typed(front, sent)
    blocks: dict[str, Any] = {"MOST": MOST}
    for what, fields in (("sessions", SESSION), ("quotas", QUOTA)):
        used = [at for at in range(MOST) if any(values[f"{what}.{at}.{name}"] for name in fields)]
        shown = _whole(values[what])
        blocks[what] = min(MOST, max([1, shown, *(at + 1 for at in used)]) + (more == what))
    return staff_page(
        front,
        user,
        "staf-terbit.html",
        422 if draft.errors or told else 200,
        again=not draft.errors,
        values=values,
        chosen=chosen,
        errors={name: _at_field(name, sentence) for name, sentence in draft.errors.items()},
        named={name: _named(_label(name), draft.errors[name]) for name in sorted(draft.errors, key=_place)},
        told=told,
        warned=LATE if draft.command and closes_late(draft.command) else "",
        blocks=blocks,
        new=f"{more}.{blocks[more] - 1}." if more in BLOCKS else "",
        zones=list(ZONES),
        categories=get_args(Category),
    )


def _named(label: str, sentence: str) -> str:
    return f"{label} {sentence}" if sentence == REQUIRED else f"{label}: {sentence}"


def _at_field(name: str, sentence: str) -> str:
    """There the block need not be named, nor the field where the sentence tells what to do."""
    label = _label(name).rpartition(", ")[2]
    return _named(label[0].upper() + label[1:], sentence) if sentence == REQUIRED else sentence


def _label(name: str) -> str:
    """Of a field, as the page calls it: `sessions.0.starts` is `Pertemuan 1, mulai`."""
    first, *rest = name.split(".")
    block = f" {int(rest[0]) + 1}, {IN_BLOCKS.get(rest[1], rest[1])}" if rest else ""
    return LABELS.get(first, first) + block


def _place(name: str) -> tuple[int, int, int]:
    """Where a field stands on the page; one that the page does not show comes last."""
    first, at, of_block = [*name.split("."), "0", ""][:3]
    names, in_block = list(LABELS), list(IN_BLOCKS)
    return (
        names.index(first) if first in names else len(names),
        int(at),
        in_block.index(of_block) if of_block in in_block else len(in_block),
    )


def _whole(text: str) -> int:
    return int(text) if text in map(str, range(MOST + 1)) else 0


def _fits(text: str) -> bool:
    return len(escape(text).encode()) <= YAML_BYTES


def _yaml(
    front: OfficePages, user: SignedIn, text: str, found: list[Mistake], told: str = ""
) -> HTMLResponse:
    """The text is one field: its lines with mistakes are shown above it, each told under its line."""
    shown = found[:SHOWN]
    return staff_page(
        front,
        user,
        "staf-terbit-yaml.html",
        422 if found or told else 200,
        values={"yaml": text if _fits(text) else ""},
        mistakes=shown,
        lines=excerpt(text, shown),
        more=len(found) - len(shown),
        told=told,
    )
