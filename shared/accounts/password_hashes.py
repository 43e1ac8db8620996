"""Passwords as argon2id (RFC 9106) keeps them, away from the event loop and a few at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.accounts.domain.passwords import LONGEST, normal
from shared.throttle import NoRoom

AT_ONCE: Final = 2  # each takes 64 MiB for as long as it works
WAITING: Final = 24  # with those at work: a few seconds, of which one source has a third at most
_HASHER: Final = PasswordHasher()


def common_passwords() -> frozenset[str]:
    return frozenset(Path(__file__).with_name("common_passwords.txt").read_text().split())


class PasswordHashes:
    """Raises `NoRoom` where so many wait that nobody would wait for another."""

    def __init__(self) -> None:
        self._waiting = 0
        self._room = asyncio.Semaphore(AT_ONCE)
        self._nobodys = _HASHER.hash("nobody has this password")

    async def of(self, password: str) -> str:
        async with self._turn():
            return await asyncio.to_thread(_HASHER.hash, normal(password))

    async def fits(self, password: str, kept: str | None) -> bool:
        """Takes as long where there is none, so that nobody learns who has an account."""
        async with self._turn():
            right = await asyncio.to_thread(_fits, normal(password[: LONGEST + 1]), kept or self._nobodys)
        return right and kept is not None

    def require_room(self) -> None:
        """Before an attempt is counted that would not be looked at."""
        if self._waiting >= WAITING:
            raise NoRoom

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        self.require_room()
        self._waiting += 1
        try:
            async with self._room:
                yield
        finally:
            self._waiting -= 1


def _fits(password: str, kept: str) -> bool:
    try:
        return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
