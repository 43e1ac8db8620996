"""Made-up people whose personal data can be told from everything else: their canaries.

Each name and address holds `kenari`; each number has a form that nothing real has (appointed in the year
1900, telephone 0000-77, NUPTK from 77770000). So what leaks is found by `CANARY`, wherever it turns up.
"""

import random
import re
from dataclasses import dataclass
from typing import Any

CANARY = re.compile(r"kenari|193[0-9]{5}190007[12][0-9]{3}|0000-77|77770000[0-9]{8}", re.IGNORECASE)

GIVEN = [
    "I Wayan",
    "Ni Made",
    "Ida Ayu",
    "Syafrizal",
    "Yusnidar",
    "Suparmi",
    "Dra. Hj.",
    "Drs. H.",
    "Togar",
    "",
]
DEGREES = ["", "", "", ", S.Pd.", ", S.Pd., M.Pd.", ", M.M."]
CATEGORIES = ["guru", "guru-penggerak", "kepala-sekolah", "pengawas", "dinas", "komunitas"]
REGENCIES = ["51.01", "51.03", "51.08", "13.71", "94.71", None]


@dataclass(frozen=True, slots=True)
class Person:
    """`number` makes them unique within a run; what they stand for decides which quotas take them."""

    number: int
    name: str
    email: str
    category: str
    regency: str | None
    cohort: int | None
    numbers: dict[str, str]

    def body(self) -> dict[str, Any]:
        """What they send to register, without the activity."""
        given: dict[str, Any] = {
            "participant": {"name": self.name, "email": self.email} | self.numbers,
            "category": self.category,
            "institution": {"name": f"SD Kenari {self.number % 50}"},
        }
        rest = {"regency": self.regency, "cohort": self.cohort}
        return given | {name: value for name, value in rest.items() if value is not None}


def make_up(rng: random.Random, number: int) -> Person:
    """The person of this number; whatever is not their identity is drawn."""
    return Person(
        number,
        f"{rng.choice(GIVEN)} Kenari {_letters(number)}{rng.choice(DEGREES)}".strip(),
        f"kenari{number}@sekolah{number % 50}.example",
        rng.choice(CATEGORIES),
        rng.choice(REGENCIES),
        rng.choice([1, 2, 3, None]),
        {name: value for name, value in numbers_of(number).items() if rng.random() < 0.4},
    )


def numbers_of(number: int) -> dict[str, str]:
    """All that the person of this number has."""
    return {"nip": _nip(number), "nuptk": f"77770000{number:08d}", "phone": f"0000-77-{number:07d}"}


def _nip(number: int) -> str:
    """Born in the 1930s, in service since July 1900."""
    rest, serial = divmod(number, 999)
    rest, sex = divmod(rest, 2)
    rest, day = divmod(rest, 28)
    year, month = divmod(rest, 12)
    return f"193{year % 10}{month + 1:02d}{day + 1:02d}190007{sex + 1}{serial + 1:03d}"


def _letters(number: int) -> str:
    """A name of letters that no other number has."""
    letters = ""
    while True:
        number, digit = divmod(number, 26)
        letters = chr(ord("a") + digit) + letters
        if not number:
            return letters.capitalize()
