"""Indonesia's provinces and regencies with Kemendagri's codes; source and licence are in README.md here."""

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
_KINDS = {"kabupaten": "Kabupaten", "kab": "Kabupaten", "kota": "Kota", "kodya": "Kota", "kotamadya": "Kota"}
_KIND = re.compile(
    r"^(kabupaten|kab|kotamadya|kodya|kota)(?![a-z])\.?\s*(?:administrasi|adm)?(?![a-z])\.?\s*"
)


class UnknownRegency(LookupError):
    """No regency or city is called so."""


class AmbiguousRegency(LookupError):
    """More than one is called so; `choices` are their full names."""

    def __init__(self, choices: tuple[str, ...]) -> None:
        super().__init__(" / ".join(choices))
        self.choices = choices


@dataclass(frozen=True, slots=True)
class Regency:
    """A regency or city: dotted code (`51.03`) and full name (`Kabupaten Badung`)."""

    code: str
    name: str

    @property
    def province(self) -> str:
        return self.code[:2]


@cache
def provinces() -> dict[str, str]:
    """Code -> name of the 38 provinces."""
    return {row["code"]: row["name"] for row in _table("provinces.csv")}


@cache
def regencies() -> dict[str, Regency]:
    """Code -> regency or city, 514 of them."""
    return {row["code"]: Regency(row["code"], row["name"]) for row in _table("regencies.csv")}


def find_regency(typed: str) -> Regency:
    """By code (`51.03`, `5103`) or by name as people type it (`Kab. Badung`, `BADUNG`).

    A name that a regency and a city share needs its kind. Raises `UnknownRegency`, `AmbiguousRegency`.
    """
    if code := re.fullmatch(r"\s*(\d\d)\.?(\d\d)\s*", typed):
        found = regencies().get(".".join(code.groups()))
        if found is None:
            raise UnknownRegency
        return found
    kind, bare = _split(typed)
    namesakes = _by_bare_name().get(bare, [])
    choices = [regency for regency in namesakes if kind in (None, _split(regency.name)[0])]
    if not choices:
        raise UnknownRegency
    if len(choices) > 1:
        raise AmbiguousRegency(tuple(regency.name for regency in choices))
    return choices[0]


@cache
def _by_bare_name() -> dict[str, list[Regency]]:
    names = defaultdict(list)
    for regency in regencies().values():
        names[_split(regency.name)[1]].append(regency)
    return dict(names)


def _split(name: str) -> tuple[str | None, str]:
    """Kind and bare name; spaces, dots and hyphens do not count in the name."""
    folded = name.strip().casefold()
    kind = _KIND.match(folded)
    rest = folded[kind.end() :] if kind else folded
    return (_KINDS[kind[1]] if kind else None), re.sub(r"[\W_]", "", rest)


def _table(name: str) -> list[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
