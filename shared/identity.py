"""Names and numbers of persons and schools, as people type them."""

import re
import unicodedata
from typing import Final

_LEADING_TITLES: Final = frozenset({"prof", "dr", "drs", "dra", "ir", "h", "hj"})
# Never I, Ni, Ida, Gusti, St.: those belong to Balinese and Minang names.


class NotANumber(ValueError):
    """What was typed is no such number: `rule` is `signs`, `length`, `birth` or `sex`; never the value."""

    def __init__(self, rule: str) -> None:
        super().__init__(f"breaks the rule of {rule}")
        self.rule = rule


def comparable_name(name: str) -> str:
    """The form in which two names are compared; never shown.

    NFKC, case-folded, spaces collapsed, without what follows the first comma and without leading
    Prof. / Dr. / dr. / Drs. / Dra. / Ir. / H. / Hj. A name made of titles alone keeps its last one.
    """
    words = unicodedata.normalize("NFKC", name).casefold().partition(",")[0]
    # "Dr.Kasiman" is two words; "S.Pd" after the name is left alone, only leading titles count.
    parts = re.sub(r"\.(?=\S)", ". ", words).split()
    while len(parts) > 1 and parts[0].rstrip(".") in _LEADING_TITLES:
        parts.pop(0)
    return " ".join(parts)


def near_names(one: str, other: str) -> bool:
    """Whether two names are likely to be one person's, typed in different ways."""
    return _letters(one) == _letters(other)


def _letters(name: str) -> str:
    return "".join(filter(str.isalpha, comparable_name(name)))


def nip(typed: str) -> str:
    """18 digits of a civil servant's NIP or a contract teacher's NI PPPK.

    Birth date 8, year of appointment 4, then a month (NIP) or a contract number from 21 up (NI PPPK), sex 1,
    serial 3: so digits 13 and 14 are not checked. Raises `NotANumber`.
    """
    digits = _digits(typed, 18)
    if not ("01" <= digits[4:6] <= "12" and "01" <= digits[6:8] <= "31"):
        raise NotANumber("birth")
    if digits[14] not in "12":
        raise NotANumber("sex")
    return digits


def nuptk(typed: str) -> str:
    """16 digits of a teacher's NUPTK. Raises `NotANumber`."""
    return _digits(typed, 16)


def npsn_is_odd(typed: str) -> bool:
    """Whether a school's NPSN is not the usual 8 letters and digits: worth a warning, never a refusal."""
    return re.fullmatch(r"[0-9A-Za-z]{8}", typed.strip()) is None


def _digits(typed: str, length: int) -> str:
    """Digits alone: spaces, an apostrophe (a sheet's mark of text), dots and hyphens are left out."""
    digits = re.sub(r"[\s'’`.\-]", "", unicodedata.normalize("NFKC", typed))
    if re.fullmatch(r"[0-9]+", digits) is None:
        raise NotANumber("signs")
    if len(digits) != length:
        raise NotANumber("length")
    return digits
