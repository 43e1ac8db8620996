"""The `simpul` command, as an operator types it."""

import asyncio
import os
import sys
from pathlib import Path

from tests.support.servers import Servers

SIMPUL = Path(sys.executable).with_name("simpul")


async def simpul(servers: Servers, *words: str, **changed: str) -> tuple[int, str, str]:
    """Exit status, output and errors."""
    return await _run(servers, [str(SIMPUL), *words], changed)


async def killed(servers: Servers, module: str, step: str, *words: str, **changed: str) -> int:
    """Exit status of the command, which was killed where it came to that step of the module."""
    command = [sys.executable, "-m", "tests.support.killed", module, step, *words]
    code, _, errors = await _run(servers, command, changed)
    assert code < 0, errors
    return code


async def _run(servers: Servers, command: list[str], changed: dict[str, str]) -> tuple[int, str, str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("SIMPUL_")}
    env |= {
        "SIMPUL_KAFKA_BOOTSTRAP": servers.kafka,
        "SIMPUL_KAFKA_IDEMPOTENCE": str(int(servers.idempotence)),
        "SIMPUL_MONGO_URL": servers.mongo,
    }
    child = await asyncio.create_subprocess_exec(
        *command,
        env=env | changed,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await asyncio.wait_for(child.communicate(), 60)
    assert child.returncode is not None
    return child.returncode, output.decode(), errors.decode()
