"""`lightship feed`: the synthetic system that stands in for the trusts' feeds."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time as wall_time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli_shared import Json, console, database_at, errors, progress_bar, settings_of
from services.errors import LightshipError
from services.publishing import publishing

if TYPE_CHECKING:
    from services.domain.system import System
    from services.settings import Settings
    from services.store.synthetic import Run
    from simulations.delivery import Asked
    from simulations.truth import Truth
    from simulations.writer import Feed
    from simulations.writer import Settings as FeedSettings

feed_app = typer.Typer(no_args_is_help=True, help="The synthetic system that stands in for the trusts' feeds.")
TETHER_SECONDS = 10  # for a feed to end by itself; killed it loses nothing

Seed = Annotated[int, typer.Option(help="The same seed gives the same people.")]
Scale = Annotated[float, typer.Option(min=0.01, max=10, help="Times the usual arrivals.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress bar.")]


@feed_app.command("history")
def feed_history(
    days: Annotated[float, typer.Option(min=0.01, max=1000, help="How many days, London's.")] = 7,
    start: Annotated[
        str | None,
        typer.Option(help="First day, such as 2026-01-12 (London). Without it, as many days as end with yesterday."),
    ] = None,
    seed: Seed = 1,
    scale: Scale = 1,
    incidents: Annotated[Path | None, typer.Option(help="YAML: what goes wrong, where and when.")] = None,
    misbehave: Annotated[Path | None, typer.Option(help="YAML: how the senders misbehave.")] = None,
    output: Annotated[
        Path | None, typer.Option(help="Write NDJSON here (.gz: packed) instead of into the store; no database.")
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(help="Write here, as NDJSON, what is true: incidents, misbehaviour, hourly counts.")
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """A synthetic history: the same seed, start, days, incidents and misbehaviour give the same bytes.

    With --output a file, which `lightship import --history FILE` takes in. Without it, into the store: interrupted, the
    same command goes on where it stopped. Incidents and misbehaviour: docs/how-to/make-a-history.md.
    """
    from services.configuration import load_system
    from simulations.delivery import Asked, span
    from simulations.history_file import is_left, write

    settings = settings_of()
    system = load_system(settings.system)
    if output is not None and truth is not None and output.absolute() == truth.absolute():
        raise LightshipError("--output and --truth name the same file: give each its own.")
    begins, ends = span(days, start, datetime.now(UTC))
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: nothing half done under a final name
    if output is None:
        if start is None:
            begins, ends = _already(settings, days) or (begins, ends)
        asked = _asked(system, Asked(seed, scale, begins, ends), incidents, misbehave)
        told = _into_store(settings, system, asked, truth, quiet or as_json)
    else:
        asked = _asked(system, Asked(seed, scale, begins, ends), incidents, misbehave)
        if is_left(output, truth):
            errors.print("A run that was killed left part of this behind. It is made anew, which takes no longer than "
                         "going on would.", highlight=False, markup=False, soft_wrap=True)  # fmt: skip
        with progress_bar(quiet or as_json) as progress:
            task = progress.add_task(output.name, total=1.0)
            events, size = write(system, asked, output, truth, lambda share: progress.update(task, completed=share))
        told = {"events": events, "bytes": size, "output": str(output)}
    told = {"start": begins.isoformat(), "end": ends.isoformat(), "seed": seed} | told
    if as_json:
        print(json.dumps(told))
    elif output is None:
        console.print("The history is in the store: `lightship up` shows it, and goes on from its end.")
    else:
        console.print(f"{told['events']:,} events in {output}. Take it in with `lightship import --history {output}`.",
                      highlight=False, markup=False, soft_wrap=True)  # fmt: skip


def _asked(system: System, asked: Asked, incidents: Path | None, misbehave: Path | None) -> Asked:
    """With what the files say."""
    from dataclasses import replace

    from simulations.incidents import read_timetable
    from simulations.misbehaviour_plan import read_plan

    if incidents is not None:
        asked = replace(asked, incidents=read_timetable(incidents, system, asked.start, asked.end))
    if misbehave is not None:
        asked = replace(asked, misbehaviour=read_plan(misbehave, system))
    return asked


def _already(settings: Settings, days: float) -> tuple[datetime, datetime] | None:
    """The span of a history in the store that was begun with as many days, so that going on needs no --start."""
    from simulations.delivery import span

    with database_at(settings) as database:
        run = _run_of(database)
    if run is None:
        return None
    begins, ends = span(days, run.began_at.isoformat(), run.began_at)
    return (begins, ends) if ends == run.live_from else None


def _run_of(database: Any) -> Run | None:
    from services.store import synthetic

    with database.connection() as connection:
        return synthetic.read(connection)


def _into_store(
    settings: Settings, system: System, asked: Asked, truth: Path | None, quiet: bool
) -> dict[str, Any]:  # fmt: skip
    """Write it, or go on with it. Raises LightshipError where the store holds another."""
    from simulations.history_file import whole_file
    from simulations.truth import Truth
    from simulations.writer import Settings as FeedSettings
    from simulations.writer import asked_of

    feed = FeedSettings(
        seed=asked.seed, scale=asked.scale, speed=0, start=asked.start, end=asked.end, incidents=asked.incidents,
        misbehaviour=asked.misbehaviour,
    )  # fmt: skip
    with database_at(settings) as database, contextlib.ExitStack() as stack:
        held = _run_of(database)
        if held is not None and asked_of(held) != asked:
            raise LightshipError(
                f"The store holds another synthetic history already (seed {held.seed}, from "
                f"{held.began_at:%Y-%m-%d %H:%M} to {held.live_from:%Y-%m-%d %H:%M} UTC, {held.share:.0%} of it "
                "written): give its own options to go on with it, or begin anew in an empty folder "
                "(LIGHTSHIP_DATA_DIR=...)."
            )
        told = Truth(stack.enter_context(whole_file(truth))) if truth else None
        with _writer(settings, system, database, feed, told) as run, progress_bar(quiet) as progress:
            task = progress.add_task("History", total=1.0)
            run.run(progress=lambda share: progress.update(task, completed=share), live=False)
            if run.stopping.is_set():
                raise LightshipError("Interrupted; the same command goes on where it stopped.")
        return {"resumed": held is not None}


@contextlib.contextmanager
def _writer(
    settings: Settings, system: System, database: Any, asked: FeedSettings, truth: Truth | None = None
) -> Iterator[Feed]:  # fmt: skip
    """A writer that Ctrl-C and SIGTERM stop."""
    from services.domain.catalogue import GAUGES
    from services.ingest.door import Door
    from services.ingest.identity import KeyRing
    from simulations.writer import Feed

    door = Door(system, KeyRing.load(settings.keys, create=True), GAUGES, trusted=True)
    with publishing(settings) as publisher:
        run = Feed(database, system, door, asked, settings.data_dir, truth, publisher)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: run.stopping.set())
        yield run


@feed_app.command("live")
def feed_live(
    history_days: Annotated[float, typer.Option(min=0, max=400, help="Of history first, in an empty store.")] = 7,
    speed: Annotated[
        float | None,
        typer.Option(min=0.1, max=3600, help="Seconds of synthetic time a second. Default: as it was left, else 1."),
    ] = None,
    seed: Seed = 1,
    scale: Scale = 1,
    live: Annotated[bool, typer.Option("--live/--no-live", help="Go on live after the history.")] = True,
    quiet: Quiet = False,
    tethered: Annotated[bool, typer.Option("--tethered", hidden=True, help="End when standard input closes.")] = False,
) -> None:
    """Send live until stopped, after the history that an empty store is given first; a store that has one goes on."""
    from services.configuration import load_system
    from services.metrics import served
    from simulations.writer import Settings as FeedSettings

    settings = settings_of()
    asked = FeedSettings(seed=seed, scale=scale, history_days=history_days, speed=speed)
    # Beside `up`, whose process it is part of, it has no port of its own.
    metrics = served(None if tethered else settings.metrics_port, settings.metrics_host)
    with metrics, database_at(settings) as database, progress_bar(quiet) as progress:
        task = progress.add_task("History", total=1.0)
        with _writer(settings, load_system(settings.system), database, asked) as run:
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
