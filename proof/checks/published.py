"""A facts topic as facts, each number once."""

from pydantic_core import from_json

from proof.witnesses import Fact, Office, short


def published(office: Office) -> list[Fact]:
    """What the topic says, by partition and number; of repetitions the first. What cannot be read is left
    out here, and is I10's to tell."""
    found: dict[tuple[int, int], Fact] = {}
    for record in office.facts:
        try:
            data = from_json(record.value or b"")
            number, at = int(data["number"]), str(data["at"])
        except (ValueError, KeyError, TypeError):
            continue
        kind, key = short(record.header("ce_type") or ""), (record.key or b"").decode(errors="replace")
        fact = Fact(office.code, record.partition, number, kind, key, at, data, {})
        found.setdefault((record.partition, number), fact)
    return [found[place] for place in sorted(found)]
