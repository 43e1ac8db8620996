"""The form of one grant: a role, of one activity or the whole, until a day or for good."""

from collections.abc import Container, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from shared.accounts.domain.permissions import Grant, Roles
from shared.contracts.types import ZONES, Slug

FIELDS: Final = ("peran", "kegiatan", "sampai")
NO_ROLE: Final = "Pilih satu peran"
NO_ACTIVITY: Final = "Pilih kegiatan dari daftarnya: yang dikirim tidak ada di sini"
PAST: Final = "Tanggal ini sudah lewat; tulis hari terakhir peran ini, hari ini atau sesudahnya"
NO_DAY: Final = "Tulis tanggal, misalnya 2026-12-31, atau kosongkan"


def typed(sent: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(sent.get(name, "")).strip()[:100] for name in FIELDS}


def read(
    values: Mapping[str, str], zone: str, roles: Roles, activities: Container[str], now: datetime
) -> tuple[Grant | None, dict[str, str]]:
    """The grant, or by field what is to be mended. A day is whole, at the clock of the house. `activities`:
    those that there are."""
    errors: dict[str, str] = {}
    if values["peran"] not in roles.words:
        errors["peran"] = NO_ROLE
    if values["kegiatan"] and values["kegiatan"] not in activities:
        errors["kegiatan"] = NO_ACTIVITY
    until = end_of_day(values["sampai"], zone) if values["sampai"] else None
    if values["sampai"] and until is None:
        errors["sampai"] = NO_DAY
    elif until is not None and until <= now:
        errors["sampai"] = PAST
    if errors:
        return None, errors
    return Grant(values["peran"], values["kegiatan"] or None, until), {}


def is_slug(text: str) -> bool:
    try:
        TypeAdapter(Slug).validate_python(text)
    except ValidationError:
        return False
    return True


def end_of_day(day: str, zone: str) -> datetime | None:
    try:
        found = date.fromisoformat(day) + timedelta(days=1)
    except (ValueError, OverflowError):
        return None
    return datetime.combine(found, time(), ZoneInfo(ZONES[zone]))
