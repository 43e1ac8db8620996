"""What every test may ask for: real servers, shared by the whole run or of its own."""

import os
from collections.abc import Iterator

import pytest
import pytest_asyncio
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from local import machine
from local.processes import Processes
from services.registration.features.gatherings import submission_checks
from services.registration.kernel import command_client
from shared.mongo.driver import Driver
from tests.support.drivers import DRIVERS, using
from tests.support.kafka import NoKafka, kafka_jars
from tests.support.order import IS_WORKER, in_running_order, unit_of
from tests.support.ports import share_of_this_worker
from tests.support.servers import ON_KAFKA, Server, ServerRoom, Servers
from tests.support.skips import OnlyListedSkips


def pytest_configure(config: pytest.Config) -> None:
    settings.register_profile("anywhere", deadline=None)  # a busy machine is no failure
    settings.load_profile("anywhere")
    machine.give_ports(share_of_this_worker(machine.PORTS))
    if os.environ.get("CI") == "true":
        config.pluginmanager.register(OnlyListedSkips())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for servers is marked, or `make test-kafka` would leave it out unnoticed. Several workers
    take the tests in an order of their own."""
    unmarked = [
        item.nodeid
        for item in items
        if "_broker_is_possible" in getattr(item, "fixturenames", ())
        and item.get_closest_marker("broker") is None
    ]
    if unmarked:
        raise pytest.UsageError("these use a broker without pytest.mark.broker: " + ", ".join(unmarked))
    if IS_WORKER:
        items[:] = in_running_order(items)


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Any test goes to whoever is free, but those that share what takes long to make go to one.
    (The marker `xdist_group` of pytest-xdist 3.8 does nothing under pytest 9.2.)"""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return Scheduling(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What a test measured goes to the one who reads the run, also from another process."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport) and report.when == "call":
                for name, value in report.user_properties:
                    if name == "measured":
                        terminalreporter.write_line(f"{report.nodeid}: {value}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.definition.get_closest_marker("both_drivers"):
        drivers = DRIVERS[:1] if ON_KAFKA else DRIVERS  # another broker says nothing of them
        metafunc.parametrize("mongo_driver", drivers, indirect=True)


@pytest.fixture(autouse=True)
def mongo_driver(request: pytest.FixtureRequest) -> Iterator[Driver]:
    """Before whatever connects for this test alone."""
    with using(getattr(request, "param", "motor")) as driver:
        yield driver


@pytest.fixture(autouse=True)
def _patient(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no failure; how soon people hear that a server is away, tests/faults ask."""
    if not request.node.nodeid.startswith("tests/faults/"):
        monkeypatch.setattr(command_client, "ANSWER_SECONDS", 10.0)
        monkeypatch.setattr(submission_checks, "LOOK_SECONDS", 10.0)


@pytest.fixture(scope="session")
def _broker_is_possible() -> None:
    if ON_KAFKA:
        try:
            kafka_jars()
        except NoKafka as missing:
            pytest.skip(str(missing))


@pytest.fixture(scope="session")
def _shared_room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerRoom]:
    folder = tmp_path_factory.mktemp("servers")
    with Processes(folder / "logs") as processes:
        yield ServerRoom(folder, processes)


@pytest_asyncio.fixture(scope="session")
async def mongod(_shared_room: ServerRoom) -> tuple[str, Server]:
    return await _shared_room.mongod()


@pytest_asyncio.fixture(scope="session")
async def servers(_broker_is_possible: None, _shared_room: ServerRoom, mongod: tuple[str, Server]) -> Servers:
    """One broker and one database for the whole run; keep what a test makes there apart by its names."""
    return await _shared_room.beside(*mongod)


@pytest.fixture(scope="session")
def brokerless(mongod: tuple[str, Server]) -> Servers:
    """For what shows nothing of a broker: the database of the run, and topics in memory."""
    return Servers.without_broker(*mongod)


@pytest.fixture
def server_room(_broker_is_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerRoom]:
    """Makes servers for one test, which may stop and kill them."""
    folder = tmp_path_factory.mktemp("own")
    with Processes(folder / "logs") as processes:
        yield ServerRoom(folder, processes)
