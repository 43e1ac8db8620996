"""Paper: documents set by typst, in a process of its own."""

import asyncio
import json
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, Final

from fastapi import Response

from shared.http import Problem
from shared.limited_process import answer_of, running

SETTER: Final = running("services.registration.web.typesetter")
SECONDS: Final = 60.0
MAX_BYTES: Final = 50_000_000
FAILED: Final = "Berkas ini belum dapat dibuat. Coba sekali lagi; bila terulang, beri tahu pengelola sistem."
_AT_ONCE: Final = BoundedSemaphore(2)  # each may take its limit of memory


async def typeset(template: Path, data: Any) -> bytes:
    """As PDF. What people typed comes in as data, which typst prints and never runs. Raises `Problem`."""
    made = await asyncio.to_thread(_set, template, data)
    if not made.startswith(b"%PDF-"):
        raise Problem(503, "unavailable", FAILED, {"Retry-After": "30"})
    return made


def _set(template: Path, data: Any) -> bytes:
    given = json.dumps({"template": str(template), "data": data}).encode()
    with _AT_ONCE:
        return answer_of(SETTER, given, SECONDS, MAX_BYTES)


def paper(data: bytes, name: str, people: bool) -> Response:
    """`name`: of ASCII letters, digits and hyphens; `people`: whether it holds any, and is kept nowhere."""
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    headers |= {"Cache-Control": "no-store"} if people else {}
    return Response(data, media_type="application/pdf", headers=headers)
