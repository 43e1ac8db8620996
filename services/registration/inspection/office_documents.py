"""Documents that are packed: what they are, say their own parts, and nothing of it is unpacked but those."""

import zipfile
import zlib
from io import BytesIO
from typing import Final

from services.registration.inspection.media import (
    DOCX,
    MACROS,
    ODT,
    PPTX,
    PRESENTED,
    UNKNOWN,
    XLSX,
    FileRefused,
)

TYPES: Final = "[Content_Types].xml"
MAX_ENTRIES: Final = 10_000
MAX_TYPES: Final = 2_000_000
MAIN: Final = {
    f"{DOCX}.main+xml": DOCX,
    f"{XLSX}.main+xml": XLSX,
    f"{PPTX}.main+xml": PPTX,
    f"{PRESENTED}.main+xml": PPTX,
}


def media_of_package(data: bytes) -> str:
    """Raises `FileRefused`."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            names = package.namelist()
            if len(names) > MAX_ENTRIES or len({*names}) < len(names):
                raise FileRefused(UNKNOWN)
            if TYPES in names:
                return _of_open_xml(package, names)
            if names[:1] == ["mimetype"] and _part(package, "mimetype") == ODT.encode():
                return ODT
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError):
        pass
    raise FileRefused(UNKNOWN)


def _of_open_xml(package: zipfile.ZipFile, names: list[str]) -> str:
    types = _part(package, TYPES)
    if b"macroEnabled" in types or any(name.endswith("vbaProject.bin") for name in names):
        raise FileRefused(MACROS)
    found = {media for main, media in MAIN.items() if f'"{main}"'.encode() in types}
    if len(found) != 1:
        raise FileRefused(UNKNOWN)
    return found.pop()


def _part(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as part:
        return part.read(MAX_TYPES)
