"""The form by which staff add somebody with a part, or change what was said of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from services.registration.features.parts.parts_desk import Parts, ShownPart
from shared.contracts.commands import AddPart
from shared.contracts.misfits import misfits

_FIELDS: Final = {
    "peran": "part",
    "nama": "name",
    "instansi": "institution",
    "email": "email",
    "telepon": "phone",
    "urutan": "order",
}
_WRONG: Final = {
    "peran": "Peran: pilih salah satu",
    "nama": "Nama: wajib diisi, dalam satu baris",
    "instansi": "Instansi: tulis dalam satu baris, paling banyak 200 huruf",
    "email": "Email: tulis alamat lengkap, misalnya nama@balai.example",
    "telepon": "Telepon: tulis angka saja, boleh diawali +",
    "urutan": "Urutan: tulis angka, misalnya 1",
}
EMPTY: Final = dict.fromkeys(_FIELDS, "")
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class TypedPart:
    """`values` and `errors` by the form's fields, `sessions` those that are ticked; `command`: None where
    there is something to mend."""

    values: Mapping[str, str]
    sessions: Sequence[str]
    errors: Mapping[str, str]
    command: AddPart | None = None


BLANK: Final = TypedPart(EMPTY, (), {})


def filled(one: ShownPart) -> TypedPart:
    holder = one.holder
    values = {
        "peran": one.kind,
        "nama": holder.name,
        "instansi": holder.institution or "",
        "email": holder.email or "",
        "telepon": holder.phone or "",
        "urutan": "" if holder.order is None else str(holder.order),
    }
    return TypedPart(values, holder.sessions, {})


def read(sent: Any, activity: str, parts: Parts, known: str | None = None) -> TypedPart:
    """`sent`: the form's data; `known`: the id of whom it is about, None for somebody new."""
    typed = {name: str(sent.get(name, "")).strip()[:_LONGEST] for name in EMPTY}
    sessions = [str(one)[:_LONGEST] for one in sent.getlist("pertemuan")][:100]
    given: dict[str, Any] = {field: typed[name] for name, field in _FIELDS.items() if typed[name]}
    if typed["urutan"].isdecimal():
        given["order"] = int(typed["urutan"][:9])
    given |= {"activity": activity, "sessions": sessions}
    given["id"] = known or parts.id_of(activity, typed["peran"], typed["nama"])
    try:
        return TypedPart(typed, sessions, {}, AddPart.model_validate(given))
    except ValidationError as error:
        wrong = {misfit.field for misfit in misfits(error.errors())}
        errors = {name: _WRONG[name] for name, field in _FIELDS.items() if field in wrong}
        return TypedPart(typed, sessions, errors or {"nama": _WRONG["nama"]})
