"""I12: nothing of a person reaches who merely names their number, name or address."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

from proof.checks.attempts import Restored
from proof.checks.outcomes import split
from proof.checks.verdict import Look, Verdict
from proof.witnesses import Document, Fact, Mail, Office, Record, Run

NUMBERS: Final = ("nuptk", "nip")
Names = tuple[str, str]
"""Address and name: what the public is known by."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What whoever submitted said of themselves. `own`: it came through the office's staff."""

    names: Names
    numbers: dict[str, str]
    own: bool


@dataclass(slots=True)
class Known:
    """What an office holds: people by ref; of each registration who asked for it, and whose it is."""

    people: dict[str, Document]
    asked: dict[str, list[tuple[Typed, str]]] = field(default_factory=lambda: defaultdict(list))


def i12(run: Run) -> Verdict:
    """A submission leads to the person of its own address and name, or, for staff, of its number; mails of a
    registration go to them alone; nothing shown tells of another; whoever was told that theirs was received
    has it. All recounted from intake, ledger, people and mailbox."""
    look, restored = Look("I12"), Restored.of(run.history)
    for office in run.offices.values():
        known = _known(office)
        _whose(office, known, look)
        _mailed(known, run.mails, look)
        told = [row for row in run.history if row["event"] == "public" and row["office"] == office.code]
        _public(office, known, [row for row in told if not restored.covers(office.code, row["at"])], look)
    return look.verdict


def _known(office: Office) -> Known:
    rows = office.registration.get("people", [])
    known = Known({row["ref"]: row for row in rows if "who" in row})
    intake = {(one.partition, one.offset): one for one in office.intake}
    for fact in office.ledger:
        record = intake.get(split(fact.row["intake"])) if "intake" in fact.row else None
        if record is not None and "registrant" in fact.row and (typed := _typed(office, fact, record)):
            known.asked[fact.data["registration"]].append((typed, fact.row["registrant"]["ref"]))
    return known


def _typed(office: Office, fact: Fact, record: Record) -> Typed | None:
    """None where another record has the place by now, in an intake that was made again, or names nobody."""
    source = fact.row["source"]
    if (record.header("ce_id"), record.header("ce_source")) != (fact.row["id"], source):
        return None
    who = json.loads(record.value or b"{}").get("participant")
    if who is None:
        return None  # staff corrected what a registration stands for, and named nobody
    own = source.startswith(f"/{office.code}/") and source != f"/{office.code}/http/public"
    return Typed(_names(who), {name: who[name] for name in NUMBERS if who.get(name)}, own)


def _names(who: Document) -> Names:
    """Without the signs that nobody sees, which the office takes off."""
    name = "".join(sign for sign in who.get("name", "") if sign.isprintable())
    return who.get("email", "").casefold(), " ".join(name.split())


def _is_theirs(typed: Typed, person: Document) -> bool:
    numbers = (person["who"].get(name) == number for name, number in typed.numbers.items())
    return typed.names == _names(person["who"]) or (typed.own and any(numbers))


def _whose(office: Office, known: Known, look: Look) -> None:
    for registration, asked in known.asked.items():
        for typed, ref in asked:
            if (person := known.people.get(ref)) is not None:
                sentence = "a registration is of somebody whom another merely named"
                shown = {"office": office.code, "registration": registration, "ref": ref}
                look.at(_is_theirs(typed, person), sentence, **shown)


def _mailed(known: Known, mails: list[Mail], look: Look) -> None:
    for mail in mails:
        if asked := known.asked.get(mail.registration):
            right = {typed.names[0] for typed, _ in asked}
            people = [known.people[ref] for typed, ref in asked if ref in known.people and typed.own]
            right |= {_names(person["who"])[0] for person in people}
            to = {address.casefold() for address in mail.to}
            look.at(to <= right, "a mail went to who did not ask for it", delivery=mail.delivery)


def _public(office: Office, known: Known, told: list[Document], look: Look) -> None:
    refs: dict[Names, set[str]] = defaultdict(set)
    for ref, person in known.people.items():
        refs[_names(person["who"])].add(ref)
    standing = {(row["activity"], row["who"]["ref"]) for row in office.registration.get("registrations", [])}
    holders = {row["_id"]: row["who"]["ref"] for row in office.registration.get("registrations", [])}
    for row in told:
        mine = refs[_names(row["typed"])]
        seen: dict[str, Any] = {"office": office.code, "door": row["door"], "at": row["at"]}
        look.at(not row.get("shown"), "something of another was shown", shown=row.get("shown"), **seen)
        if row.get("taken"):
            has = any((row["activity"], ref) in standing for ref in mine)
            look.at(has, "who was told that it was received has no registration", **seen)
        if (registration := row.get("registration")) is not None:
            look.at(holders.get(registration) in mine, "another's registration was told", **seen)
