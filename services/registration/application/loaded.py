"""What a batch may need of the register, read before it is decided."""

from dataclasses import dataclass, field

from services.registration.application.submitters import Submitters
from services.registration.domain.activity import ActivityState, Cells, Signature
from services.registration.domain.happened import Person
from services.registration.domain.registration import Registration

Lines = dict[Signature, list[Registration]]


@dataclass(slots=True)
class Loaded:
    """`known`: identity -> payload of what was decided;
    `people`: key of a correction -> whom it is about; `submitters`: who submits; `unfinished`: activities
    with promotions to go on with when they were last written, read for a tick."""

    activities: dict[str, ActivityState | None] = field(default_factory=dict)
    registrations: dict[str, Registration] = field(default_factory=dict)
    lines: dict[str, Lines] = field(default_factory=dict)
    live: dict[str, Cells] = field(default_factory=dict)
    submitters: Submitters | None = None
    known: dict[bytes, bytes] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    unfinished: set[str] = field(default_factory=set)
