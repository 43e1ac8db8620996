"""A pass from one service of an office to another, made from the link keys that both hold (decision 24)."""

from time import time
from typing import Final

from itsdangerous import BadData

from shared.contracts.types import OfficeCode
from shared.links import signed

PASS_SECONDS: Final = 60
"""How long it holds; also by how much the clocks of two machines may differ."""


class Passes:
    """Of one office, for its mails alone. `keys` as `shared.links.LinkKeys`."""

    def __init__(self, office: OfficeCode, keys: str) -> None:
        self._office = office
        self._passes = signed(keys, "surel")

    def new(self) -> str:
        return str(self._passes.dumps([self._office, int(time())]))

    def holds(self, shown: str) -> bool:
        try:
            office, made = self._passes.loads(shown)
        except BadData:
            return False
        return bool(office == self._office and abs(time() - made) <= PASS_SECONDS)
