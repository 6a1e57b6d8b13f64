"""Keeps the topics that somebody listens to beside the overview: a site, a service, the feeds."""

from __future__ import annotations

import threading
import time as wall_time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import psycopg
import structlog

from services.domain.system import System
from services.live import details, feeds, overview, service, vehicles
from services.live.hub import Hub
from services.store.database import Database

INTERVAL_SECONDS = 1.0
LEAST_SECONDS = 0.1  # however often clients ask anew
FORGOTTEN_SECONDS = 300.0  # so that a page that comes back soon resumes
_log = structlog.get_logger(__name__)


def reader(database: Database, system: System, now: Callable[[], datetime]) -> Callable[[str], Mapping[str, Any]]:
    """How a topic is read from the store: `feeds`, `vehicles`, `site:<code>`, `service:<name>`."""

    def read(topic: str) -> Mapping[str, Any]:
        kind, _, code = topic.partition(":")
        with database.connection() as connection:
            if kind == "site":
                return overview.read_site(connection, system, code, now())
            if kind == "vehicles":
                return vehicles.read(connection, system, now())
            if kind == "service":
                return service.read(connection, system, code, now())
            return feeds.read_board(connection, system, now())

    return read


class DetailWriter:
    """A thread that reads each watched topic again, once a second at most, and publishes what is new of it.

    read(topic): the whole of it now. Revisions are milliseconds of wall time, so that they grow across restarts too.
    """

    def __init__(
        self, hub: Hub, read: Callable[[str], Mapping[str, Any]], interval_seconds: float = INTERVAL_SECONDS
    ) -> None:
        self._hub, self._read, self._interval_seconds = hub, read, interval_seconds
        self._wanted_at: dict[str, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="details", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._hub.asked.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._hub.asked.clear()
            now = wall_time.monotonic()
            for topic in self._hub.watched():
                self._wanted_at[topic] = now
                try:
                    self._keep(topic)
                except psycopg.Error as error:
                    _log.error("details.database_away", topic=topic, error=type(error).__name__)
            self._forget(now)
            self._stop.wait(LEAST_SECONDS)
            self._hub.asked.wait(self._interval_seconds)

    def _keep(self, topic: str) -> None:
        made = self._read(topic)
        channel = self._hub.channel(topic)
        latest = channel.latest if channel else None
        if channel is not None and latest is not None and details.substance(latest.overview) == details.substance(made):
            channel.vouch()
            return
        revision = int(wall_time.time() * 1000)
        self._hub.publish_detail(topic, max(revision, latest.revision + 1 if latest else 0), made)

    def _forget(self, now: float) -> None:
        for topic in [each for each, at in self._wanted_at.items() if now - at > FORGOTTEN_SECONDS]:
            del self._wanted_at[topic]
            self._hub.forget(topic)
