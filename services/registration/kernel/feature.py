"""What a feature states of itself: tables by which kernel and storage decide, fold, write and recover."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol, Self

from services.registration.kernel.acceptable import Faults
from services.registration.kernel.actions import Action
from services.registration.kernel.commit import NumberedFact
from services.registration.kernel.decisions import Decision, NewFact
from services.registration.kernel.digests import Digests
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.received_commands import ReceivedCommand
from services.registration.kernel.recovery import DirectoryEntries, RecoveredFact, Recovery
from services.registration.kernel.sentences import Sentences
from shared.contracts.activity import Activity
from shared.contracts.commands import Command
from shared.contracts.facts import Body, Measure
from shared.contracts.outcomes import Outcome, Result
from shared.mongo.driver import Document, Session, Store
from shared.mongo.indexes import Index


class FactWithoutState(Exception):
    """No state can follow a fact: an office's own is never nothing to it."""


class RowTooNew(Exception):
    """A state was written by a newer version than this one."""


@dataclass(frozen=True, slots=True)
class OfficeStore:
    """An office's database. `vouching`: sources whose numbers of persons are proved."""

    store: Store
    digests: Digests
    office: str
    vouching: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CommandRule:
    """How a command is decided. `result`: where it is accepted and there is no fact; `field`: names what it
    is about, and `key` makes the record's key of that; None where the key alone says it. `faults`: what a new
    one may not hold. `first`: it counts what is written, so it begins a transaction."""

    decide: Callable[[LoadedStates, ReceivedCommand, datetime], Decision]
    result: Result
    field: str | None
    key: Callable[[str], str] = str
    faults: Faults = lambda command: ()
    first: bool = False


@dataclass(frozen=True, slots=True)
class PrivatePart:
    """What of a fact stays in the office, in a row of its own. `kind`: of the state that follows it;
    `document`, `value`: how it lies in that row, and how it is read; `of`: what the state still says of it,
    for a fact whose row was erased; `has`: whether a fact of this body has such a part at all."""

    kind: str
    document: Callable[[Any], Document]
    value: Callable[[Document], Any]
    of: Callable[[Any], Any]
    has: Callable[[Any], bool] = lambda body: True


@dataclass(frozen=True, slots=True)
class FactRule:
    """What a fact changes. `states`: by kind, the id of the state that it changes, by body and key, or of
    several, of which the first follows its private part; raises `FactWithoutState` where the key is another.
    `result`: how a command ended of which it is the first fact; None where it is never the first;
    `result_of`: by the fact's data, where that is not always so. `follow`: lets what was loaded beside the
    states follow. `history`: what whoever had it done did, in words; empty where it is never the first."""

    states: Mapping[str, Callable[[Any, str], str | tuple[str, ...]]]
    result: Result | None = None
    private: PrivatePart | None = None
    follow: Callable[[LoadedStates, NumberedFact], None] | None = None
    history: str = ""
    result_of: Callable[[Document], Result] | None = None


@dataclass(frozen=True, slots=True)
class Codec:
    """How states of a kind lie in their collection: `document` of id, partition, state and time. A row
    without `v` is of version 1; `upcasts` make a row of the next version out of one of theirs."""

    collection: str
    document: Callable[[str, int, Any, datetime], Document]
    state: Callable[[Document], Any]
    version: int = 1
    upcasts: Mapping[int, Callable[[Document], Document]] = field(default_factory=dict)

    def read(self, row: Document) -> Any:
        """Raises `RowTooNew`."""
        version = row.get("v", 1)
        if version > self.version:
            raise RowTooNew(f"a row of {self.collection} is of version {version}, not {self.version}")
        for older in range(version, self.version):
            row = self.upcasts[older](row)
        return self.state(row)

    def written(self, name: str, partition: int, state: Any, now: datetime) -> Document:
        row = self.document(name, partition, state, now)
        return row if self.version == 1 else row | {"v": self.version}


@dataclass(frozen=True, slots=True)
class Timer:
    """What time brings to states of a kind whose id is their key. `due`: whether there is something to do;
    `step`: the facts of one bounded step of it, which a tick brings; `rows`: finds the stored rows that had
    something to go on with, or something to come, when they were last written, of a partition that their
    `partition` names; `next_due`: when something will come, None where nothing will."""

    due: Callable[[Any, datetime], bool]
    step: Callable[[LoadedStates, str, datetime], list[NewFact]]
    rows: Document
    next_due: Callable[[Any], datetime | None] = lambda state: None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of state. `codec`: None where side writes write it; `remembered`: how many of them an owner
    keeps from batch to batch."""

    evolve: Callable[[Any, NewFact, int], Any]
    codec: Codec | None = None
    remembered: int = 0
    timer: Timer | None = None


@dataclass(frozen=True, slots=True)
class SideWriteRule:
    """What is written beside the states of a partition, whoever else writes there. `accept`: what was loaded
    follows; `write`: within the transaction; raises `ReadAnew`."""

    accept: Callable[[LoadedStates, Any], None]
    write: Callable[[OfficeStore, Sequence[Any], Session], Awaitable[None]]


class EntryModel(Protocol):
    """What an entry's value says; `rev`: the number of the fact that changed it."""

    @property
    def rev(self) -> int: ...

    @classmethod
    def read(cls, data: bytes | str) -> Self: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """Of the directory."""

    key: str
    value: bytes


@dataclass(frozen=True, slots=True)
class EntryRule:
    """An entry of the directory: how its key begins, before a colon and the state's id; and its value."""

    prefix: str
    model: type[EntryModel]


@dataclass(frozen=True, slots=True)
class DirectoryRule:
    """Entries of the directory. `kinds`: the entry of each kind of state that has one; `facts`: those that
    change them; `entries`: of these rows of the ledger, as of the last that changed each."""

    kinds: Mapping[str, EntryRule]
    facts: frozenset[type[Body]]
    entries: Callable[[OfficeStore, Sequence[Document]], Awaitable[list[Entry]]]


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a fact causes in other aggregates: commands of this type, found when it is published."""

    command: type[Command]
    commands: Callable[[OfficeStore, Document], Awaitable[Sequence[Command]]]


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Of rows that a former version wrote in a way that no upcast lifts. `mark_fresh`: a database without any
    has nothing to upgrade; `require`: raises `DatabaseMisfit` where an office's is still as it was."""

    mark_fresh: Callable[[Store], Awaitable[None]]
    require: Callable[[Store, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """A page about an activity, to which the activity's own page leads. `path`: behind that of the activity;
    `action`: what staff must be allowed to do to open it; None where it is the public's; `group`: under which
    heading of theirs it stands."""

    path: str
    label: str
    action: Action | None = None
    group: Literal["Peserta", "Hari-H", "Pesan", "Laporan", "Atur"] = "Atur"


@dataclass(frozen=True, slots=True)
class ActivitySection:
    """A part of the public's page about an activity. `values`: of the feature's parts and the activity, what
    the template is filled with, which is one that holds no page of its own."""

    template: str
    values: Callable[[Any, Activity], Awaitable[Mapping[str, Any]]]


Load = Callable[[OfficeStore, int, Sequence[ReceivedCommand], LoadedStates, Awaitable[None]], Awaitable[None]]
"""Reads what the commands of a partition need, few queries for all of them. What is awaited last is done once
`known` is filled."""
ActivityOf = Callable[[OfficeStore, str], Awaitable[str | None]]
"""None where there is no such thing."""
Totals = Callable[[OfficeStore, int, Session], Awaitable[Mapping[Measure, int]]]
"""What the states of a partition add up to."""


class EntryWriter(Protocol):
    """Writes an entry of the directory that follows from no fact, on the partition of its key, or on that of
    the fact that changed it last. Raises `KafkaUnavailable`."""

    async def write(self, entry: Entry, partition: int | None = None) -> None: ...


Rows = Mapping[str, Sequence[Document]]
"""By collection."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a feature holds of a person. `collect`: the rows that hold something of the person of this ref;
    `remove`: takes out of them what leads to the person, and leaves what facts say anyway, within a
    transaction beside which nobody decides."""

    collect: Callable[[OfficeStore, str], Awaitable[Rows]]
    remove: Callable[[OfficeStore, str, Session], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Feature:
    """`collections`: with their indexes; `beside`: makes what its loading fills beside states; `recovery`: of
    the facts of a partition that come back, and its directory; None where nothing is lost; `api`: adds
    routes to a router, of a desk; `pages`, `staff_pages`: make routers, of a front and of what gives staff
    access; `templates`: the folder of theirs; `activity_pages`: those to which an activity's own page leads;
    `activity_sections`: what it shows itself;
    `activity_of`: by a parameter of paths other than `activity`, of which activity the thing is that it
    names; `access`: of its parts, who lets staff in; `work`: of its parts, what goes on while the office
    runs, with who writes entries of the directory that follow from no fact; `holdings`: None where it holds
    nothing of anybody; `published_keys`: by the digest under which a fact is published, the key that it
    stands for, of all that the register and the directory know.

    `parts`: makes what its routes and pages work with, of an `OfficeContext`; `titles`: how its things are
    called on others' pages, by their ids; `activities`: titles of those that others' forms offer, by id, in
    their order; `rush`: of its parts, whether the public comes faster now than it
    can be looked up one by one; `disclosed`: what may be told of an outcome to somebody without a token, by
    whether the office knew them before and by the handle that they hold; `body_bytes`: by a route's path, how
    large a request may be where it may be larger than others.
    """

    name: str
    commands: Mapping[type[Command], CommandRule]
    facts: Mapping[type[Body], FactRule]
    kinds: Mapping[str, Kind]
    collections: Mapping[str, tuple[Index, ...]]
    load: Load | None = None
    beside: Callable[[], Any] = lambda: None
    sentences: Sentences = field(default_factory=lambda: Sentences({}, {}))
    side_writes: Mapping[type[Any], SideWriteRule] = field(default_factory=dict)
    totals: Totals | None = None
    directory: DirectoryRule | None = None
    reactions: Mapping[type[Body], Reaction] = field(default_factory=dict)
    upgrade: Upgrade | None = None
    api: tuple[Callable[[Any, Any], None], ...] = ()
    pages: tuple[Callable[[Any], Any], ...] = ()
    staff_pages: tuple[Callable[[Any, Any], Any], ...] = ()
    templates: Path | None = None
    activity_pages: tuple[ActivityPage, ...] = ()
    activity_sections: tuple[ActivitySection, ...] = ()
    activity_of: Mapping[str, ActivityOf] = field(default_factory=dict)
    recovery: Callable[[OfficeStore, Sequence[RecoveredFact], DirectoryEntries], Recovery] | None = None
    access: Callable[[Any], Any] | None = None
    work: Callable[[Any, EntryWriter], Coroutine[Any, Any, None]] | None = None
    holdings: Holdings | None = None
    published_keys: Callable[[OfficeStore, DirectoryEntries], Awaitable[Mapping[str, str]]] | None = None
    parts: Callable[[Any], Any] = lambda context: None
    titles: Callable[[OfficeStore, Sequence[str]], Awaitable[Mapping[str, str]]] | None = None
    activities: Callable[[OfficeStore], Awaitable[Mapping[str, str]]] | None = None
    rush: Callable[[Any], bool] | None = None
    disclosed: Callable[[Outcome, bool, str], Outcome] | None = None
    body_bytes: Mapping[str, int] = field(default_factory=dict)
