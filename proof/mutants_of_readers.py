"""Mutants of those who read facts: notification and reporting (see `proof.mutants`)."""

from datetime import timedelta
from typing import Any

from proof.mutants_patch import patch


def sent_before_data() -> None:
    """A mail is recorded as sent when its attempt begins."""
    from services.notification.storage.deliveries import MongoLedger

    begin = MongoLedger.begin_attempts

    async def sent(ledger: Any, held: Any, lease: timedelta, revs: Any) -> Any:
        kept = await begin(ledger, held, lease, revs)
        await ledger._change_all(held, {"$set": {"state": "sent", "reason": None}, "$unset": {"open": ""}})
        return kept

    patch(MongoLedger, "begin_attempts", sent)


def early_timer() -> None:
    """The shelf life of mails ends a month early."""
    import services.notification.kernel.send_decision as send_decision

    decide = send_decision.decide_sending

    def hasty(features: Any, delivery: Any, known: Any, now: Any, *rest: Any) -> Any:
        return decide(features, delivery, known, now + timedelta(days=30), *rest)

    patch(send_decision, "decide_sending", hasty)


def counters_without_cursors() -> None:
    """The nation counts whatever comes, and looks at no number."""
    import shared.kafka.facts as facts

    def whatever(number: int, ledger: str | None, given: Any) -> facts.Run:
        return facts.Run(list(given))

    patch(facts, "run_after", whatever)


def gap_skipped() -> None:
    """A number that lacks is taken for one that will never come."""
    import shared.kafka.facts as facts

    def onward(number: int, ledger: str | None, given: Any) -> facts.Run:
        found: list[Any] = []
        for fact in given:
            if fact.stated.number > number:
                found.append(fact)
                number = fact.stated.number
        return facts.Run(found)

    patch(facts, "run_after", onward)
