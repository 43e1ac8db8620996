"""What was sent, looked through in a process of its own."""

import json
from threading import BoundedSemaphore
from typing import Final, NamedTuple

from services.registration.inspection.media import FileRefused
from shared.limited_process import answer_of, running

MAX_BYTES: Final = 20_000_000
MAX_WRITTEN_ANEW: Final = 60_000_000
"""An image may grow when it is written anew."""
READER: Final = running("services.registration.inspection.content_reader")
SECONDS: Final = 60.0
BROKEN: Final = (
    "Berkas ini tidak dapat dibaca: isinya rusak atau terlalu besar. Simpan ulang, lalu unggah lagi."
)
_AT_ONCE: Final = BoundedSemaphore(2)  # each may take its limit of memory


class InspectedFile(NamedTuple):
    media: str
    content: bytes


def inspected(data: bytes) -> InspectedFile:
    """Waits for another process: call it in a thread. Raises `FileRefused`."""
    with _AT_ONCE:
        answer = answer_of(READER, data, SECONDS, MAX_WRITTEN_ANEW)
    head, _, written_anew = answer.partition(b"\n")
    try:
        said = json.loads(head)
    except ValueError:
        raise FileRefused(BROKEN) from None
    if "refused" in said:
        raise FileRefused(said["refused"])
    content = written_anew or data
    if len(content) > MAX_BYTES:
        raise FileRefused("Gambar ini terlalu besar. Perkecil, lalu unggah lagi.")
    return InspectedFile(said["media"], content)
