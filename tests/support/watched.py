"""What docs/metrics.md promises, and what a service's `/metrics` shows, in the same words."""

import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

TABLE = Path(__file__).parents[2] / "docs" / "metrics.md"
SECTION = re.compile(r"^## (\w+)")
ROW = re.compile(r"^\| `(simpul_\w+)` \| (\w+) \|([^|]*)\|[^|]+\|[^|]+\|$")

Told = dict[str, tuple[str, frozenset[str]]]
"""A metric's name, as one asks for it -> its type and its labels."""


def told(service: str) -> Told:
    """What the table promises of one service."""
    found: Told = {}
    section = ""
    for line in TABLE.read_text().splitlines():
        if heading := SECTION.match(line):
            section = heading[1].lower()
        elif section == service and (row := ROW.match(line)):
            found[row[1]] = (row[2], frozenset(re.findall(r"`(\w+)`", row[3])))
    return found


def all_told() -> Told:
    return told("registration") | told("notification") | told("reporting")


def shown(metrics: str) -> Told:
    """Of an answer of `/metrics`. The library's own `_created` rows say when a counter began."""
    found: Told = {}
    for family in text_string_to_metric_families(metrics):
        counter = family.type == "counter"
        name = f"{family.name}_total" if counter else family.name
        rows = [row for row in family.samples if row.name == name]
        labels = frozenset(label for row in rows for label in row.labels)
        if not name.endswith("_created"):
            found[name] = (family.type, labels)
    return found
