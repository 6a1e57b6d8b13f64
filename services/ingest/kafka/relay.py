"""The door of trusts that send by Kafka: `in.<source>` -> pseudonyms -> `flow.*`.

A trust's own topic names people; nothing behind this door does. A message is one event, or a JSON array or NDJSON of
them, and states facts of the topic's own source alone. It is committed when all of it is published or in quarantine; a
door that was killed in between publishes some again, and workers know them for duplicates.
"""

from __future__ import annotations

import math
import signal
import threading
import time as wall_time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import CommitFailedError, KafkaError
from prometheus_client import Counter, Gauge
from psycopg_pool import PoolTimeout

from services.errors import NotTakenIn, RefusedEvent
from services.ingest.body import BodyRefused, RawItem, read_body
from services.ingest.intake import Intake, Taken, take_stream
from services.ingest.kafka.brokers import RECONNECT_MILLISECONDS, Brokers
from services.ingest.kafka.topics import source_of
from services.store import offsets
from services.store.feeds import read_clock
from services.store.offsets import Partition

GROUP = "lightship.relay"
POLL_MESSAGES, POLL_MILLISECONDS = 2_000, 500
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.2, 15.0
_TELL_SECONDS = 5.0
# Of the ten seconds that a process has to end:
_ASK_MILLISECONDS, _CLOSE_MILLISECONDS, _PATIENCE_SECONDS = 2_000, 1_000, 2.0
_SESSION_MILLISECONDS, _HEARTBEAT_MILLISECONDS = 10_000, 3_000
_log = structlog.get_logger(__name__)
_EVENTS = Counter("lightship_relay_events_total", "Events of trusts' own topics.", ["topic", "outcome"])
_LAG = Gauge("lightship_relay_lag_messages", "Messages of trusts' topics that wait.", ["topic", "partition"])
_WAITING = Gauge("lightship_relay_waiting", "1 while messages wait for Kafka or the database.")


def run(brokers: Brokers, intake: Intake, sources: Sequence[str], stopping: threading.Event | None = None) -> None:
    """Relay until SIGTERM or Ctrl-C (or `stopping`). sources: ODS codes. Raises KafkaError where brokers are none."""
    ending = stopping or threading.Event()
    if stopping is None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ending.set())
    consumer = KafkaConsumer(
        *[f"in.{code}" for code in sources], **brokers.client(), group_id=GROUP, client_id="lightship-relay",
        enable_auto_commit=False, auto_offset_reset="earliest", max_poll_records=POLL_MESSAGES,
        session_timeout_ms=_SESSION_MILLISECONDS, heartbeat_interval_ms=_HEARTBEAT_MILLISECONDS,
        reconnect_backoff_max_ms=RECONNECT_MILLISECONDS, metrics_enabled=False,
    )  # fmt: skip
    threading.Thread(target=_hurry, args=(ending, intake), daemon=True).start()
    told, shown, patience = 0.0, set[TopicPartition](), _Patience(ending)
    try:
        while not ending.is_set():
            polled = _polled(consumer, patience)
            if wall_time.monotonic() - told > _TELL_SECONDS:
                told = wall_time.monotonic()
                _tell(consumer, intake, shown)
            if not polled:
                continue
            if not all(_relayed(intake, tp.topic, records, patience) for tp, records in polled.items()):
                return  # not committed: read again by whoever is next
            if not _committed(consumer, patience):
                return
    finally:
        consumer.close(timeout_ms=_CLOSE_MILLISECONDS)


def _hurry(ending: threading.Event, intake: Intake) -> None:
    """At the end, what brokers have not acknowledged soon is given up: it is not committed, and published again."""
    ending.wait()
    wall_time.sleep(_PATIENCE_SECONDS)
    if intake.publisher is not None:
        intake.publisher.close()


def _tell(consumer: KafkaConsumer, intake: Intake, shown: set[TopicPartition]) -> None:
    """Tell Prometheus and the store how far behind this door is. shown: the partitions that were told last."""
    assigned = list(consumer.assignment())
    for gone in shown - set(assigned):
        _LAG.remove(gone.topic, gone.partition)
    shown.clear()
    shown.update(assigned)
    try:
        ends = consumer.end_offsets(assigned, timeout_ms=_ASK_MILLISECONDS) if assigned else {}
        reached = {tp: consumer.committed(tp, timeout_ms=_ASK_MILLISECONDS) or 0 for tp in assigned}
        for tp in assigned:
            _LAG.labels(tp.topic, tp.partition).set(max(0, ends[tp] - reached[tp]))
        with intake.database.connection() as connection:
            offsets.note_reached(
                connection, {Partition(tp.topic, tp.partition): at for tp, at in reached.items()},
                {Partition(tp.topic, tp.partition): end for tp, end in ends.items()},
            )  # fmt: skip
    except KafkaError as error:  # a lag that was true a while ago would be taken for now's
        _log.warning("relay.lag_unknown", error=type(error).__name__)
        for tp in assigned:
            _LAG.labels(tp.topic, tp.partition).set(math.nan)
    except (psycopg.Error, PoolTimeout) as error:
        _log.warning("relay.lag_not_noted", error=type(error).__name__)


class _Patience:
    """Waits for brokers or the database, longer each time, and says so."""

    def __init__(self, ending: threading.Event) -> None:
        self._ending, self._seconds = ending, FIRST_WAIT_SECONDS

    def wait(self, error: Exception, messages: int = 0) -> bool:
        """Answers whether to try again: not at the end."""
        _WAITING.set(1)
        _log.warning("relay.waiting", error=type(error).__name__, messages=messages, seconds=self._seconds)
        is_over = self._ending.wait(self._seconds)
        self._seconds = min(2 * self._seconds, LONGEST_WAIT_SECONDS)
        return not is_over

    def over(self) -> None:
        _WAITING.set(0)
        self._seconds = FIRST_WAIT_SECONDS


def _polled(consumer: KafkaConsumer, patience: _Patience) -> Mapping[Any, Sequence[Any]]:
    try:
        polled = consumer.poll(timeout_ms=POLL_MILLISECONDS)
    except KafkaError as error:
        patience.wait(error)
        return {}
    patience.over()
    return dict(polled)


def _committed(consumer: KafkaConsumer, patience: _Patience) -> bool:
    """Whether Kafka knows how far we are; asked until it does, or until the end: then some is published again."""
    while True:
        try:
            consumer.commit(timeout_ms=_ASK_MILLISECONDS)
        except CommitFailedError:
            _log.warning("relay.rebalanced")  # another has these partitions, and publishes some of them again
            return True
        except KafkaError as error:
            if not patience.wait(error):
                return False
        else:
            patience.over()
            return True


def _relayed(intake: Intake, topic: str, records: Sequence[Any], patience: _Patience) -> bool:
    """Whether messages of one topic are durable; tried until they are, or until the end."""
    while True:
        try:
            with intake.database.connection() as connection:
                now = read_clock(connection).at(datetime.now(UTC))
            taken = Taken()
            items = _items([record.value or b"" for record in records])
            for _ in take_stream(intake, items, taken, now=now, only_source=source_of(topic)):
                pass
        except (NotTakenIn, KafkaError, psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout) as error:
            if not patience.wait(error, len(records)):
                return False
        else:
            patience.over()
            _EVENTS.labels(topic, "published").inc(taken.accepted)
            _EVENTS.labels(topic, "quarantined").inc(taken.quarantined)
            return True


def _items(values: Iterable[bytes]) -> Iterator[RawItem]:
    """The events of messages; one that holds none is refused whole."""
    number = 0
    for value in values:
        if value.lstrip()[:1] == b"{" and b"\n" not in value.strip():
            yield RawItem(number, value, what="The message")
            number += 1
            continue
        try:
            for item in read_body(value, content_type="application/json", content_encoding=None):
                yield item._replace(number=number)
                number += 1
        except BodyRefused as refused:
            yield RawItem(number, value, None, RefusedEvent(str(refused)))
            number += 1
