"""The intake topic as FastStream reads it, and what is known of that reading."""

from services.registration.kernel.partition_processors import PartitionProcessors
from shared.contracts import topics
from shared.kafka.cluster import Subscription
from shared.tracing import Untraced


def intake_subscription(office: str, processors: PartitionProcessors, traces: Untraced) -> Subscription:
    """Has the owners read their office's intake. Offsets lie in MongoDB alone."""
    own = tuple(f"/{office}/{part}" for part in ("http/", "excel", "registration"))
    decide = traces.reading("decide", own, processors.decide)
    group = topics.group(office, "registration")
    return Subscription((topics.intake(office),), decide, group, processors.listener, "none")
