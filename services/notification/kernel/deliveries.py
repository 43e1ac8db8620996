"""A delivery: one mail owed to one registration or account, and what may become of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.notification.features.gatherings.domain.policies import AccountTemplate, Template

State = Literal["pending", "sent", "failed", "ambiguous", "withdrawn", "expired"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """`needs_*`: the directory's revision that this mail must not be older than. `occasion` tells mails of
    one fact and template apart (a session and its revision). `place`: in the queue, if told. `starts`: of the
    session that it reminds of; from then on, or once that was moved, it is worth nothing. `trace`: of what
    caused it, if that is traced. What goes to an account of staff names it as its `registration`, and no
    activity."""

    fact: str
    template: Template | AccountTemplate
    activity: str
    registration: str
    partition: int
    due: datetime
    needs_registration: int
    needs_activity: int
    occasion: str = "-"
    place: int | None = None
    starts: datetime | None = None
    trace: str | None = None

    @property
    def to_account(self) -> bool:
        return self.registration.startswith("u:")

    @property
    def id(self) -> str:
        return f"{self.fact}:{self.template}:{self.registration}:{self.occasion}"


@dataclass(frozen=True, slots=True)
class FanOut:
    """One mail for each registration of the activity live at the fact, or, of a reminder, confirmed before
    it falls due; too many for the fact's transaction. `due`: when they are written down."""

    fact: str
    number: int
    template: Template
    activity: str
    partition: int
    due: datetime
    occasion: str = "-"
    starts: datetime | None = None
    trace: str | None = None

    @property
    def id(self) -> str:
        return f"{self.fact}:{self.template}:{self.occasion}"

    def delivery(self, registration: str, needs_registration: int, gathered: timedelta) -> Delivery:
        """`gathered`: for so long a change waits for those that follow on it, to be told with them."""
        wait = gathered if self.template == "activity-changed" else timedelta(0)
        return Delivery(
            self.fact,
            self.template,
            self.activity,
            registration,
            self.partition,
            self.due + wait,
            needs_registration,
            self.number,
            self.occasion,
            starts=self.starts,
            trace=self.trace,
        )
