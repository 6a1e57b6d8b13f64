"""The processes of production, each by itself: `live` writes the picture, `api` shows it. Any number of either.

They meet in the database alone (design 9); `up` has both in one process.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from services.api.app import AppState, create_app
from services.api.identity import Identity
from services.api.signing_in import identity_of
from services.configuration import load_system
from services.domain.catalogue import GAUGES
from services.errors import LightshipError
from services.housekeeping import Housekeeping
from services.ingest.door import Door
from services.ingest.identity import KeyRing
from services.live.detail_writer import DetailWriter, Reader
from services.live.follower import Follower
from services.live.present import Notes
from services.live.readings import Keeper
from services.live.writer import Writer
from services.metrics import served
from services.publishing import publishing
from services.serving import ended_by_signals, frontend, listen, serve
from services.settings import Settings
from services.showing import Showing
from services.store.database import Database

Say = Callable[[str], None]


def live(settings: Settings, say: Say) -> None:
    """Keep the picture, the readings and the house until SIGTERM or Ctrl-C. A second one waits for the lease."""
    system = load_system(settings.system)
    with (
        ended_by_signals() as signals, served(settings.metrics_port, settings.metrics_host),
        Database(database_url(settings)) as database, contextlib.ExitStack() as stack,
    ):  # fmt: skip
        ending, showing = signals.ending(), Showing(database)
        history = showing.history
        writer = Writer(
            database, system, lambda *_: None, vouch=showing.vouch, people=history.people, history=history.told,
            notes=Notes(),
        )  # fmt: skip
        for each in (
            writer,
            Keeper(database, system, fence=lambda: writer.fence, begin=history.readings_begin),
            Housekeeping(database, system, showing.now, settings.events_kept),
        ):
            each.start()
            stack.callback(each.stop)
        say("Keeping the live picture (Ctrl-C stops it)")
        ending.wait()
        say("Stopping")
    say("Stopped")


def api(settings: Settings, host: str, port: int, *, is_demonstration: bool, say: Say) -> None:
    """Serve the API and the boards until SIGTERM or Ctrl-C. Raises LightshipError without identity, saying what to set.

    is_demonstration: made-up actors, on loopback alone.
    """
    system = load_system(settings.system)
    who = identity(settings, host, is_demonstration=is_demonstration)
    keys = KeyRing.load(settings.keys, create=False)
    listener = listen(host, port)
    with (
        ended_by_signals() as signals, contextlib.closing(listener),
        served(settings.metrics_port, settings.metrics_host), Database(database_url(settings)) as database,
        publishing(settings) as publisher, contextlib.ExitStack() as stack,
    ):  # fmt: skip
        ending, showing = signals.ending(), Showing(database)
        app = create_app(
            AppState(
                system=system, database=database, hub=showing.hub, door=Door(system, keys, GAUGES), keys=keys,
                clock=showing.now, identity=who, frontend=frontend(), ready=showing.first.is_set,
                system_name=settings.system, about=showing.about, publisher=publisher,
            )
        )  # fmt: skip
        details = Reader(database, system, showing.now)
        for each in (
            Follower(database, showing.publish, showing.vouch),
            DetailWriter(showing.hub, details, rest=details.rest),
        ):
            each.start()
            stack.callback(each.stop)
        say(f"Serving at http://{host}:{listener.getsockname()[1]} (Ctrl-C stops it)")
        serve(app, listener.dup(), ending)
        ending.set()
        say("Stopping")
    say("Stopped")


def identity(settings: Settings, host: str, *, is_demonstration: bool) -> Identity:
    """Tokens; for a demonstration made-up actors on loopback. Raises LightshipError, saying what to set."""
    system = load_system(settings.system)
    return identity_of(settings, system, host, is_production=not is_demonstration)


def database_url(settings: Settings) -> str:
    """The server that the processes share. Raises LightshipError where none is named."""
    if not settings.database_url:
        raise LightshipError(
            "LIGHTSHIP_DATABASE_URL is not set: these processes share a database server, such as "
            "postgresql://user@host/name. On one machine, `lightship up` brings its own."
        )
    return settings.database_url
