"""An office and the nation as processes of their own, which a test may kill, stop and start again."""

import hashlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

from local.machine import free_port
from local.processes import Child, Processes
from shared.signatures import Signer
from tests.support.office import (
    DIRECTORATE_TOKEN,
    LINK_KEYS,
    SESSION_KEYS,
    STAFF_TOKEN,
    TestOffice,
    new_office,
    office_file,
    servers_trim,
    session_timeout_ms,
)
from tests.support.servers import Servers
from tests.support.waiting import until


@dataclass
class Service:
    """One instance. `inside` tells whether it was inside a transaction when it was last seen."""

    name: str
    module: str
    env: dict[str, str]
    port: int
    mark: Path
    child: Child

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def management_url(self) -> str:
        return f"http://127.0.0.1:{self.env['SIMPUL_MANAGEMENT_PORT']}"

    @property
    def inside(self) -> bool:
        return self.mark.exists() and self.mark.read_bytes() == b"1"

    async def ready(self) -> bool:
        self.child.check()
        try:
            async with httpx.AsyncClient(verify=False) as client:  # else each reads all certificates
                return (await client.get(f"{self.management_url}/health/ready", timeout=2)).status_code == 200
        except httpx.TransportError:
            return False


@dataclass
class Deployment:
    office: TestOffice
    folder: Path
    processes: Processes
    env: dict[str, str]
    mailbox_url: str = ""
    kills_inside: int = 0
    kills: int = 0
    services: dict[str, Service] = field(default_factory=dict)

    async def start(
        self, name: str, module: str, *options: str, wait: bool = True, port: int | None = None
    ) -> Service:
        port, mark = port or free_port(), self.folder / f"{name}.mark"
        env = self.env | {"SIMPUL_HTTP_PORT": str(port), "SIMPUL_MANAGEMENT_PORT": str(free_port())}
        command = [sys.executable, "-m", "tests.support.marked", module, str(mark), *options]
        child = self.processes.start(name, command, env)
        service = self.services[name] = Service(name, module, env, port, mark, child)
        if wait:
            await until(service.ready, every=0.1)
        return service

    def kill(self, name: str) -> None:
        """kill -9 of the whole process group; counts whether it fell inside a transaction."""
        service = self.services.pop(name)
        service.child.signal(signal.SIGKILL)
        service.child.process.wait()
        self.kills += 1
        self.kills_inside += service.inside
        self.processes.end(service.child)

    async def mails(self) -> list[dict[str, Any]]:
        async with httpx.AsyncClient(timeout=60, verify=False) as client:
            found: list[dict[str, Any]] = (await client.get(f"{self.mailbox_url}/api/v1/messages")).json()
        return found

    async def start_mailbox(self) -> None:
        smtp, http = free_port(), free_port()
        command = [sys.executable, "-m", "local.mailbox", "--smtp", str(smtp), "--http", str(http)]
        self.processes.start("mailbox", command)
        self.env["SIMPUL_SMTP_URL"] = f"smtp://127.0.0.1:{smtp}"
        self.mailbox_url = f"http://127.0.0.1:{http}"

        async def up() -> bool:
            try:
                return bool(await self.mails() == [])
            except httpx.TransportError:
                return False

        await until(up)


@asynccontextmanager
async def deployment(servers: Servers, folder: Path) -> AsyncIterator[Deployment]:
    """A provisioned office with nothing running yet; whatever the test starts is gone afterwards."""
    async with new_office(servers) as office:
        description = folder / f"{office.code}.yaml"
        description.write_text(
            yaml.safe_dump(office_file(office.code, office.grants).model_dump(mode="json"))
        )
        env = {name: value for name, value in os.environ.items() if not name.startswith("SIMPUL_")} | {
            "SIMPUL_OFFICE": office.code,
            "SIMPUL_OFFICE_FILE": str(description),
            "SIMPUL_KAFKA_BOOTSTRAP": servers.kafka,
            "SIMPUL_KAFKA_FETCH_WAIT_MS": "500" if servers.append_time else "50",
            "SIMPUL_KAFKA_IDEMPOTENCE": str(int(servers.idempotence)),
            "SIMPUL_MONGO_URL": servers.mongo,
            "SIMPUL_PERSON_KEY": office.person_key,
            "SIMPUL_RECORD_KEYS": office.record_keys,
            "SIMPUL_RECORD_PUBLIC_KEYS": Signer(office.record_keys).public_texts[0],
            "SIMPUL_PUBLIC_URL": "http://127.0.0.1:8001",  # of each port of this machine
            "SIMPUL_LINK_KEYS": LINK_KEYS,
            "SIMPUL_SESSION_KEYS": SESSION_KEYS,
            "SIMPUL_STAFF_TOKEN_HASH": hashlib.sha256(STAFF_TOKEN.encode()).hexdigest(),
            "SIMPUL_DIRECTORATE_TOKEN_HASH": hashlib.sha256(DIRECTORATE_TOKEN.encode()).hexdigest(),
            "SIMPUL_TRUST_PRODUCER_TIME": str(int(not servers.append_time)),
            "SIMPUL_TRIM_SECONDS": "3600" if servers_trim(servers) else "0",
            "SIMPUL_KAFKA_SESSION_TIMEOUT_MS": str(session_timeout_ms(servers)),
            "SIMPUL_CONTROL_TOTALS_SECONDS": "1",
            "SIMPUL_REGISTRATIONS_PER_EMAIL_HOUR": "1000000",  # all tests come from one address
            "SIMPUL_REGISTRATIONS_PER_ADDRESS_HOUR": "1000000",
            "SIMPUL_FAILED_SIGN_INS_PER_ADDRESS": "1000000",
            "SIMPUL_MAILS_PER_MINUTE": "60000",
            "SIMPUL_MAIL_LEASE_SECONDS": "6",
            "SIMPUL_SMTP_SECONDS": "2",
        }
        with Processes(folder / "logs") as processes:
            yield Deployment(office, folder, processes, env)
