"""An entry of the directory as it is written down: of each key the highest revision, or that it was ended."""

import hashlib
from typing import Any, Final

from shared.contracts.directory import (
    AccountEntry,
    ActivityEntry,
    RegistrationEntry,
    activity_key,
    registration_key,
)
from shared.mongo.driver import UpdateOne

KNOWN: Final = ("r:", "a:", "u:")
"""How the keys begin that mails need. Others are a later version's, and passed over."""
KEPT_EARLIER: Final = 20  # of an activity, unlike each other in what participants read; others are no news

SINCE: Final = {"$ifNull": ["$since", "$rev"]}
# What stood until now, after what stood before; nothing where the key is new.
STOOD: Final = {"$cond": [{"$gte": ["$rev", 0]}, [{"rev": SINCE, "entry": "$entry"}], []]}
BEFORE: Final = {"$ifNull": ["$earlier", []]}
EARLIER: Final = {"$slice": [{"$concatArrays": [BEFORE, STOOD]}, -KEPT_EARLIER]}


def _with_history(stated: Any, entry: ActivityEntry) -> Any:
    """`shown`: digest of what participants read of an activity; `since`: the revision that it is so since."""
    shown = hashlib.sha256(entry.model_dump_json(include={"title", "sessions"}).encode()).hexdigest()
    same = {"$eq": ["$shown", shown]}
    history = {
        "shown": shown,
        "since": {"$cond": [same, SINCE, entry.rev]},
        "earlier": {"$cond": [same, BEFORE, EARLIER]},
    }
    return {"$mergeObjects": [stated, history]}


class EntryUnreadable(Exception):
    """A value is none of this key; another version may read it."""


def change(key: str, value: bytes | None, signed: bool) -> UpdateOne:
    """Idempotent, in any order. What the office signed is changed by what it signed alone. Raises
    `EntryUnreadable`."""
    # A literal, since a name may begin with `$`. What was ended stays so: no replay brings it back.
    mark = {"signed": True} if signed else {}
    stated: Any = {"$literal": {"_id": key, "rev": -1, "gone": True} | mark}
    stays: Any = "$gone"
    if value is not None:
        entry = _read(key, value)
        stated = {"$literal": {"_id": key, "rev": entry.rev, "entry": value.decode()} | mark}
        newest: Any = {"$gte": ["$rev", entry.rev]}
        # one that anyone may have written goes before the office's word, however high its number
        stays = {"$or": ["$gone", {"$and": ["$signed", newest]} if signed else newest]}
        if isinstance(entry, ActivityEntry):
            stated = _with_history(stated, entry)
    if not signed:
        stays = {"$or": ["$signed", stays]}
    kept = {"$cond": [stays, "$$ROOT", stated]}
    return UpdateOne({"_id": key}, [{"$replaceWith": kept}], upsert=True)


def account(key: str, value: bytes | None) -> AccountEntry | None:
    """None for an entry of another kind. Raises `EntryUnreadable`."""
    entry = _read(key, value) if value is not None and key.startswith("u:") else None
    return entry if isinstance(entry, AccountEntry) else None


def _read(key: str, value: bytes) -> RegistrationEntry | ActivityEntry | AccountEntry:
    known: RegistrationEntry | ActivityEntry | AccountEntry
    try:
        if key.startswith("r:"):
            person = RegistrationEntry.read(value)
            known, fits = person, key == registration_key(person.registration)
        elif key.startswith("u:"):
            invited = AccountEntry.read(value)
            known, fits = invited, key == invited.account
        else:
            activity = ActivityEntry.read(value)
            known, fits = activity, key == activity_key(activity.activity)
    except Exception:  # whatever a model's own checks raise
        fits = False
    if not fits:
        raise EntryUnreadable
    return known
