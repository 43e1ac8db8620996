"""Who submits, command by command: found among the people as the commands before it left them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from services.registration.features.gatherings.domain.registrant import Registrant
from services.registration.features.gatherings.domain.registration import Candidate
from services.registration.features.people.people import PeopleIndex, PersonMatch, ProvingSources
from services.registration.kernel.digests import Digests, PersonDigests
from services.registration.kernel.received_commands import ReceivedCommand
from shared.contracts.commands import SubmitRegistration, SubstituteRegistration

BY_INVITATION: Final = "invitation"
"""As whom the page behind an invitation's link asks."""


@dataclass(frozen=True, slots=True)
class Submitter:
    """`meeting`: what is kept of the person once the command is accepted; `proves`: whether whose number is
    whose holds as its source states it."""

    candidate: Candidate
    meeting: PersonMatch
    proves: bool


@dataclass(frozen=True, slots=True)
class Submitters:
    """Of one batch. `named`: what each command calls its person, by its offset."""

    people: PeopleIndex
    named: Mapping[int, PersonDigests]
    digests: Digests
    proving: ProvingSources

    def of(
        self,
        asked: ReceivedCommand,
        command: SubmitRegistration | SubstituteRegistration,
        stands_for: Registrant,
    ) -> Submitter:
        """`stands_for`: what they stand for, of whomever."""
        proves = asked.envelope.source in self.proving
        meeting = self.people.meet(command.participant, self.named[asked.record.offset], proves)
        ref, names = meeting.person.ref, dict[int, str]()

        def name(number: int) -> str:
            if number not in names:
                names[number] = self.digests.registration(asked.key, ref, number)
            return names[number]

        who = replace(
            stands_for,
            ref=ref,
            contact=meeting.person.contact,
            submitted_by=asked.envelope.source if asked.granted else None,
        )
        return Submitter(Candidate(who, name), meeting, proves)

    def own(self, asked: ReceivedCommand) -> bool:
        """Whether the office's own staff asks: no system, also none that the office's file vouches for, and
        not the public."""
        return asked.envelope.source in self.proving.own

    def invites(self, asked: ReceivedCommand) -> bool:
        """Whether who asks may name people to an invitation: who has its link, and staff."""
        return self.own(asked) or asked.envelope.source == f"/{self.proving.office}/http/{BY_INVITATION}"

    def known(self, asked: ReceivedCommand) -> str | None:
        """The ref of whoever this command is of, as they were known before the batch."""
        found = self.people.known(self.named[asked.record.offset], asked.envelope.source in self.proving)
        return found.ref if found else None
