"""Spans by OpenTelemetry, which is imported only where traces are on.

A span holds nothing that a person or another's program wrote: routes instead of paths, known types, places in
topics, no exception's words. So a context is continued only where one of our own services began it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Final

from fastapi import FastAPI
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, get_current_span
from opentelemetry.trace import set_span_in_context as within
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import Attributes

from shared.contracts.commands import COMMANDS
from shared.contracts.envelope import TRACEPARENT, Envelope, Unreadable
from shared.contracts.facts import FACTS
from shared.kafka.records import Batch, Record
from shared.tracing import Handler, Told, Untraced
from shared.tracing.requests import Requests

EXPORT_SECONDS: Final = 5.0  # in a thread of its own; what was not taken by then is dropped
FLUSH_SECONDS: Final = 3.0
WAITING_SPANS: Final = 2_048  # a few MB; more push the oldest out
FRESH: Final = timedelta(hours=1)  # what is read later, after a loss or to count anew, is no news
W3C: Final = TraceContextTextMapPropagator()


class Traced(Untraced):
    def __init__(self, service: str, owner: str, endpoint: str) -> None:
        logging.getLogger("opentelemetry.exporter").setLevel(logging.ERROR)  # not each try of a batch
        named = {"service.namespace": "simpul", "service.name": f"simpul-{service}", "simpul.owner": owner}
        self._provider = TracerProvider(resource=Resource.create(named), shutdown_on_exit=False)
        exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_SECONDS)
        self._provider.add_span_processor(BatchSpanProcessor(exporter, WAITING_SPANS))
        self._tracer = self._provider.get_tracer("simpul")
        self._contexts: dict[tuple[str, int, int], str | None] = {}

    def close(self) -> None:
        """Send what waits. Blocks for 3 s at most: a collector that is away holds no end up."""
        sending = Thread(target=self._provider.shutdown, daemon=True)
        sending.start()
        sending.join(FLUSH_SECONDS)

    def watch(self, app: FastAPI) -> None:
        app.add_middleware(Requests, tracer=self._tracer)

    def here(self) -> str | None:
        return _context(get_current_span())

    def reading(self, verb: str, sources: tuple[str, ...], handler: Handler) -> Handler:
        async def traced(records: Batch) -> None:
            spans = {
                (record.topic, record.partition, record.offset): span
                for record in records
                if (span := self._begun(verb, sources, record))
            }
            self._contexts |= {where: _context(span) for where, span in spans.items()}
            try:
                await handler(records)
            finally:
                for where, span in spans.items():
                    self._contexts.pop(where, None)
                    span.end()

        return traced

    def _begun(self, verb: str, sources: tuple[str, ...], record: Record) -> Span | None:
        if not any(name == TRACEPARENT for name, _ in record.headers):
            return None
        try:
            said = Envelope.of(record.headers)
        except Unreadable:
            return None
        if said.traceparent is None or not said.source.startswith(sources) or not _is_fresh(said.time):
            return None
        place: dict[str, str | int] = {
            "messaging.system": "kafka",
            "messaging.operation.type": "process",
            "messaging.operation.name": verb,
            "messaging.destination.name": record.topic,
            "messaging.destination.partition.id": str(record.partition),
            "messaging.kafka.offset": record.offset,
        }
        known = said.type if said.type in COMMANDS or said.type in FACTS else "unknown"
        name = f"{verb} {known.removeprefix('id.simpul.').removesuffix('.v1')}"
        return self._started(name, said.traceparent, SpanKind.CONSUMER, place)

    def of(self, topic: str, partition: int, offset: int) -> str | None:
        return self._contexts.get((topic, partition, offset))

    @contextmanager
    def calling(self, name: str, parent: str | None) -> Iterator[Told]:
        told: Told = {}
        if parent is None:
            yield told
            return
        span = self._started(name, parent, SpanKind.CLIENT)
        try:
            yield told
        finally:
            span.set_attributes(told)
            span.end()

    def _started(self, name: str, parent: str, kind: SpanKind, attributes: Attributes = None) -> Span:
        return self._tracer.start_span(name, W3C.extract({"traceparent": parent}), kind, attributes)


def _context(span: Span) -> str | None:
    """None of a trace that is not sampled, so that nothing is stored or sent for it."""
    carrier: dict[str, str] = {}
    if span.is_recording():
        W3C.inject(carrier, within(span))
    return carrier.get("traceparent")


def _is_fresh(time: str | None) -> bool:
    try:
        return datetime.now(UTC) - datetime.fromisoformat(time or "") < FRESH
    except (ValueError, TypeError):  # no time, or one without a zone
        return False
