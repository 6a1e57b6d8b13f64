"""Follows the picture that another process writes, for servers that have no writer of their own.

It vouches for the picture as long as the writer has looked lately: a writer that hangs, or is gone, is not vouched for
before its lease runs out (decision 6).
"""

from __future__ import annotations

import contextlib
import time as wall_time
from collections.abc import Callable
from typing import Any

import orjson
import psycopg
from prometheus_client import Gauge

from services.domain.clock import Clock
from services.duties import Duty
from services.live import picture_metrics
from services.store import feeds as feed_store
from services.store import lease
from services.store.database import Database

LONGEST_INTERVAL_SECONDS = 1.0
_VOUCHED = Gauge("lightship_picture_vouched", "1 while the picture's writer has looked lately.")


class Follower:
    """A thread that publishes each revision of the picture as it is written.

    publish(revision, overview) is called from it for each that it sees, vouch(clock) while the writer keeps it.
    """

    def __init__(
        self, database: Database, publish: Callable[[int, dict[str, Any]], None], vouch: Callable[[Clock], None]
    ) -> None:  # fmt: skip
        self._database, self._publish, self._vouch = database, publish, vouch
        self._seen: int | None = None
        self._duty = Duty("follower", self._run)

    def start(self) -> None:
        self._duty.start()

    def stop(self) -> None:
        self._duty.stop()

    def _run(self) -> None:
        try:
            with contextlib.closing(self._database.doorbell()) as bell:
                bell.execute(f"listen {lease.DOORBELL}")
                self._follow(bell)
        finally:
            _VOUCHED.set(0)

    def _follow(self, bell: psycopg.Connection[Any]) -> None:
        while not self._duty.stopping.is_set():
            began = wall_time.monotonic()
            found = lease.read(bell, self._seen)
            if found.body is not None:
                picture = {**orjson.loads(found.body), "revision": found.revision}
                self._publish(found.revision, picture)
                picture_metrics.shown(found.revision, picture)
                self._seen = found.revision
            _VOUCHED.set(found.is_kept)
            if found.is_kept:
                clock = feed_store.read_clock(bell)
                self._vouch(clock)
                picture_metrics.looked(clock)
            left = LONGEST_INTERVAL_SECONDS - (wall_time.monotonic() - began)
            for _ in bell.notifies(timeout=max(0.05, left), stop_after=1):
                break
