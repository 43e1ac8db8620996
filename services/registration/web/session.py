"""The staff's session: signed with the office's keys for links, over with their token."""

from typing import Final

from shared.links import secrets
from shared.pages.session import Door, Session, Sessions

SIGN_IN: Final = "/staf/masuk"
DOOR: Final = Door("simpul", SIGN_IN, "simpul/staf", "Silakan masuk dengan token petugas.")


def of_staff(link_keys: str, token_hash: str, secure: bool) -> Sessions:
    return Sessions(DOOR, secrets(link_keys), token_hash, secure)


__all__ = ["SIGN_IN", "Session", "Sessions", "of_staff"]
