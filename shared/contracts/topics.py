"""Names of topics, groups and databases. An office's names share a prefix, so that one rule fences it in."""

import re
from typing import Final

NATIONAL: Final = "national"
OFFICE = re.compile(r"^[a-z][a-z0-9-]{1,19}$")
FACTS_PATTERN: Final = r"^simpul\.[a-z][a-z0-9-]{1,19}\.facts\.v1$"
PARTITIONS: Final = 6


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
NATIONAL_REPORTS: Final = "simpul.national.reports.v1"


def office_of(topic: str) -> str:
    """The office that a topic belongs to: the only place an office is ever taken from."""
    return topic.split(".")[1]
