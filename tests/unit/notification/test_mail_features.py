"""The mails of features: each has one owner, its files and something that owes it, or nothing starts."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from services.notification.features import FEATURES
from services.notification.features.accounts import ACCOUNTS
from services.notification.features.gatherings import GATHERINGS
from services.notification.kernel.mail_feature import MailFeature
from services.notification.kernel.mail_features import MailFeatureMismatch, assemble
from services.notification.kernel.rules import FoldedRows
from shared.contracts.directory import recipient_key
from shared.contracts.facts import FACTS, Body, Stated
from tests.contract.released import samples
from tests.support.features import MAILS

NAMED_AFTER_ANOTHER = replace(ACCOUNTS, name="lain", entries={})


@pytest.mark.parametrize(
    ("features", "said"),
    [
        ((*FEATURES, NAMED_AFTER_ANOTHER), "the template account is stated twice"),
        ((*FEATURES, replace(ACCOUNTS, templates={})), "the prefix of the directory u: is stated twice"),
        (
            (*FEATURES, replace(GATHERINGS, templates={}, entries={})),
            "registrations is stated twice",
        ),
        ((GATHERINGS, NAMED_AFTER_ANOTHER), "lain owes no mail account"),
        (
            (GATHERINGS, replace(ACCOUNTS, templates={})),
            "owes a mail that it does not state: account",
        ),
        ((replace(GATHERINGS, folder=Path("tiada")),), "gatherings lacks the file activity-cancelled.html"),
        ((replace(GATHERINGS, folder=ACCOUNTS.folder),), "gatherings lacks the file activity-cancelled.html"),
        ((replace(GATHERINGS, rows={}), ACCOUNTS), "no feature states the rows registrations"),
    ],
)
def test_what_has_no_owner_or_two_does_not_start(features: tuple[MailFeature, ...], said: str) -> None:
    with pytest.raises(MailFeatureMismatch, match=said):
        assemble(features)


@pytest.mark.parametrize("fact", MAILS.rules, ids=lambda fact: fact.__name__)
def test_a_fact_owes_what_its_rules_state_and_nothing_else(fact: type[Body]) -> None:
    stated = {name for rule in MAILS.rules[fact] for name in rule.templates}
    for sample in samples():
        if FACTS.get(sample.message) is not fact:
            continue
        place = {name: value for name, value in sample.data.items() if name in Stated.model_fields}
        said = {name: value for name, value in sample.data.items() if name not in place}
        body, at = fact.read(json.dumps(said)), Stated.read(json.dumps(place))
        assert {owed.template for owed in MAILS.fold(FoldedRows(), at, body)} <= stated


def test_a_key_of_a_later_version_has_no_rule() -> None:
    assert [MAILS.entry_rule(key) for key in ("z:undangan-1", "r", "", "rx:satu", ":")] == [None] * 5
    assert MAILS.entry_rule("r:satu:dua") is GATHERINGS.entries["r:"]


def test_a_recipient_is_a_registration_or_the_key_of_another() -> None:
    assert [recipient_key(one) for one in ("abc", "u:abc", "i:abc")] == ["r:abc", "u:abc", "i:abc"]
