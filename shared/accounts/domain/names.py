"""Names by which colleagues know each other in the history: seen whole, and nobody else's."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Final

from shared.accounts.domain.account import Account
from shared.visible import visible

UNKNOWN: Final = "Akun yang tidak dikenal"
PROGRAM: Final = "Token"
COMMAND: Final = "Perintah simpul"


def alike(name: str) -> str:
    """The same for names that look alike: letters of a width, spaces, and what nobody sees do not count."""
    return " ".join(unicodedata.normalize("NFKC", visible(name)).casefold().split())


def is_reserved(name: str, others: Collection[str] = ()) -> bool:
    """Whether the history calls by it what is nobody, or a program: the service's own names, and `others`."""
    own, plain = {alike(one) for one in (PROGRAM, COMMAND, UNKNOWN, *others)}, alike(name)
    return plain in own or plain.startswith((f"{alike(PROGRAM)} ", f"{alike(COMMAND)} "))


def told_apart(accounts: Iterable[Account]) -> dict[str, str]:
    """What each is called; with the address, where others are called alike."""
    everybody = list(accounts)
    often = Counter(alike(one.called) for one in everybody)
    return {
        one.id: f"{one.called} ({one.email})" if often[alike(one.called)] > 1 and one.name else one.called
        for one in everybody
    }
