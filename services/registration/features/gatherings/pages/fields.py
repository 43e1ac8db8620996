"""What somebody typed into the form, as a command, or by field what to mend."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from services.registration.features.gatherings.gathering_contents import rule_broken
from services.registration.features.gatherings.pages.answer_fields import in_order, read_answers
from services.registration.features.gatherings.pages.choices import Choices
from services.registration.features.gatherings.sheets.cells import READERS, CellRefused
from services.registration.features.people.naming import fault_of_email
from services.registration.kernel.sentences import misfit
from shared.contracts.activity import Activity
from shared.contracts.commands import SubmitRegistration
from shared.contracts.questions import Answer
from shared.contracts.types import Email, Line, Phone
from shared.identity import npsn_is_odd

FIELDS: Final[tuple[str, ...]] = (
    *("nama", "email", "telepon", "unsur", "angkatan", "wilayah", "wilayah_lain"),
    *("instansi", "npsn", "nip", "nuptk"),
)
"""In the order of the page, which the error summary keeps."""

ELSEWHERE: Final = "lain"
_LINE: Final = TypeAdapter(Line)
_SHAPES: Final[dict[str, tuple[TypeAdapter[str], str]]] = {
    "nama": (_LINE, "Nama terlalu panjang atau memuat tanda yang tidak dapat dicetak"),
    "email": (TypeAdapter(Email), ""),
    "telepon": (TypeAdapter(Phone), "Nomor telepon hanya boleh berisi angka, spasi, +, -, dan kurung"),
    "instansi": (_LINE, "Nama instansi terlalu panjang atau memuat tanda yang tidak dapat dicetak"),
    "npsn": (_LINE, "NPSN terlalu panjang"),
}
_RULED: Final = {
    "nama": "participant.name",
    "telepon": "participant.phone",
    "instansi": "institution.name",
    "npsn": "institution.npsn",
}
"""As a command calls what a rule holds for; numbers are read by their rule already."""
_MISSING: Final = {
    "nama": "Tulis nama Anda",
    "email": "Tulis alamat email Anda",
    "unsur": "Pilih unsur Anda",
    "angkatan": "Pilih angkatan Anda",
    "wilayah": "Pilih kabupaten atau kota Anda",
    "wilayah_lain": "Tulis kabupaten atau kota Anda",
}
_MISSING_OF: Final = {
    "nama": "Tulis namanya",
    "email": "Tulis alamat emailnya",
    "unsur": "Pilih unsurnya",
    "angkatan": "Pilih angkatannya",
    "wilayah": "Pilih kabupaten atau kotanya",
    "wilayah_lain": "Tulis kabupaten atau kotanya",
}
ODD_NPSN: Final = "NPSN lazimnya 8 angka atau huruf. Periksa; bila sudah benar, kirim sekali lagi"
SCHOOL_OF_NPSN: Final = "Tulis juga nama sekolah dari NPSN itu"
TWO_PLACES: Final = "Kosongkan isian ini, atau pilih “Di luar wilayah balai” di atasnya"
NOBODYS: Final = "Kegiatan ini tidak menyediakan kuota untuk unsur, daerah, atau angkatan yang dipilih"


@dataclass(frozen=True, slots=True)
class SubmittedFields:
    """`errors`: field -> what to do, never the value. `command` is there when there are none."""

    values: dict[str, Any]
    errors: dict[str, str]
    command: SubmitRegistration | None = None


def read(form: Mapping[str, Any], activity: Activity, offered: Choices, own: bool = True) -> SubmittedFields:
    """`own`: who types is told to write theirs, and answers what must be; else staff type somebody's."""
    values = {name: form[name][:400] if isinstance(form.get(name), str) else "" for name in FIELDS}
    reading = FieldReader(values, missing=_MISSING if own else _MISSING_OF)
    reading.take("nama", "name", needed=True)
    reading.take("email", "email", needed=True)
    reading.take("telepon", "phone")
    reading.take_choices(offered)
    for name, reader in (("instansi", "institution"), ("npsn", "npsn"), ("nip", "nip"), ("nuptk", "nuptk")):
        reading.take(name, reader)
    reading.check_npsn(seen=str(form.get("npsn_dibaca", "")))
    if not reading.errors and not _taken_by_any(activity, reading.found):
        reading.errors["unsur"] = NOBODYS
    answers = read_answers(form, activity.questions, reading.found.get("unsur") or "", demanding=own)
    errors = {name: reading.errors[name] for name in FIELDS if name in reading.errors}
    errors |= in_order(answers.errors, activity.questions)
    command = None if errors else _command(activity, reading.found, answers.found)
    return SubmittedFields({**values, **answers.values}, errors, command)


PERSON: Final = (
    ("nama", "name"),
    ("email", "email"),
    ("telepon", "phone"),
    ("nip", "nip"),
    ("nuptk", "nuptk"),
)


def read_person(form: Mapping[str, Any]) -> "FieldReader":
    """What staff typed of a person: `found` by field, or `errors`."""
    values = {name: form[name][:400] if isinstance(form.get(name), str) else "" for name, _ in PERSON}
    reading = FieldReader(values, missing=_MISSING_OF)
    for name, reader in PERSON:
        reading.take(name, reader, needed=name in ("nama", "email"))
    return reading


@dataclass(frozen=True, slots=True)
class FieldReader:
    """Cells of a sheet and fields of a form are typed alike, so they are read alike."""

    values: dict[str, str]
    found: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=lambda: _MISSING)

    def take(self, name: str, reader: str, needed: bool = False) -> None:
        try:
            value = self.found[name] = READERS[reader](self.values[name])
            if value is None and needed:
                self.errors[name] = self.missing[name]
            if value is not None and name in _SHAPES:
                _SHAPES[name][0].validate_python(value)
                if name in _RULED and (rule := rule_broken(_RULED[name], str(value))):
                    self.errors[name] = misfit(_RULED[name], rule)
        except CellRefused as refused:
            self.errors[name] = str(refused)
        except ValidationError:
            self.errors[name] = _SHAPES[name][1]
            if name == "email":
                self.errors[name] = f"Alamat email tidak sah: {fault_of_email(self.values[name])}"

    def take_choices(self, offered: Choices) -> None:
        self._only("unsur", offered.categories)
        self.take("unsur", "category", needed=True)
        if offered.cohorts:
            self._only("angkatan", map(str, offered.cohorts))
            self.take("angkatan", "cohort", needed=not offered.any_cohort)
        chosen, other = self.values["wilayah"], self.values["wilayah_lain"]
        if offered.elsewhere and (chosen == ELSEWHERE or (other and not chosen)):
            self.values["wilayah"] = ELSEWHERE
            self.take("wilayah_lain", "regency", needed=True)
        else:
            self._only("wilayah", (one.code for _, of_it in offered.regencies for one in of_it))
            self.take("wilayah", "regency", needed=True)
            if other.strip() and chosen:
                self.errors["wilayah_lain"] = TWO_PLACES

    def check_npsn(self, seen: str) -> None:
        """An odd one is asked about once, and taken when it is sent again. `seen`: what was asked about."""
        if not (npsn := self.found.get("npsn")) or "npsn" in self.errors:
            return
        if npsn_is_odd(npsn) and self.values["npsn"] != seen:
            self.errors["npsn"] = ODD_NPSN
        if not self.values["instansi"].strip():
            self.errors["instansi"] = SCHOOL_OF_NPSN

    def _only(self, name: str, choices: Iterable[str]) -> None:
        """What is not among the choices counts as not chosen."""
        if self.values[name] not in choices:
            self.values[name] = ""


def _taken_by_any(activity: Activity, found: dict[str, Any]) -> bool:
    return any(
        quota.admits(found["unsur"], _regency(found), found.get("angkatan")) for quota in activity.quotas
    )


def _regency(found: dict[str, Any]) -> str | None:
    return found.get("wilayah_lain") or found.get("wilayah")


def _command(activity: Activity, found: dict[str, Any], answers: dict[str, Answer]) -> SubmitRegistration:
    numbers = {"nip": found["nip"], "nuptk": found["nuptk"]}
    person = {"name": found["nama"], "email": found["email"], "phone": found["telepon"]} | numbers
    institution = {"name": found["instansi"], "npsn": found["npsn"]} if found["instansi"] else {}
    given = {
        "participant": _given(person),
        "category": found["unsur"],
        "regency": _regency(found),
        "cohort": found.get("angkatan"),
        "institution": _given(institution),
        "answers": answers,
    }
    return SubmitRegistration.model_validate({"activity": activity.id} | _given(given))


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, {})}
