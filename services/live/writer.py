"""The one writer of the picture: takes the lease, recomputes on a ring of the doorbell, numbers each revision."""

from __future__ import annotations

import contextlib
import os
import socket
import time as wall_time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import psycopg
from prometheus_client import Gauge

from services.domain.clock import Clock
from services.domain.system import System
from services.duties import Duty
from services.errors import LeaseLost
from services.live import agreed, overview, picture_metrics
from services.live.present import Notes, Present
from services.store import feeds as feed_store
from services.store import lease
from services.store.database import Database
from services.store.events import DOORBELL
from services.store.synthetic import People

LEAST_INTERVAL_SECONDS = 0.1  # design 5.2: live values at most every 100 ms
RENEWED_SECONDS = lease.SECONDS / 2  # a first reading on a busy machine must not end behind its own lease
LONGEST_INTERVAL_SECONDS = 1.0  # waits grow while nothing arrives
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
        self._duty = Duty("picture", self._run)

    def start(self) -> None:
        self._duty.start()

    def stop(self) -> None:
        """Stop and give the lease back."""
        self._duty.stop()

    def _run(self) -> None:
        with contextlib.closing(self._database.doorbell()) as bell:
            bell.execute(f"listen {DOORBELL}")
            try:
                self._keep(bell)
            finally:  # a writer that fails keeps no other from trying, and is not vouched for
                self.fence = None
                _HELD.set(0)
                with contextlib.suppress(psycopg.Error):
                    lease.release(bell, self._holder)

    def _keep(self, bell: psycopg.Connection[Any]) -> None:
        """Hold the lease and write until told to stop; the doorbell's own connection carries the wait."""
        last: dict[str, Any] | None = None
        fence: int | None = None
        stopping = self._duty.stopping
        while not stopping.is_set():
            began = wall_time.monotonic()
            if fence is None:
                fence = self._take(bell)
            if fence != self._read_under:  # whoever holds the lease drops the notes of what it has read
                self._present.forget()
                self._read_under = fence
            if fence is None:
                stopping.wait(LONGEST_INTERVAL_SECONDS)
                continue
            made = self._make()
            if wall_time.monotonic() - began > RENEWED_SECONDS and lease.take(bell, self._holder) != fence:
                raise LeaseLost("Another process writes the picture now; this one was too slow.")
            if _substance(made) != _substance(last):
                revision = lease.write(bell, fence, orjson.dumps(made).decode())
                made["revision"] = revision
                self._publish(revision, made)
                picture_metrics.shown(revision, made)
                last = made
            fence = self._take(bell, looked=True)
            if fence is None:
                continue
            self._vouch(self._clock)
            picture_metrics.looked(self._clock)
            spent = wall_time.monotonic() - began
            stopping.wait(max(0.0, LEAST_INTERVAL_SECONDS - spent))
            for _ in bell.notifies(timeout=LONGEST_INTERVAL_SECONDS, stop_after=1):
                break

    def _take(self, bell: psycopg.Connection[Any], *, looked: bool = False) -> int | None:
        self.fence = fence = lease.take(bell, self._holder, looked=looked)
        _HELD.set(fence is not None)
        return fence

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
