"""One row of an invitation sheet as a command, and what is wrong with its cells."""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Final, NamedTuple

from pydantic import ValidationError

from services.registration.features.gatherings.gathering_contents import of_submission
from services.registration.features.gatherings.sheets.cells import READERS, CellRefused
from services.registration.features.gatherings.sheets.headers import TITLES
from services.registration.features.people.naming import fault_of_email
from services.registration.kernel.acceptable import Unacceptable, check
from services.registration.kernel.sentences import misfit
from services.registration.workbooks.sheets import Cell, Unread
from shared.contracts.commands import SubmitRegistration
from shared.identity import comparable_name

BESIDE: Final = ("phone", "institution", "npsn", "group")
"""What decides neither who somebody is nor which seat is theirs: without it they are invited all the same."""
_FIELD_OF: Final = {
    ("participant", "name"): "name",
    ("participant", "email"): "email",
    ("participant", "phone"): "phone",
    ("participant", "nip"): "nip",
    ("participant", "nuptk"): "nuptk",
    ("institution", "name"): "institution",
    ("institution", "npsn"): "npsn",
    ("category",): "category",
    ("cohort",): "cohort",
    ("group",): "group",
}


class Fault(NamedTuple):
    """What is wrong with a cell. `refused`: it keeps the row out."""

    field: str
    message: str
    refused: bool = True


Cells = Mapping[str, Cell]
"""A row's cells by the field that their column is."""


def command_id(key: bytes, command: SubmitRegistration) -> str:
    """HMAC-SHA256 in hex of the normalised row: the same row is the same command, a mended row a new one.

    Keyed, because the numbers in a row can be enumerated.
    """
    return hmac.new(key, b"simpul excel row\0" + command.encoded(), sha256).hexdigest()


def command_of(cells: Cells, activity: str) -> tuple[SubmitRegistration | None, list[Fault]]:
    """The command, None where the row is kept out, and the faults of its cells. Somebody is invited by mail,
    whatever their telephone."""
    values, faults = _values(cells)
    kept_out = any(fault.refused for fault in faults)
    try:
        command = SubmitRegistration.model_validate(_nested(values, activity))
        if kept_out:
            return None, faults
        check(command, of_submission)  # and sent as it was typed, so that the same row stays the same command
    except ValidationError as error:
        fields = dict.fromkeys(_field(item["loc"]) for item in error.errors(include_input=False))
        wrong = {one: _sentence(one, values.get(one)) for one in fields if one in values or one not in cells}
    except Unacceptable as told:
        wrong = {_field(tuple(one.field.split("."))): misfit(*one) for one in told.found}
    else:
        return command, faults
    if list(wrong) == ["phone"] and not kept_out:
        without = {one: cell for one, cell in cells.items() if one != "phone"}
        note = Fault("phone", f"{wrong['phone']}; diundang tanpa nomor", refused=False)
        invited, more = command_of(without, activity)
        return invited, [*faults, note, *(fault for fault in more if fault not in faults)]
    return None, [*faults, *(Fault(one, sentence) for one, sentence in wrong.items())]


def _values(cells: Cells) -> tuple[dict[str, str | int | None], list[Fault]]:
    """What the cells say, and what is wrong with those that say nothing."""
    values: dict[str, str | int | None] = {}
    faults: list[Fault] = []
    for one, cell in cells.items():
        try:
            values[one] = READERS[one](cell)
        except CellRefused as reason:
            beside = one in BESIDE and isinstance(cell, Unread)
            told = f"{reason}; diundang tanpa {TITLES[one]}" if beside else str(reason)
            faults.append(Fault(one, told, refused=not beside))
    return values, faults


def _nested(values: dict[str, str | int | None], activity: str) -> dict[str, object]:
    def given(*fields: str) -> dict[str, object]:
        return {field: values[field] for field in fields if values.get(field) is not None}

    found: dict[str, object] = {"activity": activity, **given("category", "regency", "cohort", "group")}
    found["participant"] = given("name", "email", "phone", "nip", "nuptk")
    institution = given("npsn") | ({"name": values["institution"]} if values.get("institution") else {})
    return found | ({"institution": institution} if institution else {})


def _field(location: tuple[str | int, ...]) -> str:
    return _FIELD_OF.get(tuple(str(part) for part in location), "name")


def _sentence(field: str, value: object) -> str:
    if value is None:
        return f"{TITLES[field]} kosong"
    if field == "email":
        return f"Alamat email tidak sah: {fault_of_email(str(value))}"
    if field == "phone":
        return "Nomor HP tidak sah; tulis satu nomor saja"
    return f"Isi kolom {TITLES[field]} tidak dapat dipakai (terlalu panjang atau ada karakter terlarang)"


def likeness(command: SubmitRegistration) -> str:
    """Rows alike but for case and titles of the name are one row."""
    alike = command.participant.model_copy(update={"name": comparable_name(command.participant.name)})
    return command.model_copy(update={"participant": alike}).model_dump_json(exclude_none=True)
