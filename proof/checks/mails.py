"""I5: what the facts owe is sent once; more only for attempts counted as lost, none only with a reason."""

import json
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from proof.checks.owed import Activity, Owed, owed, shown_by
from proof.checks.verdict import Look, Verdict
from proof.witnesses import Document, Mail, Office, Run

TELLING: Final = {"confirmed", "waitlisted", "submitted", "promoted", "activity-changed"}
THREE_DAYS: Final = timedelta(days=3)
SHELF_LIFE: Final = defaultdict(lambda: timedelta(days=7), waitlisted=THREE_DAYS, submitted=THREE_DAYS)


def i5(run: Run) -> Verdict:
    """Owed x recorded x taken by the mail server: for each delivery as many mails as its row explains."""
    look = Look("I5")
    taken: dict[str, list[Mail]] = defaultdict(list)
    for mail in run.mails:
        taken[mail.delivery].append(mail)
    known: set[str] = set()
    rest = _rest(run)
    for office in run.offices.values():
        expected = owed(office.ledger, rest)
        rows = {row["_id"]: row for row in office.notification.get("deliveries", [])}
        known |= expected.may.keys()
        for delivery in expected.must.keys() | rows.keys():
            row, mails = rows.get(delivery), taken.get(delivery, [])
            wrong = _wrong(office, row, mails, expected, expected.may.get(delivery), rest)
            look.at(
                wrong is None,
                f"{wrong}",
                delivery=delivery,
                due=expected.may.get(delivery),
                row=row and {name: value for name, value in row.items() if name != "_id"},
                mails=[{"message_id": mail.message_id, "received": mail.received} for mail in mails],
            )
    for delivery, mails in taken.items():
        look.at(delivery in known, "a mail that no fact owes", delivery=delivery, times=len(mails))
        same = Counter(mail.message_id for mail in mails)
        look.at(len(same) == 1, "one delivery under several Message-IDs", delivery=delivery, seen=same)
    return look.verdict


def _rest(run: Run) -> datetime:
    rests = [event["at"] for event in run.history if event["event"] == "rest"]
    return datetime.fromtimestamp(rests[-1], UTC) if rests else datetime.max.replace(tzinfo=UTC)


def _wrong(
    office: Office,
    row: Document | None,
    mails: list[Mail],
    expected: Owed,
    due: datetime | None,
    rest: datetime,
) -> str | None:
    """What is wrong with a delivery, None if nothing is."""
    if due is None:
        return "a delivery that no fact owes"
    if row is None:
        return "a fact owes a mail, and no delivery is recorded"
    state, lost = row["state"], row.get("ambiguous", 0)
    if state == "expired" and row.get("reason") == "before_birth":
        return _before_birth(office, row, mails)
    if state == "pending":  # what falls due after rest is sent while the witnesses are heard
        mails = [mail for mail in mails if (mail.received or 0) <= rest.timestamp()]
    if len(mails) > lost + (state == "sent"):
        return f"{len(mails)} mails taken, {lost} attempts counted as lost, state {state}"
    if state == "sent":
        return None if mails else "sent, and no mail was ever taken"
    if state == "pending":
        return "pending at rest" if row["next"] <= rest else None
    return _unfounded(office, expected, row, due)


def _before_birth(office: Office, row: Document, mails: list[Mail]) -> str | None:
    """A database made again remembers no mail and must not send about what was before it."""
    births = [one["at"] for one in office.notification.get("meta", []) if one["_id"] == "birth"]
    if not births or row["due"] >= births[0]:
        return "expired as before the database's birth, and fell due after it"
    after = [mail for mail in mails if mail.received and mail.received > births[0].timestamp()]
    return "mailed after it was closed as before the database's birth" if after else None


def _unfounded(office: Office, expected: Owed, row: Document, due: datetime) -> str | None:
    """Not sent: is there the reason that the row says?"""
    state, reason = row["state"], row.get("reason")
    if (state, reason) == ("ambiguous", "answer_lost"):
        return None if row.get("ambiguous") else "ambiguous without a lost attempt"
    if (state, reason) == ("expired", "shelf_life"):
        starts = row.get("starts") or datetime.max.replace(tzinfo=UTC)
        early = row["closed"] < min(due + SHELF_LIFE[row["template"]], starts)
        return "expired before its time" if early else None
    if (state, reason) == ("failed", "refused"):
        codes = [attempt.get("code") or 0 for attempt in row.get("attempts", [])]
        return None if any(500 <= code < 600 for code in codes) else "failed without a final answer"
    if (state, reason) == ("withdrawn", "not_in_directory"):
        return "withdrawn, and the directory has both" if _in_directory(office, row) else None
    if (state, reason) == ("withdrawn", "erased"):
        return "withdrawn as erased, and is not" if _in_directory(office, row) else None
    if (state, reason) == ("withdrawn", "unchanged") and _told_before(office, expected, row):
        return None
    if state == "withdrawn" and reason in POINTLESS:
        return POINTLESS[reason](expected.activities[row["activity"]], row)
    if (state, reason) == ("withdrawn", "merged"):
        return _not_merged(office, row, due)
    return f"not sent: {state}, {reason}"


def _not_cancelled(about: Activity, row: Document) -> str | None:
    return "withdrawn as cancelled, and is not" if row["registration"] in about.live else None


def _not_moved(about: Activity, row: Document) -> str | None:
    stands = row["occasion"] in {one.occasion for one in about.reminders}
    return "withdrawn as moved, and its session stands" if stands else None


def _not_unchanged(about: Activity, row: Document) -> str | None:
    """Something known from before the fact was true after it too: the directory may pass over what stood
    only for a moment. Facts tell of title and times; places they do not."""
    number = row["needs_activity"]
    after = [shown for at, shown in about.shown if at >= number]
    same = any(shown in after for at, shown in about.shown if at < number)
    return None if same else "withdrawn as unchanged, and it did change"


def _told_before(office: Office, expected: Owed, row: Document) -> bool:
    """Whether the entry of an earlier fact said already what is so since: each is written of the activity as
    it stands by then, which may be as a later fact left it."""
    about, key = expected.activities[row["activity"]], f"a:{row['activity']}".encode()
    after = [shown for at, shown in about.shown if at >= row["needs_activity"]]
    entries = [json.loads(one.value) for one in office.directory if one.key == key and one.value]
    return any(entry["rev"] < row["needs_activity"] and shown_by(entry) in after for entry in entries)


def _not_over(about: Activity, row: Document) -> str | None:
    ended = any(end <= row["closed"] for end in about.ends)
    return None if ended else "withdrawn as over, and no last session had ended"


def _not_merged(office: Office, row: Document, at: datetime) -> str | None:
    """Since the fact another mail told its reader how things are, or nothing was different in the end."""
    known = any(
        one["registration"] == row["registration"]
        and (one["state"], one.get("reason")) in (("sent", None), ("withdrawn", "unchanged"))
        and one["template"] in TELLING
        and one.get("closed", at) >= at
        for one in office.notification.get("deliveries", [])
    )
    return None if known else "withdrawn as merged, and nothing was told since"


POINTLESS: Final = {
    "cancelled": _not_cancelled,
    "moved": _not_moved,
    "unchanged": _not_unchanged,
    "over": _not_over,
}


def _in_directory(office: Office, row: dict[str, Any]) -> bool:
    last = {record.key: record.value for record in office.directory}
    named = (f"r:{row['registration']}".encode(), f"a:{row['activity']}".encode())
    return all(last.get(key) is not None for key in named)
