"""Projects of the compose file as an operator starts them: each with an env file and secrets of its own."""

import hashlib
import secrets
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx
from testcontainers.compose import DockerCompose
from testcontainers.core.docker_client import DockerClient

from local.machine import free_port
from shared.signatures import Signer

TREE = Path(__file__).parents[2]
NETWORK = "simpul"
STAFF_TOKEN, DIRECTORATE_TOKEN = "petugas-uji", "direktorat-uji"
RELEASE = "0.1.0"
SERVICES = {
    "registration": ("services/registration", "services.registration.main"),
    "notification": ("services/notification", "services.notification.main"),
    "reporting": ("services/reporting", "services.reporting.main"),
    "mailbox": ("local", "local.mailbox"),
}
"""What an image is made of: the folder of its Dockerfile, and the module that it runs."""
MANAGEMENT = {"registration": 18001, "notification": 18011, "reporting": 18100}
T = TypeVar("T")


def image(service: str, release: str = RELEASE) -> str:
    return f"simpul-{service}:{release}"


def secret_files() -> dict[str, str]:
    """New secrets of an office or the nation, by the names of their files."""
    record_keys = secrets.token_hex(32)
    return {
        "person_key": secrets.token_hex(32),
        "link_keys": f"k1:{secrets.token_hex(32)}",
        "record_keys": record_keys,
        "record_public_keys": Signer(record_keys).public_texts[0],
        "session_keys": f"k1:{secrets.token_hex(32)}",
        "staff_token_hash": hashlib.sha256(STAFF_TOKEN.encode()).hexdigest(),
        "directorate_token_hash": hashlib.sha256(DIRECTORATE_TOKEN.encode()).hexdigest(),
    }


@dataclass
class Project:
    """One project. `ports`: what is open on this machine, by the setting that chose it."""

    name: str
    folder: Path
    profiles: str
    settings: dict[str, str] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        for name, text in secret_files().items():
            (self.folder / name).write_text(text)
        for name in ("SIMPUL_REGISTRATION_PORT", "SIMPUL_NATIONAL_PORT", "SIMPUL_MAILBOX_PORT"):
            self.ports[name] = two_free_ports() if name == "SIMPUL_REGISTRATION_PORT" else free_port()
        told = {"COMPOSE_PROJECT_NAME": f"simpul-uji-{self.name}", "COMPOSE_PROFILES": self.profiles}
        told |= {"SIMPUL_SECRETS": str(self.folder)} | {name: str(port) for name, port in self.ports.items()}
        first = self.ports["SIMPUL_REGISTRATION_PORT"]
        told |= {"SIMPUL_REGISTRATION_PORT": f"{first}-{first + 1}"}  # one for each of two instances
        text = "".join(f"{name}={value}\n" for name, value in (told | self.settings).items())
        (self.folder / "project.env").write_text(text)

    @property
    def env(self) -> str:
        """The file of its settings."""
        return str(self.folder / "project.env")

    def setting(self, name: str, value: str) -> None:
        """What stands last counts."""
        with open(self.env, "a") as settings:
            settings.write(f"{name}={value}\n")

    @property
    def _compose(self) -> DockerCompose:
        return DockerCompose(TREE, "docker-compose.yml", env_file=self.env)

    def up(self) -> None:
        """As the one command of an operator; returns when everything is healthy."""
        self._compose.start()

    def down(self) -> None:
        """With its volumes."""
        self._compose.stop(down=True)

    def run(self, *words: str) -> str:
        """`docker compose` with these words in this project."""
        return docker("compose", "--env-file", self.env, *words)

    def readiness(self, service: str) -> str:
        """What a service's first instance says on its management port, which nobody outside reaches."""
        ask = (
            "from http.client import HTTPConnection as Connection\n"
            f"to = Connection('127.0.0.1', {MANAGEMENT[service]})\n"
            "to.request('GET', '/health/ready'); print(to.getresponse().read().decode())"
        )
        return self.run("exec", service, "python", "-c", ask)

    def url(self, setting: str) -> str:
        return f"http://127.0.0.1:{self.ports[setting]}"

    @property
    def desks(self) -> list[httpx.Client]:
        """Staff at each port where an instance of registration may be."""
        first = self.ports["SIMPUL_REGISTRATION_PORT"]
        bearer = {"Authorization": f"Bearer {STAFF_TOKEN}", "Prefer": "wait=10"}
        return [
            httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=bearer, timeout=20)
            for port in (first, first + 1)
        ]


def docker(*words: str) -> str:
    """What docker prints."""
    return run("docker", *words)


def run(*words: str) -> str:
    """What a command prints, run from the tree's root as an operator does."""
    done = subprocess.run(words, cwd=TREE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def until(look: Callable[[], T], seconds: float = 60) -> T:
    """Wait for what is looked for, and answer with it."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.5)
    return found


@contextmanager
def network() -> Iterator[None]:
    """What joins the projects, made as an operator makes it."""
    made = DockerClient().client.networks.create(NETWORK)
    try:
        yield
    finally:
        made.remove()


def standing() -> set[str]:
    """Names of all containers and volumes that there are."""
    client = DockerClient().client
    containers = [one.name for one in client.containers.list(all=True)]
    return {str(name) for name in [*containers, *(one.name for one in client.volumes.list())]}


def two_free_ports() -> int:
    """The first of two in a row."""
    while True:
        port = free_port()
        with socket.socket() as second, suppress(OSError):
            second.bind(("127.0.0.1", port + 1))
            return port
