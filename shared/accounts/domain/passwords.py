"""Which passwords are taken."""

import unicodedata
from collections.abc import Collection
from typing import Final

SHORTEST: Final = 12
LONGEST: Final = 200


def normal(password: str) -> str:
    """The same whichever keyboard wrote it."""
    return unicodedata.normalize("NFC", password)


def weakness(password: str, email: str, common: Collection[str]) -> str:
    """What is to be mended of a password; nothing where it is taken. `common`: in small letters."""
    text, name = normal(password).lower(), email.partition("@")[0].lower()
    if len(text) < SHORTEST:
        return f"Kata sandi paling sedikit {SHORTEST} huruf; beberapa kata lebih mudah diingat"
    if len(text) > LONGEST:
        return f"Kata sandi paling banyak {LONGEST} huruf"
    if text in common or len(set(text)) < 4:
        return "Kata sandi ini terlalu umum dan mudah ditebak; pilih yang lain"
    if len(name) > 3 and name in text:
        return "Kata sandi jangan memuat alamat email Anda"
    return ""
