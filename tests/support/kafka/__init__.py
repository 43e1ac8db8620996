"""A real Apache Kafka of one node (KRaft) from its jars, for tests and benchmarks."""

import fcntl
import re
import shutil
import subprocess
from pathlib import Path

from local.broker import answers
from local.machine import accepts, address, free_port
from local.processes import Child, Processes, until_ready

VERSION = "4.3.1"
_HERE = Path(__file__).parent
_KEPT = _HERE.parents[2] / ".kafka"
_JARS = _KEPT / f"libs-{VERSION}"
_CLUSTER = "AAAAAAAAAAAAAAAAAAAAAQ"


class NoKafka(Exception):
    """This machine cannot run Apache Kafka; the text says what is missing."""


def kafka_jars() -> Path:
    """The folder with the jars, fetched through Maven the first time. Raises NoKafka."""
    _require_java()
    _KEPT.mkdir(exist_ok=True)
    with (_KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs at once fetch once
        if not _JARS.exists():
            _fetch()
    return _JARS


def _fetch() -> None:
    if not shutil.which("mvn"):
        raise NoKafka(f"Apache Kafka {VERSION} is fetched by Maven, which is not installed")
    partial = _JARS.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    pom, into = ["-f", str(_HERE / "pom.xml")], f"-DoutputDirectory={partial}"
    kept = f"-Dmaven.repo.local={_KEPT / 'maven'}"
    command = ["mvn", "-q", "-B", kept, *pom, "dependency:copy-dependencies", into]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoKafka(f"Maven could not fetch Apache Kafka {VERSION}: {done.stdout[-300:].strip()}")
    partial.rename(_JARS)
    shutil.rmtree(_KEPT / "maven")  # the jars are all that is needed


def _require_java() -> None:
    if not shutil.which("java"):
        raise NoKafka("Apache Kafka needs Java 17, which is not installed")
    told = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', told)
    if not version or int(version[1]) < 17:
        raise NoKafka(f"Apache Kafka needs Java 17, this is: {told.splitlines()[0] if told else 'no Java'}")


class Kafka:
    """One broker on a port and a folder; started again it finds its topics there.

    `optimised`: let the JVM optimise fully. For speed measured over minutes; it starts in 5 s, not in 2.
    `advertised`: the port of a proxy before it, which clients are sent to.
    """

    def __init__(
        self, port: int, folder: Path, optimised: bool = False, advertised: int | None = None
    ) -> None:
        self.port = port
        self._advertised = advertised or port
        self._folder = folder
        self._java = [
            "java", "-Xms320m", "-Xmx320m", "-XX:+UseSerialGC",
            *([] if optimised else ["-XX:TieredStopAtLevel=1"]),
            f"-Dlog4j2.configurationFile={_HERE / 'log4j2.properties'}",
            f"-Dkafka.logs.dir={folder / 'logs'}", "-cp", f"{kafka_jars()}/*",
        ]  # fmt: skip
        self._properties = folder / "server.properties"

    async def start(self, processes: Processes) -> Child:
        """Start it and return once it answers. Raises LocalError."""
        if not self._properties.exists():
            await self._format(processes)
        child = processes.start("kafka", [*self._java, "kafka.Kafka", str(self._properties)])

        async def ready() -> bool:
            return await accepts(self.port) and await answers(address(self.port))

        await until_ready(child, ready, within=60)
        return child

    async def _format(self, processes: Processes) -> None:
        self._folder.mkdir(parents=True)
        self._properties.write_text(
            _properties(self.port, self._advertised, free_port(), self._folder / "data")
        )
        format_storage = ["kafka.tools.StorageTool", "format", "-t", _CLUSTER, "-c", str(self._properties)]
        await processes.run("kafka-format", [*self._java, *format_storage])


def _properties(port: int, advertised: int, controller_port: int, data: Path) -> str:
    return f"""
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{address(controller_port)}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://{address(port)},CONTROLLER://{address(controller_port)}
advertised.listeners=PLAINTEXT://{address(advertised)}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216
# a broker that was killed is taken back after 3 s instead of 9
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
controller.quorum.election.timeout.ms=300
controller.quorum.fetch.timeout.ms=1000
controller.quorum.election.backoff.max.ms=200
# retention and compaction are seen within a test
log.cleaner.backoff.ms=500
log.retention.check.interval.ms=1000
log.segment.delete.delay.ms=500
log.initial.task.delay.ms=500
"""
