"""The mails of all features as one: each template, prefix and collection has one owner, or nothing starts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from services.notification.kernel.mail_feature import EntryRule, MailFeature, RowRule
from services.notification.kernel.mail_template import MailTemplate
from services.notification.kernel.rules import FoldedRows, MailRule, Owed
from shared.contracts.facts import Body, Stated


class MailFeatureMismatch(Exception):
    """Something has no feature that states it, or two."""


@dataclass(frozen=True, slots=True)
class MailFeatures:
    """Made by `assemble`. `owners`: by template."""

    features: tuple[MailFeature, ...]
    owners: Mapping[str, MailFeature]
    templates: Mapping[str, MailTemplate]
    entries: Mapping[str, EntryRule]
    rows: Mapping[str, RowRule]
    rules: Mapping[type[Body], tuple[MailRule, ...]]

    def owner(self, template: str) -> MailFeature:
        return self.owners[template]

    def entry_rule(self, key: str) -> EntryRule | None:
        """None for a key that only a later version knows."""
        return self.entries.get("".join(key.partition(":")[:2]))

    def fold(self, rows: FoldedRows, stated: Stated, body: Body | None) -> Owed:
        """Change rows as the fact says and answer what it owes; a type that is not known owes nothing."""
        rules = self.rules.get(type(body)) if body is not None else None
        return [owed for rule in rules for owed in rule.owe(rows, stated, body)] if rules else []


def assemble(features: tuple[MailFeature, ...]) -> MailFeatures:
    """Raises `MailFeatureMismatch`."""
    templates = _one_owner("template", [one.templates for one in features])
    entries = _one_owner("prefix of the directory", [one.entries for one in features])
    rows = _one_owner("collection", [one.rows for one in features])
    for feature in features:
        tables = (feature.rules.values(), feature.entries.values())
        owed = {name for table in tables for rule in table for name in rule.templates}
        _none_left(f"{feature.name} owes no mail", feature.templates, owed)
        _none_left(f"{feature.name} owes a mail that it does not state:", owed, feature.templates)
        files = {path.name for path in feature.folder.iterdir()} if feature.folder.is_dir() else set()
        wanted = [f"{name}{suffix}" for name in feature.templates for suffix in (".txt", ".html")]
        _none_left(f"{feature.name} lacks the file", wanted, files)
    _none_left("no feature states the rows", [one.rows for one in entries.values() if one.rows], rows)
    facts = dict.fromkeys(chain.from_iterable(one.rules for one in features))
    rules = {fact: tuple(one.rules[fact] for one in features if fact in one.rules) for fact in facts}
    owners = {name: one for one in features for name in one.templates}
    return MailFeatures(features, owners, templates, entries, rows, rules)


def _one_owner(what: str, tables: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    several = [key for key, number in Counter(chain(*tables)).items() if number > 1]
    if several:
        raise MailFeatureMismatch(f"the {what} {several[0]} is stated twice")
    return {key: value for table in tables for key, value in table.items()}


def _none_left(what: str, wanted: Iterable[str], owned: Iterable[str]) -> None:
    if lacking := sorted({*wanted} - {*owned}):
        raise MailFeatureMismatch(f"{what} {lacking[0]}")
