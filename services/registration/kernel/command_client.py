"""Putting a command on the office's intake, and waiting for what becomes of it."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from pydantic_core import from_json

from services.registration.kernel import acceptable
from services.registration.kernel.digests import Digests
from services.registration.kernel.received_commands import CommandRules, canonical
from services.registration.kernel.sentences import OF_ANY, PENDING
from shared.contracts.commands import Command
from shared.contracts.envelope import Envelope
from shared.contracts.misfits import Misfit
from shared.contracts.outcomes import CommandKey, Outcome
from shared.contracts.types import rfc3339
from shared.kafka.facts import failure

log = logging.getLogger(__name__)

ANSWER_SECONDS = 1.5  # with the look below it, a person waits less than 2 s to hear whether it was taken
LOOK_SECONDS = 0.4


class IdReused(Exception):
    """The same command id came with another payload before."""


class IntakePort(Protocol):
    """`send` raises `KafkaUnavailable` when no answer comes in time: the outcome is then unknown."""

    async def send(self, key: str, envelope: Envelope, value: bytes, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class DecidedCommand:
    """An outcome with the digest of the payload that it answers."""

    outcome: Outcome
    payload: bytes


@dataclass(frozen=True, slots=True)
class AddressedCommand:
    """A command as it goes on intake, with the digest of its identity."""

    key: str
    envelope: Envelope
    value: bytes
    digest: bytes


class OutcomesPort(Protocol):
    async def find(self, digests: Sequence[bytes]) -> dict[bytes, DecidedCommand]: ...
    async def wait(self, digest: bytes, key: str, seconds: float) -> DecidedCommand | None: ...


@dataclass(frozen=True, slots=True)
class CommandClient:
    """The one way in for whatever reaches the office over HTTP or from a sheet. `is_passing` tells failures
    of the network or the moment."""

    digests: Digests
    intake: IntakePort
    outcomes: OutcomesPort
    rules: CommandRules
    is_passing: Callable[[BaseException], bool]

    async def ask(
        self,
        command: Command,
        key: str,
        source: str,
        identifier: str,
        wait: float,
        known: bool,
        actor: str | None = None,
    ) -> Outcome | None:
        """Ask, and wait at most `wait` seconds; None while undecided.

        `known`: the id came from the client, so that it may have been decided before; `actor`: who has it
        done.
        Raises `IdReused`, `Unacceptable` and `KafkaUnavailable`.
        """
        asking = self.named(command, key, source, identifier, actor)
        decided = await self.decided_before(asking.digest) if known else None
        if decided is None:
            self.check(command)
        return await self.answered(asking, decided, wait)

    def check(self, command: Command) -> None:
        """Raises `Unacceptable`."""
        acceptable.check(command, self.rules.faults)

    def named(
        self, command: Command, key: str, source: str, identifier: str, actor: str | None = None
    ) -> AddressedCommand:
        value = command.encoded()
        envelope = Envelope(identifier, source, command.type, key, rfc3339(datetime.now(UTC)), actor=actor)
        return AddressedCommand(key, envelope, value, self.digests.command(key, source, identifier))

    async def answered(
        self, asking: AddressedCommand, decided: DecidedCommand | None, wait: float
    ) -> Outcome | None:
        """`decided`: what was decided of it before; it is not sent again then.

        Raises `IdReused` and `KafkaUnavailable`.
        """
        if decided is None:
            await self.intake.send(asking.key, asking.envelope, asking.value, ANSWER_SECONDS)
            decided = await self.outcomes.wait(asking.digest, asking.key, wait) if wait else None
        if decided is None:
            return None
        if decided.payload != self._payload(asking):
            raise IdReused
        return decided.outcome

    def _payload(self, asking: AddressedCommand) -> bytes:
        return self.digests.payload(asking.envelope.type, canonical(from_json(asking.value)))

    async def decided_before(self, digest: bytes) -> DecidedCommand | None:
        """Also None where that cannot be looked up in time."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                return (await self.outcomes.find([digest])).get(digest)
        except Exception as error:  # intake takes the command all the same, and knows it again
            if not self.is_passing(error):
                log.error("what was decided cannot be looked up: %s", failure(error))
            return None


def pending(source: str, identifier: str) -> Outcome:
    return Outcome(command=CommandKey(source=source, id=identifier), state="pending", message=PENDING)


def unacceptable(source: str, identifier: str, found: Misfit) -> Outcome:
    """What its decision would say of a command that is not acceptable, and so was not asked."""
    command = CommandKey(source=source, id=identifier)
    message = OF_ANY.say("refused", "invalid", found._asdict())
    return Outcome(command=command, state="decided", result="refused", reason="invalid", message=message)
