"""Everything on one machine: the database, the synthetic feed, the picture and the boards. The composition root."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time as wall_time
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import uvicorn

from services.api.app import AppState, create_app
from services.api.identity import Identity
from services.api.protocol import ProblemProtocol
from services.api.signing_in import identity_of
from services.configuration import load_system
from services.domain.catalogue import GAUGES
from services.domain.clock import LONDON, Clock
from services.domain.system import System
from services.errors import LightshipError
from services.holding import only_one
from services.ingest.door import Door
from services.ingest.identity import KeyRing
from services.live.detail_writer import DetailWriter, Reader
from services.live.feeds import expected
from services.live.hub import Hub
from services.live.present import Notes
from services.live.readings import Keeper
from services.live.writer import Writer
from services.metrics import served
from services.moments import Moment, Moments
from services.publishing import publishing
from services.settings import Settings
from services.store import feeds as feed_store
from services.store import lease, quarantine, readings, synthetic
from services.store.database import Database, migrate
from services.store.embedded import embedded
from services.training import rate_at_start

LOOPBACK = "127.0.0.1"
FEED_SECONDS = 4  # to finish its batch; killed after that it loses nothing, since a batch is one transaction

HOUSEKEEPING_SECONDS = 3600
JUMP_SECONDS = 0.5
FIRST_HOUSEKEEPING_SECONDS = 60  # while nothing is learned yet
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Options:
    """What `lightship up` was asked for. history_days 0 or feed False: no synthetic people."""

    port: int = 8080
    host: str = LOOPBACK
    history_days: float = 7
    speed: float | None = None  # as it was left, else real speed
    seed: int = 1
    scale: float = 1.0
    feed: bool = True
    open_browser: bool = True


@contextlib.contextmanager
def database_of(settings: Settings) -> Iterator[str]:
    """The database's URL, migrated: the one in LIGHTSHIP_DATABASE_URL, else the embedded one."""
    if settings.database_url:
        migrate(settings.database_url)
        yield settings.database_url
        return
    with embedded(settings.postgres) as url:
        migrate(url)
        yield url


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


def up(settings: Settings, options: Options, say: Callable[[str], None]) -> None:
    """Run until Ctrl-C or SIGTERM. Raises LightshipError where it cannot start, saying what to do.

    Where somebody jumps to a saved moment, it begins again on a copy of that, at the same address.
    """
    system = load_system(settings.system)
    identity = identity_of(settings, system, options.host)
    listener = _listener(options.host, options.port)
    shown = f"[{options.host}]" if ":" in options.host else options.host
    address = f"http://{shown}:{listener.getsockname()[1]}"
    boards = frontend()
    if boards is None:
        say("The boards are not built: run `make up`, or `npm ci && npm run build` in frontend/. The API runs without.")
    metrics = served(settings.metrics_port, settings.metrics_host)
    with _ended_by_signals() as signals, only_one(settings.data_dir, address), contextlib.closing(listener), metrics:
        while not signals.caught and _run(settings, options, say, system, identity, boards, listener, address, signals):
            options = replace(options, speed=None, open_browser=False)
    say("Stopped")


def _run(
    settings: Settings, options: Options, say: Callable[[str], None], system: System, identity: Identity,
    boards: Path | None, listener: socket.socket, address: str, signals: Signals,
) -> bool:  # fmt: skip
    """Run on the store as it lies now until it is to end; answers whether to begin again, on another."""
    ending, moments = signals.ending(), _moments(settings)
    with contextlib.ExitStack() as stack:
        jumped = _jump(moments, say)
        keys = KeyRing.load(settings.keys, create=True)
        say("Using your database" if settings.database_url else f"Starting the database under {settings.data_dir}")
        url = stack.enter_context(database_of(settings))
        database = stack.enter_context(Database(url))
        publisher = stack.enter_context(publishing(settings))
        if jumped is not None:
            with database.connection() as connection:
                feed_store.settle_clock(connection, datetime.now(UTC), at=jumped.system_at)
        _resume(database, settings, options, say)
        stack.callback(_stop_clock, database)
        feed = _feed(settings, options, url) if options.feed else None
        if feed is not None:
            stack.callback(_end, feed)
        history, hub, first = History(database), Hub(), threading.Event()

        def publish(revision: int, picture: dict[str, Any]) -> None:
            hub.publish(revision, picture)
            run = history.run()
            if feed is None or (run is not None and run.drawable):
                first.set()

        with database.connection() as connection:
            now = Now(feed_store.read_clock(connection))

        def vouch(clock: Clock) -> None:
            now.clock = clock
            hub.vouch()

        copy_of = _copy_of(moments)

        def about() -> dict[str, Any]:
            return {**history.people()._asdict(), "copy_of": copy_of, "history": history.told()}

        notes = Notes()
        writer = Writer(
            database, system, publish, vouch=vouch, people=history.people, history=history.told,
            notes=notes, copy_of=copy_of,
        )  # fmt: skip
        app = create_app(
            AppState(
                system=system, database=database, hub=hub, door=Door(system, keys, GAUGES), keys=keys,
                clock=now, identity=identity, frontend=boards, ready=first.is_set,
                system_name=settings.system, moments=moments, about=about, publisher=publisher,
            )
        )  # fmt: skip
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, ws_ping_interval=20, ws_max_size=65536,
            http=ProblemProtocol, ws_per_message_deflate=False, timeout_graceful_shutdown=2,
        )  # fmt: skip
        details = Reader(database, system, now, fence=lambda: writer.fence, notes=notes)
        detail_writer = DetailWriter(hub, details, rest=details.rest)
        for each in (writer, detail_writer):
            each.start()
            stack.callback(each.stop)
        keeper = Keeper(database, system, fence=lambda: writer.fence, begin=history.readings_begin)
        keeper.start()
        stack.callback(keeper.stop)
        say(f"Lightship is at {address}   (Ctrl-C stops it)")
        if options.open_browser:
            threading.Thread(target=_open, args=(address, first), daemon=True).start()
        threading.Thread(target=keep_house, args=(database, system, now, ending), daemon=True).start()
        threading.Thread(target=_narrate, args=(history, feed, ending, say), daemon=True).start()
        if moments is not None:
            threading.Thread(target=_await_jump, args=(moments, ending), daemon=True).start()
        _serve(uvicorn.Server(config), listener.dup(), ending)
        ending.set()
        say("Stopping")
    return moments is not None and moments.is_asked


def keep_house(database: Database, system: System, now: Callable[[], datetime], ending: threading.Event) -> None:
    """Once an hour, and at once: drop sealed bytes past their 30 days and readings past their 14, learn rhythms."""
    learned = 0
    while not ending.is_set():
        with contextlib.suppress(psycopg.Error), database.connection() as connection:
            quarantine.purge_expired(connection, now())
            readings.purge(connection, now())
            run = synthetic.read(connection)
            if run is None or run.share >= 1:  # half a history would teach gaps that are not there
                learned = feed_store.learn_rhythms(connection, lambda source: expected(source, system), now())
        ending.wait(HOUSEKEEPING_SECONDS if learned else FIRST_HOUSEKEEPING_SECONDS)


def _serve(server: uvicorn.Server, listener: socket.socket, ending: threading.Event) -> None:
    """Serve until a signal; one that came while everything was starting counts too."""

    def watch() -> None:
        ending.wait()
        server.should_exit = True

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
def _ended_by_signals() -> Iterator[Signals]:
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


def _moments(settings: Settings) -> Moments | None:
    """None for a database of the user's own, which is theirs to copy."""
    return None if settings.database_url else Moments(settings.data_dir)


def _jump(moments: Moments | None, say: Callable[[str], None]) -> Moment | None:
    """Jump where somebody asked for it; answers the moment of which a copy is opened for the first time."""
    if moments is None:
        return None
    if moments.is_asked:
        say("Opening the saved moment")
    jumped = moments.jump()
    opened = moments.opened()
    if opened is not None:
        say(f"This is a copy of the saved moment {opened.name!r}; `lightship feed jump --back` leaves it")
    return jumped


def _copy_of(moments: Moments | None) -> dict[str, Any] | None:
    opened = moments.opened() if moments is not None else None
    return None if opened is None else {"name": opened.name, "at": opened.at}


def _await_jump(moments: Moments, ending: threading.Event) -> None:
    while not ending.wait(JUMP_SECONDS):
        if moments.is_asked:
            ending.set()


def _resume(database: Database, settings: Settings, options: Options, say: Callable[[str], None]) -> None:
    """Let the clock of a store with synthetic people go on where it stopped (design 5.2), and say so."""
    with database.connection() as connection:
        if settings.database_url is None:
            lease.clear(connection)  # the folder is ours, so whoever held it is gone
        rate = rate_at_start(connection, options.speed) if synthetic.read(connection) else 1.0
        at = feed_store.resume_clock(connection, datetime.now(UTC), rate)
    if at is not None:
        goes = "is paused at" if rate == 0 else "goes on from"
        say(f"Resuming where it stopped: the clock {goes} {at.astimezone(LONDON):%H:%M:%S on %-d %B %Y}")


def _stop_clock(database: Database) -> None:
    with contextlib.suppress(psycopg.Error), database.connection() as connection:
        feed_store.stop_clock(connection, datetime.now(UTC))


def _listener(host: str, port: int) -> socket.socket:
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


def _feed(settings: Settings, options: Options, url: str) -> subprocess.Popen[bytes]:
    """The synthetic system stands for the trusts' own machines, so it is a process of its own."""
    command = [
        sys.executable, "-m", "services.cli", "feed", "live", "--seed", str(options.seed), "--scale",
        str(options.scale), "--history-days", str(options.history_days), "--quiet", "--tethered",
    ]  # fmt: skip
    if options.speed is not None:
        command += ["--speed", str(options.speed)]
    environment = os.environ | {
        "LIGHTSHIP_DATABASE_URL": url,
        "LIGHTSHIP_SYSTEM": settings.system,
        "LIGHTSHIP_DATA_DIR": str(settings.data_dir),
        "LIGHTSHIP_KEYS_DIR": str(settings.keys),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    # Its standard input is the tether: however this process ends, the other end sees it close.
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, start_new_session=True)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=FEED_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _open(address: str, first: threading.Event) -> None:
    if first.wait(timeout=60):
        webbrowser.open(address)


def _narrate(
    history: History, feed: subprocess.Popen[bytes] | None, ending: threading.Event, say: Callable[[str], None]
) -> None:
    """Say how the history comes along, and say so if the feed dies."""
    told = -1
    while feed is not None and not ending.wait(0.5):
        if feed.poll() is not None:
            say(f"The synthetic feed ended with code {feed.returncode}; boards will show their figures as late.")
            return
        try:
            run = history.run()
        except psycopg.Error:
            continue  # the writer says so
        if run is not None and int(history.share * 10) > told:
            told = int(history.share * 10)
            count = (run.live_from - run.began_at) / timedelta(days=1)
            days = "1 day" if count == 1 else f"{count:g} days"
            say(f"History of {days}: {told * 10}%" if told < 10 else f"History of {days} is complete")
