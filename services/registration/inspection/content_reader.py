"""Says what a file is: `python -m services.registration.inspection.content_reader`.

Bytes on stdin; on stdout a line of JSON, `{"media": type}` or `{"refused": sentence}`, and behind it the
content that is kept in the place of what was sent, if there is another: images are written anew, without
what cameras and programs note in them. A name is nothing to go by, so none is asked for.
"""

import csv
import json
import sys
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

from services.registration.inspection.media import (
    CSV,
    CUT_OFF,
    DAMAGED,
    EMPTY,
    JPEG,
    PDF,
    PNG,
    TEXT,
    TOO_MANY_PIXELS,
    UNKNOWN,
    FileRefused,
)
from services.registration.inspection.office_documents import media_of_package
from shared.limited_process import limit_this_process

MEMORY: Final = 1_200_000_000  # address space: 50 million pixels take 200 MB, and once more turned upright
CPU_SECONDS: Final = 30
MAX_PIXELS: Final = 50_000_000
SIGNS: Final = {b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG}
FORMATS: Final = {JPEG: "JPEG", PNG: "PNG"}
BREAKS: Final = frozenset("\t\n\r\f")


def main() -> None:
    limit_this_process(MEMORY, CPU_SECONDS)
    content = b""
    try:
        media, content = kept(sys.stdin.buffer.read())
        answer = {"media": media}
    except FileRefused as refused:
        answer = {"refused": str(refused)}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + content)


def kept(data: bytes) -> tuple[str, bytes]:
    """Its type, and what is kept in its place, empty where that is the data itself. Raises `FileRefused`."""
    if not data:
        raise FileRefused(EMPTY)
    if data.startswith(b"%PDF-"):
        if b"%%EOF" not in data[-2_048:]:
            raise FileRefused(CUT_OFF)
        return PDF, b""
    if data.startswith(b"PK\x03\x04"):
        return media_of_package(data), b""
    for sign, media in SIGNS.items():
        if data.startswith(sign):
            return media, written_anew(data, FORMATS[media])
    return media_of_text(data), b""


def written_anew(data: bytes, form: str) -> bytes:
    """An image upright, with its pixels and nothing else. Raises `FileRefused`."""
    Image.MAX_IMAGE_PIXELS = None  # counted here, before any is read
    try:
        with Image.open(BytesIO(data), formats=[form]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise FileRefused(TOO_MANY_PIXELS)
            image.load()
            upright = ImageOps.exif_transpose(image)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, MemoryError):
        raise FileRefused(DAMAGED) from None
    upright.info = {name: value for name, value in upright.info.items() if name == "transparency"}
    written = BytesIO()
    upright.save(written, form, quality=90, optimize=form == "JPEG")
    return written.getvalue()


def media_of_text(data: bytes) -> str:
    """Raises `FileRefused`: pages and drawings are text too, which a browser would run."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefused(UNKNOWN) from None
    if text.lstrip().startswith("<") or any(sign < " " and sign not in BREAKS for sign in text):
        raise FileRefused(UNKNOWN)
    return CSV if _is_table(text) else TEXT


def _is_table(text: str) -> bool:
    """Whether its first lines have the same number of columns, two or more."""
    lines = text.splitlines()[:20]
    for separator in ";,\t":
        try:
            widths = {len(row) for row in csv.reader(lines, delimiter=separator) if row}
        except csv.Error:
            continue
        if len(lines) > 1 and len(widths) == 1 and widths.pop() > 1:
            return True
    return False


if __name__ == "__main__":
    main()
