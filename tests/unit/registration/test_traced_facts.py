"""A trace lies beside a fact and is no part of it."""

import bson

from services.registration.kernel.decisions import NewFact
from services.registration.storage.documents import encoded_fact, published_value
from shared.contracts.envelope import TRACEPARENT, Envelope
from shared.contracts.facts import FACTS
from tests.contract.released import A_CURSOR, samples

CONTEXT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_the_fact_has_the_same_bytes_with_and_without() -> None:
    told = [sample for sample in samples() if sample.is_fact]
    assert told
    for sample in told:
        content = NewFact(FACTS[sample.message].read(sample.text))
        rows = [
            bson.decode(encoded_fact(A_CURSOR, 1, "uji", A_CURSOR.time, content, None, trace))
            for trace in (None, CONTEXT)
        ]
        plain, traced = (published_value("bali", "ledger", row, row["key"]) for row in rows)
        assert plain == traced
        assert rows[1] == rows[0] | {"trace": CONTEXT}


def test_only_what_w3c_allows_is_taken_for_a_context() -> None:
    plain = Envelope("1", "/bali/http/public", "id.simpul.registration.submit.v1")
    assert Envelope.of([*plain.headers(), (TRACEPARENT, CONTEXT.encode())]).traceparent == CONTEXT
    for other in ("kanari@rahasia.example", CONTEXT.upper(), CONTEXT + "-kanari", ""):
        assert Envelope.of([*plain.headers(), (TRACEPARENT, other.encode())]) == plain
