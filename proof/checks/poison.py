"""I9: what cannot be decided is parked or refused, with its reason, and holds up nothing behind it."""

from typing import Final

from proof.checks.attempts import Attempt, Calm, Restored, attempts, lost_at
from proof.checks.outcomes import published_first, split
from proof.checks.verdict import Look, Verdict, moment
from proof.witnesses import Document, Office, Run
from shared.contracts import topics

REASONS: Final = ("unreadable", "wrong_partition", "wrong_office", "unknown_type", "forbidden", "failed")
BEHIND_SECONDS: Final = 5.0
Place = tuple[int, int]


def i9(run: Run) -> Verdict:
    """Each record made bad on purpose is parked or refused for the expected reason, and nothing else is
    parked. Its tries are not seen from outside; what stands behind it is: the next fact made of the same
    partition was published within 5 s of when both were there, unless something was broken meanwhile.
    """
    look, calm = Look("I9"), Calm.of(run.history)
    restored = Restored.of(run.history)
    injected = [one for one in attempts(run.history) if one.expect is not None]
    for office in run.offices.values():
        ours = [one for one in injected if one.command[0] == office.code]
        _accounted(office, [one for one in ours if not restored.forgot([one])], look)
        _nothing_else(office, ours, look)
        _behind(office, calm, lost_at(run.history, topics.facts(office.code)), look)
    return look.verdict


def _place(attempt: Attempt) -> Place | None:
    """Where a record landed, if its producer was told."""
    answered = attempt.answered
    return (answered["partition"], answered["offset"]) if "offset" in answered else None


def _settled(office: Office) -> dict[Place, Document]:
    """Parked and refused, by where the record stands."""
    rows = [*office.registration.get("parked", []), *office.registration.get("outcomes", [])]
    return {split(row["_id"]): row for row in rows}


def _accounted(office: Office, injected: list[Attempt], look: Look) -> None:
    settled = _settled(office)
    for attempt in injected:
        if (place := _place(attempt)) is not None:
            row = settled.get(place, {})
            look.at(
                row.get("reason") == attempt.expect,
                f"a record that is to be {attempt.expect} is {row.get('reason') or 'gone without a trace'}",
                office=office.code,
                record=place,
                attempt=attempt.shown,
                row=_public(row),
            )


def _nothing_else(office: Office, injected: list[Attempt], look: Look) -> None:
    """A parked record is one that was made so, or one of those whose producers were told nothing; a client
    that sent again for want of an answer leaves the same bytes twice."""
    places = {_place(attempt) for attempt in injected}
    untold = sum(_place(attempt) is None and attempt.answer != "fail" for attempt in injected)
    parked = office.registration.get("parked", [])
    known = [row for row in parked if split(row["_id"]) in places]
    bytes_of = {(row.get("key"), row.get("value")) for row in known}
    for row in parked:
        topic, place = topics.intake(office.code), split(row["_id"])
        whole = (row.get("topic"), row.get("partition"), row.get("offset")) == (topic, *place)
        look.at(
            whole and row.get("reason") in REASONS,
            "a parked record without its coordinates",
            row=_public(row),
        )
        if place not in places and (row.get("key"), row.get("value")) not in bytes_of:
            untold -= 1
            look.at(
                untold >= 0,
                "a record is parked that nobody spoiled",
                office=office.code,
                record=place,
                row=_public(row),
            )


def _public(row: Document) -> Document:
    return {name: value for name, value in row.items() if name not in ("key", "value", "headers")}


def _behind(office: Office, calm: Calm, lost: float, look: Look) -> None:
    first = published_first(office.facts)
    came = {(one.partition, one.offset): one.timestamp / 1000 for one in office.intake}
    made: dict[int, list[tuple[int, Place]]] = {}
    for fact in office.ledger:
        if "intake" in fact.row:
            partition, offset = split(fact.row["intake"])
            made.setdefault(partition, []).append((offset, (fact.partition, fact.number)))
    for row in office.registration.get("parked", []):
        partition, offset = split(row["_id"])
        behind = min((one for one in made.get(partition, []) if one[0] > offset), default=None)
        if behind is None or behind[1] not in first or (partition, behind[0]) not in came:
            continue
        since = max(came.get((partition, offset), 0.0), came[partition, behind[0]])
        if since <= lost:
            continue
        look.at(
            calm.seconds(since, first[behind[1]]) <= BEHIND_SECONDS,
            "what stands behind a parked record waited for too long",
            office=office.code,
            parked=[partition, offset],
            behind=[partition, behind[0]],
            fact=behind[1],
            came=moment(since),
            published=moment(first[behind[1]]),
        )
