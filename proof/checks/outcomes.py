"""I1: every acknowledged command has exactly one outcome. I4: everyone who asks is told the same, in time."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

from proof.checks.attempts import Attempt, Calm, Restored, attempts, by_command, lost_at
from proof.checks.verdict import Look, Verdict, moment
from proof.witnesses import PLACES, Document, Office, Record, Run
from shared.contracts import topics

UNDECIDED_SECONDS: Final = 60.0
RESULTS: Final = {
    "activity.published": "published",
    "activity.changed": "changed",
    "activity.cancelled": "cancelled",
    "registration.confirmed": "confirmed",
    "registration.waitlisted": "waitlisted",
    "registration.promoted": "confirmed",
    "registration.changed": "changed",
    "registration.substituted": "confirmed",
    "registration.submitted": "submitted",
    "registration.rejected": "rejected",
    "registration.approved": "waitlisted",
    "offer.ended": "cancelled",
    "invitation.sent": "invited",
    "invitation.answered": "recorded",
    "invitation.reminded": "recorded",
    "registration.cancelled": "cancelled",
    "attendance.recorded": "recorded",
}


@dataclass(frozen=True, slots=True)
class Stands:
    """An outcome as it stands in the ledger. `intake`: partition and offset of the record that it answers."""

    told: dict[str, Any]
    intake: tuple[int, int]
    fact: tuple[int, int] | None


def standing(office: Office, restored: Restored) -> dict[tuple[str, str, str], list[Stands]]:
    """Every outcome of an office by key, source and id. A refusal's row names no key: its record does."""
    keys = dict(restored.keys.get(office.code, {}))
    for record in office.intake:
        keys[record.partition, record.offset] = (record.key or b"").decode(errors="replace")
    found: dict[tuple[str, str, str], list[Stands]] = defaultdict(list)
    for fact in office.ledger:
        if "command" in fact.row:
            result = "confirmed" if fact.data.get("seated") else RESULTS.get(fact.type, fact.type)
            told = {"result": result, "fact": fact.id}
            told |= {name: fact.data[name] for name in ("registration", "place") if name in fact.data}
            stands = Stands(told, split(fact.row["intake"]), (fact.partition, fact.number))
            found[fact.key, fact.row["source"], fact.row["id"]].append(stands)
    for row in office.registration.get("outcomes", []):
        if row.get("reason") != "id_reused":
            told = {name: row[name] for name in ("result", "reason") if row.get(name)}
            key = keys.get(split(row["_id"]), "")
            found[key, row["source"], row["id"]].append(Stands(told, split(row["_id"]), None))
    return found


def split(position: int) -> tuple[int, int]:
    return position >> PLACES, position & ((1 << PLACES) - 1)


def i1(run: Run) -> Verdict:
    """Each acknowledged command once in the ledger; at most once if its answer is unknown; not at all if
    every attempt was turned away; and what clients were told is what stands there. A restored archive knows
    nothing of what was decided after it: what is left of that is its facts."""
    look, restored = Look("I1"), Restored.of(run.history)
    ledgers = {code: standing(office, restored) for code, office in run.offices.items()}
    for (office, *rest), tries in by_command(attempts(run.history)).items():
        honest = [one for one in tries if one.expect is None]
        if not honest:
            continue
        stands = ledgers[office].get((rest[0], rest[1], rest[2]), [])
        forgot = restored.forgot(tries)
        least, most = (0, 1) if forgot else _wanted(honest)
        shown = {"attempts": [one.shown for one in tries], "outcomes": [one.told for one in stands]}
        sentence = f"an acknowledged command has {len(stands)} outcomes"
        look.at(least <= len(stands) <= most, sentence, **shown)
        for one in honest:
            if one.told is not None and stands and one.told.get("result") != "parked" and not forgot:
                same = one.told == stands[0].told
                look.at(same, "a client was told another outcome than stands in the ledger", **shown)
    _once_each(run, look)
    return look.verdict


def _wanted(tries: list[Attempt]) -> tuple[int, int]:
    """The least and the most outcomes that these attempts explain. 422 may be about an id that was used."""
    if any(one.answer == "ok" for one in tries):
        return 1, 1
    turned_away = all(one.answer == "fail" and one.answered.get("status") != 422 for one in tries)
    return 0, 0 if turned_away else 1


def _once_each(run: Run, look: Look) -> None:
    """A digest of a command, whoever sent it, on one fact or on one refusal."""
    for office in run.offices.values():
        rows: dict[bytes, list[Document]] = defaultdict(list)
        for row in [*(fact.row for fact in office.ledger), *office.registration.get("outcomes", [])]:
            if "command" in row:
                rows[row["command"]].append({name: row.get(name) for name in ("_id", "source", "id", "at")})
        for same in rows.values():
            look.at(len(same) == 1, "one command has several outcomes", office=office.code, rows=same)


def i4(run: Run) -> Verdict:
    """All decided answers of a command are one; and it was decided within 60 s of calm.

    When something was decided is known from outside as: not before an answer that said `pending`, and not
    after its fact, or any fact made of what stands behind it on its partition, was first published. Of what
    published nothing, and has nothing behind it, only the answers tell; a client that asks late hears late.
    """
    look, calm, restored = Look("I4"), Calm.of(run.history), Restored.of(run.history)
    latest = {code: decided_by(office) for code, office in run.offices.items()}
    lost = {code: lost_at(run.history, topics.facts(code)) for code in run.offices}
    taken = {
        office.code: {(one.partition, one.offset): one.timestamp / 1000 for one in office.intake}
        for office in run.offices.values()
    }
    ledgers = {code: standing(office, restored) for code, office in run.offices.items()}
    for (office, *rest), tries in by_command(attempts(run.history)).items():
        if restored.forgot(tries):
            continue
        honest = [one for one in tries if one.expect is None and one.answer == "ok"]
        told = [one for one in honest if one.told is not None]
        for one in told[1:]:
            look.at(
                one.told == told[0].told, "one command, two answers", first=told[0].shown, later=one.shown
            )
        for stands in ledgers[office].get((rest[0], rest[1], rest[2]), [])[:1]:
            if (since := taken[office].get(stands.intake)) is None:
                continue  # trimmed
            published = latest[office](stands.intake) if since > lost[office] else None
            ends = [one.answered["at"] for one in told] + [published or since]
            pending = [one.answered["at"] for one in honest if one.pending]
            until = max([min(ends), *pending])
            look.at(
                calm.seconds(since, until) <= UNDECIDED_SECONDS,
                "a command stayed undecided for too long",
                command=[office, *rest],
                taken=moment(since),
                decided=moment(until),
                outcome=stands.told,
            )
    return look.verdict


def decided_by(office: Office) -> Callable[[tuple[int, int]], float | None]:
    """By when a record of intake had been decided (seconds since 1970): a partition is decided in its order,
    so the first publication of a fact of it or of any record behind it bounds that. None: nothing tells."""
    first = published_first(office.facts)
    bounds: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for fact in office.ledger:
        if "intake" in fact.row and (fact.partition, fact.number) in first:
            partition, offset = split(fact.row["intake"])
            bounds[partition].append((offset, first[fact.partition, fact.number]))
    earliest: dict[int, tuple[list[int], list[float]]] = {}
    for partition, found in bounds.items():
        offsets, times = zip(*sorted(found), strict=True)
        backwards = list(accumulate(reversed(times), min))
        earliest[partition] = list(offsets), backwards[::-1]

    def by(intake: tuple[int, int]) -> float | None:
        offsets, times = earliest.get(intake[0], ([], []))
        at = bisect_left(offsets, intake[1])
        return times[at] if at < len(times) else None

    return by


def published_first(records: list[Record]) -> dict[tuple[int, int] | None, float]:
    """When each fact was first published, by partition and number (seconds since 1970)."""
    found: dict[tuple[int, int] | None, float] = {}
    for record in records:
        number = (record.header("ce_id") or "").rpartition("-")[2]
        if number.isdigit():
            place = record.partition, int(number)
            found[place] = min(found.get(place, float("inf")), record.timestamp / 1000)
    return found
