"""Keeps the topics that somebody listens to beside the overview: a site, a service, the feeds."""

from __future__ import annotations

import time as wall_time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from psycopg import Connection

from services.domain.system import System
from services.duties import Duty
from services.live import details, feeds, overview, service, vehicles
from services.live.hub import Hub
from services.live.present import Notes, Present
from services.store import lease
from services.store.database import Database

INTERVAL_SECONDS = 1.0
LEAST_SECONDS = 0.1  # however often clients ask anew
FORGOTTEN_SECONDS = 300.0  # so that a page that comes back soon resumes
RESTS_AFTER_SECONDS = 60.0  # to read everything again costs about a second


class Reader:
    """How a topic is read now: `feeds`, `vehicles`, `site:<code>`, `service:<name>`. For one thread.

    The figures of sites and services come from memory while this process holds the lease of the picture (fence gives
    its number, None while another does), else by the SQL. notes: shared with the picture's writer, who drops them.
    """

    def __init__(
        self, database: Database, system: System, now: Callable[[], datetime], *,
        fence: Callable[[], int | None] = lambda: None, notes: Notes | None = None,
    ) -> None:  # fmt: skip
        self._database, self._system, self._now, self._fence = database, system, now, fence
        self._present = Present(system, notes=notes, drops=False)
        self._read_under: int | None = None
        self._asked_at = wall_time.monotonic()

    def __call__(self, topic: str) -> Mapping[str, Any]:
        kind, _, code = topic.partition(":")
        with self._database.connection() as connection:
            if kind in ("site", "service"):
                return self._figures(connection, overview.read_site if kind == "site" else service.read, code)
            if kind == "vehicles":
                return vehicles.read(connection, self._system, self._now())
            return feeds.read_board(connection, self._system, self._now())

    def rest(self) -> None:
        """Let go of what nobody has asked for lately, so that the notes it would need are not kept."""
        if wall_time.monotonic() - self._asked_at > RESTS_AFTER_SECONDS:
            self._present.forget()

    def _figures(self, connection: Connection[Any], read: Callable[..., dict[str, Any]], code: str) -> dict[str, Any]:
        self._asked_at = wall_time.monotonic()
        fence = self._fence()
        if fence != self._read_under:
            self._present.forget()
            self._read_under = fence
        if fence is not None:
            made = read(connection, self._system, code, self._now(), present=self._present)
            if lease.holds(connection, fence):
                return made
            self._present.forget()  # who took it may have dropped notes before they were read here
        return read(connection, self._system, code, self._now())


class DetailWriter:
    """A thread that reads each watched topic again, once a second at most, and publishes what is new of it.

    read(topic): the whole of it now; rest() is called after each round. Revisions are milliseconds of wall time, so
    that they grow across restarts too.
    """

    def __init__(
        self, hub: Hub, read: Callable[[str], Mapping[str, Any]], interval_seconds: float = INTERVAL_SECONDS, *,
        rest: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self._hub, self._read, self._interval_seconds, self._rest = hub, read, interval_seconds, rest
        self._wanted_at: dict[str, float] = {}
        self._duty = Duty("details", self._round)

    def start(self) -> None:
        self._duty.start()

    def stop(self) -> None:
        self._duty.stopping.set()
        self._hub.asked.set()
        self._duty.stop()

    def _round(self) -> None:
        self._hub.asked.clear()
        now = wall_time.monotonic()
        for topic in self._hub.watched():
            self._wanted_at[topic] = now
            try:
                self._keep(topic)
            except Exception as error:  # the others are kept
                self._duty.failed(error, topic=topic)
        self._forget(now)
        self._rest()
        self._duty.stopping.wait(LEAST_SECONDS)
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
