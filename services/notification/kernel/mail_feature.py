"""What a feature states of its mails: tables by which kernel, storage and channels owe, decide and write."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, Self

from services.notification.kernel.deliveries import Delivery, FanOut
from services.notification.kernel.letters import Draft, Letter, Words
from services.notification.kernel.mail_template import MailTemplate
from services.notification.kernel.ports import Directory
from services.notification.kernel.rules import MailRule
from services.notification.kernel.verdicts import DeliveryContext, Send, Verdict
from shared.contracts.activity import Activity
from shared.contracts.facts import Body
from shared.links import Links
from shared.mongo.driver import Document, Store
from shared.mongo.indexes import Index
from shared.office import Office


class EntryModel(Protocol):
    """What an entry's value says; `rev`: the number of the fact that changed it, or one that its feature
    counts."""

    @property
    def rev(self) -> int: ...

    @classmethod
    def read(cls, data: bytes | str) -> Self: ...

    def model_dump_json(self, *, include: set[str]) -> str: ...


@dataclass(frozen=True, slots=True)
class EntryRule:
    """Entries of the directory of one prefix. `key`: that an entry must have. `shown`: fields of which it is
    kept how they stood before, as far as they differed. `rows`: the collection whose rows say by `rev` which
    revision facts gave an entry last, under the id behind the prefix. `owe`: the mail that an entry owes,
    written in that partition, of one of these `templates`."""

    model: type[EntryModel]
    key: Callable[[Any], str]
    shown: frozenset[str] = frozenset()
    rows: str = ""
    owe: Callable[[Any, int], Delivery] | None = None
    templates: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RowRule:
    """Rows of a collection that are folded from facts alone: no name, no address. `ids`: those that a fact
    touches; `document`, `row`: how one lies in its collection, and is read."""

    ids: Callable[[Body], Iterable[str]]
    document: Callable[[Any], Document]
    row: Callable[[Document], Any]
    indexes: tuple[Index, ...] = ()
    version: int = 1


LookUp = Callable[[Store, Directory, Sequence[Delivery]], Awaitable[Mapping[str, Any]]]
"""By a delivery's id, what there is to look up of it beside its entries; few queries for all of them."""
Recipients = Callable[[Store, FanOut, str, int], Awaitable[Sequence[tuple[str, int]]]]
"""Of a fan-out those after this recipient, in order, at most so many, each with the revision that its entry
must have; none where it is owed to nobody any more."""


@dataclass(frozen=True, slots=True)
class MailFeature:
    """`templates`: by name, each with `{name}.txt` and `{name}.html` in `folder`; `draft`, `words`: how a
    letter is written; `rules`: by fact; `entries`: of the directory, by prefix; `rows`: by collection.
    `recipients`: of its fan-outs; `look_up`: what `decide` is told beside entries; `decide`: whether a mail
    goes that is in time and whose entries are there, with what news. `examples`: letters to look at, by name,
    of an example's activity and its office's code."""

    name: str
    templates: Mapping[str, MailTemplate]
    folder: Path
    draft: Callable[[Letter, Links], Draft]
    words: Callable[[str, Any, Office, Links], Words]
    rules: Mapping[type[Body], MailRule] = field(default_factory=dict)
    entries: Mapping[str, EntryRule] = field(default_factory=dict)
    rows: Mapping[str, RowRule] = field(default_factory=dict)
    recipients: Recipients | None = None
    look_up: LookUp | None = None
    decide: Callable[[Delivery, DeliveryContext, datetime], Verdict] = lambda delivery, known, now: Send()
    examples: Callable[[Activity, str], Iterator[tuple[str, Letter]]] = lambda activity, office: iter(())
