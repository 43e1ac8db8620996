"""The intake topic as FastStream reads it, and what is known of that reading."""

from faststream.kafka import KafkaBroker

from services.registration.kernel.owners import Owners
from shared.contracts import topics
from shared.kafka.application import subscribe
from shared.kafka.assignment import SILENT_SECONDS, CursorListener
from shared.kafka.connection import KafkaSettings
from shared.tracing import Untraced


def read_intake(
    kafka: KafkaBroker, settings: KafkaSettings, office: str, owners: Owners, traces: Untraced
) -> CursorListener:
    """Subscribe the owners to their office's intake. Offsets lie in MongoDB alone."""
    topic = topics.intake(office)
    own = tuple(f"/{office}/{part}" for part in ("http/", "excel", "registration"))
    listener = CursorListener(owners.assigned, owners.revoked)
    subscribe(
        kafka,
        settings,
        topic,
        handler=traces.reading("decide", own, owners.decide),
        group=topics.group(office, "registration"),
        listener=listener,
        reset="none",
    )
    owners.seek = lambda partition, offset: listener.seek((topic, partition), offset)
    owners.hold = lambda partition: listener.hold((topic, partition))
    owners.rejoin = listener.rejoin
    owners.silent = lambda: bool(listener.held) and listener.seconds_since_poll() > SILENT_SECONDS
    owners.commit = lambda partition, offset: listener.commit((topic, partition), offset)
    return listener
