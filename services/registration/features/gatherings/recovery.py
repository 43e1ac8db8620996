"""Facts of gatherings completed by what the directory says: what the ledger knew beside them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple, TypeGuard, cast

from services.registration.features.gatherings.domain.invitation import Invited
from services.registration.features.gatherings.domain.registrant import Registrant
from services.registration.features.gatherings.gatherings import ACTIVITY, REGISTRATION
from services.registration.features.gatherings.recovered_activity import described_activity, is_whole
from services.registration.kernel.digests import Digests
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.ports import DoesNotFit
from services.registration.kernel.recovery import DirectoryEntries, RecoveredFact
from shared.contracts.commands import Invitee, Participant
from shared.contracts.directory import (
    ActivityEntry,
    RegistrationEntry,
    activity_key,
    invitation_key,
    registration_key,
)
from shared.contracts.facts import (
    ActivityCancelled,
    ActivityPublished,
    Body,
    InvitationSent,
    OfferEnded,
    RegistrationCancelled,
    RegistrationChanged,
    RegistrationConfirmed,
    RegistrationCorrected,
    RegistrationRejected,
    RegistrationSubmitted,
    RegistrationSubstituted,
    RegistrationWaitlisted,
)
from shared.contracts.types import Category
from shared.kafka.facts import Fact

FirstFact = RegistrationConfirmed | RegistrationWaitlisted | RegistrationSubmitted | RegistrationSubstituted
"""Of a registration: it says who it is."""
KEPT: Final = ("institution", "group", "role_in_group")
"""Beside the answers, of which there may be none."""


class NamedPerson(NamedTuple):
    """A person as the directory names them; `today`: they are called so to this day."""

    ref: str
    who: Participant
    today: bool


class RecoveredGatheringFacts:
    """Of one partition: all of its facts that come back, beside its directory."""

    def __init__(self, told: Sequence[RecoveredFact], entries: DirectoryEntries, digests: Digests) -> None:
        self._entries = entries.found
        self._digests = digests
        self._cancelled = {
            one.body.registration
            for one in told
            if isinstance(one.body, RegistrationCancelled | RegistrationRejected | OfferEnded)
        } | {one.body.replaces for one in told if isinstance(one.body, RegistrationSubstituted)}

    def refs(self, told: Iterable[RecoveredFact]) -> set[str]:
        """Of who registered by these facts."""
        made = {body.registration for _, body in told if is_first(body)}
        return {ref_of(name, self._registration(name), self._digests) for name in made}

    def private(self, one: RecoveredFact, loaded: LoadedStates, contacts: Mapping[str, str]) -> Any:
        """`contacts`: ref -> the row that holds them. Raises `DoesNotFit` where the key is another."""
        match one.body:
            case ActivityPublished() as body:
                state = loaded.states[ACTIVITY].get(body.activity)
                return described_activity(
                    body, self._activity(body.activity), state.described if state else None
                )
            case ActivityCancelled() as body:
                said = self._activity(body.activity)
                return said.reason if said else None
            case (
                RegistrationConfirmed()
                | RegistrationWaitlisted()
                | RegistrationSubmitted()
                | RegistrationSubstituted()
            ) as body:
                return self._registrant(one.fact, body, contacts)
            case RegistrationRejected() as body:
                entry = self._registration(body.registration)
                return entry.reason if entry else None
            case InvitationSent() as body:
                return self._invited(one.fact, body)
            case RegistrationChanged() as body:
                return self._changed(one.fact, body, loaded)
        return None

    def people(self, told: Iterable[RecoveredFact], loaded: LoadedStates) -> list[NamedPerson]:
        """An entry is of the moment when it was written; of who is not cancelled, it is kept up to date."""
        found = []
        for _, body in told:
            if is_first(body) or isinstance(body, RegistrationCorrected):
                name = body.registration
                if entry := self._registration(name):
                    who = Participant(name=entry.name, email=entry.email, phone=entry.phone)
                    ref = loaded.states[REGISTRATION][name].registrant.ref
                    found.append(NamedPerson(ref, who, name not in self._cancelled))
        return found

    def lost(self, one: RecoveredFact) -> list[str]:
        match one.body:
            case ActivityPublished(activity=name) if not is_whole(self._activity(name)):
                return [
                    f"activity {name}: whom its quotas are for, when one may register, what changed since "
                    "the backup; see what it says, or publish another one"
                ]
            case (
                RegistrationConfirmed(registration=name)
                | RegistrationWaitlisted(registration=name)
                | RegistrationSubmitted(registration=name)
                | RegistrationSubstituted(registration=name)
            ):
                entry = self._registration(name)
                if entry is None:
                    return [f"registration {name}: who it is; no mail reaches them"]
                if entry.ref is None:
                    return [f"registration {name}: by what its person is known if they register once more"]
            case InvitationSent(invitation=name) if invitation_key(name) not in self._entries:
                return [f"invitation {name}: to whom it went; no mail reaches them"]
        return []

    def _registrant(
        self,
        fact: Fact,
        body: FirstFact,
        contacts: Mapping[str, str],
    ) -> Registrant:
        entry, cell = self._registration(body.registration), fact.stated.changes[-1].cell
        ref = ref_of(body.registration, entry, self._digests)
        fits = self._digests.registration(body.activity, ref, body.round) == body.registration
        if entry and entry.ref and not fits:
            raise DoesNotFit(f"{fact.stated.id} is of a registration that SIMPUL_PERSON_KEY did not name")
        category = cast(Category, cell.category)
        who = Registrant(ref, contacts.get(ref, ref), category, cell.home_regency, cell.cohort)
        return _completed(who, entry) if entry else who

    def _changed(self, fact: Fact, body: RegistrationChanged, loaded: LoadedStates) -> Registrant:
        """Where no cell moved, it stands for what it stood for."""
        before: Registrant = loaded.states[REGISTRATION][body.registration].registrant
        entry = self._registration(body.registration)
        cells = [change.cell for change in fact.stated.changes]
        if len(cells) > 1:
            category = cast(Category, cells[-1].category)
            before = replace(
                before, category=category, regency=cells[-1].home_regency, cohort=cells[-1].cohort
            )
        return _completed(before, entry) if entry else before

    def _invited(self, fact: Fact, body: InvitationSent) -> Invited:
        entry, cell = self._entries.get(invitation_key(body.invitation)), fact.stated.changes[0].cell
        invited = Invited(None, cast(Category, cell.category), cell.home_regency, cell.cohort)
        if entry is None:
            return invited
        to = Invitee(name=entry.name, email=entry.email)
        return replace(invited, to=to, institution=entry.institution, text=entry.text, letter=entry.letter)

    def _activity(self, name: str) -> ActivityEntry | None:
        return self._entries.get(activity_key(name))

    def _registration(self, name: str) -> RegistrationEntry | None:
        return self._entries.get(registration_key(name))


def _completed(who: Registrant, entry: RegistrationEntry) -> Registrant:
    return replace(who, answers=entry.answers or {}, **{name: getattr(entry, name) for name in KEPT})


def is_first(body: Body) -> TypeGuard[FirstFact]:
    return isinstance(body, FirstFact)


def ref_of(registration: str, entry: RegistrationEntry | None, digests: Digests) -> str:
    """Of the person who registered; where the directory does not tell, one that stands for nobody else."""
    return (entry and entry.ref) or digests.nobody(registration)
