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
import signal
import threading
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
from prometheus_client import Counter, Gauge
from psycopg_pool import PoolTimeout

from services.ingest.kafka.taking import Message, Stopped, Taker
from services.ingest.kafka.topics import FLOW
from services.store import offsets
from services.store.database import Database
from services.store.offsets import Begin, Behind, Partition

GROUP = "lightship.ingest"
BATCH, WITHIN_SECONDS = 2_000, 0.1
AHEAD = 1  # batches that are gathered while another is taken in
_BUFFERED = 2 * BATCH
_SESSION_SECONDS, _HEARTBEAT_SECONDS = 10, 3
_COMMIT_SECONDS = 1.0
_ENDS_SECONDS = 5.0  # between two looks at how far behind
_STOP_SECONDS = 6  # of the ten that a worker has to end
_log = structlog.get_logger(__name__)
_LAG = Gauge("lightship_kafka_lag_messages", "Messages that wait, of the partitions this has.", ["topic", "partition"])
_REWOUND = Counter("lightship_kafka_rewound_messages_total", "Messages read again: the database lay behind Kafka.")
_LOST = Counter("lightship_kafka_lost_messages_total", "Messages that Kafka had dropped before they were read.")


class Ended(Exception):
    """Why a worker ends, other than by being asked to."""


@dataclass
class Outcome:
    """What a run of the worker came to. rewind: begin again, from where the store is; failure: it cannot go on."""

    stopping: threading.Event = field(default_factory=threading.Event)
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


def run(
    brokers: str, database: Database, taker: Callable[[threading.Event], Taker], say: Callable[[str], None]
) -> None:  # fmt: skip
    """Take in what stands on `flow.*` until SIGTERM or Ctrl-C. Raises what it cannot go on for.

    taker: made for each run, with the event that ends it.
    """
    while True:
        outcome = Outcome()
        asyncio.run(_Worker(brokers, database, taker(outcome.stopping), outcome, say).run())
        if outcome.failure is not None:
            raise outcome.failure
        if not outcome.rewind:
            return
        say("The database lies behind what was read from Kafka: reading again from where it is")


class _Worker:
    def __init__(
        self, brokers: str, database: Database, taker: Taker, outcome: Outcome, say: Callable[[str], None]
    ) -> None:
        self._database, self._taker, self._outcome, self._say = database, taker, outcome, say
        self._brokers = brokers
        self._waiting: deque[asyncio.Task[None]] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="taker")
        self._shown: set[TP] = set()

    async def run(self) -> None:
        ended = asyncio.Event()
        self._ended = ended
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        app = self._app()
        try:
            await app.start()
            watch = asyncio.create_task(self._watch(app))
            await ended.wait()
            watch.cancel()
        finally:
            self._outcome.stopping.set()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._end(app), _STOP_SECONDS)
            self._thread.shutdown(wait=False, cancel_futures=True)

    async def _end(self, app: faust.App) -> None:
        await asyncio.gather(*self._waiting, return_exceptions=True)
        with contextlib.suppress(Exception):
            await app.commit(app.consumer.assignment())  # what is in, so that others need not ask the store
        await app.stop()

    def _stop(self) -> None:
        self._outcome.stopping.set()
        self._ended.set()

    def _app(self) -> faust.App:
        app = _App(
            GROUP, broker=[f"kafka://{each.strip()}" for each in self._brokers.split(",")], loop=None,
            value_serializer="raw", key_serializer="raw", store="memory://", web_enabled=False,
            topic_disable_leader=True, topic_allow_declare=False, consumer_auto_offset_reset="earliest",
            broker_commit_interval=_COMMIT_SECONDS, broker_session_timeout=_SESSION_SECONDS,
            broker_heartbeat_interval=_HEARTBEAT_SECONDS, stream_buffer_maxsize=_BUFFERED, stream_wait_empty=False,
            broker_max_poll_records=BATCH,
        )  # fmt: skip
        app.transport = _Transport(app.conf.broker_consumer, app)
        app.begin_at = self._begin_at
        channel = app.topic(*FLOW, value_serializer="raw", key_serializer="raw")

        async def take_in(stream: Any) -> None:
            async for events in stream.noack_take(BATCH, within=WITHIN_SECONDS):
                await self._hand_over(stream, events)

        app.agent(channel, name="take_in")(take_in)
        return app

    async def _hand_over(self, stream: Any, events: Sequence[Any]) -> None:
        """Never raises, and never returns where the batch cannot be taken in."""
        while len(self._waiting) > AHEAD:
            await asyncio.wait([self._waiting[0]])
        self._waiting.append(asyncio.create_task(self._take(stream, events)))

    async def _take(self, stream: Any, events: Sequence[Any]) -> None:
        messages = [_message(event.message) for event in events]
        loop = asyncio.get_running_loop()
        try:
            if self._outcome.stopping.is_set():
                raise Stopped("The worker ends.")
            await loop.run_in_executor(self._thread, self._taker.take, messages)
            for event in events:
                await stream.ack(event)
        except Stopped:
            self._stop()
        except Behind:
            self._outcome.rewind = True
            self._stop()
        except BaseException as error:
            self._outcome.failure = error
            self._stop()
        if self._outcome.stopping.is_set():
            return
        self._waiting.popleft()

    async def _begin_at(self, consumer: _Consumer, committed: Mapping[TP, int]) -> Mapping[TP, int]:
        """Seek to where the store is; where the database is away, Kafka's record stands, which is never ahead of it."""
        partitions = [each for each in consumer.assignment() if each.topic in FLOW]
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
            with contextlib.suppress(Exception):
                await self._tell_ends(app)

    async def _tell_ends(self, app: faust.App) -> None:
        partitions = [tp for tp in app.consumer.assignment() if tp.topic in FLOW]
        for tp in self._shown - set(partitions):
            _LAG.remove(tp.topic, tp.partition)
        self._shown = set(partitions)
        if not partitions:
            return
        ends = await app.consumer.highwaters(*partitions)
        known = {_of(tp): end for tp, end in ends.items()}
        for each in await asyncio.get_running_loop().run_in_executor(None, self._note, known):
            _LAG.labels(*each[0]).set(each[1])

    def _note(self, ends: Mapping[Partition, int]) -> list[tuple[Partition, int]]:
        with self._database.connection() as connection:
            offsets.note_ends(connection, ends)
            return [
                (of, each.behind) for each in offsets.read(connection)
                if (of := Partition(each.topic, each.partition)) in ends and each.behind is not None
            ]  # fmt: skip


def _of(tp: TP) -> Partition:
    return Partition(tp.topic, tp.partition)


def _message(message: Any) -> Message:
    return Message(Partition(message.topic, message.partition), message.offset, message.value or b"")
