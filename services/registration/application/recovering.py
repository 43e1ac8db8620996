"""Facts as their topic holds them, completed by what the directory says: what the ledger knew beside them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple, TypeGuard, cast

from services.registration.application.batch import description_digest
from services.registration.application.commit import Commit, Cursor, NumberedFact
from services.registration.application.digests import Digests
from services.registration.application.following import fold
from services.registration.application.loaded import Loaded
from services.registration.application.ports import DoesNotFit
from services.registration.application.redescribing import described, is_whole
from services.registration.domain.happened import Happened, Registrant
from shared.contracts.commands import Participant
from shared.contracts.directory import ActivityEntry, RegistrationEntry, activity_key, registration_key
from shared.contracts.facts import (
    ActivityCancelled,
    ActivityPublished,
    Body,
    OfficeDescribed,
    OfficeTotals,
    ParticipantCorrected,
    RegistrationCancelled,
    RegistrationConfirmed,
    RegistrationCorrected,
    RegistrationFact,
    RegistrationWaitlisted,
)
from shared.contracts.types import Category, rfc3339
from shared.kafka.facts import Fact

KEPT: Final = ("institution", "group", "role_in_group")


class Told(NamedTuple):
    """A fact and what its type says."""

    fact: Fact
    body: Body


class Entries(NamedTuple):
    """The directory of one partition, by registration and by activity. `passed_over`: how many keys there are
    of each kind that only a newer version knows."""

    registrations: Mapping[str, RegistrationEntry]
    activities: Mapping[str, ActivityEntry]
    passed_over: Mapping[str, int] = MappingProxyType({})


class Named(NamedTuple):
    """A person as the directory names them; `today`: they are called so to this day."""

    ref: str
    who: Participant
    today: bool


@dataclass(frozen=True, slots=True)
class Forward:
    """One transaction of a recovery. `lost`: sentences about what does not come back."""

    commit: Commit
    people: Sequence[Named]
    lost: Sequence[str]


def activities_of(told: Iterable[Told]) -> set[str]:
    return {str(body.activity) for _, body in told if hasattr(body, "activity")}


def registrations_of(told: Iterable[Told]) -> set[str]:
    return {body.registration for _, body in told if isinstance(body, RegistrationFact)}


def keys_of(told: Sequence[Told]) -> set[str]:
    """Of the directory's entries that these facts changed or may need."""
    activities = {activity_key(name) for name in activities_of(told)}
    return activities | {registration_key(name) for name in registrations_of(told)}


def answers_lost(partition: int, since: datetime) -> str:
    return (
        f"partition {partition}, after {rfc3339(since)}: which command caused which fact, refusals and their "
        "reasons, parked records, and of people first known then NIP, NUPTK and who may be the same; "
        "a command of that time that is sent again is decided as a new one"
    )


@dataclass(slots=True)
class Forwarding:
    """All that one partition lacks. `encode` gives a fact's row of the ledger."""

    told: Sequence[Told]
    entries: Entries
    digests: Digests
    encode: Callable[[Fact, Happened], bytes]
    cancelled: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.cancelled = {
            one.body.registration for one in self.told if isinstance(one.body, RegistrationCancelled)
        }

    def refs(self, told: Iterable[Told]) -> set[str]:
        """Of who registered by these facts."""
        made = {body.registration for _, body in told if is_first(body)}
        return {ref_of(name, self.entries.registrations.get(name), self.digests) for name in made}

    def forward(
        self, cursor: Cursor, loaded: Loaded, contacts: Mapping[str, str], told: Sequence[Told]
    ) -> Forward:
        """`loaded`: the activities and registrations of these facts; `contacts`: ref -> the row that holds
        them. Raises `DoesNotFit` where the key is another."""
        commit, lost = Commit(before=cursor, after=cursor), list[str]()
        for one in told:
            commit.after = after(commit.after, one)
            lost += self._lost(one)
            happened = self._happened(one, loaded, contacts)
            number, key, at = one.fact.stated.number, one.fact.key, one.fact.stated.at
            row = NumberedFact(number, key, at, happened, None, self.encode(one.fact, happened))
            fold(commit, loaded, row)
            commit.facts.append(row)
        return Forward(commit, self._people(loaded, told), lost)

    def _happened(self, one: Told, loaded: Loaded, contacts: Mapping[str, str]) -> Happened:
        match one.body:
            case ActivityPublished() as body:
                state = loaded.activities.get(body.activity)
                entry = self.entries.activities.get(body.activity)
                return Happened(body, described(body, entry, state.described if state else None))
            case ActivityCancelled() as body:
                said = self.entries.activities.get(body.activity)
                return Happened(body, reason=said.reason if said else None)
            case (RegistrationConfirmed() | RegistrationWaitlisted()) as body:
                return Happened(body, registrant=self._registrant(one.fact, body, contacts))
        return Happened(one.body)

    def _registrant(
        self,
        fact: Fact,
        body: RegistrationConfirmed | RegistrationWaitlisted,
        contacts: Mapping[str, str],
    ) -> Registrant:
        entry, cell = self.entries.registrations.get(body.registration), fact.stated.changes[0].cell
        ref = ref_of(body.registration, entry, self.digests)
        fits = self.digests.registration(body.activity, ref, body.round) == body.registration
        if entry and entry.ref and not fits:
            raise DoesNotFit(f"{fact.stated.id} is of a registration that SIMPUL_PERSON_KEY did not name")
        category = cast(Category, cell.category)
        who = Registrant(ref, contacts.get(ref, ref), category, cell.home_regency, cell.cohort)
        return replace(who, **{name: getattr(entry, name) for name in KEPT}) if entry else who

    def _people(self, loaded: Loaded, told: Iterable[Told]) -> list[Named]:
        """An entry is of the moment when it was written; of who is not cancelled, it is kept up to date."""
        found = []
        for _, body in told:
            if is_first(body) or isinstance(body, RegistrationCorrected):
                name = body.registration
                if entry := self.entries.registrations.get(name):
                    who = Participant(name=entry.name, email=entry.email, phone=entry.phone)
                    ref = loaded.registrations[name].registrant.ref
                    found.append(Named(ref, who, name not in self.cancelled))
        return found

    def _lost(self, one: Told) -> list[str]:
        match one.body:
            case ActivityPublished(activity=name) if not is_whole(self.entries.activities.get(name)):
                return [
                    f"activity {name}: whom its quotas are for, when one may register, what changed since "
                    "the backup; see what it says, or publish another one"
                ]
            case RegistrationConfirmed(registration=name) | RegistrationWaitlisted(registration=name):
                entry = self.entries.registrations.get(name)
                if entry is None:
                    return [f"registration {name}: who it is; no mail reaches them"]
                if entry.ref is None:
                    return [f"registration {name}: by what its person is known if they register once more"]
            case ParticipantCorrected(fields=fields):
                return [
                    f"person {one.fact.key.removeprefix('p:')}: corrected ({', '.join(fields)}); name, email "
                    "and phone are as the directory has them, numbers as before: see that they are right"
                ]
        return []


def is_first(body: Body) -> TypeGuard[RegistrationConfirmed | RegistrationWaitlisted]:
    return isinstance(body, RegistrationConfirmed | RegistrationWaitlisted)


def ref_of(registration: str, entry: RegistrationEntry | None, digests: Digests) -> str:
    """Of the person who registered; where the directory does not tell, one that stands for nobody else."""
    return (entry and entry.ref) or digests.nobody(registration)


def after(cursor: Cursor, one: Told) -> Cursor:
    """The cursor behind a fact that is published already."""
    number, at = one.fact.stated.number, one.fact.stated.at
    moved = replace(
        cursor,
        number=number,
        time=max(cursor.time, at),
        published=number,
        published_offset=one.fact.offset,
    )
    match one.body:
        case OfficeTotals():
            return replace(moved, totals=number, totals_at=at)
        case OfficeDescribed() as body:
            return replace(moved, described=description_digest(body))
    return moved
