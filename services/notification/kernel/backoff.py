"""Pauses between attempts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Doubling pauses, in seconds, spread by half so that many do not come back at once."""

    first: float = 2.0
    longest: float = 900.0  # greylisting servers take a mail after 5 to 15 minutes

    def after(self, tries: int, chance: float) -> float:
        """`tries` done so far, at least 1; `chance` in [0, 1)."""
        return min(self.longest, self.first * 2.0 ** min(tries - 1, 30)) * (0.75 + chance / 2)
