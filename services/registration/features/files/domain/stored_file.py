"""A file that the office keeps: content under its own digest, alive while something holds it."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

LONGEST_NAME: Final = 120
_FORBIDDEN: Final = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*]+')


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`digest`: `sha256:...` of its content; `media`: its type, as that content says."""

    digest: str
    media: str
    size: int


@dataclass(frozen=True, slots=True)
class FileReference:
    """Written beside a state: from now on it holds this file, None where it holds none any more."""

    kind: str
    id: str
    digest: str | None


def file_name(title: str, extension: str) -> str:
    """A name for a file of this title, which every computer takes."""
    text = unicodedata.normalize("NFC", title)
    text = "".join(sign for sign in text if unicodedata.category(sign) not in ("Cf", "Co", "Cn", "Cs"))
    text = " ".join(_FORBIDDEN.sub(" ", text).split()).strip(". ")
    return f"{text[:LONGEST_NAME].rstrip('. ') or 'berkas'}.{extension}"
