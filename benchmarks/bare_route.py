"""The bare route: a FastAPI application that puts what it is sent on a topic with acks=all, and no more.

`python -m benchmarks.bare_route PORT BOOTSTRAP TOPIC OFFICE`. The record is the one that registration puts on
intake: the same key, headers and value.
"""

import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import uvicorn
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from shared.contracts.commands import SubmitRegistration
from shared.contracts.envelope import Envelope
from shared.contracts.types import rfc3339
from shared.kafka.records import partition_of
from tests.support.office import PARTITIONS


def bare_route(bootstrap: str, topic: str, office: str) -> FastAPI:
    producer: Any = None

    @asynccontextmanager
    async def producing(_: FastAPI) -> AsyncIterator[None]:
        nonlocal producer
        producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, max_batch_size=256 * 1024
        )
        async with producer:
            yield

    app = FastAPI(lifespan=producing)

    @app.post("/api/v1/activities/{activity}/registrations")
    async def send(activity: str, request: Request) -> JSONResponse:
        key, identifier = activity.encode(), secrets.token_hex(16)
        value = b'{"activity":"%s",%s' % (key, (await request.body()).lstrip()[1:])
        now = rfc3339(datetime.now(UTC))
        source = f"/{office}/http/public"
        headers = Envelope(identifier, source, SubmitRegistration.type, activity, now).headers()
        sent = await producer.send(topic, value, key, partition_of(key, PARTITIONS), None, headers)
        await sent
        return JSONResponse({"command": {"source": source, "id": identifier}, "state": "pending"}, 202)

    return app


if __name__ == "__main__":
    port, *where = sys.argv[1:]
    uvicorn.run(bare_route(*where), port=int(port), log_level="warning")
