"""Who holds which file: rows that stand and fall with the states that they are written beside."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from services.registration.features.files.domain.stored_file import FileReference, StoredFile
from services.registration.features.files.files import FILES, REFERENCES, stored_files
from services.registration.kernel.commit import ReadConflict
from services.registration.kernel.feature import OfficeStore, SideWriteRule
from services.registration.kernel.loaded_states import LoadedStates
from shared.mongo.driver import Session, Store

NAME: Final = "files"


def files_at_hand(loaded: LoadedStates) -> dict[str, StoredFile]:
    """Those that commands name, by digest, as far as there are."""
    found: dict[str, StoredFile] = loaded.beside[NAME]
    return found


async def load_files(store: Store, digests: Iterable[str], loaded: LoadedStates) -> None:
    """Of a feature whose commands name files: what they need of them."""
    if wanted := {*digests}:
        files_at_hand(loaded).update(await stored_files(store, wanted))


async def hold(store: Store, references: Iterable[FileReference], session: Session) -> list[FileReference]:
    """Within the transaction that writes the states; those whose file is not there any more. A file is
    written, too, so that nobody sweeps it in the same moment."""
    gone = []
    for one in references:
        name = f"{one.kind}:{one.id}"
        if one.digest is None:
            await store[REFERENCES].delete_one({"_id": name}, session=session)
            continue
        held = await store[FILES].update_one({"_id": one.digest}, {"$inc": {"held": 1}}, session=session)
        if held.matched_count:
            row = {"_id": name, "digest": one.digest, "kind": one.kind, "id": one.id}
            await store[REFERENCES].replace_one({"_id": name}, row, upsert=True, session=session)
        else:
            gone.append(one)
    return gone


def _nothing_follows(loaded: LoadedStates, reference: FileReference) -> None:
    """A file is there for whoever names it next, as before."""


async def _write(of: OfficeStore, references: Sequence[FileReference], session: Session) -> None:
    if await hold(of.store, references, session):
        raise ReadConflict("a file was swept meanwhile")


SIDE_WRITES: Final[Mapping[type[Any], SideWriteRule]] = {
    FileReference: SideWriteRule(_nothing_follows, _write)
}
