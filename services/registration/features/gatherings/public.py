"""What the public asks, by form or over the API: one way in, and one rule of what it is told of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from services.registration.features.gatherings.gathering_sentences import SENTENCES
from services.registration.kernel.acceptable import Unacceptable
from services.registration.kernel.command_client import CommandClient, DecidedCommand
from services.registration.kernel.decisions import Refusal
from services.registration.web.tokens import OutcomeTicket
from shared.contracts.commands import SubmitRegistration
from shared.contracts.misfits import Misfit
from shared.contracts.outcomes import Outcome

# Of these the register decides before it looks whether somebody is registered, so they tell nothing of them.
OF_NOBODY: Final = frozenset({"activity_unknown", "activity_cancelled", "invalid", "too_large"})


class RateLimited(Exception):
    """`seconds`: until it may be tried again, at least 1."""

    def __init__(self, seconds: int) -> None:
        super().__init__("too often")
        self.seconds = seconds


class ClosedToAll(Exception):
    """Nobody new is taken, whoever they are: so nobody was looked up, and nothing was asked."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class PublicSubmission:
    """A submission at the door. `command`: its digest; `again`: it may have come before."""

    command: bytes
    submitted: SubmitRegistration
    address: str
    again: bool


@dataclass(frozen=True, slots=True)
class SubmissionCheck:
    """Whether the office knew the person before this command first came; what was decided then, for how
    many seconds nothing more is taken from this mailbox or address, and why nobody new is taken at all."""

    known: bool
    decided: DecidedCommand | None = None
    wait: int | None = None
    closed: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Public:
    """`meet` looks an arrival up, and counts it."""

    source: str
    command_client: CommandClient
    meet: Callable[[PublicSubmission], Awaitable[SubmissionCheck]]

    async def submit(
        self, command: SubmitRegistration, identifier: str, again: bool, address: str, wait: float
    ) -> tuple[OutcomeTicket, Outcome | None]:
        """Ask, and wait at most `wait` seconds, however well the person is known; None while undecided.

        Raises `Unacceptable`, `RateLimited`, `ClosedToAll` and `KafkaUnavailable`.
        """
        asking = self.command_client.named(command, command.activity, self.source, identifier)
        if misfit := self._misfit(command):
            # what was decided once keeps its first outcome; the rest counts not
            if not again or (decided := await self.command_client.decided_before(asking.digest)) is None:
                raise misfit
            met = await self.meet(PublicSubmission(asking.digest, command, address, again))
            return OutcomeTicket(asking.digest, command.activity, met.known), decided.outcome
        met = await self.meet(PublicSubmission(asking.digest, command, address, again))
        if met.wait is not None:
            raise RateLimited(met.wait)
        if met.closed is not None:
            raise ClosedToAll(met.closed)
        outcome = await self.command_client.answered(asking, met.decided, wait)
        return OutcomeTicket(asking.digest, command.activity, met.known), outcome

    def _misfit(self, command: SubmitRegistration) -> Unacceptable | None:
        for name in ("beyond", "invitation"):
            if getattr(command, name):
                return Unacceptable([Misfit(name, "not_for_the_public")])
        try:
            self.command_client.check(command)
        except Unacceptable as misfit:
            return misfit
        return None

    def identifier(self, key: str, command: SubmitRegistration) -> str:
        """The id of the command that this key asks with this content: nobody gets at another's by its key."""
        return self.command_client.digests.form(key, command.encoded().decode())


def disclosed_outcome(outcome: Outcome, met_before: bool, handle: str) -> Outcome:
    """What may be told to somebody without a token; a command's id is for them the handle that they hold.

    Of whom the office knew, or who is registered already, it is the same whatever came of it: whoever knows
    a name and an address could else learn here what their owner takes part in.
    """
    command = outcome.command.model_copy(update={"id": handle})
    of_nobody = outcome.result == "parked" or outcome.reason in OF_NOBODY
    if (met_before and not of_nobody) or outcome.reason == "already_registered":
        message = SENTENCES.say("received", None, {})
        return Outcome(command=command, state="decided", result="received", message=message)
    return outcome.model_copy(update={"command": command})
