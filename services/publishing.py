"""Whether doors publish what they take in, or write it into the store."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from services.settings import Settings

if TYPE_CHECKING:
    from services.ingest.kafka.publisher import Publisher


@contextlib.contextmanager
def publishing(settings: Settings) -> Iterator[Publisher | None]:
    """Where doors publish, as long as the block runs, where Kafka is configured; None: they write into the store."""
    if not settings.kafka:
        yield None
        return
    from services.ingest.kafka.brokers import Brokers  # who runs without Kafka does not load its library
    from services.ingest.kafka.publisher import Publisher

    publisher = Publisher(Brokers.of(settings))
    try:
        yield publisher
    finally:
        publisher.close()
