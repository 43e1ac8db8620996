"""What somebody typed into the form, as a command, or by field what to mend."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from services.registration.application.cells import READERS, CellRefused
from services.registration.entrypoints.pages.choices import Choices
from shared.contracts.activity import Activity
from shared.contracts.commands import SubmitRegistration
from shared.contracts.types import Email, Line, Phone

FIELDS: Final[tuple[str, ...]] = (
    *("nama", "email", "telepon", "unsur", "angkatan", "wilayah", "wilayah_lain"),
    *("instansi", "npsn", "nip", "nuptk"),
)
"""In the order of the page, which the error summary keeps."""

ELSEWHERE: Final = "lain"
_LINE: Final = TypeAdapter(Line)
_SHAPES: Final[dict[str, tuple[TypeAdapter[str], str]]] = {
    "nama": (_LINE, "Nama terlalu panjang atau memuat tanda yang tidak dapat dicetak"),
    "email": (TypeAdapter(Email), "Tulis alamat email yang lengkap, misalnya nama@sekolah.example"),
    "telepon": (TypeAdapter(Phone), "Nomor telepon hanya boleh berisi angka, spasi, +, -, dan kurung"),
    "instansi": (_LINE, "Nama instansi terlalu panjang atau memuat tanda yang tidak dapat dicetak"),
    "npsn": (_LINE, "NPSN terlalu panjang"),
}
_MISSING: Final = {
    "nama": "Tulis nama Anda",
    "email": "Tulis alamat email Anda",
    "unsur": "Pilih unsur Anda",
    "angkatan": "Pilih angkatan Anda",
    "wilayah": "Pilih kabupaten atau kota Anda",
    "wilayah_lain": "Tulis kabupaten atau kota Anda",
}
NOBODYS: Final = "Kegiatan ini tidak menyediakan kuota untuk unsur, daerah, atau angkatan yang Anda pilih"


@dataclass(frozen=True, slots=True)
class Typed:
    """`errors`: field -> what to do, never the value. `command` is there when there are none."""

    values: dict[str, str]
    errors: dict[str, str]
    command: SubmitRegistration | None = None


def read(form: Mapping[str, Any], activity: Activity, offered: Choices) -> Typed:
    values = {name: form[name][:400] if isinstance(form.get(name), str) else "" for name in FIELDS}
    found: dict[str, Any] = {}
    errors: dict[str, str] = {}

    def take(name: str, reader: str, needed: bool = False) -> None:
        try:
            found[name] = READERS[reader](values[name])
        except CellRefused as refused:
            errors[name] = str(refused)
            return
        if needed and found[name] is None:
            errors[name] = _MISSING[name]
        elif name in _SHAPES and found[name] is not None:
            shape, wrong = _SHAPES[name]
            try:
                shape.validate_python(found[name])
            except ValidationError:
                errors[name] = wrong

    take("nama", "name", needed=True)
    take("email", "email", needed=True)
    take("telepon", "phone")
    _take_choices(take, values, offered)
    for name, reader in (("instansi", "institution"), ("npsn", "npsn"), ("nip", "nip"), ("nuptk", "nuptk")):
        take(name, reader)
    command = None if errors else _command(activity, found, errors)
    ordered = {name: errors[name] for name in FIELDS if name in errors}
    return Typed(values, ordered, None if ordered else command)


def _take_choices(take: Callable[..., None], values: dict[str, str], offered: Choices) -> None:
    """What is not among the choices counts as not chosen."""
    if values["unsur"] not in offered.categories:
        values["unsur"] = ""
    take("unsur", "category", needed=True)
    if offered.cohorts:
        if values["angkatan"] not in map(str, offered.cohorts):
            values["angkatan"] = ""
        take("angkatan", "cohort", needed=not offered.any_cohort)
    if offered.elsewhere and (
        values["wilayah"] == ELSEWHERE or (not values["wilayah"] and values["wilayah_lain"])
    ):
        values["wilayah"] = ELSEWHERE
        take("wilayah_lain", "regency", needed=True)
        return
    if not any(values["wilayah"] == one.code for _, of_it in offered.regencies for one in of_it):
        values["wilayah"] = ""
    take("wilayah", "regency", needed=True)


def _command(activity: Activity, found: dict[str, Any], errors: dict[str, str]) -> SubmitRegistration | None:
    category, cohort = found["unsur"], found.get("angkatan")
    regency = found.get("wilayah_lain") or found.get("wilayah")
    if not any(quota.admits(category, regency, cohort) for quota in activity.quotas):
        errors["unsur"] = NOBODYS
        return None
    person = {"name": found["nama"], "email": found["email"], "phone": found["telepon"]}
    person |= {"nip": found["nip"], "nuptk": found["nuptk"]}
    school = {"name": found["instansi"], "npsn": found["npsn"]} if found["instansi"] else None
    given = {"category": category, "regency": regency, "cohort": cohort, "institution": _given(school or {})}
    return SubmitRegistration.model_validate(
        {"activity": activity.id, "participant": _given(person)} | _given(given)
    )


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, {})}
