"""Names and numbers of persons and schools, as people type them."""

import re
import unicodedata
from typing import Final

from shared.visible import visible

_TITLES: Final = "prof dr drs dra ir h hj kh bpk bapak pak ibu bu sdr sdri yth"
LEADING_TITLES: Final = frozenset(_TITLES.split())
# Never I, Ni, Ida, Gusti, St.: those belong to Balinese and Minang names. Nor Haji: a name of its own.

_DEGREES: Final = """
aip akom ama amapd amd amdkeb amdkep ba bsc dr gr h ma mag mak map mba me med mfarm mfil mh mhi mhum mip
mkeb mkep mkes mkm mkom mm mmat mor mp mpd mpdh mpdi mpdk mpfis mpi mpmat mppd mpsi mpt msc mscpa msi msn
msos mt mth mtp phd sab sag sagh sak sap se sei sfarm sfil sh shi shum shut sip skeb skep skes skh skm skom
skomi sm smat smn sor sp spd spdaud spdb spdek spdgr spdh spdi spdk spdsd spi spsi spt sptk ssi ssn ssos
ssosi sspd sst ssy st sth sthi stp str strkeb
"""
DEGREES: Final = frozenset(_DEGREES.split())
"""Academic degrees without their dots, as they stand behind a name."""
_WITHOUT_DOTS: Final = re.compile(r"amd|[sm]pd|[sm]pdi|spdsd|phd|mhum|ssi|msi|skom|ssos")
"""Those that are no name, nor part of one, even where their dots were left out."""

_APOSTROPHES: Final = re.compile("[\u2018\u2019\u201b\u02b9\u02bb-\u02bd\u2032\u00b4\u0060\uff07]")


class NotANumber(ValueError):
    """What was typed is no such number: `rule` is `signs`, `length`, `birth` or `sex`; never the value."""

    def __init__(self, rule: str) -> None:
        super().__init__(f"breaks the rule of {rule}")
        self.rule = rule


def comparable_name(name: str) -> str:
    """The form in which two names are compared; never shown.

    Without signs that nobody sees; NFKC, case-folded, spaces collapsed, every apostrophe the same; without
    what follows the first comma, without leading titles and honorifics (Prof. Dr. Drs. Ir. H. Hj. Bpk. Ibu
    Sdr.) and without degrees at the end (S.Pd, M.Pd.). A name made of titles alone keeps one.
    """
    # apostrophes first: NFKC makes a space and an accent of some
    words = unicodedata.normalize("NFKC", _APOSTROPHES.sub("'", visible(name))).casefold().partition(",")[0]
    parts = re.sub(r"\b([a-z])\.\s+(?=[a-z]{2,4}\b)", r"\1.", words).split()  # "S. Pd." is one degree
    while len(parts) > 1 and is_degree(parts[-1]):
        parts.pop()
    # "Dr.Kasiman" is two words
    parts = re.sub(r"\.(?=\S)", ". ", " ".join(parts)).split()
    while len(parts) > 1 and parts[0].rstrip(".") in LEADING_TITLES:
        parts.pop(0)
    return " ".join(parts)


def near_names(one: str, other: str) -> bool:
    """Whether two names may be two spellings of one: worth a look by people, never proof.

    The same words in another order, or alike but for spaces, accents and signs that are no letters, and for
    one letter, from ten letters on two (neighbours that were swapped count as one).
    """
    first, second = comparable_name(one), comparable_name(other)
    if sorted(first.split()) == sorted(second.split()):
        return True
    first, second = _letters(first), _letters(second)
    shorter = min(len(first), len(second))
    allowed = 0 if shorter < 5 else 1 if shorter < 10 else 2
    if not shorter or abs(len(first) - len(second)) > allowed:
        return False
    return first == second or _distance(first, second) <= allowed


def is_degree(word: str) -> bool:
    """Whether a word is a degree, or several without a blank: `S.Pd`, `A.Md.Keb`, `S.Pd.M.Pd.`, `SPd`."""
    word = word.casefold().strip(".")
    whole = word.replace(".", "")
    if "." not in word:
        return _WITHOUT_DOTS.fullmatch(whole) is not None
    pieces = _degrees_in(word)
    return whole in DEGREES or ("".join(pieces) == whole and all(piece in DEGREES for piece in pieces))


def _degrees_in(word: str) -> list[str]:
    """`s.pd.m.pd` as `spd`, `mpd`: each begins at a letter that stands alone, but the last (`s.pd.i`)."""
    found = re.findall(r"[a-z]\.[a-z]{2,}(?:\.(?:[a-z]{2,}|[a-z]$))*", word)
    return [one.replace(".", "") for one in found]


def _letters(name: str) -> str:
    """Without accents, spaces and all that is no letter or digit."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", name) if sign.isalnum())


def _distance(one: str, other: str) -> int:
    """How many letters to add, take away, replace or swap with their neighbour (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for at, sign in enumerate(one, 1):
        row = [at]
        for place, wanted in enumerate(other, 1):
            cost = min(last[place] + 1, row[-1] + 1, last[place - 1] + (sign != wanted))
            if at > 1 and place > 1 and sign == other[place - 2] and one[at - 2] == wanted:
                cost = min(cost, before[place - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


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
