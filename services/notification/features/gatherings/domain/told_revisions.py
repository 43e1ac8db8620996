"""What a person was told of an activity, by the mails that went to them so far."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from services.notification.kernel.deliveries import State

FIRST: Final[frozenset[str]] = frozenset({"confirmed", "waitlisted", "submitted", "promoted"})
TELLING: Final = FIRST | {"activity-changed"}
"""Mails with an activity's details whole; a reminder has what is left of them, and no calendar."""


@dataclass(frozen=True, slots=True)
class ToldMail:
    """One of them, as the ledger has it. `number`: of the activity's fact that it waits for; `revs`:
    revisions of the activity that attempts at it told, or that its reader knew without it; `doubtful`: the
    answer to an attempt was lost."""

    template: str
    state: State
    reason: str | None
    number: int
    revs: tuple[int, ...]
    doubtful: bool


@dataclass(frozen=True, slots=True)
class ToldRevisions:
    """`rev`: the revision in the last mail that was sent, None before the first; `perhaps`: a newer one, in
    an attempt whose answer was lost; `ahead`: a mail that goes before has not gone yet."""

    rev: int | None = None
    perhaps: int | None = None
    ahead: bool = False

    def revs(self, number: int) -> tuple[int, ...]:
        """What a change at the fact of this number is told against; whoever was told nothing yet is told what
        that fact changed."""
        surely = number - 1 if self.rev is None else self.rev
        return (surely,) if self.perhaps is None else (surely, self.perhaps)


def told_revisions(mails: Iterable[ToldMail], number: int) -> ToldRevisions:
    """Before the mail of a change at the fact of this number. Changes go in their order, and after the mail
    that first tells of the activity, so that each can be told against the one before."""
    mails = list(mails)
    surely = [rev for one in mails if _known(one) for rev in one.revs]
    rev = max(surely, default=None)
    perhaps = [one for mail in mails if mail.doubtful for one in mail.revs if rev is None or one > rev]
    ahead = any(one.state == "pending" and (one.template in FIRST or one.number < number) for one in mails)
    return ToldRevisions(rev, max(perhaps, default=None), ahead)


def _known(mail: ToldMail) -> bool:
    return mail.state == "sent" or (mail.state, mail.reason) == ("withdrawn", "unchanged")
