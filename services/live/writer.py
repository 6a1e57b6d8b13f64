"""The one writer of the picture: takes the lease, recomputes on a ring of the doorbell, numbers each revision."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time as wall_time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import psycopg
import structlog
from prometheus_client import Gauge

from services.domain.clock import Clock
from services.domain.system import System
from services.errors import LeaseLost
from services.live import agreed, figures, overview
from services.live.present import Notes, Present
from services.store import feeds as feed_store
from services.store import lease
from services.store.database import Database
from services.store.events import DOORBELL
from services.store.synthetic import People

LEAST_INTERVAL_SECONDS = 0.1  # design 5.2: live values at most every 100 ms
RENEWED_SECONDS = lease.SECONDS / 2  # a first reading on a busy machine must not end behind its own lease
LONGEST_INTERVAL_SECONDS = 1.0  # waits grow while nothing arrives
_log = structlog.get_logger(__name__)
_HELD = Gauge("lightship_picture_lease_held", "1 while this process is the picture's writer.")


class Writer:
    """A thread that keeps the picture.

    publish(revision, overview) is called from it for each new revision, vouch(clock) after each look, changed or not.
    notes: shared with who else reads what was written, under the lease that this one holds.
    """

    def __init__(
        self, database: Database, system: System, publish: Callable[[int, dict[str, Any]], None], *,
        vouch: Callable[[Clock], None] = lambda _: None, people: Callable[[], People] = lambda: People(False, False),
        history: Callable[[], Mapping[str, Any] | None] = lambda: None, notes: Notes | None = None,
        copy_of: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self._database, self._system, self._publish = database, system, publish
        self._vouch, self._people, self._history = vouch, people, history
        self._copy_of = copy_of
        self._holder = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
        self._clock = Clock.wall(datetime.now(UTC))
        self._present = Present(system, notes=notes)
        self._told = agreed.Told()
        self._read_under: int | None = None  # the fence under which what is kept in memory was read
        self.fence: int | None = None  # of the lease while it is held here, for what else is written under it
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="picture", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop and give the lease back."""
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with contextlib.closing(self._database.doorbell()) as bell:
                    bell.execute(f"listen {DOORBELL}")
                    self._keep(bell)
            except LeaseLost as error:
                _log.warning("picture.lease_lost", reason=str(error))
            except psycopg.Error as error:
                _log.error("picture.database_away", error=type(error).__name__)
            self._stop.wait(0.5)

    def _keep(self, bell: psycopg.Connection[Any]) -> None:
        """Hold the lease and write until told to stop; the doorbell's own connection carries the wait."""
        last: dict[str, Any] | None = None
        while not self._stop.is_set():
            began = wall_time.monotonic()
            self.fence = fence = lease.take(bell, self._holder)
            _HELD.set(fence is not None)
            if fence != self._read_under:  # whoever holds the lease drops the notes of what it has read
                self._present.forget()
                self._read_under = fence
            if fence is None:
                self._stop.wait(LONGEST_INTERVAL_SECONDS)
                continue
            made = self._make()
            if wall_time.monotonic() - began > RENEWED_SECONDS and lease.take(bell, self._holder) != fence:
                raise LeaseLost("Another process writes the picture now; this one was too slow.")
            if _substance(made) != _substance(last):
                revision = lease.write(bell, fence, orjson.dumps(made).decode())
                made["revision"] = revision
                self._publish(revision, made)
                figures.shown(revision, made)
                last = made
            self._vouch(self._clock)
            figures.looked(self._clock)
            spent = wall_time.monotonic() - began
            self._stop.wait(max(0.0, LEAST_INTERVAL_SECONDS - spent))
            for _ in bell.notifies(timeout=LONGEST_INTERVAL_SECONDS, stop_after=1):
                break
        lease.release(bell, self._holder)
        _HELD.set(0)

    def _make(self) -> dict[str, Any]:
        wall = datetime.now(UTC)
        with self._database.connection() as connection:
            self._clock = clock = feed_store.read_clock(connection)
            return overview.read(
                connection, self._system, clock.at(wall), clock=clock, wall=wall, **self._people()._asdict(),
                history=self._history(), present=self._present, told=self._told, copy_of=self._copy_of,
            )  # fmt: skip


def _substance(picture: Mapping[str, Any] | None) -> Any:
    """What makes a picture new: its figures, feeds' states and how fast time passes, not its passing."""
    if picture is None:
        return None
    same = {key: value for key, value in picture.items() if key not in ("as_at", "known_at", "clock", "revision")}
    return same | {"rate": picture["clock"]["rate"]}
