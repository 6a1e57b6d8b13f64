"""What a server shows: the picture as it is published, the clock it was made by, and how far a history has come."""

from __future__ import annotations

import threading
import time as wall_time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from services.domain.clock import Clock
from services.live.hub import Hub
from services.store import feeds as feed_store
from services.store import readings, synthetic
from services.store.database import Database

_A_DAY = timedelta(days=1)
FED_SHARE = 0.7  # of the work of a synthetic history; the rest is its readings


class History:
    """How far the history and its readings are, read at most every half second; the picture's writer asks often."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read_at = 0.0
        self._run: synthetic.Run | None = None
        self._people = synthetic.People(False, False)
        self._readings = 0.0  # share of their past that is written

    def run(self) -> synthetic.Run | None:
        if wall_time.monotonic() - self._read_at > 0.5:
            with self._database.connection() as connection:
                self._run = synthetic.read(connection)
                self._people = synthetic.people(connection)
                kept = readings.progress(connection)
            if self._run is not None and kept.from_at is not None and kept.begin_at is not None:
                missing = (kept.from_at - kept.begin_at) / (self._run.live_from - self._run.began_at + _A_DAY)
                self._readings = 1.0 if kept.from_at <= kept.begin_at else 1.0 - min(1.0, missing)
            self._read_at = wall_time.monotonic()
        return self._run

    def people(self) -> synthetic.People:
        self.run()
        return self._people

    def told(self) -> Mapping[str, Any] | None:
        run = self.run()
        if run is None:
            return None
        return {"complete": self.share == 1, "from": run.began_at, "share": self.share}

    @property
    def share(self) -> float:
        """Of the history asked for, events and readings: 1 is all of it."""
        fed = self._run.share if self._run is not None else 0.0
        return 1.0 if fed >= 1 and self._readings >= 1 else FED_SHARE * fed + (1 - FED_SHARE) * self._readings

    def readings_begin(self) -> datetime | None:
        """From when on readings are to be kept; None while the history is still being fed."""
        run = self.run()
        if run is not None:
            return run.began_at if run.share >= 1 else None
        with self._database.connection() as connection:
            return readings.earliest(connection)


class Now:
    """The one clock as the picture's writer last read it: asking it never waits for the database.

    It never goes back: until the writer has read that it was slowed, it is thought to run on, and then stands.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._shown = clock.origin

    def __call__(self) -> datetime:
        self._shown = shown = max(self._shown, self.clock.at(datetime.now(UTC)))
        return shown


class Showing:
    """What the writer of the picture, or who follows it, tells a server, and what that server says of its store.

    copy_of: the saved moment that the store is a copy of. is_drawable: asked at each picture until one is.
    """

    def __init__(
        self, database: Database, *, copy_of: Mapping[str, Any] | None = None,
        is_drawable: Callable[[History], bool] = lambda _: True,
    ) -> None:  # fmt: skip
        self.hub, self.history = Hub(), History(database)
        self.first = threading.Event()  # there is a picture to show
        self.copy_of = copy_of
        self._is_drawable = is_drawable
        with database.connection() as connection:
            self.now = Now(feed_store.read_clock(connection))

    def publish(self, revision: int, picture: dict[str, Any]) -> None:
        self.hub.publish(revision, picture)
        if not self.first.is_set() and self._is_drawable(self.history):
            self.first.set()

    def vouch(self, clock: Clock) -> None:
        self.now.clock = clock
        self.hub.vouch()

    def about(self) -> dict[str, Any]:
        return {**self.history.people()._asdict(), "copy_of": self.copy_of, "history": self.history.told()}
