"""The intake topic as FastStream reads it, and what is known of that reading."""

from faststream.kafka import KafkaBroker

from services.registration.kernel.owners import Owners
from shared.contracts import topics
from shared.kafka.application import subscribe
from shared.kafka.assignment import CursorListener
from shared.kafka.connection import KafkaSettings
from shared.tracing import Untraced


def read_intake(
    kafka: KafkaBroker, settings: KafkaSettings, office: str, owners: Owners, traces: Untraced
) -> CursorListener:
    """Subscribe the owners to their office's intake. Offsets lie in MongoDB alone."""
    own = tuple(f"/{office}/{part}" for part in ("http/", "excel", "registration"))
    subscribe(
        kafka,
        settings,
        topics.intake(office),
        handler=traces.reading("decide", own, owners.decide),
        group=topics.group(office, "registration"),
        listener=owners.listener,
        reset="none",
    )
    return owners.listener
