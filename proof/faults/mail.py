"""The mail server's moods."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from proof.faults.row import Fault, Stage
from proof.smtp_sink import Name


def mood(name: Name, share: float = 1.0) -> Fault:
    """For as long as the row stands that share of what comes is treated so."""

    @asynccontextmanager
    async def fault(stage: Stage) -> AsyncIterator[None]:
        stage.fault("mail server", how=name, share=share)
        try:
            await _tell(stage, name, share)
            yield
        finally:
            await _tell(stage, "as-ever", 1.0)

    return fault


async def _tell(stage: Stage, name: Name, share: float) -> None:
    async with httpx.AsyncClient(timeout=30) as client:
        answer = await client.put(f"{stage.system.mailbox_url}/mood", json={"name": name, "share": share})
        answer.raise_for_status()
