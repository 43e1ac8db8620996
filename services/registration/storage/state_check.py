"""Whether the stored states are what the ledger leads to, byte for byte; the office may go on meanwhile.

Partition by partition, and of a large one a share of its states at a time: memory holds the states of a share
and a page of facts. The cut is the cursor's number, read in the snapshot in which the states are read.
"""

from collections import Counter
from typing import Final

from services.registration.kernel.commit import Cursor
from services.registration.kernel.features import Features
from services.registration.storage.ledger import cursor_of
from services.registration.storage.state_share import Findings, StateShare
from shared.mongo.driver import Session, Store

STATES_AT_ONCE: Final = 50_000  # about 100 MB
SHOWN: Final = 50


async def check_states(store: Store, features: Features, states_at_once: int = STATES_AT_ONCE) -> Findings:
    """Raises `LedgerUnreadable`, and `FactWithoutState` for a fact whose key is not of what it changes."""
    cursors, stored = await store.snapshot(lambda session: _standing(store, features, session))
    findings, followed = Findings(), Counter[str]()
    for cursor in cursors:
        shares = 1 + min(cursor.number, sum(stored.values())) // states_at_once
        for number in range(shares):
            share = StateShare(store, features, cursor.partition, (number, shares), findings)
            await share.follow(cursor.number)
            followed.update(ref.kind for ref in share.states)
            await share.compare()
    findings.surplus = {kind: more for kind in stored if (more := stored[kind] - followed[kind]) > 0}
    return findings


async def _standing(
    store: Store, features: Features, session: Session
) -> tuple[list[Cursor], dict[str, int]]:
    """The cursors, and how many states of each kind are stored, at one moment."""
    rows = await store["cursors"].find({}, session=session).sort("_id", 1).to_list(None)
    stored = {
        name: await store[kind.codec.collection].count_documents({}, session=session)
        for name, kind in features.kinds.items()
        if kind.codec
    }
    return [cursor_of(row) for row in rows], stored


def differences(findings: Findings) -> list[str]:
    """In sentences, which name states by kind and id."""
    lines = [f"{kind} {name}" for kind, name in findings.mismatches]
    head = [f"{len(lines)} of {findings.states} states differ from what {findings.facts} facts lead to:"]
    more = [f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return (head + lines[:SHOWN] + more if lines else []) + [
        f"{number} are stored of {kind} that no fact made" for kind, number in findings.surplus.items()
    ]


def left_out(findings: Findings) -> list[str]:
    """In sentences, which facts were compared without what stays in the office."""
    numbers = {
        "from before it lay beside them": findings.facts_without_row,
        "of persons who were erased": findings.facts_erased,
    }
    return [
        f"{number} facts {which} were compared without what stays in the office"
        for which, number in numbers.items()
        if number
    ]
