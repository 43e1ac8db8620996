"""How the office's people are read for a batch, and written beside its states."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Final

from services.registration.features.people.corrections import PERSON
from services.registration.features.people.domain.person import Correction
from services.registration.features.people.people import PEOPLE, PeopleIndex, PersonMatch
from services.registration.features.people.store import People
from services.registration.kernel.feature import OfficeStore, SideWriteRule
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.received_commands import ReceivedCommand
from shared.contracts.commands import CorrectParticipant
from shared.mongo.driver import Session
from shared.mongo.indexes import Index, ascending

COLLECTIONS: Final[Mapping[str, tuple[Index, ...]]] = {
    "people": (
        ascending("people", "ref", only={"who": {"$exists": True}}),
        ascending("people", "known_by", unique=True, sparse=True),
        ascending("people", "hints", sparse=True),
    ),
    "perhaps_same": (),
}


async def load(
    of: OfficeStore,
    partition: int,
    asked: Sequence[ReceivedCommand],
    loaded: LoadedStates,
    known: Awaitable[None],
) -> None:
    """Whom corrections are of."""
    if refs := [one.command.ref for one in asked if isinstance(one.command, CorrectParticipant)]:
        found = await People(of.store, of.digests).named(refs)
        loaded.states[PERSON] |= {person.ref: person for person in found}


def _accept(loaded: LoadedStates, meeting: PersonMatch) -> None:
    index: PeopleIndex = loaded.beside[PEOPLE]
    index.accept(meeting)


def _nothing_follows(loaded: LoadedStates, correction: Correction) -> None:
    """The state of the person has followed the fact."""


async def _keep(of: OfficeStore, meetings: Sequence[PersonMatch], session: Session) -> None:
    await People(of.store, of.digests).keep(meetings, session)


async def _correct(of: OfficeStore, corrections: Sequence[Correction], session: Session) -> None:
    for one in corrections:
        await People(of.store, of.digests).correct(one.was, one.now, session)


SIDE_WRITES: Final[Mapping[type[Any], SideWriteRule]] = {
    PersonMatch: SideWriteRule(_accept, _keep),
    Correction: SideWriteRule(_nothing_follows, _correct),
}
