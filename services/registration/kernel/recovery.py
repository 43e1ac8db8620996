"""What a feature brings back of facts that only their topic holds: what the ledger knew beside them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from services.registration.kernel.loaded_states import LoadedStates
from shared.contracts.facts import Body
from shared.kafka.facts import Fact
from shared.mongo.driver import Session


class RecoveredFact(NamedTuple):
    """A fact and what its type says."""

    fact: Fact
    body: Body


class DirectoryEntries(NamedTuple):
    """The directory of one partition, by key. `passed_over`: how many keys there are of each kind that only a
    newer version knows."""

    found: Mapping[str, Any]
    passed_over: Mapping[str, int] = MappingProxyType({})


class Recovery(Protocol):
    """Of one feature's facts in one partition, a transaction of them after the other. `read`: what the next
    ones need of the database; `private`: of a fact, before the states follow it, raises `DoesNotFit`; `lost`:
    sentences about what of it does not come back; `restore`: what lies beside the states, within the
    transaction."""

    async def read(self, told: Sequence[RecoveredFact]) -> None: ...
    def private(self, told: RecoveredFact, loaded: LoadedStates) -> Any: ...
    def lost(self, told: RecoveredFact) -> Sequence[str]: ...
    async def restore(
        self, told: Sequence[RecoveredFact], loaded: LoadedStates, session: Session
    ) -> None: ...
