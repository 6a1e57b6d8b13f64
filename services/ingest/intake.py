"""What every outer door does with what it read: admit, ingest, quarantine, and count. Nothing is dropped.

A sender is told "accepted" only after the facts are committed, and "quarantined" only after the payload is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from psycopg import Connection

from services.domain.facts import Fact
from services.errors import RefusedEvent
from services.ingest.body import RawItem
from services.ingest.door import Door
from services.store import quarantine
from services.store.events import ingest
from services.store.quarantine import Refused

BATCH = 2000


@dataclass(frozen=True)
class Refusal:
    """One payload in quarantine: where it stood in what was sent, and why it was refused."""

    index: int
    reason: str
    field: str | None
    quarantine_id: str


@dataclass(frozen=True)
class Taken:
    accepted: int
    duplicates: int
    refusals: tuple[Refusal, ...]
    touched: frozenset[str]


def take(
    connection: Connection[Any], door: Door, items: Iterable[RawItem], *, received_at: datetime, now: datetime,
    content_type: str,
) -> Iterator[Taken]:  # fmt: skip
    """Take items in, a batch at a time; yields what became of each batch once it is durable.

    received_at: the door's stamp. now: the one clock, which event times are judged by. Raises psycopg.Error where
    the database is away; batches already yielded are in, the rest is not.
    """
    stream = iter(items)
    while batch := list(islice(stream, BATCH)):
        yield _batch(connection, door, batch, received_at, now, content_type)


def _batch(
    connection: Connection[Any], door: Door, items: list[RawItem], received_at: datetime, now: datetime,
    content_type: str,
) -> Taken:  # fmt: skip
    facts: list[Fact] = []
    refused: list[tuple[int, Refused]] = []
    for item in items:
        refusal = item.refusal
        if item.event is not None and refusal is None:
            try:
                facts.append(door.admit(item.event, received_at, now))
                continue
            except RefusedEvent as error:
                refusal = error
        readable = item.event if item.event is not None else item.raw
        source, type_ = door.known(readable)
        reason = refusal.reason if refusal else "cannot be read"
        field = refusal.field if refusal else None
        redacted = door.redact(readable, now)
        refused.append(
            (item.index, Refused(item.raw, reason, field, source, type_, redacted, content_type, received_at))
        )
    done = ingest(connection, facts)
    held = quarantine.put(connection, door.keys, [each for _, each in refused]) if refused else []
    refusals = tuple(
        Refusal(index, each.reason, each.field, str(id_)) for (index, each), id_ in zip(refused, held, strict=True)
    )
    return Taken(done.accepted, done.duplicates, refusals, done.touched)
