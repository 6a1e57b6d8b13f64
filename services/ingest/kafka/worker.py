"""The worker: a Faust agent that reads `flow.*` and hands batches to the ingest of every other door.

At least once: a message is acknowledged when the transaction that holds it has committed. Where a partition is read
from is what the store says and not Kafka's own record (`services.store.offsets`), so that what is in is not read again,
and a database that was restored is given again what it lacks.

The agent's body never raises: after an exception Faust would begin the agent again behind the batch, and commit past
it. What cannot be done ends the worker instead, with nothing acknowledged.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import signal
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import faust
import psycopg
import structlog
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from prometheus_client import Counter, Gauge, Histogram
from psycopg_pool import PoolTimeout

from services.ingest.kafka.brokers import Brokers
from services.ingest.kafka.taking import Away, CannotGoOn, Message, Taking, Took
from services.ingest.kafka.topics import TAKEN_IN
from services.store import offsets
from services.store.database import Database
from services.store.offsets import Begin, Behind, Partition

GROUP = "lightship.ingest"
BATCH, WITHIN_SECONDS = 2_000, 0.1
AHEAD = 1  # batches that are gathered while another is taken in
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.2, 15.0
_ENDS_SECONDS = 5.0  # between two looks at how far behind
_FINISH_SECONDS, _STOP_SECONDS = 3, 4  # of the ten that a worker has to end
#: How Faust reads. A worker that dies is missed after ten seconds.
CONSUMING: Mapping[str, Any] = {
    "value_serializer": "raw", "key_serializer": "raw", "store": "memory://", "web_enabled": False,
    "topic_disable_leader": True, "topic_allow_declare": False, "consumer_auto_offset_reset": "earliest",
    "broker_commit_interval": 1.0, "broker_session_timeout": 10, "broker_heartbeat_interval": 3,
    "stream_buffer_maxsize": 2 * BATCH, "stream_wait_empty": False, "broker_max_poll_records": BATCH,
}  # fmt: skip
_log = structlog.get_logger(__name__)
_EVENTS = Counter("lightship_ingest_events_total", "Events taken from Kafka, by what became of them.", ["outcome"])
_BATCH = Histogram(
    "lightship_ingest_batch_events", "Messages a batch.", buckets=(1, 10, 50, 100, 250, 500, 1000, 2000, 4000)
)
_SECONDS = Histogram("lightship_ingest_commit_seconds", "From the first statement of a batch to its commit.")
_RETRIES = Counter("lightship_ingest_retries_total", "Batches tried again, by why.", ["error"])
_WAITING = Gauge("lightship_ingest_waiting", "1 while a batch waits for the database to come back.")
_FIRST = Gauge("lightship_ingest_first_message_seconds", "When this worker's first message came, seconds since 1970.")
_LAG = Gauge("lightship_kafka_lag_messages", "Messages that wait, of the partitions this has.", ["topic", "partition"])
_REWOUND = Counter("lightship_kafka_rewound_messages_total", "Messages read again: the database lay behind Kafka.")
_LOST = Counter("lightship_kafka_lost_messages_total", "Messages that Kafka had dropped before they were read.")


class Ended(Exception):
    """Why a worker ends, other than by being asked to."""


@dataclass
class Outcome:
    """What a run of the worker came to. rewind: begin again, from where the store is; failure: it cannot go on."""

    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    rewind: bool = False
    failure: BaseException | None = None


class _Consumer(driver.Consumer):
    """Reads each partition from where the store is."""

    async def seek_to_committed(self) -> Mapping[TP, int]:
        committed = dict(await super().seek_to_committed())
        app = self.app
        assert isinstance(app, _App)
        return await app.begin_at(self, committed)


class _Transport(driver.Transport):
    Consumer = _Consumer


class _App(faust.App):
    """begin_at: where to read from, given a consumer that knows its partitions and Kafka's own record."""

    begin_at: Callable[[_Consumer, Mapping[TP, int]], Awaitable[Mapping[TP, int]]]

    def _create_directories(self) -> None:
        """None: they are for tables, of which there are none here, and a container's root is read-only."""


def run(
    brokers: Brokers, database: Database, taking: Taking, say: Callable[[str], None]
) -> None:  # fmt: skip
    """Take in what stands on `flow.*` until SIGTERM or Ctrl-C. Raises CannotGoOn; what is not in then is
    not acknowledged either.
    """
    while True:
        outcome = Outcome()
        asyncio.run(_Worker(brokers, database, taking, outcome, say).run())
        failure = outcome.failure
        if isinstance(failure, CannotGoOn):
            raise failure
        if failure is not None:
            _log.error("ingest.ended", exc_info=failure)
            raise CannotGoOn(f"The worker cannot go on ({type(failure).__name__}: {failure}).") from failure
        if not outcome.rewind:
            return
        say("The database lies behind what was read from Kafka: reading again from where it is")


class _Worker:
    def __init__(
        self, brokers: Brokers, database: Database, taking: Taking, outcome: Outcome, say: Callable[[str], None]
    ) -> None:
        self._database, self._taking, self._outcome, self._say = database, taking, outcome, say
        self._brokers = brokers
        self._waiting: deque[asyncio.Task[None]] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="taker")
        self._shown: set[TP] = set()
        self._begun = False

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        app = self._app()
        try:
            await app.start()
            watch = asyncio.create_task(self._watch(app))
            await self._outcome.stopping.wait()
            watch.cancel()
        finally:
            self._outcome.stopping.set()
            if self._waiting:
                await asyncio.wait(self._waiting, timeout=_FINISH_SECONDS)
            ending = asyncio.create_task(self._end(app))
            await asyncio.wait([ending], timeout=_STOP_SECONDS)
            self._thread.shutdown(wait=False, cancel_futures=True)
            if not ending.done():
                self._leave()

    async def _end(self, app: faust.App) -> None:
        with contextlib.suppress(Exception):
            await app.commit(app.consumer.assignment())  # what is in, for those who look at Kafka's own record
        await app.stop()

    def _leave(self) -> None:
        """End the process as it is. While brokers are away Faust cannot be ended: what it asks them, it asks again
        until they answer, however it is cancelled. What is in is committed, and nothing else acknowledged.
        """
        failure = self._outcome.failure
        why = str(failure) if isinstance(failure, CannotGoOn) else None  # of others the text may quote a payload
        _log.warning("ingest.left", exc_info=failure, why=why)
        sys.stderr.flush()
        sys.stdout.flush()
        os._exit(1 if failure is not None or self._outcome.rewind else 0)

    def _stop(self) -> None:
        self._outcome.stopping.set()

    def _app(self) -> faust.App:
        app = _App(GROUP, **self._brokers.app(), **CONSUMING)
        app.transport = _Transport(app.conf.broker_consumer, app)
        app.begin_at = self._begin_at
        channel = app.topic(*TAKEN_IN, value_serializer="raw", key_serializer="raw")

        async def take_in(stream: Any) -> None:
            async for events in stream.noack_take(BATCH, within=WITHIN_SECONDS):
                await self._hand_over(stream, events)

        app.agent(channel, name="take_in")(take_in)
        return app

    async def _hand_over(self, stream: Any, events: Sequence[Any]) -> None:
        """Never raises, and never returns where the batch cannot be taken in."""
        if not self._waiting and not self._begun:
            self._begun = True
            _FIRST.set_to_current_time()
        while len(self._waiting) > AHEAD:
            await asyncio.wait([self._waiting[0]])
            if self._outcome.stopping.is_set():
                await asyncio.get_running_loop().create_future()
        before = self._waiting[-1] if self._waiting else None
        self._waiting.append(asyncio.create_task(self._take(stream, events, before)))

    async def _take(self, stream: Any, events: Sequence[Any], before: asyncio.Task[None] | None) -> None:
        """before: the batch that has to be in first, however often it is tried."""
        messages = [_message(event.message) for event in events]
        if before is not None:
            await asyncio.wait([before])
        try:
            took = await self._patiently(messages)
            if took is None:
                return  # not acknowledged: whoever reads next is given it again
            for event in events:
                await stream.ack(event)
        except Behind:
            self._outcome.rewind = True
            self._stop()
        except Exception as error:
            self._outcome.failure = error
            self._stop()
        else:
            self._waiting.popleft()

    async def _patiently(self, messages: Sequence[Message]) -> Took | None:
        """Taken in, however long the database is away; None where the worker ends before."""
        wait = FIRST_WAIT_SECONDS
        loop = asyncio.get_running_loop()
        while not self._outcome.stopping.is_set():
            try:
                took = await loop.run_in_executor(self._thread, self._taking.take, messages)
            except Away as away:
                _WAITING.set(1)
                _RETRIES.labels(away.error).inc()
                _log.warning("ingest.waiting", error=away.error, events=len(messages), seconds=wait)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._outcome.stopping.wait(), wait)
                wait = min(2 * wait, LONGEST_WAIT_SECONDS)
            else:
                _WAITING.set(0)
                _note(took, len(messages))
                return took
        return None

    async def _begin_at(self, consumer: _Consumer, committed: Mapping[TP, int]) -> Mapping[TP, int]:
        """Seek to where the store is; where the database is away, Kafka's record stands, which is never ahead of it."""
        partitions = [each for each in consumer.assignment() if each.topic in TAKEN_IN]
        if not partitions:
            return committed
        first, ends = await consumer.earliest_offsets(*partitions), await consumer.highwaters(*partitions)
        ask = partial(
            self._begin, {_of(tp): first[tp] for tp in partitions}, {_of(tp): ends[tp] for tp in partitions},
            {_of(tp): committed.get(tp) for tp in partitions},
        )  # fmt: skip
        found = await asyncio.get_running_loop().run_in_executor(None, ask)
        wanted = {tp: found[_of(tp)] for tp in partitions if _of(tp) in found}
        begin = {tp: each.offset for tp, each in wanted.items()}
        await consumer.seek_wait(begin)
        behind = {tp: each.offset for tp, each in wanted.items() if each.again}
        if behind:
            again = sum(each.again for each in wanted.values())
            _REWOUND.inc(again)
            self._say(f"The database lies {again} messages behind Kafka's record: they are read again")
            await consumer._commit(behind)
        if lost := sum(each.lost for each in wanted.values()):
            _LOST.inc(lost)
            self._say(f"Kafka had dropped {lost} messages before they were read; senders have to send them again")
        return {**committed, **begin}

    def _begin(self, *asked: Any) -> dict[Partition, Begin]:
        try:
            with self._database.connection() as connection:
                return offsets.begin(connection, *asked)
        except (psycopg.Error, PoolTimeout) as error:
            _log.warning("ingest.offsets_unknown", error=type(error).__name__)
            return {}

    async def _watch(self, app: faust.App) -> None:
        """Tell Prometheus and the store how far behind the partitions are; end the worker where Faust has ended."""
        while True:
            await asyncio.sleep(_ENDS_SECONDS)
            if app.crashed or app.should_stop:
                self._outcome.failure = self._outcome.failure or app.crash_reason or Ended("Faust has ended")
                self._stop()
                return
            try:
                await self._tell_ends(app)
            except Exception as error:  # a lag that was true a while ago would be taken for now's
                _log.warning("ingest.lag_unknown", error=type(error).__name__)
                for tp in self._shown:
                    _LAG.labels(tp.topic, tp.partition).set(math.nan)

    async def _tell_ends(self, app: faust.App) -> None:
        partitions = [tp for tp in app.consumer.assignment() if tp.topic in TAKEN_IN]
        for tp in self._shown - set(partitions):
            _LAG.remove(tp.topic, tp.partition)
        self._shown = set(partitions)
        if not partitions:
            return
        ends = await app.consumer.highwaters(*partitions)
        known = {_of(tp): end for tp, end in ends.items()}
        waiting = await asyncio.get_running_loop().run_in_executor(None, self._note, known)
        for partition in known.keys() & waiting.keys():
            _LAG.labels(*partition).set(waiting[partition])

    def _note(self, ends: Mapping[Partition, int]) -> dict[Partition, int]:
        with self._database.connection() as connection:
            offsets.note_ends(connection, ends)
            return offsets.behind(connection)


def _note(took: Took, messages: int) -> None:
    for outcome, count in (
        ("accepted", took.accepted), ("duplicate", took.duplicates), ("quarantined", took.quarantined),
        ("refused", took.refused),
    ):  # fmt: skip
        _EVENTS.labels(outcome).inc(count)
    _BATCH.observe(messages)
    _SECONDS.observe(took.seconds)


def _of(tp: TP) -> Partition:
    return Partition(tp.topic, tp.partition)


def _message(message: Any) -> Message:
    return Message(message.topic, message.partition, message.offset, message.value or b"")
