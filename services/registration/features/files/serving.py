"""A file as it is downloaded: in parts, for slow lines, and never as a page of ours."""

import re
from typing import Final
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from services.registration.features.files.domain.stored_file import file_name
from services.registration.features.files.files import Files, OpenedFile
from services.registration.inspection.media import MEDIA
from shared.http import Problem

GONE: Final = "Berkas ini sudah tidak ada. Muat ulang halaman sebelumnya."
_RANGE: Final = re.compile(r"bytes=(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))")


async def file_response(files: Files, digest: str, title: str, request: Request) -> Response:
    """One range is answered as one; whoever asks for several gets all of it, as RFC 9110 allows. Raises
    `Problem` 404."""
    opened = await files.open(digest)
    if opened is None:
        raise Problem(404, "file_unknown", GONE)
    tag, size = f'"{digest.removeprefix("sha256:")}"', opened.file.size
    headers = _headers(opened, title) | {"ETag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    asked = request.headers.get("range", "")
    if request.headers.get("if-range", tag) != tag:
        asked = ""
    found = _RANGE.fullmatch(asked.strip())
    if found is None:
        return _parts(opened, 0, size, 200, headers)
    start, end = _bounds(found, size)
    if start >= end:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
    return _parts(opened, start, end, 206, headers | {"Content-Range": f"bytes {start}-{end - 1}/{size}"})


def _bounds(found: re.Match[str], size: int) -> tuple[int, int]:
    """From where to before where; nothing where there is no such part."""
    first, last, suffix = found.groups()
    if suffix is not None:
        return max(size - int(suffix), 0), size
    return int(first), min(int(last) + 1, size) if last else size


def _headers(opened: OpenedFile, title: str) -> dict[str, str]:
    return {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": disposition(file_name(title, MEDIA[opened.file.media].extension)),
        "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
    }


def disposition(name: str) -> str:
    """RFC 6266: to be saved, under this name; for old programs as far as it is of plain letters."""
    plain = re.sub(r"[^A-Za-z0-9 ._()-]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _parts(opened: OpenedFile, start: int, end: int, status: int, headers: dict[str, str]) -> Response:
    length = {"Content-Length": str(end - start)}
    return StreamingResponse(opened.read(start, end), status, headers | length, opened.file.media)
