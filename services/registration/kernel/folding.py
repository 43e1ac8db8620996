"""How the states follow a fact: those that are loaded, and what of them is to be written."""

from collections.abc import Iterable

from services.registration.kernel.commit import Commit, NumberedFact
from services.registration.kernel.features import Features
from services.registration.kernel.loaded_states import LoadedStates, Ref


def fold(
    features: Features,
    commit: Commit,
    loaded: LoadedStates,
    fact: NumberedFact,
    refs: Iterable[Ref] | None = None,
) -> None:
    """`refs`: what the fact changes, where that was asked before. Raises `FactWithoutState`, before any state
    has followed."""
    content, number = fact.content, fact.number
    for kind, name in features.changed_by(fact) if refs is None else refs:
        states, rule = loaded.states[kind], features.kinds[kind]
        before = states.get(name)
        after = states[name] = rule.evolve(before, content, number)
        if rule.codec is not None:
            made = commit.made[kind]
            (made if before is None or name in made else commit.changed[kind])[name] = after
    if (follow := features.facts[type(content.body)].follow) is not None:
        follow(loaded, fact)
