"""Who a submission is of: what anyone may type proves nothing, what the office and its sources state does."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from services.registration.kernel.digests import PersonDigests
from shared.contracts.commands import Participant
from shared.identity import near_names

MAX_HINTS: Final = 20  # of one person: whoever claims more numbers is not listed for them
MAX_SAME: Final = 10  # of one submission: people who may be the same
NUMBERS: Final = ("nuptk", "nip")
PEOPLE: Final = "people"
"""The feature, and the index that is loaded beside its states."""


@dataclass(frozen=True, slots=True)
class ProvingSources:
    """Whose numbers of persons are proved: the office's staff, its sheets, and the systems that its file
    vouches for."""

    office: str
    vouching: frozenset[str] = frozenset()

    @property
    def own(self) -> tuple[str, ...]:
        """Those of the office's staff."""
        return f"/{self.office}/excel", f"/{self.office}/http/staff"

    def __contains__(self, source: object) -> bool:
        return source in self.own or source in self.vouching


@dataclass(slots=True)
class KnownPerson:
    """A person's row. `contact`: its `_id`; `known_by`: digests that lead to this person alone; `hints`:
    those that may be of somebody else as well; `unproved`: which of the numbers only their owner stated."""

    ref: str
    contact: str
    known_by: set[bytes]
    hints: set[bytes]
    name: str
    numbers: dict[str, str] = field(default_factory=dict)
    unproved: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class PersonMatch:
    """Whom a submission is of, and what is to be kept of them once it is accepted.

    `new`: nobody knew them; `proved`, `claimed`: digests that join `known_by` and `hints`; `named`: those of
    numbers; `numbers`: of the contact, stated by a source that proves them; `same`: refs of people who may be
    the same person.
    """

    person: KnownPerson
    who: Participant
    new: bool
    proved: frozenset[bytes]
    claimed: frozenset[bytes]
    named: dict[str, bytes]
    numbers: dict[str, str]
    same: tuple[str, ...]


class PeopleIndex:
    """The people whom a batch may meet. It follows what the batch accepts, and nothing else."""

    def __init__(self, rows: Iterable[KnownPerson], new_ref: Callable[[], str]) -> None:
        self._new_ref = new_ref
        self._by: dict[bytes, KnownPerson] = {}
        self._hinted: defaultdict[bytes, list[KnownPerson]] = defaultdict(list)
        for row in rows:
            self._index(row, row.known_by, row.hints)

    def known(self, digests: PersonDigests, proving: bool) -> KnownPerson | None:
        """NUPTK wins, then NIP with name, then email with name; of the public, the last one alone counts."""
        keys = (*digests.numbers.values(), digests.email) if proving else (digests.email,)
        return next((self._by[key] for key in keys if key in self._by), None)

    def hinted(self, digest: bytes) -> KnownPerson | None:
        """Somebody of whom this was said, though it identifies nobody: an address that was theirs, say."""
        return next(iter(self._hinted.get(digest, ())), None)

    def meet(self, who: Participant, digests: PersonDigests, proving: bool) -> PersonMatch:
        numbers = frozenset(digests.numbers.values())
        person = self.known(digests, proving)
        if new := person is None:
            ref = self._new_ref()
            person = KnownPerson(ref, ref, {digests.email}, {digests.address}, who.name)
            person.numbers = {name: getattr(who, name) for name in digests.numbers}
            person.unproved = set() if proving else set(digests.numbers)
        proved = frozenset(key for key in numbers if proving and key not in self._by)
        claimed = (numbers | {digests.email}) - proved - person.known_by - person.hints
        room = max(0, MAX_HINTS - len(person.hints))
        return PersonMatch(
            person,
            who,
            new,
            proved,
            frozenset(sorted(claimed)[:room]),
            digests.numbers if new or numbers & (proved | claimed) else {},
            _filled(person, who, digests, proved),
            self._same(person, numbers | {digests.email}, digests.address if new else None),
        )

    def accept(self, meeting: PersonMatch) -> None:
        """The submission stands: from now on its person is found by what it proved."""
        person = meeting.person
        person.known_by |= meeting.proved
        person.hints |= meeting.claimed
        person.numbers |= meeting.numbers
        person.unproved -= meeting.numbers.keys()
        if meeting.new:
            self._index(person, person.known_by, person.hints)
        else:
            self._index(person, meeting.proved, meeting.claimed)

    def _index(self, person: KnownPerson, known_by: Iterable[bytes], hints: Iterable[bytes]) -> None:
        self._by.update(dict.fromkeys(known_by, person))
        for hint in hints:
            self._hinted[hint].append(person)

    def _same(self, person: KnownPerson, keys: frozenset[bytes], address: bytes | None) -> tuple[str, ...]:
        """Others who are known by one of these, or claim it; and of a new person those of the same address
        with a near name."""
        found = [self._by[key] for key in keys if key in self._by]
        found += [one for key in keys for one in self._hinted.get(key, ())]
        if address is not None:
            found += [one for one in self._hinted.get(address, ()) if near_names(one.name, person.name)]
        return tuple(sorted({one.ref for one in found} - {person.ref})[:MAX_SAME])


def _filled(
    person: KnownPerson, who: Participant, digests: PersonDigests, proved: frozenset[bytes]
) -> dict[str, str]:
    """Numbers that the contact lacks, or that only its owner claimed, as they are proved now."""
    return {
        name: getattr(who, name)
        for name, digest in digests.numbers.items()
        if digest in proved and (name not in person.numbers or name in person.unproved)
    }
