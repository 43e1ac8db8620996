"""What a line typed by a stranger may say, since an office's mails and pages show it: a name, no message."""

import re
import unicodedata
from typing import Final, Literal

from shared.identity import LEADING_TITLES, is_degree
from shared.visible import visible

Fault = Literal["web_address", "at_sign", "no_letter", "stacked"]

_DOTS: Final = dict.fromkeys(map(ord, "\u3002\uff61"), ".")  # that browsers take for dots of a domain
_SLASHES: Final = dict.fromkeys(map(ord, "\u2044\u2215\u2571\u29f8"), "/")  # that readers take for them
_HOST: Final = re.compile(r"(?<![^\W_])(?<!-)((?:[^\W_]|-)+(?:\.(?:[^\W_]|-)+)+)(?::[0-9]+)?([/?#\\]?)")
_STACKED: Final = "MMMMM"
"""More marks on one letter than any language writes: they cover the lines above and below."""
_TOP: Final = re.compile(r"[^\W\d_]{2,}|xn--[a-z0-9-]+")
_SHORT: Final = (
    "abd cv ds gg jl kab kb kec kel kp lkp ma mi moh mts muh no paud pkbm pn ponpes prov pt ra sd slb sma smk"
    " smp st tk upt uptd yay"
)
_ABBREVIATED: Final = LEADING_TITLES | frozenset(_SHORT.split())
"""Words that are written with a dot before a name: `Kec.Kuta/Kab.Badung` is no web address."""
_ENDS: Final = (
    "app bet biz casino cc cfd click club co com dev ee example fun gl gle icu id info io link live ly me net"
    " online org page sbs shop site store tech to top tv us vip web xyz"
)
_LINKED: Final = frozenset(_ENDS.split())
"""Ends of the domains of which mail programs make links though no path follows them."""


def fault_of_name(name: str, person: bool = False, letters: bool = True) -> Fault | None:
    """Why this is no name. `person`: nobody is called as a domain, while some institutions are."""
    text = unicodedata.normalize("NFKC", name).translate(_DOTS | _SLASHES)
    if "@" in text:
        return "at_sign"
    if "://" in text or ("." in text and _has_address(text, person)):
        return "web_address"
    if letters and not any(unicodedata.category(sign).startswith("L") for sign in text):
        return "no_letter"
    return "stacked" if _STACKED in "".join(unicodedata.category(sign)[0] for sign in text) else None


def fault_of_email(typed: str) -> str:
    """Why this, which is no email address, is none: the end of a sentence."""
    text = visible(typed).strip()
    if any(unicodedata.category(sign) == "Cc" for sign in text):
        return "ada tanda tak terlihat"
    if text.count("@") > 1 or re.search(r"[,;/]", text.partition("@")[2]):
        return "tulis satu alamat saja"
    local, _, domain = text.partition("@")
    if not (local and domain):
        return "tulis lengkap, misalnya nama@sekolah.example"
    if re.search(r"\s", text):
        return "ada spasi di dalamnya"
    if not text.isascii():
        return "ada huruf atau tanda yang tidak dikenal email"
    if "." not in domain.strip("."):
        return "bagian sesudah @ tidak lengkap"
    return "ada tanda yang tidak dapat dipakai"


def _has_address(text: str, person: bool) -> bool:
    return re.search(r"\bwww\.", text, re.IGNORECASE) is not None or any(
        _leads_away(host.strip("-"), path, person) for host, path in _HOST.findall(text)
    )


def _leads_away(host: str, path: str, person: bool) -> bool:
    """`path`: the sign at which one begins."""
    labels = host.casefold().split(".")
    if is_degree(host) or not _TOP.fullmatch(labels[-1]):
        return False
    if path:
        return labels[-2] not in _ABBREVIATED or labels[-1] in _LINKED
    return person and labels[-1] in _LINKED
