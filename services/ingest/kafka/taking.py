"""Messages of `flow.*` into the store: what a worker does with a batch, knowing nothing of how it was read.

One transaction a batch: the facts by the ingest function that every door uses, what is refused into quarantine, and how
far each partition has been taken in. It is tried again for as long as the database is away. A message that the store
cannot take for a reason of its own is found by halving the batch, and goes to quarantine; the others are taken.
"""

from __future__ import annotations

import threading
import time as wall_time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psycopg
import structlog
from prometheus_client import Counter, Gauge, Histogram
from psycopg import Connection
from psycopg_pool import PoolTimeout, TooManyRequests

from services.domain.facts import Fact
from services.errors import LightshipError, RefusedEvent
from services.ingest.body import RawItem
from services.ingest.door import Door
from services.ingest.intake import refused
from services.ingest.kafka.wire import Reader
from services.store import offsets, quarantine, synthetic
from services.store.database import Database
from services.store.events import Ingested, commit, drafted
from services.store.offsets import Behind, Partition, Stretch
from services.store.quarantine import Refused
from services.store.recent import Recent

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.2, 15.0
_FAULT = "The event met a fault of Lightship's own; it is kept, and can be replayed once mended."
#: A moment later the same may go well: no connection, a server that starts or stops, a disk that is full, a standby.
_PASSING = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError, PoolTimeout, TooManyRequests)
#: Of the data: another batch may go well.
_OF_THE_DATA = (
    psycopg.DataError, psycopg.IntegrityError, psycopg.errors.ProgramLimitExceeded, ArithmeticError, LookupError,
    TypeError, ValueError,
)  # fmt: skip

_log = structlog.get_logger(__name__)
_EVENTS = Counter("lightship_ingest_events_total", "Events taken from Kafka, by what became of them.", ["outcome"])
_BATCH = Histogram(
    "lightship_ingest_batch_events", "Messages a batch.", buckets=(1, 10, 50, 100, 250, 500, 1000, 2000, 4000)
)
_SECONDS = Histogram("lightship_ingest_commit_seconds", "From the first statement of a batch to its commit.")
_RETRIES = Counter("lightship_ingest_retries_total", "Batches tried again, by why.", ["error"])
_WAITING = Gauge("lightship_ingest_waiting", "1 while a batch waits for the database to come back.")


class Message(NamedTuple):
    """A message as read. offset: its place in the partition."""

    partition: Partition
    offset: int
    value: bytes


class Stopped(LightshipError):
    """The worker ends; the batch is not in, and whoever reads next is given it again."""


class CannotGoOn(LightshipError):
    """Neither the store nor the quarantine takes what was read: somebody has to look."""


class Taker:
    """Takes batches in, one after the other."""

    def __init__(
        self, database: Database, door: Door, tell: Callable[[Sequence[Refused]], None], stopping: threading.Event
    ) -> None:
        """tell: publishes what is refused, before it is in quarantine."""
        self._database, self._door, self._tell, self._stopping = database, door, tell, stopping
        self._reader, self._recent = Reader(), Recent()
        self._origins: set[bool] = set()

    def take(self, batch: Sequence[Message]) -> Ingested:
        """Take a batch in; returns after the commit. Raises Behind, Stopped, CannotGoOn."""
        return self._patiently(batch, None)

    def _patiently(self, batch: Sequence[Message], fault: RefusedEvent | None) -> Ingested:
        """fault: refuse all of it for this."""
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                done = self._once(batch, fault)
                _WAITING.set(0)
                return done
            except Behind:
                raise
            except _OF_THE_DATA as error:
                if fault is not None:
                    raise CannotGoOn(f"The quarantine does not take a message ({type(error).__name__}).") from error
                return self._halves(batch, error)
            except _PASSING as error:
                _WAITING.set(1)
                _RETRIES.labels(type(error).__name__).inc()
                _log.warning("ingest.waiting", error=type(error).__name__, events=len(batch), seconds=wait)
                if self._stopping.wait(wait):
                    raise Stopped("The worker ends while the database is away.") from error
                wait = min(2 * wait, LONGEST_WAIT_SECONDS)
            except Exception as error:
                raise CannotGoOn(f"The store does not take events: {type(error).__name__}: {error}") from error

    def _halves(self, batch: Sequence[Message], error: Exception) -> Ingested:
        if len(batch) == 1:
            (topic, partition), offset, _ = batch[0]
            _log.error("ingest.failed", error=type(error).__name__, topic=topic, partition=partition, offset=offset)
            return self._patiently(batch, RefusedEvent(_FAULT))
        middle = len(batch) // 2
        first, second = self._patiently(batch[:middle], None), self._patiently(batch[middle:], None)
        return Ingested(first.accepted + second.accepted, first.duplicates + second.duplicates)

    def _once(self, batch: Sequence[Message], fault: RefusedEvent | None) -> Ingested:
        now = datetime.now(UTC)
        facts, held, origins = self._read(batch, now, fault)
        ready = drafted(facts, self._recent) if facts else None
        if held:
            self._tell(held)
        began = wall_time.monotonic()
        with self._database.connection() as connection, connection.transaction():
            offsets.advance(connection, stretches(batch))
            done = commit(connection, ready, self._recent) if ready is not None else Ingested(0, 0)
            self._keep(connection, held, origins - self._origins, now)
        _SECONDS.observe(wall_time.monotonic() - began)
        self._origins |= origins
        for outcome, count in (
            ("accepted", done.accepted), ("duplicate", done.duplicates), ("quarantined", len(held)),
        ):  # fmt: skip
            _EVENTS.labels(outcome).inc(count)
        _BATCH.observe(len(batch))
        return done

    def _keep(
        self, connection: Connection[Any], held: Sequence[Refused], origins: set[bool], now: datetime
    ) -> None:  # fmt: skip
        if held:
            quarantine.put(connection, self._door.keys, held)
        if origins:
            synthetic.note_origins(connection, origins, now)

    def _read(
        self, batch: Sequence[Message], now: datetime, fault: RefusedEvent | None
    ) -> tuple[list[Fact], list[Refused], set[bool]]:  # fmt: skip
        facts: list[Fact] = []
        held: list[Refused] = []
        origins: set[bool] = set()
        read = self._reader.read
        for number, message in enumerate(batch):
            try:
                if fault is not None:
                    raise fault
                fact, is_synthetic = read(message.value)
            except RefusedEvent as refusal:
                held.append(refused(self._door, RawItem(number, message.value).read(), refusal, now))
            else:
                facts.append(fact)
                origins.add(is_synthetic)
        return facts, held, origins


def stretches(batch: Sequence[Message]) -> list[Stretch]:
    """What a batch covers of each partition."""
    spans: dict[Partition, tuple[int, int]] = {}
    for partition, offset, _ in batch:
        first, last = spans.get(partition, (offset, offset))
        spans[partition] = min(first, offset), max(last, offset)
    return [Stretch(partition, *span) for partition, span in spans.items()]
