"""The intake topic as FastStream reads it, and what is known of that reading."""

from aiokafka import TopicPartition
from faststream.kafka import KafkaBroker

from services.registration.application.owners import Owners
from shared.contracts import topics
from shared.kafka import connection
from shared.kafka.assignment import CursorListener
from shared.kafka.connection import KafkaSettings


def read_intake(kafka: KafkaBroker, settings: KafkaSettings, office: str, owners: Owners) -> CursorListener:
    """Subscribe the owners to their office's intake. Offsets lie in MongoDB alone."""
    topic = topics.intake(office)
    listener = CursorListener(owners.assigned, owners.revoked)
    subscriber = connection.subscribe(
        kafka,
        settings,
        topic,
        handler=owners.decide,
        group=topics.group(office, "registration"),
        listener=listener,
        reset="none",
    )
    listener.subscriber = subscriber

    def seek(partition: int, offset: int) -> None:
        consumer, where = subscriber.consumer, TopicPartition(topic, partition)
        if consumer is not None and where in consumer.assignment():
            consumer.seek(where, offset)
            consumer.resume(where)

    owners.seek = seek
    return listener
