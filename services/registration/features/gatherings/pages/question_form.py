"""The questions of an activity that is announced or changed: a page within its form, one at a time."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi.responses import HTMLResponse
from pydantic import ValidationError
from starlette.datastructures import FormData

from services.registration.features.gatherings.pages.activity_form import FormPage, sent_again
from services.registration.features.gatherings.pages.typed_activity import slug
from services.registration.features.gatherings.pages.typed_questions import questions_json, questions_typed
from services.registration.features.gatherings.question_words import KEEP, KINDS, question_words
from services.registration.features.gatherings.sheets.categories import categories
from services.registration.web.front import OfficePages
from shared.accounts.access import SignedIn
from shared.accounts.desk_pages import staff_page
from shared.contracts.misfits import misfits
from shared.contracts.questions import BUILT_IN, MOST_OWN, Question

STEP: Final = "langkah"
OPEN, SAVE, DONE = "pertanyaan", "pertanyaan-simpan", "pertanyaan-selesai"
EDIT, DROP = "tanya_ubah", "tanya_hapus"
OWN: Final = "sendiri"
FIELDS: Final = ("tanya.apa", "tanya.id", "tanya.label", "tanya.kind", "tanya.categories", "tanya.keep")
CHOICES: Final = "tanya.choices"
REQUIRED: Final = "tanya.required"
ON_PAGE: Final = (*FIELDS[:4], CHOICES, *FIELDS[4:])
"""In the order of the page, which the error summary keeps."""
DROPPED: Final = "“{}” dihapus dari daftar ini. Belum berlaku: pilih Selesai, lalu periksa kegiatannya."
KEPT: Final = "“{}” sudah ada di daftar. Belum berlaku: pilih Selesai, lalu periksa kegiatannya."
TOO_MANY: Final = f"Pertanyaan sendiri paling banyak {MOST_OWN}. Hapus dulu yang tidak dipakai lagi."
UNKNOWN_CATEGORY: Final = "Unsur “{}” tidak dikenal. Tulis misalnya guru, kepala sekolah, pengawas"
_SENTENCES: Final = {
    ("label", "missing"): "Tulis pertanyaannya",
    ("label", "string_too_long"): "Pertanyaannya terlalu panjang: paling banyak 200 huruf",
    ("kind", "missing"): "Pilih cara menjawabnya",
    ("choices", "choices"): "Tulis paling sedikit dua pilihan, satu baris satu pilihan",
    ("choices", "same_choice"): "Dua pilihan sama bunyinya",
    ("choices", "too_long"): "Pilihannya terlalu banyak: paling banyak 30",
}


@dataclass
class TypedQuestion:
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    question: Question | None = None


def questions_page(
    front: OfficePages,
    user: SignedIn,
    page: FormPage,
    sent: FormData,
    typed: dict[str, str],
    chosen: dict[str, list[str]],
) -> HTMLResponse | None:
    """None where the form itself goes on: `typed` then has the questions as they were left here."""
    step = sent.get(STEP)
    if step not in (OPEN, SAVE, DONE) and EDIT not in sent and DROP not in sent:
        return None
    asked, told = questions_typed(typed["questions"]), ""
    editing = TypedQuestion(as_typed_question(None))
    if name := str(sent.get(DROP, "")):
        told = next((DROPPED.format(one.words) for one in asked if one.id == name), "")
        asked = [one for one in asked if one.id != name]
    elif name := str(sent.get(EDIT, "")):
        found = next((one for one in asked if one.id == name), None)
        editing = TypedQuestion(as_typed_question(found))
    elif step == SAVE or (step == DONE and is_begun(sent)):
        editing = read_question(sent, asked)
        if editing.question is not None:
            asked, told = _placed(asked, editing.question), KEPT.format(editing.question.words)
            editing = TypedQuestion(as_typed_question(None))
    typed["questions"] = questions_json(asked)
    if step == DONE and not editing.errors:
        return None
    return staff_page(
        front,
        user,
        "staf-pertanyaan.html",
        422 if editing.errors else 200,
        again=not editing.errors,
        page=page,
        told=told,
        asked=[(one, question_words(one)) for one in asked],
        values=editing.values,
        errors=editing.errors,
        built_in={
            name: one.label
            for name, one in BUILT_IN.items()
            if name == editing.values["tanya.id"] or name not in {question.id for question in asked}
        },
        kinds=KINDS,
        keep=_offered(editing.values["tanya.keep"]),
        kept=[(name, value) for name, value in sent_again(typed, chosen) if value]
        + [(name, value) for name, value in (("dasar", page.base), ("draf", page.draft)) if value],
    )


def as_typed_question(question: Question | None) -> dict[str, str]:
    if question is None:
        return dict.fromkeys((*FIELDS, CHOICES, REQUIRED), "") | {"tanya.apa": OWN, "tanya.keep": "P180D"}
    keep = question.model_dump(mode="json").get("keep")
    return {
        "tanya.apa": question.id if question.built_in else OWN,
        "tanya.id": question.id,
        "tanya.label": question.label or "",
        "tanya.kind": question.kind or "",
        "tanya.categories": ", ".join(one.replace("-", " ") for one in question.categories or ()),
        "tanya.keep": keep or "P180D",
        CHOICES: "\n".join(question.choices),
        REQUIRED: "ya" if question.required else "",
    }


def _offered(keep: str) -> dict[str, str]:
    """One that stands and is none of them is offered as it stands."""
    return KEEP if keep in KEEP else KEEP | {keep: f"{keep[1:-1]} hari sesudah kegiatan selesai"}


def is_begun(sent: Mapping[str, Any]) -> bool:
    """Whether a question was typed that is not saved yet."""
    return bool(str(sent.get("tanya.label", "")).strip()) or str(sent.get("tanya.apa", "")) in BUILT_IN


def read_question(sent: Mapping[str, Any], asked: Sequence[Question]) -> TypedQuestion:
    values = {name: str(sent.get(name, "")).strip()[:400] for name in (*FIELDS, REQUIRED)}
    values[CHOICES] = str(sent.get(CHOICES, "")).replace("\r\n", "\n").strip()[:4_000]
    if not re.fullmatch(r"P[0-9]{1,3}D", values["tanya.keep"]):
        values["tanya.keep"] = "P180D"
    typed = TypedQuestion(values)
    found: dict[str, Any] = {"required": bool(values[REQUIRED]), "keep": values["tanya.keep"]}
    found["categories"] = _categories(typed) or None
    if values["tanya.apa"] in BUILT_IN:
        found["id"] = values["tanya.apa"]
    else:
        found |= {"id": values["tanya.id"] or _new_id(values["tanya.label"], asked)}
        found |= {name: values[f"tanya.{name}"] or None for name in ("label", "kind")}
        if values["tanya.kind"] in ("one", "some"):
            found["choices"] = [one.strip() for one in values[CHOICES].split("\n") if one.strip()]
        if not values["tanya.kind"]:
            typed.errors["tanya.kind"] = _SENTENCES["kind", "missing"]
        if found["id"] not in {one.id for one in asked} and _own(asked) >= MOST_OWN:
            typed.errors["tanya.apa"] = TOO_MANY
    try:
        question = Question.model_validate(found)
    except ValidationError as error:
        for one in misfits(error.errors(include_input=False)):
            name = one.field.partition(".")[0]
            typed.errors.setdefault(f"tanya.{name}", _SENTENCES.get((name, one.rule), "Isinya tidak sesuai"))
        typed.errors = {name: typed.errors[name] for name in ON_PAGE if name in typed.errors}
        return typed
    if not typed.errors:
        typed.question = question
    return typed


def _categories(typed: TypedQuestion) -> list[str]:
    """In the words of the field, apart by commas."""
    found: list[str] = []
    for word in filter(None, (one.strip() for one in typed.values["tanya.categories"].split(","))):
        named = categories(word)
        if len(named) != 1:
            typed.errors["tanya.categories"] = UNKNOWN_CATEGORY.format(word[:40])
        found += [one for one in named if one not in found]
    return found


def _own(asked: Sequence[Question]) -> int:
    return sum(one.built_in is None for one in asked)


def _placed(asked: Sequence[Question], question: Question) -> list[Question]:
    """Where it stood, else last."""
    if all(one.id != question.id for one in asked):
        return [*asked, question]
    return [question if one.id == question.id else one for one in asked]


def _new_id(label: str, asked: Sequence[Question]) -> str:
    known = {one.id for one in asked} | BUILT_IN.keys()
    name = slug(label)[:40].strip("-") or "pertanyaan"
    numbered = (name if at == 1 else f"{name}-{at}" for at in range(1, len(known) + 2))
    return next(one for one in numbered if one not in known)
