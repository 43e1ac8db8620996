"""The form by which staff publish a material: what was typed, and what of it to mend."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from shared.contracts.commands import PublishMaterial
from shared.contracts.misfits import misfits

_FIELDS: Final = {"judul": "title", "alamat": "url", "kode": "id"}
_WRONG: Final = {
    "judul": "Judul: wajib diisi, dalam satu baris dan paling banyak 200 huruf",
    "alamat": "Alamat: tulis alamat lengkap yang diawali https://, tanpa spasi",
    "kode": "Kode: tulis huruf kecil, angka, dan tanda hubung, misalnya paparan-1",
}
EMPTY: Final = dict.fromkeys([*_FIELDS, "umum"], "")
_LONGEST: Final = 1_000  # of what is shown again


@dataclass(frozen=True, slots=True)
class TypedMaterial:
    """`values` and `errors` by the form's fields; `command`: None where there is something to mend."""

    values: Mapping[str, str]
    errors: Mapping[str, str]
    command: PublishMaterial | None


def read(sent: Mapping[str, Any], activity: str) -> TypedMaterial:
    typed = {name: str(sent.get(name, "")).strip()[:_LONGEST] for name in EMPTY}
    given = {field: typed[name] for name, field in _FIELDS.items()}
    try:
        command = PublishMaterial.model_validate(
            given | {"activity": activity, "public": bool(typed["umum"])}
        )
    except ValidationError as error:
        wrong = {misfit.field for misfit in misfits(error.errors())}
        errors = {name: _WRONG[name] for name, field in _FIELDS.items() if field in wrong}
        return TypedMaterial(typed, errors, None)
    return TypedMaterial(typed, {}, command)
