"""What every server is made of, embedded or in production: signals, a listener, the clock, how far a history is.

`up` composes them in one process; `production` in several.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
import time as wall_time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import structlog
import uvicorn
from fastapi import FastAPI

from services.api.protocol import ProblemProtocol
from services.domain.clock import Clock
from services.domain.system import System
from services.errors import LightshipError
from services.live.feeds import expected
from services.store import ageing, forecasts, quarantine, readings, synthetic
from services.store import feeds as feed_store
from services.store.database import Database

LOOPBACK = "127.0.0.1"
HOUSEKEEPING_SECONDS = 3600
FIRST_HOUSEKEEPING_SECONDS = 60  # while nothing is learned yet
_A_DAY = timedelta(days=1)

_log = structlog.get_logger(__name__)


def frontend() -> Path | None:
    """The built boards: in the wheel, else in the checkout."""
    here = Path(__file__).resolve().parent
    for folder in (here / "_boards", here.parent / "frontend" / "dist"):
        if (folder / "index.html").is_file():
            return folder
    return None


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


def keep_house(
    database: Database, system: System, now: Callable[[], datetime], ending: threading.Event,
    events_kept: timedelta | None = None,
) -> None:  # fmt: skip
    """Once an hour, and at once: drop sealed bytes past their 30 days, readings past their 14 and forecasts past their
    800, learn rhythms, and drop journeys that were over longer ago than events are kept; None: for ever.
    """
    learned = 0
    while not ending.is_set():
        with contextlib.suppress(psycopg.Error), database.connection() as connection:
            quarantine.purge_expired(connection, now())
            readings.purge(connection, now())
            forecasts.purge(connection, now())
            run = synthetic.read(connection)
            if run is None or run.share >= 1:  # half a history would teach gaps that are not there
                learned = feed_store.learn_rhythms(connection, lambda source: expected(source, system), now())
        if events_kept is not None:
            _drop_events(database, now() - events_kept, ending)
        ending.wait(HOUSEKEEPING_SECONDS if learned else FIRST_HOUSEKEEPING_SECONDS)


def _drop_events(database: Database, before: datetime, ending: threading.Event) -> None:
    count = 0
    try:
        with database.connection() as connection:
            for each in ageing.drop(connection, before):
                count += each
                if ending.is_set():
                    break
    except psycopg.Error as error:  # the next hour goes on where this ended
        _log.warning("house.events_not_dropped", before=before.isoformat(), error=str(error))
    if count:
        _log.info("house.events_dropped", before=before.isoformat(), facts=count)


def listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Without its protocol named, asyncio takes it for no TCP and leaves Nagle's algorithm on: 40 ms for each answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise LightshipError(
            f"Port {port} is in use: stop what listens there, or choose another with --port."
        ) from error
    return listener


def serve(app: FastAPI, listener: socket.socket, ending: threading.Event) -> None:
    """Serve until a signal; one that came while everything was starting counts too."""

    def watch() -> None:
        ending.wait()
        server.should_exit = True

    config = uvicorn.Config(
        app, log_config=None, access_log=False, ws_ping_interval=20, ws_max_size=65536,
        http=ProblemProtocol, ws_per_message_deflate=False, timeout_graceful_shutdown=2,
    )  # fmt: skip
    server = uvicorn.Server(config)
    threading.Thread(target=watch, daemon=True).start()
    server.run(sockets=[listener])


class Signals:
    """What Ctrl-C, SIGTERM and the terminal's end do: they end what runs, and what would run after it."""

    def __init__(self) -> None:
        self.caught = False
        self._ending = threading.Event()

    def ending(self) -> threading.Event:
        """What is set when the next that runs is to end; set already where a signal came before."""
        self._ending = ending = threading.Event()
        if self.caught:
            ending.set()
        return ending

    def catch(self, *_: object) -> None:
        self.caught = True
        self._ending.set()


@contextlib.contextmanager
def ended_by_signals() -> Iterator[Signals]:
    """Signals set an event; none of them interrupts what is being started or ended.

    uvicorn raises again what it met, which would end this process before the database and the feed are stopped.
    """
    signals = Signals()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    for number in before:
        signal.signal(number, signals.catch)
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
