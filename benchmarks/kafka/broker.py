"""Apache Kafka itself, one node in KRaft mode on this machine's Java, from the jars that `pom.xml` names."""

from __future__ import annotations

import base64
import contextlib
import os
import signal
import socket
import subprocess
import time as wall_time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from services.errors import LightshipError
from services.ingest.kafka.brokers import Brokers

JARS = Path(__file__).parent / "jars"
START_SECONDS = 60
STOP_SECONDS = 20
_JAVA = ["java", "-Xmx512m", "-Xms256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass(frozen=True)
class Guard:
    """What guards a broker. identity: PEM of its key and certificate. authority: PEM of who signs those who come.
    users: their passwords, by SCRAM-SHA-512 and PLAIN.
    """

    identity: Path
    authority: Path
    users: Mapping[str, str]


class Broker:
    """A broker on a folder of its own; what it holds outlives `stop` and `kill`. guard: it listens in TLS as well, at
    `guarded` to who has a password and at `mutual` to who has a certificate.
    """

    def __init__(self, folder: Path, jars: Path = JARS, guard: Guard | None = None) -> None:
        self._folder, self._jars, self._guard = folder, jars, guard
        self._guarded, self._mutual = free_port(), free_port()
        self._port, self._controller = free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None
        if not any(jars.glob("kafka_2.13-*.jar")) or which("java") is None:
            raise LightshipError("Apache Kafka is not here: `make test-kafka` fetches it, with Maven and Java 17.")
        folder.mkdir(parents=True)
        self._settings.write_text(self._properties())
        self._log4j.write_text(_LOG4J)
        identity = "k" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]  # a dash first would be an option
        users = [] if guard is None else [
            word for user, password in guard.users.items()
            for word in ("--add-scram", f"SCRAM-SHA-512=[name={user},password={password}]")
        ]  # fmt: skip
        format_ = self._java("kafka.tools.StorageTool", "format", "-t", identity, "-c", str(self._settings), *users)
        if format_.wait(START_SECONDS) != 0:
            raise RuntimeError(f"Kafka's storage cannot be formatted; see {self._output}")

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    @property
    def guarded(self) -> str:
        return f"127.0.0.1:{self._guarded}"

    @property
    def mutual(self) -> str:
        return f"127.0.0.1:{self._mutual}"

    @property
    def brokers(self) -> Brokers:
        return Brokers.at(self.address)

    def start(self) -> None:
        self._process = self._java("kafka.Kafka", str(self._settings))
        until = wall_time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or wall_time.monotonic() > until:
                raise RuntimeError(f"Kafka does not start; see {self._output}")
            wall_time.sleep(0.1)

    def stop(self, how: int = signal.SIGTERM) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def restart(self, how: int = signal.SIGTERM) -> None:
        self.stop(how)
        self.start()

    def _answers(self) -> bool:
        """It listens once it can serve."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), timeout=1):
            return True
        return False

    def _java(self, *words: str) -> subprocess.Popen[bytes]:
        log = f"-Dlog4j2.configurationFile={self._log4j}"
        with self._output.open("wb") as output:
            return subprocess.Popen(
                [*_JAVA, log, "-cp", f"{self._jars}/*", *words], stdout=output, stderr=output, start_new_session=True
            )

    @property
    def _settings(self) -> Path:
        return self._folder / "server.properties"

    @property
    def _log4j(self) -> Path:
        return self._folder / "log4j2.yaml"

    @property
    def _output(self) -> Path:
        return self._folder / "output.log"

    def _listeners(self) -> str:
        plain = f"PLAINTEXT://{self.address}"
        controller = f"CONTROLLER://127.0.0.1:{self._controller}"
        if self._guard is None:
            return f"listeners={plain},{controller}\nadvertised.listeners={plain}"
        every = f"{plain},GUARDED://{self.guarded},MUTUAL://{self.mutual}"
        known = " ".join(f'user_{user}="{password}"' for user, password in self._guard.users.items())
        login = "org.apache.kafka.common.security"
        return f"""
listeners={every},{controller}
advertised.listeners={every}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,GUARDED:SASL_SSL,MUTUAL:SSL
inter.broker.listener.name=PLAINTEXT
ssl.keystore.type=PEM
ssl.keystore.location={self._guard.identity}
ssl.truststore.type=PEM
ssl.truststore.location={self._guard.authority}
listener.name.mutual.ssl.client.auth=required
listener.name.guarded.sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN
listener.name.guarded.scram-sha-512.sasl.jaas.config={login}.scram.ScramLoginModule required;
listener.name.guarded.plain.sasl.jaas.config={login}.plain.PlainLoginModule required {known};
"""

    def _properties(self) -> str:
        return f"""
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{self._controller}
{self._listeners()}
controller.listener.names=CONTROLLER
log.dirs={self._folder / "log"}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=3000
num.network.threads=2
num.io.threads=2
log.cleaner.enable=false
"""


_LOG4J = """
Configuration:
  Appenders:
    Console:
      name: out
      PatternLayout: {pattern: "%d %p %m%n"}
  Loggers:
    Root:
      level: info
      AppenderRef: [{ref: out}]
"""


@contextlib.contextmanager
def broker(folder: Path, guard: Guard | None = None) -> Iterator[Broker]:
    """A broker that runs; it is stopped at the end whatever happened."""
    made = Broker(folder, guard=guard)
    try:
        made.start()
        yield made
    finally:
        made.stop()
