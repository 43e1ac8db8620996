"""The `simpul` command, as an operator types it."""

import asyncio
import os
import sys
from pathlib import Path

from tests.support.servers import Servers

SIMPUL = Path(sys.executable).with_name("simpul")


async def simpul(servers: Servers, *words: str, **changed: str) -> tuple[int, str, str]:
    """Exit status, output and errors."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("SIMPUL_")}
    env |= {
        "SIMPUL_KAFKA_BOOTSTRAP": servers.kafka,
        "SIMPUL_KAFKA_IDEMPOTENCE": str(int(servers.idempotence)),
        "SIMPUL_MONGO_URL": servers.mongo,
    }
    child = await asyncio.create_subprocess_exec(
        SIMPUL,
        *words,
        env=env | changed,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await asyncio.wait_for(child.communicate(), 60)
    assert child.returncode is not None
    return child.returncode, output.decode(), errors.decode()
