"""`lightship validate`: the flow engine beside exact results and published models."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Column, Table

from services.cli_model import Seed, Workers
from services.cli_shared import Json, console, errors, progress_bar, settings_of
from services.errors import LightshipError, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulations.studies.validation import Result, Study


def validate(
    only: Annotated[
        list[str] | None,
        typer.Option(help="One study: mmc, loss, pool or stroke. May be said several times.", show_default=False),
    ] = None,
    seed: Seed = 1,
    workers: Workers = 0,
    write: Annotated[
        Path | None, typer.Option(help="Write FOLDER.md with its picture in FOLDER.", metavar="FOLDER")
    ] = None,
    as_json: Json = False,
) -> None:
    """Play networks whose answers are known and lay ours beside theirs. Exit code 1: one is outside its bound.

    Closed forms: known to 1 % and within three standard errors. Published figures: within their rounding.
    """
    from services.workers import workers_of
    from simulations.studies import page, validation

    studies = _asked(only or [])
    began = time.monotonic()
    try:
        with progress_bar(as_json) as progress, workers_of(workers, settings_of().dask) as its:
            task = progress.add_task("Validating", total=1.0)
            found = validation.validate(
                studies, seed, executor=its.executor, workers=its.number,
                progress=lambda share: progress.update(task, completed=share), stop=its.stop,
            )  # fmt: skip
    except KeyboardInterrupt:
        raise LightshipError("Stopped; nothing is kept of an unfinished validation.") from None
    seconds = time.monotonic() - began
    if write:
        made = page.write(found, seed, write)
        errors.print(f"Written: {made}, its picture in {write}", highlight=False, markup=False, soft_wrap=True)
    if as_json:
        print(json.dumps(validation.as_json(found, seed, seconds)))
    else:
        for result in found:
            console.print(_table(result))
        console.print(f"{page.verdict(found)} Seed {seed}, {seconds:.0f} s.", highlight=False, markup=False)
    if not all(result.passed for result in found):
        raise typer.Exit(1)


def _asked(names: Sequence[str]) -> list[Study]:
    from simulations.studies.validation import STUDIES

    known = [study.name for study in STUDIES]
    for name in names:
        if name not in known:
            raise LightshipError(f"--only takes {', '.join(known)}, not {name}{nearest(name, known)}")
    return [study for study in STUDIES if not names or study.name in names]


def _table(result: Result) -> Table:
    from simulations.studies.picture import known, shown

    numbers = ("Ours", "95 % interval", "Theirs", "May differ by")
    table = Table(
        Column("Figure", no_wrap=True), *(Column(name, justify="right", no_wrap=True) for name in numbers),
        Column("", no_wrap=True), title=result.study.title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False,
    )  # fmt: skip
    for row in result.rows:
        said = "[green]agrees[/green]" if row.passed else f"[red]{row.says.upper()}[/red]"
        between = f"{shown(row, row.low)} to {shown(row, row.high)}"
        table.add_row(
            row.measure, shown(row, row.ours), between, known(row), f"{row.tolerance:.2g}", said
        )  # fmt: skip
    return table
