"""An activity as staff type it, in a form or as YAML, and by field what to mend."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from services.registration.features.gatherings.gathering_contents import of_activity
from services.registration.features.gatherings.pages.typed_questions import questions_typed
from services.registration.features.gatherings.sheets.cells import CellRefused, regency
from services.registration.kernel.acceptable import Unacceptable, check
from services.registration.web.yaml_budget import Unreadable, load
from shared.contracts.commands import PublishActivity
from shared.contracts.kinds import KINDS
from shared.contracts.misfits import Misfit, misfits
from shared.contracts.types import ZONES

MOST: Final = 5
ROOM: Final = 7
"""Sessions, and quotas, at most, and both together, for which the form has room in 30 kB; more go by YAML."""
SESSION: Final = ("title", "starts", "ends", "place", "map", "regency", "link", "jp")
QUOTA: Final = ("id", "seats", "regencies", "cohorts")
DURATIONS: Final = ("reminder_before", "attendance_opens_before", "offer_within")
YES: Final = "ya"
SWITCHES: Final = ("approval", "invitation_only")
TEXTS: Final = ("purpose", "description", "rundown")
CONTACT: Final = ("contact.name", "contact.phone")
PLAIN: Final = (
    *("id", "title", "kind", "other_kind", "opens", "closes"),
    *("purpose", "description", "rundown", "speakers", "topics"),
    *("host", "reply_to", "contact.name", "contact.phone", *SWITCHES, *DURATIONS),
)
OTHER: Final = "lainnya"
"""The kind that is stated in words of its own."""
SPEAKER: Final = ";"
"""Stands between a speaker and their institution: names hold commas."""

REQUIRED: Final = "wajib diisi"
"""Said after the name of the field."""
NAMELESS: Final = "Tulis nama dengan huruf atau angka, misalnya mitra kerja"
_BY_RULE: Final[dict[str | tuple[str, str], str]] = {
    "missing": REQUIRED,
    "extra_forbidden": "Isian ini tidak dikenal; periksa ejaannya",
    "invisible": "Isinya hanya tanda yang tak terlihat",
    "closes_before_it_opens": "Penutupan harus sesudah pembukaan",
    "ends_before_it_starts": "Selesai harus sesudah mulai",
    "instant_out_of_range": "Tulis waktu antara tahun 2000 dan 2100",
    "duration_out_of_range": "Tulis jangka waktu antara P0D dan P366D",
    ("offer_within", "duration_out_of_range"): "Tulis jangka waktu antara PT1S dan P366D",
    ("sessions", "same_id"): "Dua pertemuan memakai id yang sama",
    ("quotas", "same_id"): "Dua kuota memakai nama yang sama",
    ("questions", "same_id"): "Dua pertanyaan memakai id yang sama",
    ("questions", "too_long"): "Pertanyaan sendiri paling banyak 15",
    "built_in": "Pertanyaan bawaan ditulis dengan id saja",
    "choices": "Tulis paling sedikit dua pilihan, dan hanya bila jawabannya one atau some",
    "same_choice": "Dua pilihan sama bunyinya",
    "kind_fixed": "Cara menjawabnya tidak dapat diubah: sudah ada pendaftar",
    "less_than_equal": "Angkanya terlalu besar",
    "greater_than_equal": "Angkanya terlalu kecil",
    "string_too_long": "Isinya terlalu panjang",
}
_BY_TYPE: Final = {
    "string_too_short": REQUIRED,
    "string_pattern_mismatch": "Bentuk isinya tidak sesuai, atau ada tanda yang tidak dapat dicetak",
    "int_type": "Tulis dengan angka",
    "int_parsing": "Tulis dengan angka",
    "timezone_aware": "Tulis waktu dengan zonanya, misalnya 2024-01-11T08:00:00+08:00",
    "datetime_from_date_parsing": "Tulis tanggal dan jamnya",
    "datetime_parsing": "Tulis tanggal dan jamnya",
    "too_short": "Perlu paling sedikit satu",
    "too_long": "Terlalu banyak",
    "literal_error": "Bukan salah satu pilihan",
}
_BY_FIELD: Final = {
    "id": "Pakai huruf kecil, angka, dan tanda hubung saja, misalnya rakor-2024",
    "kind": "Tulis satu atau beberapa kata, misalnya rapat koordinasi",
    "reply_to": "Tulis alamat email yang lengkap",
    "link": "Tulis tautan yang lengkap, diawali https://",
    "map": "Tulis tautan peta yang lengkap, diawali https://",
    "phone": "Nomor telepon hanya boleh berisi angka, spasi, +, -, dan kurung",
    "jp": "Tulis jumlah JP dengan angka, 0 bila tidak ada",
    "seats": "Tulis jumlah kursi dengan angka",
}
UNREADABLE: Final = "YAML tidak terbaca. Periksa jarak awal baris dan tanda titik dua"


class NoYaml(ValueError):
    """Its text is an Indonesian sentence, never what stands there. `line`: where, from 1, if known."""

    def __init__(self, told: str, line: int | None = None) -> None:
        super().__init__(told)
        self.line = line


@dataclass
class TypedActivity:
    """`errors`: field (`sessions.0.starts`) -> what to do. `command` is there when there are none."""

    errors: dict[str, str] = field(default_factory=dict)
    command: PublishActivity | None = None


def of_yaml(text: str) -> TypedActivity:
    """Raises `NoYaml`."""
    try:
        found = load(text)
    except Unreadable as error:
        line = error.line and min(error.line, len(text.splitlines()))  # the end lies behind the last one
        raise NoYaml(f"{UNREADABLE}{error.advice}", line) from None
    if not isinstance(found, dict):
        raise NoYaml("YAML harus berupa daftar isian, misalnya “id: rakor-2024”")
    return checked(found)


def checked(found: Mapping[str, Any]) -> TypedActivity:
    try:
        command = PublishActivity.model_validate(found)
        check(command, of_activity)
    except ValidationError as error:
        return TypedActivity(_told(misfits(error.errors(include_input=False, include_url=False))))
    except Unacceptable as refused:
        return TypedActivity(_told(refused.found))
    return TypedActivity(command=command)


def _told(found: Iterable[Misfit]) -> dict[str, str]:
    """The first of each field."""
    told: dict[str, str] = {}
    for one in found:
        told.setdefault(one.field, _sentence(one.field.rpartition(".")[2], one.rule))
    return told


def _sentence(last: str, rule: str) -> str:
    return (
        _BY_RULE.get((last, rule))
        or _BY_RULE.get(rule)
        or _BY_FIELD.get(last)
        or _BY_TYPE.get(rule, "Isinya tidak sesuai")
    )


def of_form(typed: Mapping[str, str], chosen: Mapping[str, list[str]], zone: str) -> TypedActivity:
    """`typed`: text by field; `chosen`: the categories of each quota. Blocks that are left empty do not
    count; times are local, registration's in the office's `zone`."""
    as_typed = ("id", "title", "host", "reply_to", *DURATIONS)
    found: dict[str, Any] = {name: typed[name] for name in as_typed if typed[name]}
    errors: dict[str, str] = {}
    found |= {name: True for name in SWITCHES if typed[name] == YES}
    found["kind"] = _kind(typed["other_kind"]) if typed["kind"] in ("", OTHER) else typed["kind"]
    found |= {name: moment_of(typed[name], zone) for name in ("opens", "closes")}
    found |= {name: typed[name].replace("\r\n", "\n") for name in TEXTS if typed[name]}
    found |= {
        "speakers": [*filter(None, map(_speaker, _lines(typed["speakers"])))],
        "topics": _lines(typed["topics"]),
    }
    if any(typed[name] for name in CONTACT):
        found["contact"] = {name.partition(".")[2]: typed[name] for name in CONTACT if typed[name]}
    sessions = _filled(typed, "sessions", SESSION)
    quotas = _filled(typed, "quotas", QUOTA)
    found["sessions"] = _sessions(typed, sessions, errors)
    found["quotas"] = [_quota(typed, chosen, at, errors) for at in quotas]
    if questions := questions_typed(typed.get("questions", "")):
        found["questions"] = questions
    draft = checked(found)
    blocks = {"sessions": sessions, "quotas": quotas}
    if not typed["kind"] and not typed["other_kind"]:
        errors["kind"] = REQUIRED
        draft.errors.pop("kind", None)
    named = {_in_form(name, blocks): told for name, told in draft.errors.items()} | errors
    return TypedActivity(named, None if named else draft.command)


def slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:63]


def _filled(typed: Mapping[str, str], what: str, fields: tuple[str, ...]) -> list[int]:
    """The first block always counts: its fields are where its lack is told."""
    return [at for at in range(MOST) if at == 0 or any(typed.get(f"{what}.{at}.{name}") for name in fields)]


def _kind(text: str) -> str:
    """In words that are a kind's own, that kind."""
    named = {slug(label): kind for kind, label in KINDS.items()}
    return named.get(slug(text), slug(text))


def _speaker(line: str) -> str | dict[str, str]:
    name, _, institution = (part.strip() for part in line.rpartition(SPEAKER))
    return {"name": name, "institution": institution} if name and institution else line.strip(" ;")


def _sessions(typed: Mapping[str, str], blocks: list[int], errors: dict[str, str]) -> list[dict[str, Any]]:
    """Those that stand keep their ids; a new one is called by its place, where no other is called so."""
    known = {typed.get(f"sessions.{at}.id", "") for at in blocks}
    free = [number for number in range(1, 2 * MOST + 1) if f"pertemuan-{number}" not in known]
    found = []
    for at in blocks:
        session = _session(typed, at, errors)
        if not (name := typed.get(f"sessions.{at}.id", "")):
            free.remove(number := at + 1 if at + 1 in free else free[0])
            name = f"pertemuan-{number}"
        found.append(session | {"id": name})
    return found


def _session(typed: Mapping[str, str], at: int, errors: dict[str, str]) -> dict[str, Any]:
    given = {name: typed[f"sessions.{at}.{name}"] for name in SESSION if typed.get(f"sessions.{at}.{name}")}
    zone = typed.get(f"sessions.{at}.zone") or "WIB"
    found: dict[str, Any] = given | {"zone": zone, "jp": _whole(given.get("jp", "0"))}
    found |= {name: moment_of(given.get(name, ""), zone) for name in ("starts", "ends")}
    if "regency" in given:
        found["regency"] = _regency(given["regency"], f"sessions.{at}.regency", errors)
    return found


def _quota(
    typed: Mapping[str, str], chosen: Mapping[str, list[str]], at: int, errors: dict[str, str]
) -> dict[str, Any]:
    def words(name: str) -> list[str]:
        return [one.strip() for one in typed.get(f"quotas.{at}.{name}", "").split(",") if one.strip()]

    places = [_regency(one, f"quotas.{at}.regencies", errors) for one in words("regencies")]
    lists = {
        "categories": chosen.get(f"quotas.{at}.categories", []),
        "regencies": places,
        "cohorts": [_whole(one) for one in words("cohorts")],
    }
    name = typed.get(f"quotas.{at}.id", "")
    if not slug(name):
        errors[f"quotas.{at}.id"] = NAMELESS if name else REQUIRED
    found = {
        "id": slug(name),
        "seats": _whole(typed.get(f"quotas.{at}.seats", "")),
    }
    return found | {name: many for name, many in lists.items() if many}


def _regency(text: str, name: str, errors: dict[str, str]) -> str | None:
    try:
        return regency(text)
    except CellRefused as refused:
        errors[name] = str(refused)
        return None


def moment_of(text: str, zone: str) -> str:
    """A local time with the offset of its zone; what is none stays as it is, to be refused."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONES[zone])).isoformat()
    except (ValueError, KeyError):
        return text


def _whole(text: str) -> int | str:
    return int(text) if text.strip().isascii() and text.strip().isdigit() and len(text) < 10 else text


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _in_form(name: str, blocks: Mapping[str, list[int]]) -> str:
    """The field where it is told: a list's own name stands for its first field."""
    parts = name.split(".")
    if parts[0] in blocks and len(parts) > 1:
        parts[1] = str(blocks[parts[0]][int(parts[1])])
    if parts[0] in blocks and len(parts) == 1:
        parts += ["0", "id" if parts[0] == "quotas" else "title"]
    if name == "kind":
        return "other_kind"
    return ".".join(parts[:3] if parts[0] in blocks else parts[:2] if parts[0] == "contact" else parts[:1])
