"""A delivery: one mail owed to one recipient, and what may become of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.contracts.directory import activity_key, recipient_key

State = Literal["pending", "sent", "failed", "ambiguous", "withdrawn", "expired"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """`cause`, `template`, `recipient` and `occasion` tell it from all others: the fact or entry that it is
    owed for, and, of mails that are alike in all else, for example a session and its revision. `recipient`:
    the key of the directory, by `recipient_key`; `activity`: empty where it is of none. `needs_*`: the
    directory's revision that this mail must not be older than. `place`: in a queue, if told. `until`: from
    then on it is worth nothing. `trace`: of what caused it, if that is traced."""

    cause: str
    template: str
    activity: str
    recipient: str
    partition: int
    due: datetime
    needs_recipient: int
    needs_activity: int
    occasion: str = "-"
    place: int | None = None
    until: datetime | None = None
    trace: str | None = None

    @property
    def id(self) -> str:
        return f"{self.cause}:{self.template}:{self.recipient}:{self.occasion}"

    @property
    def needs(self) -> dict[str, int]:
        """By key of the directory, the revision."""
        needs = {recipient_key(self.recipient): self.needs_recipient}
        return needs | {activity_key(self.activity): self.needs_activity} if self.activity else needs


@dataclass(frozen=True, slots=True)
class FanOut:
    """One mail for each of an activity's recipients, too many for the fact's transaction: of which its
    feature knows who they are. `number`: the fact's; `due`: when they are written down."""

    cause: str
    number: int
    template: str
    activity: str
    partition: int
    due: datetime
    occasion: str = "-"
    until: datetime | None = None
    trace: str | None = None

    @property
    def id(self) -> str:
        return f"{self.cause}:{self.template}:{self.occasion}"

    def delivery(self, recipient: str, needs_recipient: int, wait: timedelta = timedelta(0)) -> Delivery:
        """`wait`: falls due that much later."""
        return Delivery(
            self.cause,
            self.template,
            self.activity,
            recipient,
            self.partition,
            self.due + wait,
            needs_recipient,
            self.number,
            self.occasion,
            until=self.until,
            trace=self.trace,
        )
