"""Messages of `flow.*` into the store: what a worker does with a batch, knowing nothing of how it was read.

One transaction a batch: the facts by the ingest function that every door uses, what doors refused into quarantine, and
how far each partition has been taken in. What this refuses itself is published like a door's. A message that the store
cannot take for a reason of its own is found by halving the batch, and refused; the others are taken.
"""

from __future__ import annotations

import time as wall_time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

import psycopg
import structlog
from psycopg_pool import PoolTimeout, TooManyRequests

from services.domain.facts import Fact
from services.errors import LightshipError, NotTakenIn, RefusedEvent
from services.ingest.body import RawItem
from services.ingest.door import Door
from services.ingest.intake import refused
from services.ingest.kafka.topics import QUARANTINE
from services.ingest.kafka.wire import Reader, refusal_read
from services.store import offsets, quarantine, synthetic
from services.store.database import Database
from services.store.events import Ingested, commit, drafted
from services.store.feeds import read_clock
from services.store.offsets import Behind, Partition, Stretch
from services.store.quarantine import Refused, SealedRefusal
from services.store.recent import Recent

_FAULT = "The event met a fault of Lightship's own; it is kept, and can be replayed once mended."
#: A moment later the same may go well: no connection, a server that starts or stops, a disk that is full, a standby.
_PASSING = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError, PoolTimeout, TooManyRequests)
#: Of the data: another batch may go well.
_OF_THE_DATA = (
    psycopg.DataError, psycopg.IntegrityError, psycopg.errors.ProgramLimitExceeded, ArithmeticError, LookupError,
    TypeError, ValueError,
)  # fmt: skip

_log = structlog.get_logger(__name__)


class Message(NamedTuple):
    """A message as read. offset: its place in the partition."""

    topic: str
    partition: int
    offset: int
    value: bytes


class Took(NamedTuple):
    """What became of a batch, of which these but for seconds are the messages. quarantined: refused by doors, and in
    quarantine; refused: by this worker, and published for it. seconds: of its transactions.
    """

    accepted: int
    duplicates: int
    quarantined: int
    refused: int
    seconds: float

    def and_(self, other: Took) -> Took:
        return Took(
            self.accepted + other.accepted, self.duplicates + other.duplicates, self.quarantined + other.quarantined,
            self.refused + other.refused, self.seconds + other.seconds,
        )  # fmt: skip


class Away(LightshipError):
    """The database does not take the batch at present; try it again. error: the name of what it said."""

    def __init__(self, error: str) -> None:
        super().__init__(f"The database is away ({error}).")
        self.error = error


class CannotGoOn(LightshipError):
    """Neither the store nor the quarantine takes what was read: somebody has to look."""


class Taking(Protocol):
    """What takes batches in, here or in a process of its own."""

    def take(self, batch: Sequence[Message]) -> Took:
        """Take a batch in; returns after the commit. Raises Behind, Away, CannotGoOn."""

    def close(self) -> None: ...


class Taker:
    """Takes batches in, one after the other."""

    def __init__(self, database: Database, door: Door, tell: Callable[[Sequence[Refused]], None]) -> None:
        """tell: publishes what is refused, before the batch is in; it comes back on the quarantine's own topic."""
        self._database, self._door, self._tell = database, door, tell
        self._reader, self._recent = Reader(), Recent()
        self._origins: set[bool] = set()

    def close(self) -> None:
        """Nothing is held that is not the caller's."""

    def take(self, batch: Sequence[Message]) -> Took:
        return self._taken(batch, None)

    def _taken(self, batch: Sequence[Message], fault: RefusedEvent | None) -> Took:
        """fault: refuse all of it for this."""
        try:
            return self._once(batch, fault)
        except Behind:
            self._origins.clear()  # noted in a database that is no longer this one
            raise
        except (Away, CannotGoOn):
            raise
        except _OF_THE_DATA as error:
            if fault is not None:
                raise CannotGoOn(f"The quarantine does not take a message ({type(error).__name__}).") from error
            return self._halves(batch, error)
        except (*_PASSING, NotTakenIn) as error:
            raise Away(type(error).__name__) from error
        except Exception as error:
            raise CannotGoOn(f"The store does not take events: {type(error).__name__}: {error}") from error

    def _halves(self, batch: Sequence[Message], error: Exception) -> Took:
        if len(batch) == 1:
            topic, partition, offset, _ = batch[0]
            _log.error("ingest.failed", error=type(error).__name__, topic=topic, partition=partition, offset=offset)
            return self._taken(batch, RefusedEvent(_FAULT))
        middle = len(batch) // 2
        return self._taken(batch[:middle], None).and_(self._taken(batch[middle:], None))

    def _once(self, batch: Sequence[Message], fault: RefusedEvent | None) -> Took:
        read = self._read(batch, fault)
        ready = drafted(read.facts, self._recent) if read.facts else None
        unsaid = read.origins - self._origins
        now = self._now()
        if read.refused:
            self._tell([refused(self._door, item, refusal, now) for item, refusal in read.refused])
        began = wall_time.monotonic()
        with self._database.connection() as connection, connection.transaction():
            offsets.advance(connection, stretches(batch))
            done = commit(connection, ready, self._recent) if ready is not None else Ingested(0, 0)
            if read.sealed:
                quarantine.put_sealed(connection, _each_once(read.sealed))
            if unsaid:
                synthetic.note_origins(connection, unsaid, now)
        self._origins |= unsaid
        seconds = wall_time.monotonic() - began
        return Took(done.accepted, done.duplicates, len(read.sealed), len(read.refused), seconds)

    def _now(self) -> datetime:
        """By the one clock, as every door says when it was given something."""
        with self._database.connection() as connection:
            return read_clock(connection).at(datetime.now(UTC))

    def _read(self, batch: Sequence[Message], fault: RefusedEvent | None) -> _Read:
        found = _Read([], [], [], set())
        read = self._reader.read
        for number, message in enumerate(batch):
            try:
                if fault is not None:
                    raise fault
                if message.topic == QUARANTINE:
                    found.sealed.append(refusal_read(message.value))
                    continue
                fact, is_synthetic = read(message.value)
            except RefusedEvent as refusal:
                found.refused.append((RawItem(number, message.value).read(), refusal))
            else:
                found.facts.append(fact)
                found.origins.add(is_synthetic)
        return found


class _Read(NamedTuple):
    """What messages hold. sealed: refused by doors; refused: by this worker, and why."""

    facts: list[Fact]
    sealed: list[SealedRefusal]
    refused: list[tuple[RawItem, RefusedEvent]]
    origins: set[bool]


def _each_once(rows: Sequence[SealedRefusal]) -> list[SealedRefusal]:
    """Each payload once, counted, as it was refused last; by digest, so that workers lock rows in one order."""
    found: dict[bytes, SealedRefusal] = {}
    for row in rows:
        before = found.get(row.digest)
        found[row.digest] = row if before is None else replace(row, times=before.times + row.times)
    return [found[digest] for digest in sorted(found)]


def stretches(batch: Sequence[Message]) -> list[Stretch]:
    """What a batch covers of each partition."""
    spans: dict[tuple[str, int], tuple[int, int]] = {}
    for topic, partition, offset, _ in batch:
        first, last = spans.get((topic, partition), (offset, offset))
        spans[topic, partition] = min(first, offset), max(last, offset)
    return [Stretch(Partition(*of), *span) for of, span in spans.items()]
