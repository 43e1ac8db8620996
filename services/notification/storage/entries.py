"""An entry of the directory as it is written down: of each key the highest revision, or that it was ended."""

import hashlib
from typing import Any, Final

from services.notification.kernel.deliveries import Delivery
from services.notification.kernel.mail_feature import EntryModel, EntryRule
from shared.mongo.driver import UpdateOne

KEPT_EARLIER: Final = 20  # of an entry, unlike each other in what is shown; others are no news

SINCE: Final = {"$ifNull": ["$since", "$rev"]}
# What stood until now, after what stood before; nothing where the key is new.
STOOD: Final = {"$cond": [{"$gte": ["$rev", 0]}, [{"rev": SINCE, "entry": "$entry"}], []]}
BEFORE: Final = {"$ifNull": ["$earlier", []]}
EARLIER: Final = {"$slice": [{"$concatArrays": [BEFORE, STOOD]}, -KEPT_EARLIER]}


def _with_history(stated: Any, entry: EntryModel, rule: EntryRule) -> Any:
    """`shown`: digest of what is shown of an entry; `since`: the revision that it is so since."""
    shown = hashlib.sha256(entry.model_dump_json(include={*rule.shown}).encode()).hexdigest()
    same = {"$eq": ["$shown", shown]}
    history = {
        "shown": shown,
        "since": {"$cond": [same, SINCE, entry.rev]},
        "earlier": {"$cond": [same, BEFORE, EARLIER]},
    }
    return {"$mergeObjects": [stated, history]}


class EntryUnreadable(Exception):
    """A value is none of this key; another version may read it."""


def change(rule: EntryRule, key: str, value: bytes | None, signed: bool) -> UpdateOne:
    """Idempotent, in any order. What the office signed is changed by what it signed alone. Raises
    `EntryUnreadable`."""
    # A literal, since a name may begin with `$`. What was ended stays so: no replay brings it back.
    mark = {"signed": True} if signed else {}
    stated: Any = {"$literal": {"_id": key, "rev": -1, "gone": True} | mark}
    stays: Any = "$gone"
    if value is not None:
        entry = _read(rule, key, value)
        stated = {"$literal": {"_id": key, "rev": entry.rev, "entry": value.decode()} | mark}
        newest: Any = {"$gte": ["$rev", entry.rev]}
        # one that anyone may have written goes before the office's word, however high its number
        stays = {"$or": ["$gone", {"$and": ["$signed", newest]} if signed else newest]}
        if rule.shown:
            stated = _with_history(stated, entry, rule)
    if not signed:
        stays = {"$or": ["$signed", stays]}
    kept = {"$cond": [stays, "$$ROOT", stated]}
    return UpdateOne({"_id": key}, [{"$replaceWith": kept}], upsert=True)


def owed(rule: EntryRule, key: str, value: bytes | None, partition: int) -> Delivery | None:
    """The mail that an entry owes. Raises `EntryUnreadable`."""
    if rule.owe is None or value is None:
        return None
    return rule.owe(_read(rule, key, value), partition)


def _read(rule: EntryRule, key: str, value: bytes) -> EntryModel:
    try:
        entry = rule.model.read(value)
        fits = rule.key(entry) == key
    except Exception:  # whatever a model's own checks raise
        fits = False
    if not fits:
        raise EntryUnreadable
    return entry
