"""Everything on this machine, each part a process of its own as it would be deployed.

    python -m local.demo [--once]

Exit 0: stopped by the reader, or `--once` and everything agreed; 1: not so; 2: usage.
"""

import argparse
import asyncio
import contextlib
import errno
import fcntl
import os
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx
from rich.console import Console
from rich.markup import escape

from local.accounts import make_accounts, make_national_accounts
from local.addresses import OFFICES, DemoAddresses, Ports
from local.broker import start_broker
from local.database import start_database
from local.environments import (
    Environment,
    base_environment,
    choose_addresses,
    national_environment,
    office_environment,
)
from local.errors import AlreadyRunning, ChildDied, DiskFull, LocalError
from local.machine import DISK_NEEDED, require_disk, require_embedded_servers, require_ports
from local.processes import Child, Processes, die_with_parent, until_ready

FOLDER = Path(".simpul")  # relative to the tree, from which the demo is started
READY_WITHIN = 120.0  # seconds for a service on a busy machine of two cores

Play = Callable[[DemoAddresses, Console], Awaitable[bool]]


async def run(ports: Ports, once: bool, play: Play, console: Console) -> bool:
    """Start all, play, and stay until stopped unless `once`. Whether everything agreed.

    Raises LocalError; on every way out all children are gone.
    """
    require_embedded_servers()
    await require_ports(ports.wanted())
    addresses = choose_addresses(ports, OFFICES, FOLDER)
    with _disk_watched(FOLDER), _fresh_folder(FOLDER):
        logs = FOLDER / "logs"
        with Processes(logs) as servers, Processes(logs) as services:
            await _start_servers(servers, ports, console)
            return await servers.guard(
                services.guard(_start_and_play(services, addresses, ports, once, play, console))
            )


async def _start_servers(servers: Processes, ports: Ports, console: Console) -> None:
    with console.status("Starting the broker and the database"):
        await start_broker(servers, ports.kafka)
        await start_database(servers, ports.mongo, FOLDER / "mongo")
    console.print("Broker and database are up.")


async def _start_and_play(
    services: Processes, addresses: DemoAddresses, ports: Ports, once: bool, play: Play, console: Console
) -> bool:
    offices = {code: office_environment(code, addresses, ports) for code in addresses.offices}
    await _provision(services, addresses, offices, console)
    await _start_services(services, addresses, ports, offices, console)
    with console.status("Inviting the staff of each office, and the directorate's"):
        of_nation = await make_national_accounts(addresses.national)
        addresses = addresses.with_accounts(await make_accounts(addresses), of_nation)
    addresses.write(FOLDER / "demo.json")
    agreed = await play(addresses.with_environments(offices), console)
    if not once:
        _say_where_to_look(addresses, console)
        console.print("Everything stays up until Ctrl-C.")
        await asyncio.Event().wait()
    return agreed


async def _provision(
    services: Processes, addresses: DemoAddresses, offices: dict[str, Environment], console: Console
) -> None:
    simpul = str(Path(sys.executable).with_name("simpul"))
    with console.status("Provisioning topics and databases"):
        national = [simpul, "provision", "national"]
        await services.run("provision-national", national, base_environment(addresses))
        for code, settings in offices.items():
            await services.run(f"provision-{code}", [simpul, "provision", "office", code], settings)
    console.print("Topics and databases are provisioned.")


async def _start_services(
    services: Processes,
    addresses: DemoAddresses,
    ports: Ports,
    offices: dict[str, Environment],
    console: Console,
) -> None:
    with console.status("Starting the mailbox and the services"):
        mailbox = _module("local.mailbox", "--smtp", str(ports.smtp), "--http", str(ports.mailbox))
        started = [(services.start("mailbox", mailbox), addresses.mailbox.url)]
        for code, office in addresses.offices.items():
            for service, url, watched in (
                ("registration", office.url, office.management_url),
                ("notification", office.notification_url, office.notification_management_url),
            ):
                started.append((_start_service(services, service, code, url, offices[code]), watched))
        nation, settings = addresses.national, national_environment(addresses)
        child = _start_service(services, "reporting", "national", nation.url, settings)
        started.append((child, nation.management_url))
        async with httpx.AsyncClient(timeout=2) as client:
            await asyncio.gather(*(_ready(client, child, url) for child, url in started))
    console.print(f"{len(started)} processes are ready.")


def _start_service(services: Processes, service: str, owner: str, url: str, settings: Environment) -> Child:
    port = {"SIMPUL_HTTP_PORT": url.rpartition(":")[2]}
    return services.start(f"{service}-{owner}", _module(f"services.{service}.main"), settings | port)


async def _ready(client: httpx.AsyncClient, child: Child, url: str) -> None:
    async def ready() -> bool:
        try:
            return (await client.get(f"{url}/health/ready")).is_success
        except httpx.TransportError:
            return False

    await until_ready(child, ready, READY_WITHIN)


def _module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def _say_where_to_look(addresses: DemoAddresses, console: Console) -> None:
    national = addresses.national
    lines = ["", "Where to look:", f"  mailbox, every mail     {addresses.mailbox.url}"]
    lines.append(f"  national figures        {national.url}   exact after {national.url}/masuk")
    lines.append(
        f"  {'':24}as one of {', '.join(national.accounts)}, or with the token in {national.token_file}"
    )
    for code, office in addresses.offices.items():
        lines.append(f"  {f'office {code}':24}{office.url}   to register; staff at {office.url}/staf")
        lines.append(f"  {'':24}as one of {', '.join(office.accounts)}: .simpul/demo.json says how, or")
        lines.append(f"  {'':24}with the token in {office.staff_token_file}; API: {office.url}/openapi.json")
    some = next(iter(addresses.offices.values()))
    lines.append(f"  the `simpul` command    set -a; . {some.env_file}; set +a; .venv/bin/simpul check")
    console.print("\n".join(lines), soft_wrap=True)


@contextlib.contextmanager
def _fresh_folder(folder: Path) -> Iterator[None]:
    """Hold `folder` alone and empty it. Raises AlreadyRunning while another demo holds it."""
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(str(folder)) from error
        for entry in folder.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry.name != "lock":
                entry.unlink()
        require_disk(folder)
        yield


@contextlib.contextmanager
def _disk_watched(folder: Path) -> Iterator[None]:
    """Say that the disk is full where that is why something failed."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise _disk_full(folder) from error
    except ChildDied as died:
        if _free(folder) > 2**20 and "No space left" not in died.last_lines:
            raise
        raise _disk_full(folder) from died


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder if folder.exists() else folder.parent).free


def _disk_full(folder: Path) -> DiskFull:
    return DiskFull(str(folder), _free(folder), DISK_NEEDED)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description="Simpul on one machine.")
    parser.add_argument("--once", action="store_true", help="end when all was played and compared")
    defaults = Ports.from_environment()
    for name in Ports.names():
        flag = f"--port-{name.replace('_', '-')}"
        parser.add_argument(flag, dest=name, type=int, default=getattr(defaults, name), metavar="PORT")
    return parser.parse_args()


async def _until_signal(work: Awaitable[bool]) -> bool | None:
    """The result of `work`, or None when a signal ended it."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        return await task
    return None


def main() -> int:
    if "MAKELEVEL" in os.environ:
        die_with_parent(signal.SIGTERM)  # nobody could press Ctrl-C any more
    options = _options()
    from local.story import play

    ports = Ports(**{name: getattr(options, name) for name in Ports.names()})
    console = Console()
    try:
        agreed = asyncio.run(_until_signal(run(ports, options.once, play, console)))
    except LocalError as error:
        console.print(f"[bold red]{escape(str(error))}[/]", soft_wrap=True)
        return 1
    console.print(f"Everything is stopped; the logs are in {FOLDER / 'logs'}.", soft_wrap=True)
    if agreed is None:
        return 1 if options.once else 0
    return 0 if agreed else 1


if __name__ == "__main__":
    sys.exit(main())
