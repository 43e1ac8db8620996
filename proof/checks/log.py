"""I10: ledger and topic say the same, byte for byte."""

import re
from collections import defaultdict
from typing import Final

from pydantic_core import to_json

from proof.checks.verdict import Look, Verdict
from proof.witnesses import Fact, Office, Record, Run

DIGEST: Final = re.compile(r"p:~[a-z2-7]{24}")


def i10(run: Run) -> Verdict:
    """Numbers have no gap up to the cursor's, all of them are published, each record is its ledger's fact
    to the byte, and the topic holds no other."""
    look = Look("I10")
    for office in run.offices.values():
        ledger = {(fact.partition, fact.number): fact for fact in office.ledger}
        ids = {row["_id"]: row["ledger"] for row in office.registration.get("cursors", [])}
        _cursors(office, look)
        seen = defaultdict(list)
        for record in office.facts:
            number = (record.header("ce_id") or "").rpartition("-")[2]
            fact = ledger.get((record.partition, int(number))) if number.isdigit() else None
            _explained(record, fact, ids.get(record.partition, ""), look)
            if fact is not None:
                seen[fact.partition, fact.number].append(record.offset)
        for place, fact in ledger.items():
            look.at(place in seen, "a fact was never published", fact=fact.id, at=fact.at, type=fact.type)
    return look.verdict


def _cursors(office: Office, look: Look) -> None:
    numbers: dict[int, list[int]] = defaultdict(list)
    for fact in office.ledger:
        numbers[fact.partition].append(fact.number)
    for row in office.registration.get("cursors", []):
        found = numbers.get(row["_id"], [])
        look.at(
            found == list(range(1, row["number"] + 1)) and row["published"] == row["number"],
            "the cursor and its ledger differ, or something is unpublished",
            office=office.code,
            cursor=row,
            facts=len(found),
            last=found[-1] if found else 0,
            missing=sorted(set(range(1, row["number"] + 1)) - set(found))[:10],
        )


def _explained(record: Record, fact: Fact | None, ledger: str, look: Look) -> None:
    key = published_key(fact, record) if fact else ""
    expected = published_bytes(fact, ledger, key) if fact else b""
    look.at(
        fact is not None
        and record.value == expected
        and record.key == key.encode()
        and record.header("ce_id") == fact.id
        and record.header("ce_type") == fact.row["type"],
        "a published record that no committed fact explains",
        record=record.place,
        timestamp=record.timestamp,
        headers=[(name, (value or b"").decode(errors="replace")) for name, value in record.headers],
        ledger=fact and {"fact": fact.id, "key": fact.key, "type": fact.row["type"]},
        expected=expected.decode(),
        seen=(record.value or b"").decode(errors="replace"),
    )


def published_key(fact: Fact, record: Record) -> str:
    """What is about a person stands under a digest, which only the office can make; else the key as it is."""
    if not fact.key.startswith("p:"):
        return fact.key
    key = (record.key or b"").decode(errors="replace")
    return key if DIGEST.fullmatch(key) else "p:~"


def published_bytes(fact: Fact, ledger: str, key: str) -> bytes:
    """The fact as contracts have it: its place, then what its type adds."""
    place = {
        "office": fact.office,
        "ledger": ledger,
        "partition": fact.partition,
        "number": fact.number,
        "at": fact.at,
        "subject": key,
    }
    return to_json(place | fact.data)
