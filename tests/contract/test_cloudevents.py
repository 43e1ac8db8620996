"""Our envelope against the CloudEvents SDK, in Kafka's binary mode: each reads what the other writes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from shared.contracts.envelope import CONTENT_TYPE, Envelope, Unreadable
from tests.contract.released import Sample, samples

SAMPLES = samples()
WHEN = datetime(2024, 1, 11, 5, 0, 0, 250_000, tzinfo=UTC)


def envelope_of(sample: Sample) -> Envelope:
    return Envelope(
        "bali-3-1", "/bali/registration", sample.message, "rakor-bali-2024", "2024-01-11T05:00:00.250Z"
    )


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])
def test_the_sdk_reads_what_we_write(sample: Sample) -> None:
    headers = dict(envelope_of(sample).headers())
    event = from_binary(KafkaMessage(headers, b"rakor-bali-2024", sample.text.encode()), JSONFormat())
    assert isinstance(event, CloudEvent)
    assert event.get_specversion() == "1.0"
    assert (event.get_id(), event.get_source(), event.get_type()) == (
        "bali-3-1",
        "/bali/registration",
        sample.message,
    )
    assert (event.get_subject(), event.get_time()) == ("rakor-bali-2024", WHEN)
    assert event.get_datacontenttype() == CONTENT_TYPE
    assert event.get_data() == sample.data


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])
def test_we_read_what_the_sdk_writes(sample: Sample) -> None:
    ours = envelope_of(sample)
    attributes = {
        "id": ours.id,
        "source": ours.source,
        "type": ours.type,
        "subject": ours.subject,
        "time": WHEN,
        "datacontenttype": CONTENT_TYPE,
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }
    message = to_binary(CloudEvent(attributes, sample.data), JSONFormat())
    read = Envelope.of(message.headers.items())
    assert (read.id, read.source, read.type, read.subject) == (ours.id, ours.source, ours.type, ours.subject)
    assert read.time is not None
    assert datetime.fromisoformat(read.time) == WHEN


def test_an_event_without_what_is_optional_goes_both_ways() -> None:
    ours = Envelope("1", "urn:portal", "id.simpul.partition.tick.v1")
    event = from_binary(KafkaMessage(dict(ours.headers()), None, b"{}"), JSONFormat())
    assert event.get_subject() is None
    back = Envelope.of(to_binary(event, JSONFormat()).headers.items())
    assert replace(back, time=None) == ours  # the SDK puts a time where none is


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("ce_specversion", b"0.3"),
        ("ce_id", b""),
        ("ce_id", b"x" * 301),
        ("ce_source", None),
        ("ce_type", b"\xff"),
        ("ce_subject", b"\xc3\x28"),
    ],
)
def test_what_is_no_cloudevent_is_named_by_its_header_and_never_by_its_value(
    header: str, value: bytes | None
) -> None:
    headers: dict[str, bytes | None] = dict(Envelope("1", "urn:portal", "t", "k").headers())
    with pytest.raises(Unreadable, match=header) as told:
        Envelope.of((headers | {header: value}).items())
    assert "xxx" not in str(told.value)


def test_headers_that_are_not_ours_may_hold_anything() -> None:
    headers = [*Envelope("1", "urn:portal", "t").headers(), ("trace", None), ("blob", b"\xff\xfe")]
    assert Envelope.of(headers) == Envelope("1", "urn:portal", "t")
