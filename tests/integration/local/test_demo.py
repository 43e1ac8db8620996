import hashlib
import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from local.addresses import DemoAddresses, Ports
from local.demo import run
from local.environments import base_environment, choose_addresses, national_environment, office_environment
from local.errors import AlreadyRunning, PortInUse
from tests.support.demo_ports import free_ports

HOLDER = """
import sys, time
from pathlib import Path
from local.demo import _fresh_folder
with _fresh_folder(Path(".simpul")):
    Path(".simpul/held").touch()
    print("held", flush=True)
    time.sleep(600)
"""


async def never_played(addresses: DemoAddresses, console: Console) -> bool:
    raise AssertionError("nothing may be played")


async def test_a_second_start_leaves_the_first_untouched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first = subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE)
    try:
        assert first.stdout
        assert first.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning, match=r"Another demo writes to \.simpul"):
            await run(free_ports(), once=True, play=never_played, console=Console(quiet=True))
        assert Path(".simpul/held").exists()
    finally:
        first.kill()
        first.wait()


async def test_a_port_in_use_is_told_before_anything_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".simpul").mkdir()
    Path(".simpul/demo.json").write_text("{}")
    ports = free_ports()
    with (
        socket.create_server(("127.0.0.1", ports.sumbar_notification)),
        pytest.raises(PortInUse, match=f"Port {ports.sumbar_notification}, wanted by sumbar notification"),
    ):
        await run(ports, once=True, play=never_played, console=Console(quiet=True))
    with (
        socket.create_server(("127.0.0.1", ports.national + 10_000)),
        pytest.raises(PortInUse, match=f"Port {ports.national + 10_000}, wanted by national management"),
    ):
        await run(ports, once=True, play=never_played, console=Console(quiet=True))
    assert Path(".simpul/demo.json").exists()


def test_the_addresses_are_written_as_clients_read_them(tmp_path: Path) -> None:
    choose_addresses(Ports(), ("bali",), Path(".simpul")).write(tmp_path / "demo.json")
    assert json.loads((tmp_path / "demo.json").read_text()) == {
        "kafka": "127.0.0.1:9092",
        "mongo": "mongodb://127.0.0.1:27018/?replicaSet=rs0",
        "offices": {
            "bali": {
                "url": "http://127.0.0.1:8001",
                "management_url": "http://127.0.0.1:18001",
                "notification_url": "http://127.0.0.1:8011",
                "notification_management_url": "http://127.0.0.1:18011",
                "staff_token_file": ".simpul/bali/staff-token",
                "env_file": ".simpul/bali/env",
            }
        },
        "national": {
            "url": "http://127.0.0.1:8100",
            "management_url": "http://127.0.0.1:18100",
            "token_file": ".simpul/national/directorate-token",
        },
        "mailbox": {"url": "http://127.0.0.1:8025"},
    }


def test_tokens_are_readable_by_their_owner_alone_and_given_out_as_digests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    addresses = choose_addresses(Ports(), ("bali", "sumbar"), Path(".simpul"))
    for code in ("bali", "sumbar"):
        settings = office_environment(code, addresses, Ports())
        token = Path(addresses.offices[code].staff_token_file)
        assert stat.S_IMODE(token.stat().st_mode) == 0o600
        assert settings["SIMPUL_STAFF_TOKEN_HASH"] == hashlib.sha256(token.read_bytes()).hexdigest()
        assert token.read_text() not in settings.values()
    national = national_environment(addresses)
    token = Path(addresses.national.token_file)
    assert national["SIMPUL_DIRECTORATE_TOKEN_HASH"] == hashlib.sha256(token.read_bytes()).hexdigest()


def test_each_start_and_each_office_has_secrets_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    addresses = choose_addresses(Ports(), ("bali", "sumbar"), Path(".simpul"))
    made = [office_environment(code, addresses, Ports()) for code in ("bali", "sumbar", "bali")]
    for secret in (
        "SIMPUL_STAFF_TOKEN_HASH",
        "SIMPUL_PERSON_KEY",
        "SIMPUL_LINK_KEYS",
        "SIMPUL_SESSION_KEYS",
    ):
        assert len({settings[secret] for settings in made}) == 3
    assert all(settings["SIMPUL_LINK_KEYS"].startswith("k1:") for settings in made)


def test_settings_of_the_shell_do_not_reach_the_services(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "SIMPUL_MAIL_ONLY_TO", "nobody@example")
    base = base_environment(choose_addresses(Ports(), (), Path(".simpul")))
    assert "SIMPUL_MAIL_ONLY_TO" not in base
    assert base["PATH"] == os.environ["PATH"]


def test_a_port_can_be_set_from_outside() -> None:
    assert Ports.from_environment({"SIMPUL_DEMO_PORT_BALI_NOTIFICATION": "8511"}) == Ports(
        bali_notification=8511
    )
