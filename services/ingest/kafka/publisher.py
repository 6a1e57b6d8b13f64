"""What doors write with: facts to `flow.*`, refused payloads, sealed, to `flow.quarantine`.

Durable when `facts` and `refused` return: acknowledged by every replica that is in step (acks=all), each message once
even where a send had to be tried again (an idempotent producer). The key is the subject.
"""

from __future__ import annotations

import contextlib
import threading
import time as wall_time
from collections.abc import Iterable, Iterator, Sequence

from kafka import KafkaProducer
from kafka.errors import KafkaError
from prometheus_client import Counter, Histogram

from services.domain.facts import Fact
from services.errors import NotTakenIn
from services.ingest.identity import KeyRing
from services.ingest.kafka.brokers import RECONNECT_MILLISECONDS, Brokers
from services.ingest.kafka.topics import LARGEST_BYTES, QUARANTINE, topic_of
from services.ingest.kafka.wire import refusal_written, written
from services.store import quarantine
from services.store.quarantine import Refused

DELIVERY_SECONDS = 30  # after which a sender is told to send again
_REQUEST_SECONDS, _REACH_SECONDS, _CLOSE_SECONDS = 10, 5, 2  # a process has ten seconds to end
_LINGER_MILLISECONDS = 5
_BATCH_BYTES = 256 * 1024
_PUBLISHED = Counter("lightship_kafka_published_total", "Messages that Kafka acknowledged.", ["topic"])
_SECONDS = Histogram("lightship_kafka_publish_seconds", "From the first send of a batch to its last acknowledgement.")

Message = tuple[str, bytes, bytes]  # topic, key, value


class Publisher:
    """A producer that threads share. Made anew after a failure: one that lost a sequence number cannot go on."""

    def __init__(self, brokers: Brokers) -> None:
        self._brokers = brokers
        self._lock = threading.Lock()
        self._producer: KafkaProducer | None = None

    def facts(self, facts: Sequence[Fact], synthetic: Iterable[bool]) -> None:
        """Publish facts. synthetic: of each, whether its event said so. Raises NotTakenIn."""
        self.publish(
            (topic_of(fact), fact.subject.encode(), written(fact, made_up))
            for fact, made_up in zip(facts, synthetic, strict=True)
        )

    def refused(self, keys: KeyRing, held: Sequence[Refused]) -> None:
        """Publish what was refused, sealed, for workers to put into quarantine. Raises NotTakenIn."""
        self.publish((QUARANTINE, row.digest, refusal_written(row)) for row in quarantine.sealed(keys, held))

    def publish(self, messages: Iterable[Message]) -> None:
        """Send messages and wait until each is acknowledged. Raises NotTakenIn."""
        began = wall_time.monotonic()
        with self._failing():
            producer = self._there()
            sent = [(topic, producer.send(topic, key=key, value=value)) for topic, key, value in messages]
            producer.flush(DELIVERY_SECONDS)
            for topic, future in sent:
                future.get(DELIVERY_SECONDS)
                _PUBLISHED.labels(topic).inc()
        _SECONDS.observe(wall_time.monotonic() - began)

    def close(self) -> None:
        """Send what can be sent at once, and give up the rest: whoever waits for it is told so."""
        with self._lock:
            producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            producer.close(timeout=_CLOSE_SECONDS)
        except KafkaError:  # kafka-python gives up closing where something is unsent, and would try it for ever
            producer._sender.force_close()
            producer.close(timeout=_CLOSE_SECONDS)

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except KafkaError as error:
            self.close()
            raise NotTakenIn(
                f"Kafka at {self._brokers} did not acknowledge what was sent ({type(error).__name__}): send it again."
            ) from error

    def _there(self) -> KafkaProducer:
        with self._lock:
            if self._producer is None:
                self._producer = KafkaProducer(
                    **self._brokers.client(), client_id="lightship-door", acks="all", enable_idempotence=True,
                    linger_ms=_LINGER_MILLISECONDS, batch_size=_BATCH_BYTES, allow_auto_create_topics=False,
                    request_timeout_ms=_REQUEST_SECONDS * 1000, delivery_timeout_ms=DELIVERY_SECONDS * 1000,
                    max_block_ms=_REACH_SECONDS * 1000, bootstrap_timeout_ms=_REACH_SECONDS * 1000,
                    reconnect_backoff_max_ms=RECONNECT_MILLISECONDS, max_request_size=LARGEST_BYTES,
                    metrics_enabled=False,
                )  # fmt: skip
            return self._producer
