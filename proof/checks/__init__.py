"""The invariants, each a plain function from a run to a verdict. They know nothing of the services."""

from collections.abc import Callable
from typing import Final

from proof.checks.canaries import i7
from proof.checks.doors import i13
from proof.checks.figures import i6
from proof.checks.log import i10
from proof.checks.mails import i5
from proof.checks.outcomes import i1, i4
from proof.checks.poison import i9
from proof.checks.recovery import i11
from proof.checks.seats import i2, i3
from proof.checks.states import i8
from proof.checks.strangers import i12
from proof.checks.verdict import Verdict
from proof.witnesses import Run

CHECKS: Final[tuple[Callable[[Run], Verdict], ...]] = (
    *(i1, i2, i3, i4, i5, i6, i7, i8, i9, i10, i11, i12, i13),
)

__all__ = ["CHECKS", "Verdict"]
