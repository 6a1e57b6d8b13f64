"""`lightship bench`: where the README's speed figures come from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli_shared import Json, console, progress_bar

bench_app = typer.Typer(no_args_is_help=True, help="Where the README's speed figures come from.")


@bench_app.command("start")
def bench_start(history_days: Annotated[float, typer.Option(min=0.1, max=60)] = 7, as_json: Json = False) -> None:
    """Time to a first live board and to a full history, on a fresh folder."""
    from benchmarks import start

    result = start.run(history_days)
    _show(result, as_json)


@bench_app.command("ingest")
def bench_ingest(
    events: Annotated[int, typer.Option(min=1000, help="Grow the store to this many events.")] = 1_000_000,
    as_json: Json = False,
) -> None:
    """The whole ingest path beside bare inserts of the same batches, as the store grows."""
    from benchmarks import ingest

    with progress_bar(as_json) as progress:
        task = progress.add_task("Ingest", total=1.0)
        result = ingest.run(events, lambda share: progress.update(task, completed=share))
    _show(result, as_json)


@bench_app.command("live")
def bench_live(
    history_days: Annotated[float, typer.Option(min=0.5, max=400, help="Days of history to fill first.")] = 365,
    sockets: Annotated[int, typer.Option(min=1, max=1000)] = 200,
    events: Annotated[int, typer.Option(min=400, help="Events a second, 200 of them watched for.")] = 500,
    seconds: Annotated[int, typer.Option(min=5)] = 30,
    data_dir: Annotated[
        Path | None, typer.Option(help="Keep the data here; a history that is here already is measured.")
    ] = None,
    as_json: Json = False,
) -> None:
    """From an event to every open board, and the overview with a long history, now and as at a past moment."""
    from benchmarks import live

    with progress_bar(as_json) as progress:
        task = progress.add_task("History", total=1.0)
        result = live.run(
            history_days, sockets, events, seconds, lambda share: progress.update(task, completed=share), data_dir
        )
    _show(result, as_json)


@bench_app.command("feed")
def bench_feed(
    days: Annotated[float, typer.Option(min=0.1, max=400, help="Days of Kent; a year is 365.")] = 14,
    data_dir: Annotated[Path | None, typer.Option(help="Where there is room: a year takes 13 GB for a while.")] = None,
    as_json: Json = False,
) -> None:
    """Making synthetic days, and taking them into a fresh store: simulated days and events a second of each."""
    from benchmarks import feed

    with progress_bar(as_json) as progress:
        tasks = {half: progress.add_task(half.capitalize(), total=1.0) for half in ("generation", "import")}
        result = feed.run(days, lambda half, share: progress.update(tasks[half], completed=share), data_dir)
    _show(result, as_json)


@bench_app.command("stream")
def bench_stream(
    events: Annotated[int, typer.Option(min=5000, help="Messages of each run.")] = 60_000,
    rounds: Annotated[int, typer.Option(min=1, max=20, help="Of both, one after the other.")] = 3,
    as_json: Json = False,
) -> None:
    """Kafka -> Faust -> store beside a Faust agent that does nothing; import from file; from a door to the boards.

    On Apache Kafka itself, which `make test-kafka` fetches once.
    """
    from benchmarks import stream

    with progress_bar(as_json) as progress:
        task = progress.add_task("Stream", total=1.0)
        result = stream.run(events, rounds, lambda share: progress.update(task, completed=share))
    _show(result, as_json)


@bench_app.command("engine")
def bench_engine(as_json: Json = False) -> None:
    """The flow model's engine beside SimPy's processes and Ciw on one network, and 72 hours of Kent."""
    from benchmarks import engine

    with progress_bar(as_json) as progress:
        task = progress.add_task("Engine", total=1.0)
        result = engine.run(lambda share: progress.update(task, completed=share))
    _show(result, as_json)


def _show(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(result))
    else:
        console.print_json(json.dumps(result))
