"""The two gatherings as their files tell them: who comes in which order, who cancels, who attends."""

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from python_calamine import CalamineWorkbook

EXAMPLES = Path(__file__).parents[1] / "examples"
_SHEET_HEADER_ROWS = 8  # letterhead, header and the row of column numbers
_NAME, _EMAIL, _CATEGORY = 1, 4, 6


@dataclass(frozen=True, slots=True)
class Guest:
    email: str
    category: str
    regency: str | None = None
    cohort: int | None = None


@dataclass(frozen=True, slots=True)
class Gathering:
    """`arrivals` in the order in which they reach the office; `attends`: email -> ids of sessions."""

    office: str
    folder: Path
    activity: dict[str, Any]
    arrivals: tuple[Guest, ...]
    cancels: tuple[str, ...]
    attends: dict[str, tuple[str, ...]]

    @property
    def id(self) -> str:
        return str(self.activity["id"])


def rakor_bali(examples: Path = EXAMPLES) -> Gathering:
    folder = examples / "rakor-bali"
    listed = _sheet(folder / "undangan-perbaikan.xlsx")
    web = [
        Guest(body["participant"]["email"], body["category"], body.get("regency"))
        for body in web_registrations(folder)
    ]
    # The whole list is in before the first comes over the web, and all on it find a seat: whom the
    # committee had to mend comes later than the others, which changes nothing for anyone.
    return _gathering("bali", folder, listed + web)


def fgd_sumbar(examples: Path = EXAMPLES) -> Gathering:
    folder = examples / "fgd-sumbar"
    return _gathering(
        "sumbar",
        folder,
        [
            Guest(row["email"], row["category"], row["regency"], int(row["cohort"]))
            for row in _rows(folder / "peserta.csv")
        ],
    )


def web_registrations(folder: Path) -> list[dict[str, Any]]:
    """Bodies of the registrations over HTTP, in the order in which people come."""
    found: list[dict[str, Any]] = json.loads((folder / "pendaftar.json").read_text(encoding="utf-8"))
    return found


def _gathering(office: str, folder: Path, arrivals: Iterable[Guest]) -> Gathering:
    attendance = _rows(folder / "kehadiran.csv")
    return Gathering(
        office=office,
        folder=folder,
        activity=yaml.safe_load((folder / "activity.yaml").read_text(encoding="utf-8")),
        arrivals=tuple(dict.fromkeys(arrivals)),
        cancels=tuple(row["email"] for row in _rows(folder / "pembatalan.csv")),
        attends={
            row["email"]: tuple(session for session, mark in row.items() if mark == "1") for row in attendance
        },
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _sheet(path: Path) -> list[Guest]:
    """People of the committee's list, by the places of its columns; headings hold no address."""
    cells = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    people = []
    for row in cells[_SHEET_HEADER_ROWS:]:
        email, typed = str(row[_EMAIL]).strip().lower(), str(row[_CATEGORY]).casefold()
        category = {"mit": "mitra-kerja", "kom": "komunitas"}.get(typed[:3])
        if "@" in email and category and row[_NAME]:
            people.append(Guest(email, category))
    return people
