"""A scanner for viruses, if the office has one: ClamAV's daemon, asked over its own protocol (INSTREAM)."""

import asyncio
from dataclasses import dataclass
from typing import Final

from services.registration.inspection.media import FileRefused
from shared.http import Problem

SECONDS: Final = 60.0
PART: Final = 1 << 18
INFECTED: Final = "Berkas ini dinilai berbahaya oleh pemeriksa virus, jadi tidak disimpan."
AWAY: Final = "Pemeriksa virus sedang tidak menjawab, jadi berkas belum disimpan. Coba lagi sebentar lagi."


@dataclass(frozen=True, slots=True)
class Clamd:
    host: str
    port: int

    @classmethod
    def at(cls, address: str) -> "Clamd":
        """`address`: `host:port`."""
        host, _, port = address.rpartition(":")
        return cls(host, int(port))

    async def scan(self, content: bytes) -> None:
        """Raises `FileRefused`, and `Problem` 503 where nobody looked through it."""
        try:
            async with asyncio.timeout(SECONDS):
                answer = await self._answer(content)
        except (OSError, TimeoutError):
            answer = b""
        if answer.endswith(b"FOUND"):
            raise FileRefused(INFECTED)
        if answer != b"stream: OK":
            raise Problem(503, "unavailable", AWAY, {"Retry-After": "30"})

    async def _answer(self, content: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(content), PART):
                part = content[start : start + PART]
                writer.write(len(part).to_bytes(4, "big") + part)
                await writer.drain()
            writer.write(bytes(4))
            return (await reader.readuntil(b"\0")).rstrip(b"\0")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return b""
        finally:
            writer.close()
