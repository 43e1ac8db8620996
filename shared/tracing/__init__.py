"""Traces of what a request causes, through all services; off unless an endpoint is set (docs/traces.md)."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final

from fastapi import FastAPI
from pydantic import HttpUrl

from shared.kafka.records import Batch

Handler = Callable[[Batch], Awaitable[None]]
Told = dict[str, str | int]


class TracesMissing(Exception):
    """Traces were asked for, and the packages for them are not installed; the text says what to do."""


class Untraced:
    """Traces are off: nothing is imported, stored or sent for them, and handlers stay as they are.

    A context is W3C's `traceparent`; None wherever nothing is traced.
    """

    def watch(self, app: FastAPI) -> None:
        """Begin a trace with each request that may change something."""

    def here(self) -> str | None:
        """The context of the request that is being answered."""
        return None

    def reading(self, verb: str, sources: tuple[str, ...], handler: Handler) -> Handler:
        """A handler with a span for each of its records that has a context and whose source begins so."""
        return handler

    def of(self, topic: str, partition: int, offset: int) -> str | None:
        """The context of what a record causes, while its handler runs."""
        return None

    @contextmanager
    def calling(self, name: str, parent: str | None) -> Iterator[Told]:
        """A span of a call to another system, where there is a context; it is told what is put there."""
        yield {}


UNTRACED: Final = Untraced()


@contextmanager
def tracing(service: str, owner: str, endpoint: HttpUrl | None) -> Iterator[Untraced]:
    """Of a whole process; at its end what waits is sent. `endpoint`: a collector's, None is off.

    Raises `TracesMissing`.
    """
    if endpoint is None:
        yield UNTRACED
        return
    try:
        from shared.tracing.spans import Traced
    except ImportError:
        raise TracesMissing(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but the packages that send traces are not installed: "
            "run `pip install --editable '.[traces]'` in Simpul's tree, or leave it empty"
        ) from None
    traced = Traced(service, owner, str(endpoint))
    try:
        yield traced
    finally:
        traced.close()
