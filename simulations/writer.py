"""Writes the synthetic feed into the store through the same door and the same ingest as everything else.

History first: the journeys still open now, so that a board can be drawn, then backwards from now. After that live, at
the rate of the one clock. Only this writer keeps the senders' own `recordedat`: generated history is known when
it happened.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import orjson
import structlog

from services.domain.clock import Clock
from services.domain.facts import Fact
from services.domain.system import System
from services.errors import RefusedEvent
from services.ingest.door import Door
from services.store import feeds as feed_store
from services.store import synthetic
from services.store.database import Database
from services.store.events import ingest
from services.store.recent import Recent
from simulations.feed import SyntheticSystem

BATCH = 4000
TICK_SECONDS = 1.0
_ENDINGS = frozenset(
    ["ed.departed", "bed.left", "ambulance.cleared", "virtual_ward.discharged", "virtual_ward.declined"]
)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Settings:
    seed: int = 1
    scale: float = 1.0
    history_days: float = 7
    speed: float = 1.0


class Feed:
    """One run of the synthetic system against a store."""

    def __init__(self, database: Database, system: System, door: Door, settings: Settings) -> None:
        self._database, self._system, self._door, self._settings = database, system, door, settings
        self._recent = Recent()
        self.stopping = threading.Event()

    def run(self, *, progress: Callable[[float], None] = lambda _: None, live: bool = True) -> None:
        """Write history, or resume, then run live until stopped."""
        with self._database.connection() as connection:
            run = synthetic.read(connection)
            if run is None:
                run = self._begin()
                synthetic.begin(connection, run)
                clock = Clock(run.live_from, run.live_from, self._settings.speed)
            else:
                clock = Clock(run.reached_at, datetime.now(UTC), self._settings.speed)
                _log.info("feed.resumed", at=run.reached_at.isoformat())
            feed_store.set_clock(connection, clock)
        world = SyntheticSystem(self._system, run.began_at, seed=run.seed, scale=run.scale)
        raw: list[dict[str, Any]] = []
        for event in chain(world.opening(), world.advance(run.live_from)):
            if self.stopping.is_set():
                return
            if run.share < 1:
                raw.append(event)
        if run.share < 1:
            self._history(raw, progress)
        del raw
        for _ in world.advance(run.reached_at):
            if self.stopping.is_set():
                return  # these were sent before the stop
        if live:
            self._live(world)

    def _begin(self) -> synthetic.Run:
        now = datetime.now(UTC).replace(microsecond=0)
        began = now - timedelta(days=self._settings.history_days)
        return synthetic.Run(self._settings.seed, self._settings.scale, began, now, now)

    def _history(self, raw: list[dict[str, Any]], progress: Callable[[float], None]) -> None:
        by_subject: dict[str, list[dict[str, Any]]] = {}
        for event in raw:
            by_subject.setdefault(event["subject"], []).append(event)
        order = sorted(by_subject.values(), key=_urgency, reverse=True)
        still_open = sum(len(group) for group in order if _urgency(group)[0])
        done = 0
        for batch in _batches(order):
            if self.stopping.is_set():
                return
            self._send(batch)
            done += len(batch)
            share = done / len(raw)
            with self._database.connection() as connection:
                synthetic.progress(connection, share=min(share, 0.999), drawable=done >= still_open)
            progress(share)
        with self._database.connection() as connection:
            synthetic.progress(connection, share=1.0)
        progress(1.0)

    def _live(self, world: SyntheticSystem) -> None:
        while not self.stopping.wait(TICK_SECONDS):
            with self._database.connection() as connection:
                now = feed_store.read_clock(connection).at(datetime.now(UTC))
            events = list(world.advance(now))
            for start in range(0, len(events), BATCH):
                self._send(events[start : start + BATCH])
            with self._database.connection() as connection:
                synthetic.progress(connection, reached_at=now)

    def _send(self, events: Iterable[dict[str, Any]]) -> None:
        facts: list[Fact] = []
        for event in events:
            recorded_at = datetime.fromisoformat(event.get("sentat", event["time"]))
            try:
                plain = self._door.plain(orjson.dumps(event), recorded_at, recorded_at)
                facts.append(plain or self._door.admit(event, recorded_at, recorded_at))
            except RefusedEvent as refusal:
                _log.error("feed.refused", type=event["type"], field=refusal.field, reason=refusal.reason)
        with self._database.connection() as connection:
            ingest(connection, facts, self._recent)


def _urgency(events: list[dict[str, Any]]) -> tuple[bool, str]:
    """Open journeys first, then whatever moved last."""
    is_open = not any(event["type"] in _ENDINGS for event in events)
    return is_open, max(event["time"] for event in events)


def _batches(groups: Iterable[list[dict[str, Any]]]) -> Iterator[list[dict[str, Any]]]:
    """Whole journeys together, about BATCH events a batch."""
    batch: list[dict[str, Any]] = []
    for group in groups:
        batch.extend(group)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
