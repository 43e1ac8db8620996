"""The form by which staff publish a material: what was typed and chosen, and what of it to mend."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import UploadFile

from services.registration.features.files.files import Files
from services.registration.inspection.media import FileRefused
from shared.contracts.commands import PublishMaterial
from shared.contracts.misfits import misfits
from shared.contracts.types import FileDigest

_FIELDS: Final = {"judul": "title", "alamat": "url", "kode": "id", "unggahan": "file"}
_WRONG: Final = {
    "judul": "Judul: wajib diisi, dalam satu baris dan paling banyak 200 huruf",
    "alamat": "Alamat: tulis alamat lengkap yang diawali https://, tanpa spasi",
    "kode": "Kode: tulis huruf kecil, angka, dan tanda hubung, misalnya paparan-1",
}
NEITHER: Final = "Berkas: pilih satu berkas, atau tulis alamatnya di bawah"
BOTH: Final = "Alamat: kosongkan, karena berkas sudah dipilih; atau jangan pilih berkas"
EMPTY: Final = dict.fromkeys([*_FIELDS, "umum", "kabari"], "")
_LONGEST: Final = 1_000  # of what is shown again
_DIGEST: Final = TypeAdapter[str](FileDigest)


@dataclass(frozen=True, slots=True)
class TypedMaterial:
    """`values` and `errors` by the form's fields; `command`: None where there is something to mend."""

    values: Mapping[str, str]
    errors: Mapping[str, str]
    command: PublishMaterial | None


async def read(sent: Mapping[str, Any], activity: str, files: Files) -> TypedMaterial:
    """A file that was sent is kept, whatever else is to be mended: nobody sends it twice over a slow line."""
    typed = {name: _text(sent.get(name)) for name in EMPTY}
    if not _is_digest(typed["unggahan"]):
        typed["unggahan"] = ""
    chosen, errors = sent.get("berkas"), dict[str, str]()
    if isinstance(chosen, UploadFile) and chosen.filename:
        try:
            typed["unggahan"] = (await files.keep(await chosen.read())).digest
        except FileRefused as refused:
            errors["berkas"] = str(refused)
    return typed_material(typed, errors, activity)


def typed_material(typed: dict[str, str], errors: dict[str, str], activity: str) -> TypedMaterial:
    """`errors`: of the file, if it was refused."""
    if typed["unggahan"] and typed["alamat"]:
        errors["alamat"] = BOTH
    elif not errors and not typed["unggahan"] and not typed["alamat"]:
        errors["berkas"] = NEITHER
    given: dict[str, Any] = {field: typed[name] or None for name, field in _FIELDS.items()}
    given |= {"activity": activity, "public": bool(typed["umum"]), "notify": bool(typed["kabari"])}
    try:
        command = PublishMaterial.model_validate(given)
    except ValidationError as error:
        wrong = {misfit.field for misfit in misfits(error.errors())}
        found = {name: _WRONG[name] for name in _WRONG if _FIELDS[name] in wrong}
        return TypedMaterial(typed, found | errors, None)
    return TypedMaterial(typed, errors, None if errors else command)


def _text(sent: Any) -> str:
    return sent.strip()[:_LONGEST] if isinstance(sent, str) else ""


def _is_digest(text: str) -> bool:
    try:
        return bool(_DIGEST.validate_python(text))
    except ValidationError:
        return False
