"""I8: a registration's state never goes back."""

from typing import Final

from proof.checks.published import published
from proof.checks.verdict import Look, Verdict
from proof.witnesses import Fact, Office, Run

LEGAL: Final = {
    ("registration.confirmed", None): "confirmed",
    ("registration.waitlisted", None): "waitlisted",
    ("registration.submitted", None): "submitted",
    ("registration.approved", "submitted"): "waitlisted",
    ("registration.approved, seated", "submitted"): "confirmed",
    ("registration.rejected", "submitted"): "rejected",
    ("registration.promoted", "waitlisted"): "confirmed",
    ("offer.made", "waitlisted"): "offered",
    ("offer.ended", "offered"): "cancelled",
    ("registration.promoted, offered", "offered"): "confirmed",
    ("registration.substituted", None): "confirmed",
    ("registration.changed", "confirmed"): "confirmed",
    ("registration.changed", "waitlisted"): "waitlisted",
    ("registration.changed", "submitted"): "submitted",
    ("registration.changed", "offered"): "offered",
    ("registration.cancelled", "confirmed"): "cancelled",
    ("registration.cancelled", "waitlisted"): "cancelled",
    ("registration.cancelled", "submitted"): "cancelled",
    ("registration.cancelled", "offered"): "cancelled",
    ("attendance.recorded", "confirmed"): "confirmed",
}
"""Fact and state before it -> state after it; whatever is not here must not be, but for a mark of attendance
that is taken back of who has cancelled since."""
FIRST: Final = (
    *("registration.confirmed", "registration.waitlisted", "registration.submitted"),
    "registration.substituted",
)
LAST: Final = ("registration.cancelled", "registration.rejected", "offer.ended")


def i8(run: Run) -> Verdict:
    """Every fact of a registration follows from its state, in the ledger and in the topic; a cancelled one
    and all of a cancelled activity rest for good; a person has one live registration of an activity, and
    rounds follow each other; the register's rows say what the facts lead to."""
    look = Look("I8")
    for office in run.offices.values():
        states = _replayed(office.ledger, "ledger", look)
        _replayed(published(office), "topic", look)
        _rounds(office.ledger, look)
        _register(office, states, look)
    return look.verdict


def _replayed(facts: list[Fact], witness: str, look: Look) -> dict[str, tuple[str, str]]:
    """Registration -> its state and the fact that brought it."""
    states: dict[str, tuple[str, str]] = {}
    over: dict[str, str] = {}
    for fact in facts:
        name = fact.data.get("activity", "")
        if fact.type == "activity.cancelled":
            look.at(name not in over, "an activity is cancelled again", fact=fact.id, by=over.get(name))
            over[name] = fact.id
        if registration := fact.data.get("registration"):
            state, since = states.get(registration, (None, None))
            taken_back = fact.data.get("present") is False and state == "cancelled"
            after = "cancelled" if taken_back else LEGAL.get((_kind(fact), state))
            was = fact.data.get("standing") or fact.data.get("was", state)
            look.at(
                after is not None and name not in over and was == state,
                f"{fact.type} of a registration that is {state}",
                witness=witness,
                fact=fact.id,
                at=fact.at,
                registration=registration,
                state_since=since,
                activity_cancelled_by=over.get(name),
                seen=fact.data,
            )
            states[registration] = after or "?", fact.id
        if replaced := fact.data.get("replaces"):
            state, since = states.get(replaced, (None, None))
            look.at(
                state == "confirmed",
                f"somebody comes in the place of a registration that is {state}",
                witness=witness,
                fact=fact.id,
                at=fact.at,
                registration=replaced,
                state_since=since,
            )
            states[replaced] = "cancelled", fact.id
    return states


def _kind(fact: Fact) -> str:
    """Its type, and what of it decides where it leads."""
    said = next((name for name in ("seated", "offered") if fact.data.get(name)), None)
    return f"{fact.type}, {said}" if said else fact.type


def _rounds(ledger: list[Fact], look: Look) -> None:
    """Whom a registration is of, only the office's own ledger says: by a random reference."""
    rounds: dict[tuple[str, str], list[str]] = {}
    ended: set[str] = set()
    refs: dict[str, str] = {}
    for fact in ledger:
        if fact.type in LAST:
            ended.add(fact.data["registration"])
        if replaced := fact.data.get("replaces"):
            ended.add(replaced)
        if fact.type in FIRST and (who := fact.row.get("registrant")):
            before = rounds.setdefault((fact.data["activity"], who["ref"]), [])
            look.at(
                fact.data["round"] == len(before) + 1 and all(one in ended for one in before),
                "a person has two live registrations, or a round that does not follow the last",
                fact=fact.id,
                at=fact.at,
                seen=fact.data,
                before=before,
            )
            before.append(fact.data["registration"])
            ref = refs.setdefault(who.get("contact", who["ref"]), who["ref"])
            look.at(
                ref == who["ref"],
                "one person has two references, so that a second registration would not be noticed",
                fact=fact.id,
                at=fact.at,
                expected=ref,
                seen=who["ref"],
            )


def _register(office: Office, states: dict[str, tuple[str, str]], look: Look) -> None:
    rows = {row["_id"]: row["status"] for row in office.registration.get("registrations", [])}
    for registration in states.keys() | rows.keys():
        state, since = states.get(registration, (None, None))
        look.at(
            rows.get(registration) == state,
            "the register says another state than the facts",
            office=office.code,
            registration=registration,
            expected=state,
            since=since,
            seen=rows.get(registration),
        )
