"""Given facts, when a command, then facts: what features decide, without a broker, a clock or a database."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from services.registration.kernel.commit import Commit, Cursor, FactRows, NumberedFact
from services.registration.kernel.decisions import Decision, NewFact
from services.registration.kernel.features import Features
from services.registration.kernel.folding import fold
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.received_commands import ReceivedCommand
from shared.contracts.commands import Command
from shared.contracts.envelope import Envelope
from tests.support.features import ALL

NOW = datetime(2024, 1, 5, tzinfo=UTC)
BEFORE_ALL = Cursor(0, "a" * 32, 1, 0, 0, 0, -1, NOW, 0, NOW, None)
NO_RECORD: Any = None


@dataclass
class Story:
    """The states of a partition as the facts so far made them."""

    features: Features = ALL
    loaded: LoadedStates = field(default_factory=ALL.loaded)
    commit: Commit = field(default_factory=lambda: Commit(BEFORE_ALL, BEFORE_ALL))
    number: int = 0

    def given(self, key: str, *facts: NewFact) -> None:
        """These facts happened, under one key."""
        for content in facts:
            self.number += 1
            fact = NumberedFact(self.number, key, NOW, content, None, FactRows(b""))
            fold(self.features, self.commit, self.loaded, fact)
            self.features.accept(self.loaded, content.side_writes)

    def when(self, command: Command, key: str, now: datetime = NOW) -> Decision:
        """What would be decided; nothing has happened yet."""
        self.prepare(key)
        envelope = Envelope("1", "urn:uji", command.type, key)
        asked = ReceivedCommand(NO_RECORD, key, envelope, b"", b"", command)
        return self.features.commands[type(command)].decide(self.loaded, asked, now)

    def prepare(self, key: str) -> None:
        """Fills in what decisions look at beside the states, as loading does."""
