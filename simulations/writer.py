"""Writes the synthetic feed into the store through the same door and the same ingest as everything else.

History first: the journeys still open now, so that a board can be drawn, then backwards from now. After that live, at
the rate of the one clock. Only this writer keeps the senders' own `recordedat`: generated history is known when
it happened.
"""

from __future__ import annotations

import threading
import time as wall_time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
import structlog

from services.domain.clock import Clock
from services.domain.facts import Fact
from services.domain.system import System
from services.domain.training import Injection
from services.errors import LightshipError, RefusedEvent
from services.ingest.door import Door
from services.store import feeds as feed_store
from services.store import synthetic
from services.store import training as training_store
from services.store.database import Database
from services.store.events import ingest
from services.store.recent import Recent
from services.training import rate_at_start
from simulations.feed import SyntheticSystem
from simulations.history import Group, History
from simulations.steering import Held, Steered

BATCH = 4000
TICK_SECONDS = 1.0
TOLD_SECONDS = 0.5  # while it is generated
GENERATED_SHARE = 0.2  # of the work of a history; the rest is writing it
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Settings:
    seed: int = 1
    scale: float = 1.0
    history_days: float = 7
    speed: float | None = None  # as it was left, else real speed


class Feed:
    """One run of the synthetic system against a store."""

    def __init__(self, database: Database, system: System, door: Door, settings: Settings, folder: Path) -> None:
        """folder: where there is room to lay the history away until it is written."""
        self._database, self._system, self._door, self._settings = database, system, door, settings
        self._folder = folder
        self._recent = Recent()
        self.stopping = threading.Event()

    def run(self, *, progress: Callable[[float], None] = lambda _: None, live: bool = True) -> None:
        """Write history, or resume, then run live until stopped. Raises LightshipError where there is no room."""
        with self._database.connection() as connection:
            run = synthetic.read(connection)
            if run is None:
                run = self._begin()
                synthetic.begin(connection, run)
                clock = Clock(run.live_from, run.live_from, self._settings.speed or 1.0)
                training_store.keep_speed(connection, clock.rate, paused=False)
            else:
                rate = rate_at_start(connection, self._settings.speed)
                clock = Clock(run.reached_at, datetime.now(UTC), rate)
                _log.info("feed.resumed", at=run.reached_at.isoformat())
            feed_store.set_clock(connection, clock)
        world = SyntheticSystem(self._system, run.began_at, seed=run.seed, scale=run.scale)
        if run.share < 1:
            try:
                with History(self._folder) as history:
                    self._generate(history, world, run, progress)
                    if self.stopping.is_set():
                        return
                    self._write(history, progress)
            except OSError as error:
                raise LightshipError(
                    f"The history cannot be laid away under {self._folder} ({error.strerror}): make room there, or ask "
                    "for fewer days with --history-days."
                ) from error
        if self.stopping.is_set():
            return
        steered, held = Steered(world, self._system.code, run.live_from), Held()
        with self._database.connection() as connection:
            done, silences = training_store.injections(connection), training_store.silences(connection)
        # These were sent before the stop, but for what a feed held back that was silent.
        for _ in held.sift(steered.again(done, run.reached_at), silences):
            if self.stopping.is_set():
                return
        if live:
            self._live(steered, held)

    def _begin(self) -> synthetic.Run:
        now = datetime.now(UTC).replace(microsecond=0)
        began = now - timedelta(days=self._settings.history_days)
        return synthetic.Run(self._settings.seed, self._settings.scale, began, now, now)

    def _generate(
        self, history: History, world: SyntheticSystem, run: synthetic.Run, progress: Callable[[float], None]
    ) -> None:
        began, whole = run.began_at.timestamp(), max(1.0, (run.live_from - run.began_at).total_seconds())
        told = wall_time.monotonic()
        for event in chain(world.opening(), world.advance(run.live_from)):
            if self.stopping.is_set():
                return
            history.take(event)
            if wall_time.monotonic() - told > TOLD_SECONDS:
                told = wall_time.monotonic()
                reached = datetime.fromisoformat(event["sentat"]).timestamp()
                self._tell(GENERATED_SHARE * max(0.0, reached - began) / whole, progress)

    def _write(self, history: History, progress: Callable[[float], None]) -> None:
        done = 0
        for groups in (history.first(), history.backwards()):
            for batch in _batches(groups):
                if self.stopping.is_set():
                    return
                self._send(batch)
                done += len(batch)
                share = GENERATED_SHARE + (1 - GENERATED_SHARE) * done / history.events
                self._tell(min(share, 0.999), progress)
            with self._database.connection() as connection:
                synthetic.progress(connection, drawable=True)
        self._tell(1.0, progress)

    def _tell(self, share: float, progress: Callable[[float], None]) -> None:
        with self._database.connection() as connection:
            synthetic.progress(connection, share=share)
        progress(share)

    def _live(self, steered: Steered, held: Held) -> None:
        while not self.stopping.wait(TICK_SECONDS):
            with self._database.connection() as connection:
                now = feed_store.read_clock(connection).at(datetime.now(UTC))
                wanted, silences = training_store.injections(connection), training_store.silences(connection)
            events = steered.advance(wanted, now, self._note)
            passing = list(held.sift(events, silences))
            for silence, backlog in held.speaking(silences, now):
                self._send_all(backlog, now)
                with self._database.connection() as connection:
                    training_store.note_spoke(connection, silence.id, now)
            self._send_all(passing)
            with self._database.connection() as connection:
                synthetic.progress(connection, reached_at=now)

    def _note(self, injection: Injection, what: str, at: datetime) -> None:
        """Kept before what it causes is sent, so that a feed that starts again does the same."""
        keep = training_store.note_over if what == "over" else training_store.note_begun
        with self._database.connection() as connection:
            keep(connection, injection.id, at)

    def _send_all(self, events: Sequence[dict[str, Any]], received_at: datetime | None = None) -> None:
        for start in range(0, len(events), BATCH):
            self._send(map(orjson.dumps, events[start : start + BATCH]), received_at)

    def _send(self, events: Iterable[bytes], received_at: datetime | None = None) -> None:
        """received_at: when it was delivered; as it was sent where None."""
        facts: list[Fact] = []
        for raw in events:
            event = orjson.loads(raw)
            recorded_at = received_at or datetime.fromisoformat(event.get("sentat", event["time"]))
            try:
                facts.append(
                    self._door.plain(raw, recorded_at, recorded_at) or self._door.admit(event, recorded_at, recorded_at)
                )
            except RefusedEvent as refusal:
                _log.error("feed.refused", type=event["type"], field=refusal.field, reason=refusal.reason)
        with self._database.connection() as connection:
            ingest(connection, facts, self._recent)


def _batches(groups: Iterable[Group]) -> Iterator[Group]:
    """Whole journeys together, about BATCH events a batch."""
    batch: Group = []
    for group in groups:
        batch.extend(group)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
