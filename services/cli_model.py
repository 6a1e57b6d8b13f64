"""`lightship simulate`: a network document played through the engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Column, Table

from services.cli_shared import Json, console, progress_bar, settings_of
from services.errors import LightshipError

if TYPE_CHECKING:
    from services.flow_model.engine.network import Network
    from services.flow_model.engine.record import Figures
    from services.flow_model.engine.replications import Precision

Replications = Annotated[int, typer.Option(min=1, max=100_000, help="How many times it is played.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same answer.")]
Workers = Annotated[int, typer.Option(min=0, max=64, help="Processes; 0 takes as many as there are cores.")]


def simulate(
    file: Annotated[Path, typer.Argument(help="A network document: see docs/reference/network.md.")],
    replications: Replications = 100,
    seed: Seed = 1,
    workers: Workers = 0,
    precision: Annotated[
        str | None,
        typer.Option(
            help="Stop when a 95 % interval is this narrow: PLACE:MEASURE:SHARE, as in ward:census_mean:0.01.",
            show_default=False,
        ),
    ] = None,
    keep_draws: Annotated[bool, typer.Option(help="With --json: the figure of every replication.")] = False,
    as_json: Json = False,
) -> None:
    """Play a network document: waits, queues, census and use of every place, with intervals over replications."""
    from services.flow_model.engine.answer import answer
    from services.network_file import read_network

    network = read_network(file)
    wanted = None if precision is None else _precision(precision)
    done = played(network, replications, seed, workers, quiet=as_json, precision=wanted)
    made = answer(network, seed, done, keep_draws)
    if as_json:
        print(json.dumps(made))
        return
    for table in _tables(made):
        console.print(table)
    for place, share in made["checks"]["locked"].items():
        said = f"{place} stood still at the end of {share:.1%} of the replications: its people wait in a circle."
        console.print(said, highlight=False, markup=False, soft_wrap=True)


def played(
    network: Network, number: int, seed: int, workers: int = 0, *,
    quiet: bool = False, precision: Precision | None = None,
) -> list[Figures]:  # fmt: skip
    """Replications with a progress bar, on the cluster or this machine's processes. Raises LightshipError on Ctrl-C."""
    from services.flow_model.engine.replications import replications
    from services.workers import default_workers, workers_of

    asked = min(workers or default_workers(), number)
    with progress_bar(quiet) as progress, workers_of(asked, settings_of().dask) as its:
        task = progress.add_task("Replications", total=number)
        try:
            return replications(
                network, number, seed, executor=its.executor, workers=its.number, precision=precision,
                progress=lambda done: progress.update(task, completed=done), stop=its.stop,
            )  # fmt: skip
        except KeyboardInterrupt:
            raise LightshipError("Stopped; nothing was kept.") from None


def _precision(text: str) -> Precision:
    from services.flow_model.engine.replications import Precision

    place, _, rest = text.partition(":")
    measure, _, share = rest.partition(":")
    try:
        relative = float(share)
    except ValueError:
        relative = 0.0
    if not 0 < relative < 1:
        raise LightshipError(f"--precision {text}: say PLACE:MEASURE:SHARE, as in ward:census_mean:0.01.")
    return Precision(place, measure, relative)


def _tables(made: dict[str, Any]) -> list[Table]:
    """The answer for a person: a row a place."""
    unit = made["time_unit"]
    rows = {(row["place"], row["measure"]): row for row in made["rows"]}
    places = list(dict.fromkeys(row["place"] for row in made["rows"]))
    loses = any(row["measure"] == "share_lost" and row["mean"] for row in made["rows"])
    heads = ("came", "delayed", "wait", "95 %", "p90", "queue", "inside", "used", *(["lost"] if loses else []))
    right = [Column(name, justify="right", no_wrap=True) for name in heads]
    table = Table(
        Column("place", min_width=8, overflow="fold"),
        *right,
        title=f"{made['name']}: {made['replications']} replications",
        box=SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        caption=f"Times in {unit}.",
    )

    def said(place: str, measure: str, form: str) -> str:
        row = rows.get((place, measure))
        return "" if row is None or row["mean"] is None else form.format(row["mean"])

    for place in places:
        wait = rows[place, "wait_mean"]
        between = "" if wait["low"] is None else f"{wait['low']:.3g} to {wait['high']:.3g}"
        table.add_row(
            place, said(place, "arrivals", "{:.4g}"), said(place, "share_delayed", "{:.1%}"),
            said(place, "wait_mean", "{:.3g}"), between, said(place, "wait_p90", "{:.3g}"),
            said(place, "queue_mean", "{:.3g}"), said(place, "census_mean", "{:.4g}"),
            said(place, "utilisation", "{:.1%}"), *([said(place, "share_lost", "{:.2%}")] if loses else []),
        )  # fmt: skip
    return [table]
