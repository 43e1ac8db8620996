"""Names of topics, groups and databases, and how topics keep their records.

An office's names share a prefix, so that one rule fences it in.
"""

import re
from functools import lru_cache
from typing import Final

NATIONAL: Final = "national"
OFFICE = re.compile(r"^[a-z][a-z0-9-]{1,19}$")
FACTS_PATTERN: Final = r"^simpul\.[a-z][a-z0-9-]{1,19}\.facts\.v1$"
PARTITIONS: Final = 6

# Forever, and stamped by the broker, so that every instance has the same clock.
FACTS_SETTINGS: Final = {
    "cleanup.policy": "delete",
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "message.timestamp.type": "LogAppendTime",
}
# an hour's segments: what was trimmed is gone from the disk soon after
INTAKE_SETTINGS: Final = FACTS_SETTINGS | {"segment.ms": "3600000"}
COMPACTED: Final = {
    "cleanup.policy": "compact",
    "segment.ms": "3600000",
    "min.cleanable.dirty.ratio": "0.1",
}
DIRECTORY_SETTINGS: Final = COMPACTED
REPORTS_SETTINGS: Final = COMPACTED
REPORTS_PARTITIONS: Final = 1  # some thousands of rows, in the order of their revs


def intake(office: str) -> str:
    return f"simpul.{office}.intake.v1"


def facts(office: str) -> str:
    return f"simpul.{office}.facts.v1"


def directory(office: str) -> str:
    return f"simpul.{office}.directory.v1"


def group(owner: str, service: str) -> str:
    """Consumer group of a service; `owner` is an office's code or `national`."""
    return f"simpul.{owner}.{service}"


def database(office: str, service: str) -> str:
    return f"simpul_{office}_{service}"


NATIONAL_DATABASE: Final = "simpul_national"
NATIONAL_REPORTS: Final = f"simpul.{NATIONAL}.reports.v1"


@lru_cache(maxsize=1_000)
def office_of(topic: str) -> str:
    """The office that a topic belongs to: the only place an office is ever taken from."""
    return topic.split(".")[1]
