"""Connections that the broker closes while a request is written, told of as any that broke.

uvloop raises `RuntimeError` there ("the handler is closed"), asyncio's own loop nothing. aiokafka 0.14 knows
`OSError` alone: the error would end the task of its consumer that fetches, or the one that keeps it in its
group, and nothing would be read any more by a process that runs on.
"""

from typing import Any

from aiokafka import conn
from aiokafka.errors import KafkaConnectionError


class ClosedAwareTransport(conn.AIOKafkaConnection):  # type: ignore[misc]  # it has no types
    """Stands in for aiokafka's connection."""

    def send(self, *args: Any, **kwargs: Any) -> Any:
        """Raises `KafkaConnectionError`."""
        try:
            return super().send(*args, **kwargs)
        except RuntimeError as closed:
            self.close(reason=conn.CloseReason.CONNECTION_BROKEN)
            raise KafkaConnectionError(f"Connection at {self.host}:{self.port} was closed") from closed


def tell_of_closed_connections() -> None:
    """Of every client that this process makes from now on."""
    conn.AIOKafkaConnection = ClosedAwareTransport
