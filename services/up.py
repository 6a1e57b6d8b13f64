"""Everything on one machine: the database, the synthetic feed, the picture and the boards. The composition root."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from services.api.app import AppState, create_app
from services.api.identity import Identity
from services.api.signing_in import identity_of
from services.configuration import load_system
from services.domain.catalogue import GAUGES
from services.domain.clock import LONDON
from services.domain.system import System
from services.holding import only_one
from services.housekeeping import Housekeeping
from services.ingest.door import Door
from services.ingest.identity import KeyRing
from services.live.detail_writer import DetailWriter, Reader
from services.live.present import Notes
from services.live.readings import Keeper
from services.live.writer import Writer
from services.metrics import served
from services.moments import Moment, Moments
from services.publishing import publishing
from services.serving import LOOPBACK, Signals, ended_by_signals, frontend, listen, serve
from services.settings import Settings
from services.showing import History, Showing
from services.store import feeds as feed_store
from services.store import lease, synthetic
from services.store.database import Database, migrate
from services.store.embedded import embedded
from services.training import rate_at_start

FEED_SECONDS = 4  # to finish its batch; killed after that it loses nothing, since a batch is one transaction

JUMP_SECONDS = 0.5


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


def up(settings: Settings, options: Options, say: Callable[[str], None]) -> None:
    """Run until Ctrl-C or SIGTERM. Raises LightshipError where it cannot start, saying what to do.

    Where somebody jumps to a saved moment, it begins again on a copy of that, at the same address.
    """
    system = load_system(settings.system)
    identity = identity_of(settings, system, options.host)
    listener = listen(options.host, options.port)
    shown = f"[{options.host}]" if ":" in options.host else options.host
    address = f"http://{shown}:{listener.getsockname()[1]}"
    boards = frontend()
    if boards is None:
        say("The boards are not built: run `make up`, or `npm ci && npm run build` in frontend/. The API runs without.")
    metrics = served(settings.metrics_port, settings.metrics_host)
    with ended_by_signals() as signals, only_one(settings.data_dir, address), contextlib.closing(listener), metrics:
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

        def is_drawable(history: History) -> bool:
            run = history.run()
            return feed is None or (run is not None and run.drawable)

        showing, notes = Showing(database, copy_of=_copy_of(moments), is_drawable=is_drawable), Notes()
        history, now = showing.history, showing.now
        writer = Writer(
            database, system, showing.publish, vouch=showing.vouch, people=history.people, history=history.told,
            notes=notes, copy_of=showing.copy_of,
        )  # fmt: skip
        app = create_app(
            AppState(
                system=system, database=database, hub=showing.hub, door=Door(system, keys, GAUGES), keys=keys,
                clock=now, identity=identity, frontend=boards, ready=showing.first.is_set,
                system_name=settings.system, moments=moments, about=showing.about, publisher=publisher,
            )
        )  # fmt: skip
        details = Reader(database, system, now, fence=lambda: writer.fence, notes=notes)
        for each in (
            writer,
            DetailWriter(showing.hub, details, rest=details.rest),
            Keeper(database, system, fence=lambda: writer.fence, begin=history.readings_begin),
            Housekeeping(database, system, now, settings.events_kept),
        ):
            each.start()
            stack.callback(each.stop)
        say(f"Lightship is at {address}   (Ctrl-C stops it)")
        if options.open_browser:
            threading.Thread(target=_open, args=(address, showing.first), daemon=True).start()
        threading.Thread(target=_narrate, args=(history, feed, ending, say), daemon=True).start()
        if moments is not None:
            threading.Thread(target=_await_jump, args=(moments, ending), daemon=True).start()
        serve(app, listener.dup(), ending)
        ending.set()
        say("Stopping")
    return moments is not None and moments.is_asked


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
