"""Each service in its image, alone beside a Kafka and a MongoDB, without what compose arranges for it."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import yaml
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network

from tests.containers.projects import TREE, docker, image, secret_files, until

COMPOSED = yaml.safe_load((TREE / "docker-compose.yml").read_text())["services"]
REPLICA_SET = (
    "try { rs.status() } catch { rs.initiate({_id: 'rs0', members: [{_id: 0, host: 'mongo:27017'}]}) };"
    "while (!db.hello().isWritablePrimary) sleep(100)"
)
SETTINGS = {
    "SIMPUL_OFFICE": "bali",
    "SIMPUL_KAFKA_BOOTSTRAP": "kafka:9092",
    "SIMPUL_MONGO_URL": "mongodb://mongo/?replicaSet=rs0",
    "SIMPUL_PUBLIC_URL": "http://127.0.0.1:8001",
} | {f"SIMPUL_{name.upper()}": value for name, value in secret_files().items()}


PROVISION = {
    "registration": ["office", "bali"],
    "notification": ["office", "bali"],
    "reporting": ["national"],
}


@pytest.fixture(scope="module")
def servers() -> Iterator[Network]:
    kafka, mongo = COMPOSED["kafka"], COMPOSED["office-mongo"]
    with Network() as network, ExitStack() as stack:
        broker = DockerContainer(kafka["image"]).with_envs(**kafka["environment"])
        stack.enter_context(broker.with_network(network).with_network_aliases("kafka"))
        database = DockerContainer(mongo["image"]).with_command(mongo["command"])
        stack.enter_context(database.with_network(network).with_network_aliases("mongo"))
        until(lambda: broker.exec(kafka["healthcheck"]["test"][1:]).exit_code == 0)
        until(lambda: database.exec(["mongosh", "--quiet", "--eval", REPLICA_SET]).exit_code == 0)
        yield network


def provision(network: Network, service: str) -> str:
    settings = [f"--env={name}={value}" for name, value in SETTINGS.items()]
    offices = f"--volume={TREE}/offices:/simpul/offices:ro"
    what = ["simpul", "provision", *PROVISION[service]]
    return docker("run", "--rm", f"--network={network.name}", offices, *settings, image(service), *what)


@pytest.mark.parametrize("service", PROVISION)
def test_it_makes_what_it_needs_once_and_is_well(servers: Network, service: str) -> None:
    if service == "notification":
        provision(servers, "registration")  # whose topics it reads
    assert "made" in provision(servers, service)
    assert provision(servers, service) == "everything is in place\n"
    container = DockerContainer(image(service), network=servers, read_only=True, cap_drop=["ALL"])
    container.with_envs(**SETTINGS).with_volume_mapping(TREE / "offices", "/simpul/offices", "ro")
    with container:
        health = ["inspect", "--format", "{{.State.Health.Status}}", container.get_wrapped_container().id]
        until(lambda: docker(*health) == "healthy\n", 120)
