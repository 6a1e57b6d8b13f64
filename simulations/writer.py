"""Writes the synthetic feed into the store through the same door and the same ingest as everything else.

History first: the journeys still open now, so that a board can be drawn, then backwards from now. After that live, at
the rate of the one clock. Only this writer keeps the senders' own `recordedat`: generated history is known when
it happened. Interrupted at whatever moment it goes on: the history is made again from its seed, which is quick, and
the batches that are in, as the store says in the transaction of each, are not written again.
"""

from __future__ import annotations

import threading
import time as wall_time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson
import structlog
from psycopg import Connection

from services.domain.clock import Clock
from services.domain.facts import Fact
from services.domain.system import System
from services.domain.training import Injection
from services.errors import LightshipError, RefusedEvent
from services.ingest.body import RawItem
from services.ingest.door import Door
from services.ingest.intake import Publisher, refused
from services.store import feeds as feed_store
from services.store import quarantine, synthetic
from services.store import training as training_store
from services.store.database import Database
from services.store.events import ingest
from services.store.quarantine import Refused
from services.store.recent import Recent
from services.training import rate_at_start
from simulations.delivery import Asked, Delivery, misbehaviour_of
from simulations.history import Group, History
from simulations.incidents import Incident
from simulations.misbehaviour_plan import Misbehaviour
from simulations.steering import Held, Steered
from simulations.truth import Truth

BATCH = 4000
TICK_SECONDS = 1.0
TOLD_SECONDS = 0.5  # while it is generated
GENERATED_SHARE = 0.2  # of the work of a history; the rest is writing it
_ANOTHER = (
    "The store holds part of a history that this version, or this configuration, does not make again. Go on with those "
    "it was begun with, or begin anew in an empty folder (LIGHTSHIP_DATA_DIR)."
)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Settings:
    """start: when the history begins; None: so that it ends now. speed 0: the clock stands."""

    seed: int = 1
    scale: float = 1.0
    history_days: float = 7
    speed: float | None = None  # as it was left, else real speed
    start: datetime | None = None
    end: datetime | None = None
    incidents: tuple[Incident, ...] = ()
    misbehaviour: Misbehaviour | None = None


class Feed:
    """One run of the synthetic system against a store."""

    def __init__(
        self, database: Database, system: System, door: Door, settings: Settings, folder: Path,
        truth: Truth | None = None, publisher: Publisher | None = None,
    ) -> None:  # fmt: skip
        """folder: where there is room to lay the history away until it is written. truth: told of the history.

        publisher: where the facts go; None: into the store.
        """
        self._publisher = publisher
        self._database, self._system, self._door, self._settings = database, system, door, settings
        self._folder, self._truth = folder, truth
        self._recent = Recent()
        self._share = 0.0
        self.stopping = threading.Event()

    def run(self, *, progress: Callable[[float], None] = lambda _: None, live: bool = True) -> None:
        """Write history, or resume, then run live until stopped.

        Raises LightshipError where there is no room, or the store holds half of another history.
        """
        with self._database.connection() as connection:
            run = synthetic.read(connection)
            if run is None:
                run = self._begin()
                synthetic.begin(connection, run)
                started = run.live_from if self._settings.start is None else datetime.now(UTC)
                clock = Clock(run.live_from, started, self._rate(connection))
            else:
                clock = Clock(run.reached_at, datetime.now(UTC), self._rate(connection))
                _log.info("feed.resumed", at=run.reached_at.isoformat(), share=run.share)
            feed_store.set_clock(connection, clock)
        self._share = run.share
        world = Delivery(self._system, asked_of(run), self._truth)
        if run.share < 1:
            try:
                with History(self._folder) as history:
                    self._generate(history, world, run, progress)
                    if self.stopping.is_set():
                        return
                    self._write(history, run, progress)
            except OSError as error:
                raise LightshipError(
                    f"The history cannot be laid away under {self._folder} ({error.strerror}): make room there, or ask "
                    "for fewer days."
                ) from error
        if self.stopping.is_set():
            return
        steered, held = Steered(world, self._system.code, run.live_from), Held()
        with self._database.connection() as connection:
            done, silences = training_store.injections(connection), training_store.silences(connection)
        if run.share >= 1:  # else the history has just been made by this world
            for _ in world.opening():
                pass
        # These were sent before the stop, but for what a feed held back that was silent.
        for _ in held.sift(steered.again(done, run.reached_at), silences):
            if self.stopping.is_set():
                return
        if live:
            self._live(steered, held)

    def _begin(self) -> synthetic.Run:
        asked = self._settings
        now = datetime.now(UTC).replace(microsecond=0)
        began = asked.start or now - timedelta(days=asked.history_days)
        ends = asked.end or (now if asked.start is None else began + timedelta(days=asked.history_days))
        return synthetic.Run(
            asked.seed, asked.scale, began, ends, ends,
            incidents=[each.as_json() for each in asked.incidents],
            misbehaviour=asked.misbehaviour.model_dump(mode="json", by_alias=True) if asked.misbehaviour else None,
        )  # fmt: skip

    def _generate(
        self, history: History, world: Delivery, run: synthetic.Run, progress: Callable[[float], None]
    ) -> None:
        whole = max(1.0, (run.live_from - run.began_at).total_seconds())
        told = 0.0

        def reached(moment: datetime) -> None:
            nonlocal told
            if wall_time.monotonic() - told > TOLD_SECONDS:
                told = wall_time.monotonic()
                self._tell(GENERATED_SHARE * (moment - run.began_at).total_seconds() / whole, progress)

        for event in world.history(reached):
            if self.stopping.is_set():
                return
            history.take(event)

    def _write(self, history: History, run: synthetic.Run, progress: Callable[[float], None]) -> None:
        events = batches = 0
        digest = b""
        for groups in (history.first(), history.backwards()):
            for batch in _batches(groups):
                if self.stopping.is_set():
                    return
                batches, events = batches + 1, events + len(batch)
                digest = blake2b(b"\n".join((digest, *batch)), digest_size=16).digest()
                if batches == run.batches and digest != run.digest:
                    raise LightshipError(_ANOTHER)
                if batches <= run.batches:
                    continue
                share = min(GENERATED_SHARE + (1 - GENERATED_SHARE) * events / history.events, 0.999)
                self._send(batch, (batches, digest, share))
                self._share = max(self._share, share)
                progress(self._share)
            with self._database.connection() as connection:
                synthetic.progress(connection, drawable=True)
        if batches < run.batches:
            raise LightshipError(_ANOTHER)
        self._tell(1.0, progress)

    def _tell(self, share: float, progress: Callable[[float], None]) -> None:
        self._share = max(self._share, share)  # what is made again was told already
        with self._database.connection() as connection:
            synthetic.progress(connection, share=share)
        progress(self._share)

    def _live(self, steered: Steered, held: Held) -> None:
        while not self.stopping.wait(TICK_SECONDS):
            with self._database.connection() as connection:
                now = feed_store.read_clock(connection).at(datetime.now(UTC))
                wanted, silences = training_store.injections(connection), training_store.silences(connection)
            events = steered.advance(wanted, now, self._note)
            passing = list(held.sift(events, silences))
            for silence, backlog in held.speaking(silences, now):
                self._send_all(backlog)
                with self._database.connection() as connection:
                    training_store.note_spoke(connection, silence.id, now)
            self._send_all(passing)
            with self._database.connection() as connection:
                synthetic.progress(connection, reached_at=now)

    def _rate(self, connection: Connection[Any]) -> float:
        """0 for a history alone, whose clock stands."""
        return 0.0 if self._settings.speed == 0 else rate_at_start(connection, self._settings.speed)

    def _note(self, injection: Injection, what: str, at: datetime) -> None:
        """Kept before what it causes is sent, so that a feed that starts again does the same."""
        keep = training_store.note_over if what == "over" else training_store.note_begun
        with self._database.connection() as connection:
            keep(connection, injection.id, at)

    def _send_all(self, events: Sequence[dict[str, Any]]) -> None:
        for start in range(0, len(events), BATCH):
            self._send([orjson.dumps(event) for event in events[start : start + BATCH]])

    def _send(self, events: Sequence[bytes], written: tuple[int, bytes, float] | None = None) -> None:
        """One transaction; `written` is noted in it."""
        facts: list[Fact] = []
        held: list[Refused] = []
        for number, raw in enumerate(events):
            event = orjson.loads(raw)
            recorded_at = datetime.fromisoformat(event["recordedat"])
            try:
                facts.append(
                    self._door.plain(raw, recorded_at, recorded_at) or self._door.admit(event, recorded_at, recorded_at)
                )
            except RefusedEvent as refusal:
                held.append(refused(self._door, RawItem(number, raw, event), refusal, recorded_at))
        if self._publisher is not None:
            self._publisher.facts(facts, [True] * len(facts))
            self._publisher.refused(self._door.keys, held)
        with self._database.connection() as connection, connection.transaction():
            if self._publisher is None:
                ingest(connection, facts, self._recent)
            if held and self._publisher is None:
                quarantine.put(connection, self._door.keys, held)
            if written is not None:
                synthetic.wrote(connection, *written)


def asked_of(run: synthetic.Run) -> Asked:
    """What a run was begun with."""
    return Asked(
        run.seed, run.scale, run.began_at, run.live_from, tuple(map(Incident.of_json, run.incidents)),
        misbehaviour_of(run.misbehaviour),
    )  # fmt: skip


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
