"""The intake topic as FastStream reads it, and what is known of that reading."""

from services.registration.kernel.owners import Owners
from shared.contracts import topics
from shared.kafka.assignment import SILENT_SECONDS, CursorListener
from shared.kafka.cluster import Subscription
from shared.tracing import Untraced


def intake_subscription(office: str, owners: Owners, traces: Untraced) -> Subscription:
    """Has the owners read their office's intake. Offsets lie in MongoDB alone."""
    topic = topics.intake(office)
    own = tuple(f"/{office}/{part}" for part in ("http/", "excel", "registration"))
    listener = CursorListener(owners.assigned, owners.revoked)
    owners.seek = lambda partition, offset: listener.seek((topic, partition), offset)
    owners.hold = lambda partition: listener.hold((topic, partition))
    owners.rejoin = listener.rejoin
    owners.silent = lambda: bool(listener.held) and listener.seconds_since_poll() > SILENT_SECONDS
    owners.commit = lambda partition, offset: listener.commit((topic, partition), offset)
    decide = traces.reading("decide", own, owners.decide)
    return Subscription((topic,), decide, topics.group(office, "registration"), listener, "none")
