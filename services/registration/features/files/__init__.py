"""Files that staff send, kept by their content while something holds them."""

from typing import Final

from services.registration.features.files.files import COLLECTIONS
from services.registration.features.files.files_api import API, BODY_BYTES
from services.registration.features.files.files_desk import parts, sweep
from services.registration.features.files.references import NAME, SIDE_WRITES
from services.registration.features.files.sweep import MARKS
from services.registration.kernel.feature import Feature
from services.registration.kernel.sentences import Sentences

UNKNOWN: Final = "Berkasnya tidak ada, atau sudah dihapus karena sehari tidak dipakai. Unggah sekali lagi."

FILES: Final = Feature(
    name=NAME,
    commands={},
    facts={},
    kinds={},
    collections={**COLLECTIONS, MARKS: ()},
    beside=dict,
    sentences=Sentences({}, {"file_unknown": UNKNOWN}),
    side_writes=SIDE_WRITES,
    api=API,
    work=sweep,
    parts=parts,
    body_bytes=BODY_BYTES,
)
