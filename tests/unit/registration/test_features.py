"""Features assembled: what has no owner, or two, stops the service before it starts."""

from dataclasses import replace
from typing import Any

import pytest

from services.registration.features import FEATURES
from services.registration.features.gatherings import GATHERINGS
from services.registration.features.gatherings.gathering_states import (
    ACTIVITIES,
    activity_state,
    registration_state,
)
from services.registration.features.people import PEOPLE
from services.registration.kernel.feature import EntryRule, FactRule, Feature, Kind, PrivatePart, RowTooNew
from services.registration.kernel.features import FeatureMismatch, assemble
from services.registration.kernel.sentences import Sentences
from shared.contracts.commands import COMMANDS, CancelRegistration, CorrectRegistration
from shared.contracts.facts import ActivityCounted, ParticipantCorrected


def without(table: Any, one: Any) -> Any:
    return {key: value for key, value in table.items() if key is not one}


def instead(*changed: Feature) -> tuple[Feature, ...]:
    """The features as they are deployed, but these in the place of those of their names."""
    by_name = {one.name: one for one in changed}
    return tuple(by_name.get(one.name, one) for one in FEATURES)


def test_a_command_without_a_feature_does_not_start() -> None:
    lacking = replace(GATHERINGS, commands=without(GATHERINGS.commands, CancelRegistration))
    with pytest.raises(FeatureMismatch, match="no feature states the command CancelRegistration"):
        assemble(instead(lacking))


def test_a_fact_without_a_feature_does_not_start() -> None:
    lacking = replace(GATHERINGS, facts=without(GATHERINGS.facts, ActivityCounted))
    with pytest.raises(FeatureMismatch, match="no feature states the fact ActivityCounted"):
        assemble(instead(lacking))


def test_what_two_features_state_does_not_start() -> None:
    twice = replace(PEOPLE, facts={**PEOPLE.facts, ActivityCounted: FactRule({})})
    with pytest.raises(FeatureMismatch, match="fact ActivityCounted is stated twice"):
        assemble(instead(twice))


def test_a_fact_that_changes_an_unknown_kind_of_state_does_not_start() -> None:
    rule = FactRule({"survey": lambda body, key: key})
    with pytest.raises(FeatureMismatch, match="no feature states the kind of state survey"):
        assemble(instead(replace(PEOPLE, facts={ParticipantCorrected: rule})))


def test_what_stays_in_the_office_is_followed_by_a_state_that_the_fact_changes() -> None:
    part = PrivatePart("registration", dict, dict, dict)
    rule = replace(GATHERINGS.facts[ActivityCounted], private=part)
    with pytest.raises(FeatureMismatch, match="no feature states the kind of state registration"):
        assemble(instead(replace(GATHERINGS, facts={**GATHERINGS.facts, ActivityCounted: rule})))


def test_a_state_in_a_collection_that_nobody_makes_does_not_start() -> None:
    homeless = Kind(lambda state, happened, number: state, replace(ACTIVITIES, collection="surveys"))
    with pytest.raises(FeatureMismatch, match="no feature states the collection surveys"):
        assemble(instead(replace(PEOPLE, kinds={**PEOPLE.kinds, "survey": homeless})))


def test_a_reaction_by_an_unknown_command_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(COMMANDS, CorrectRegistration.type)
    lacking = replace(GATHERINGS, commands=without(GATHERINGS.commands, CorrectRegistration))
    with pytest.raises(FeatureMismatch, match="no feature states the command CorrectRegistration"):
        assemble(instead(lacking))


def test_two_kinds_of_entries_under_one_key_do_not_start() -> None:
    assert GATHERINGS.directory is not None
    model = GATHERINGS.directory.kinds["activity"].model
    theirs = replace(GATHERINGS.directory, kinds={"person": EntryRule("a", model)}, facts=frozenset())
    with pytest.raises(FeatureMismatch, match="directory key a is stated twice"):
        assemble(instead(replace(PEOPLE, directory=theirs)))


def test_two_kinds_of_one_feature_under_one_key_do_not_start() -> None:
    assert GATHERINGS.directory is not None
    kinds = {**GATHERINGS.directory.kinds, "registration": GATHERINGS.directory.kinds["activity"]}
    with pytest.raises(FeatureMismatch, match="directory key a is stated twice"):
        assemble(instead(replace(GATHERINGS, directory=replace(GATHERINGS.directory, kinds=kinds))))


def test_an_entry_of_an_unknown_kind_of_state_does_not_start() -> None:
    assert GATHERINGS.directory is not None
    kinds = {
        **GATHERINGS.directory.kinds,
        "survey": EntryRule("s", GATHERINGS.directory.kinds["activity"].model),
    }
    theirs = replace(GATHERINGS.directory, kinds=kinds)
    with pytest.raises(FeatureMismatch, match="no feature states the kind of state survey"):
        assemble(instead(replace(GATHERINGS, directory=theirs)))


def test_a_reason_without_a_sentence_does_not_start() -> None:
    mute = replace(PEOPLE, sentences=Sentences(PEOPLE.sentences.results, {}))
    with pytest.raises(
        FeatureMismatch, match="no feature states the sentence of the reason participant_unknown"
    ):
        assemble(instead(mute))


def test_two_features_of_one_name_do_not_start() -> None:
    with pytest.raises(FeatureMismatch, match="feature people is stated twice"):
        assemble((*FEATURES, Feature("people", {}, {}, {}, {}, PEOPLE.load)))


AN_ACTIVITY: dict[str, Any] = {
    "_id": "uji",
    "partition": 3,
    "described": {
        "id": "uji",
        "title": "Uji",
        "kind": "rakor",
        "sessions": [
            {
                "id": "s1",
                "title": "Pertemuan 1",
                "starts": "2024-01-11T00:00:00Z",
                "ends": "2024-01-11T04:00:00Z",
                "zone": "WITA",
                "jp": 4,
            }
        ],
        "quotas": [{"id": "semua", "seats": 2}],
        "opens": "2024-01-01T00:00:00Z",
        "closes": "2024-01-11T00:00:00Z",
    },
    "taken": {"semua": 2},
    "waiting": {"semua": 1},
    "attended": {"s1": 1},
    "registrations": 3,
    "cancelled": False,
    "reason": None,
    "promoting": False,
}
A_REGISTRATION: dict[str, Any] = {
    "_id": "a" * 29,
    "activity": "uji",
    "round": 1,
    "status": "confirmed",
    "line": "semua,guru",
    "arrival": 7,
    "who": {"ref": "b" * 24, "contact": "b" * 24, "category": "guru", "institution": {"name": "SD Contoh"}},
    "attended": {"s1": 4},
    "sessions": 1,
    "jp": 4,
}


def test_rows_as_they_lie_without_a_version_are_read_as_the_first() -> None:
    activity, registration = activity_state(AN_ACTIVITY), registration_state(A_REGISTRATION)
    assert (activity.described.title, activity.waiting) == ("Uji", {("semua",): 1})
    assert (registration.quotas, registration.registrant.category) == (("semua", "guru"), "guru")
    assert "v" not in ACTIVITIES.written("uji", 3, activity, activity.described.opens)


def titled(row: dict[str, Any], title: str) -> dict[str, Any]:
    return row | {"described": row["described"] | {"title": title}}


def test_an_older_row_is_lifted_step_by_step_and_a_newer_one_refused() -> None:
    upcasts = {
        1: lambda row: titled(row, "Kedua"),
        2: lambda row: titled(row, row["described"]["title"] + "!"),
    }
    lifted = replace(ACTIVITIES, version=3, upcasts=upcasts)
    assert lifted.read(AN_ACTIVITY).described.title == "Kedua!"
    assert lifted.read(AN_ACTIVITY | {"v": 2}).described.title == "Uji!"
    state = lifted.read(AN_ACTIVITY | {"v": 3})
    assert lifted.written("uji", 3, state, state.described.opens)["v"] == 3
    with pytest.raises(RowTooNew):
        activity_state(AN_ACTIVITY | {"v": 2})
