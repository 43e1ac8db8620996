"""The features of a service as one: each message, kind and entry has its owner, or nothing starts."""

from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, Final, NoReturn, get_args

from services.registration.kernel.commit import NumberedFact
from services.registration.kernel.decisions import NewFact
from services.registration.kernel.feature import (
    ActivityOf,
    CommandRule,
    DirectoryRule,
    EntryRule,
    EntryWriter,
    FactRule,
    FactWithoutState,
    Feature,
    Kind,
    OfficeStore,
    Reaction,
    SideWriteRule,
    Timer,
    Upgrade,
)
from services.registration.kernel.loaded_states import LoadedStates, Ref, States
from services.registration.kernel.sentences import OF_ANY, Sentences
from shared.contracts.commands import COMMANDS, Command, Tick
from shared.contracts.facts import FACTS, Body, OfficeDescribed, OfficeTotals
from shared.contracts.misfits import Misfit
from shared.contracts.outcomes import Outcome, ParkedReason, Reason, Result
from shared.mongo.driver import Document

OFFICE_FACTS: Final = {OfficeDescribed: FactRule({}), OfficeTotals: FactRule({})}
"""Of the office as a whole: its cursor keeps what there is to keep."""


class FeatureMismatch(Exception):
    """Something has no feature that states it, or two."""


@dataclass(frozen=True, slots=True)
class Features:
    """Made by `assemble`."""

    features: tuple[Feature, ...]
    commands: Mapping[type[Command], CommandRule]
    facts: Mapping[type[Body], FactRule]
    kinds: Mapping[str, Kind]
    side_writes: Mapping[type[Any], SideWriteRule]
    reactions: Mapping[type[Body], Reaction]
    sentences: Sentences
    activity_of: Mapping[str, ActivityOf]

    def loaded(self, kept: States | None = None) -> LoadedStates:
        """Nothing yet, but what an owner kept: nobody else writes that."""
        states = {kind: dict(kept.get(kind, {})) if kept else {} for kind in self.kinds}
        return LoadedStates(states, {feature.name: feature.beside() for feature in self.features})

    def about(self, command: Command, key: str) -> tuple[str, str]:
        """By which field a command names what it is about, and the key of that; the key where none does."""
        rule = self.commands.get(type(command))
        if rule is None or rule.field is None:
            return "", key
        return rule.field, rule.key(getattr(command, rule.field))

    def faults(self, command: Command) -> Sequence[Misfit]:
        """What a new command may not hold beyond its shape."""
        rule = self.commands.get(type(command))
        return rule.faults(command) if rule else ()

    def first(self, command: object) -> bool:
        """Whether it begins a transaction."""
        rule = self.commands.get(type(command)) if isinstance(command, Command) else None
        return rule is not None and rule.first

    def changed_by(self, fact: NumberedFact) -> list[Ref]:
        """Raises `FactWithoutState`, also where the fact's key is not that of what it changes, and
        `FeatureMismatch` where nobody writes what is to be written beside it."""
        for write in fact.content.side_writes:
            if type(write) not in self.side_writes:
                raise FeatureMismatch(f"no feature states the side write {type(write).__name__}")
        return self.states_of(fact.content.body, fact.key)

    def states_of(self, body: Body, key: str) -> list[Ref]:
        """Which a fact changes. Raises `FactWithoutState`."""
        rule = self.facts.get(type(body)) or _unfollowed(body)
        named = {kind: name(body, key) for kind, name in rule.states.items()}
        return [
            Ref(kind, one)
            for kind, names in named.items()
            for one in ((names,) if isinstance(names, str) else names)
        ]

    def private(self, content: NewFact) -> Document | None:
        """What stays in the office of a fact, as its row beside it; None where there is nothing of the kind.
        Raises `FactWithoutState`."""
        rule = self.facts.get(type(content.body)) or _unfollowed(content.body)
        part = rule.private
        return part.document(content.private) if part and part.has(content.body) else None

    @property
    def results(self) -> Mapping[str, Result]:
        """How a command ended, by the type of its first fact."""
        return {fact.type: rule.result for fact, rule in self.facts.items() if rule.result}

    @property
    def results_of(self) -> Mapping[str, Callable[[Document], Result]]:
        """The same by the fact's data, of those types alone of which it is not always one."""
        return {fact.type: rule.result_of for fact, rule in self.facts.items() if rule.result_of}

    @property
    def history(self) -> Mapping[str, str]:
        """What was done, in words, by the type of a command's first fact."""
        return {fact.type: rule.history for fact, rule in self.facts.items() if rule.history}

    def accept(self, loaded: LoadedStates, side_writes: Iterable[object]) -> None:
        for write in side_writes:
            self.side_writes[type(write)].accept(loaded, write)

    @property
    def timers(self) -> Iterator[tuple[str, Timer]]:
        return ((name, kind.timer) for name, kind in self.kinds.items() if kind.timer)

    def due(self, states: States, now: datetime) -> bool:
        """Whether a tick has something to do for one of these."""
        return any(
            state is not None and timer.due(state, now)
            for kind, timer in self.timers
            for state in states.get(kind, {}).values()
        )

    def next_due(self, states: States) -> datetime | None:
        """When a tick will have something to do for one of these, as far as they tell."""
        found = [
            timer.next_due(state)
            for kind, timer in self.timers
            for state in states.get(kind, {}).values()
            if state is not None
        ]
        return min((one for one in found if one is not None), default=None)

    @property
    def entries(self) -> Mapping[str, EntryRule]:
        """By the kind of state that each is of."""
        return {kind: rule for directory in self.directories for kind, rule in directory.kinds.items()}

    async def activities(self, of: OfficeStore) -> dict[str, str]:
        """Titles of the activities that a form offers, by id, in their order."""
        found: dict[str, str] = {}
        for activities in (feature.activities for feature in self.features if feature.activities):
            found |= await activities(of)
        return found

    async def titles(self, of: OfficeStore, names: Sequence[str]) -> dict[str, str]:
        """How these are called, whichever feature's they are; without those that nobody knows."""
        found: dict[str, str] = {}
        for titles in (feature.titles for feature in self.features if feature.titles):
            found |= await titles(of, names)
        return found

    def disclosed(self, outcome: Outcome, met_before: bool, handle: str) -> Outcome:
        """What may be told of an outcome to somebody without a token, whichever feature's it is."""
        for disclosed in (feature.disclosed for feature in self.features if feature.disclosed):
            outcome = disclosed(outcome, met_before, handle)
        return outcome

    def access(self, parts: Mapping[str, Any]) -> Any:
        """Who lets staff in. `parts`: of each feature. Raises `FeatureMismatch`."""
        found = [feature.access(parts[feature.name]) for feature in self.features if feature.access]
        if len(found) != 1:
            raise FeatureMismatch(f"{len(found)} features state who lets staff in")
        return found[0]

    def works(self, parts: Mapping[str, Any], entries: EntryWriter) -> Iterator[Coroutine[Any, Any, None]]:
        """What goes on while the office runs. `parts`: of each feature."""
        return (feature.work(parts[feature.name], entries) for feature in self.features if feature.work)

    @property
    def upgrades(self) -> Sequence[Upgrade]:
        return [feature.upgrade for feature in self.features if feature.upgrade]

    @property
    def directories(self) -> Sequence[DirectoryRule]:
        return [feature.directory for feature in self.features if feature.directory]


def _unfollowed(body: Body) -> NoReturn:
    raise FactWithoutState(f"no state follows {type(body).__name__}")


def assemble(features: tuple[Feature, ...]) -> Features:
    """Raises `FeatureMismatch`."""
    _one_owner("feature", [{feature.name: feature} for feature in features])
    commands = _one_owner("command", [feature.commands for feature in features])
    facts = _one_owner("fact", [*(feature.facts for feature in features), OFFICE_FACTS])
    kinds = _one_owner("kind of state", [feature.kinds for feature in features])
    side_writes = _one_owner("side write", [feature.side_writes for feature in features])
    reactions = _one_owner("reaction", [feature.reactions for feature in features])
    _one_owner("collection", [feature.collections for feature in features])
    directories = [feature.directory for feature in features if feature.directory]
    _one_owner("directory key", [{rule.prefix: rule} for one in directories for rule in one.kinds.values()])
    _none_left("command", {*COMMANDS.values()} - {Tick}, commands)
    _none_left("fact", FACTS.values(), facts)
    _none_left("kind of state", chain(*(rule.states for rule in facts.values())), kinds)
    for rule in facts.values():
        _none_left("kind of state", [rule.private.kind] if rule.private else [], rule.states)
    _none_left("kind of state", chain(*(directory.kinds for directory in directories)), kinds)
    _none_left("command", (reaction.command for reaction in reactions.values()), commands)
    _none_left("fact", chain(reactions, *(directory.facts for directory in directories)), facts)
    told = [OF_ANY, *(feature.sentences for feature in features)]
    sentences = Sentences(
        _one_owner("result", [one.results for one in told]),
        _one_owner("reason", [one.reasons for one in told]),
    )
    _none_left("sentence of the result", {*get_args(Result)} - {"refused", "parked"}, sentences.results)
    _none_left("sentence of the reason", (*get_args(Reason), *get_args(ParkedReason)), sentences.reasons)
    activity_of = _one_owner("parameter of a path", [feature.activity_of for feature in features])
    for feature in features:
        codecs = [kind.codec.collection for kind in feature.kinds.values() if kind.codec]
        _none_left("collection", codecs, feature.collections)
    return Features(features, commands, facts, kinds, side_writes, reactions, sentences, activity_of)


def _one_owner(what: str, tables: Sequence[Mapping[Any, Any]]) -> dict[Any, Any]:
    several = [key for key, number in Counter(chain(*tables)).items() if number > 1]
    if several:
        raise FeatureMismatch(f"{what} {_name(several[0])} is stated twice")
    return {key: value for table in tables for key, value in table.items()}


def _none_left(what: str, wanted: Iterable[Any], owned: Mapping[Any, Any]) -> None:
    for one in wanted:
        if one not in owned:
            raise FeatureMismatch(f"no feature states the {what} {_name(one)}")


def _name(one: Any) -> str:
    return str(getattr(one, "__name__", one))
