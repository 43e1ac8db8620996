"""I13: no bytes through a door make a page, a list, a partition or a process stop."""

from typing import Final

from proof.checks.attempts import Calm
from proof.checks.verdict import Look, Verdict
from proof.witnesses import Run

ASKED_SECONDS: Final = 30.0  # an answer may be to what was asked so long before


def i13(run: Run) -> Verdict:
    """Whatever was looked at while nothing was broken was there; an instance that is not ready says why; and
    what was odd was taken, or refused with a sentence. I9 tells of odd records, I11 of what stood still."""
    look, calm = Look("I13"), Calm.of(run.history)
    for event in run.history:
        if event["event"] not in ("probe", "odd"):
            continue
        status, seen = event.get("status", 0), {name: event[name] for name in event if name != "event"}
        look.at(status != 500, "a request made something fail", **seen)
        if event["event"] == "odd" and 400 <= status < 500:
            look.at(event["told"], "refused without a sentence", **seen)
        if event.get("what") == "readiness" and status == 503:
            look.at(event["reasons"], "not ready, and nothing says why", **seen)
        end, start = event["at"], event["at"] - ASKED_SECONDS
        if calm.seconds(start, end) >= end - start:
            look.at(200 <= status < 500, "something does not answer, and nothing was broken", **seen)
    return look.verdict
