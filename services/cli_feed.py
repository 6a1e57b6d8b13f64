"""`lightship feed`: the synthetic system that stands in for the trusts' feeds."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time as wall_time
from typing import Annotated

import typer

from services.cli_shared import database_at, progress_bar, settings_of

feed_app = typer.Typer(no_args_is_help=True, help="The synthetic system that stands in for the trusts' feeds.")
TETHER_SECONDS = 10  # for a feed to end by itself; killed it loses nothing


@feed_app.command("run")
def feed_run(
    history_days: Annotated[float, typer.Option(min=0, max=400)] = 7,
    speed: Annotated[float | None, typer.Option(min=0.1, max=3600, help="Default: as it was left, else 1.")] = None,
    seed: int = 1,
    scale: Annotated[float, typer.Option(min=0.01, max=10)] = 1,
    live: Annotated[bool, typer.Option("--live/--no-live", help="Go on live after the history.")] = True,
    quiet: bool = False,
    tethered: Annotated[bool, typer.Option("--tethered", hidden=True, help="End when standard input closes.")] = False,
) -> None:
    """Write synthetic history into the store, or resume, then run live until stopped."""
    from services.configuration import load_system
    from services.domain.catalogue import GAUGES
    from services.ingest.door import Door
    from services.ingest.identity import KeyRing
    from simulations.writer import Feed
    from simulations.writer import Settings as FeedSettings

    settings = settings_of()
    system = load_system(settings.system)
    door = Door(system, KeyRing.load(settings.keys, create=True), GAUGES, trusted=True)
    with database_at(settings) as database, progress_bar(quiet) as progress:
        task = progress.add_task("History", total=1.0)
        asked = FeedSettings(seed=seed, scale=scale, history_days=history_days, speed=speed)
        run = Feed(database, system, door, asked, settings.data_dir)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: run.stopping.set())
        if tethered:
            threading.Thread(target=_untethered, args=(run.stopping,), daemon=True).start()
        run.run(progress=lambda share: progress.update(task, completed=share), live=live)


def _untethered(stopping: threading.Event) -> None:
    """Stop when whoever holds the other end of standard input is gone, however it went."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    stopping.set()
    wall_time.sleep(TETHER_SECONDS)
    os._exit(1)
