"""I11: after healing everything is at rest again, within 30 s."""

from proof.checks.attempts import RECOVERY_SECONDS
from proof.checks.verdict import Look, Verdict, moment
from proof.witnesses import Run


def i11(run: Run) -> Verdict:
    """Each healed fault is followed by a note that all of its lag is gone, and the run ends at rest. A
    system without a history of faults has nothing to recover from."""
    look = Look("I11")
    open_heals: dict[str, float] = {}
    for event in run.history:
        row = str(event.get("row"))
        if event["event"] == "heal":
            open_heals[row] = event["at"]
        elif event["event"] == "recovered":
            open_heals.pop(row, None)
            seconds = event["seconds"]  # None: not while it was waited for
            look.at(
                seconds is not None and seconds <= RECOVERY_SECONDS, f"{row} is back too late", note=event
            )
    for row, at in open_heals.items():
        look.at(False, f"{row} was healed and never recovered", healed=moment(at))
    if run.history:
        look.at(any(event["event"] == "rest" for event in run.history), "the run never came to rest")
    return look.verdict
