"""`lightship feed report`: the synthetic system beside the published figures."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Column, Table

from services.cli_feed import feed_app
from services.cli_shared import Json, console, errors, progress_bar, settings_of
from services.errors import LightshipError

if TYPE_CHECKING:
    from simulations.lines import Line
    from simulations.report import Report

EVERY = "levels,daily,winter,conservation"


@feed_app.command("report")
def feed_report(
    parts: Annotated[str, typer.Option(help="Which of these to run, with commas.")] = EVERY,
    seeds: Annotated[int, typer.Option(min=1, max=50, help="Worlds to run for the levels: seeds 1 to this.")] = 10,
    days: Annotated[int, typer.Option(min=1, max=366, help="Days of each.")] = 60,
    start: Annotated[str, typer.Option(help="First day; the same months are compared.")] = "2025-04-01",
    workers: Annotated[int, typer.Option(min=1, max=16, help="Worlds to run at the same time.")] = 2,
    system: Annotated[str | None, typer.Option(help="A system under config/; otherwise LIGHTSHIP_SYSTEM.")] = None,
    write: Annotated[
        Path | None, typer.Option(help="Write FOLDER.md with its pictures in FOLDER.", metavar="FOLDER")
    ] = None,
    as_json: Json = False,
) -> None:
    """Lay simulated days beside the published figures, trust by trust. Needs no database; exit code 1 if a line fails.

    Every figure is counted from the events as sent, by a recorder that the generator does not use. A line passes when
    the simulated figure is between its limits, or is listed with a reason in the system's calibration.yaml.
    """
    from simulations import report as reports
    from simulations.written import write as write_page

    wanted = tuple(part.strip() for part in parts.split(",") if part.strip())
    unknown = [part for part in wanted if part not in reports.PARTS]
    if unknown or not wanted:
        raise LightshipError(f"--parts takes {', '.join(reports.PARTS)}, not {', '.join(unknown) or 'nothing'}")
    try:
        first = date.fromisoformat(start)
    except ValueError:
        raise LightshipError(f"--start takes a day such as 2025-05-01, not {start!r}") from None
    asked = reports.Asked(
        system=system or settings_of().system, parts=wanted, seeds=seeds, days=days, start=first, workers=workers
    )
    try:
        with progress_bar(as_json) as progress:
            task = progress.add_task("Simulating", total=1.0)
            found = reports.report(asked, lambda share: progress.update(task, completed=share))
    except KeyboardInterrupt:
        raise LightshipError("Stopped; nothing is kept of an unfinished report.") from None
    if write:
        page = write_page(found, write)
        errors.print(f"Written: {page}, its pictures in {write}", highlight=False, markup=False, soft_wrap=True)
    if as_json:
        print(json.dumps(reports.as_json(found)))
    else:
        _show(found)
    if found.failed:
        raise typer.Exit(1)


def _show(found: Report) -> None:
    """One table a part; what fails says so in a word."""
    asked = found.asked
    titles = {
        "levels": f"{asked.days} days from {asked.start:%-d %B %Y}, mean of {asked.seeds} worlds, within 5%",
        "daily": f"The year {asked.start.year}: each day over the mean of the 29 days around it",
        "winter": f"The winter that begins in November {asked.start.year}, beside the most that winters reached",
        "conservation": "People are conserved",
    }
    for part in asked.parts:
        others = {"levels": ["Ratio"], "conservation": []}.get(part, ["Passes", "to"])
        numbers = [Column(name, justify="right", no_wrap=True) for name in ("Simulated", "Published", *others)]
        columns: tuple[Column | str, ...] = (
            Column("Trust", no_wrap=True),
            "Figure",
            *numbers,
            Column("", no_wrap=True),
        )
        table = Table(*columns, title=titles[part], title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
        for line in found.lines:
            if line.part == part:
                table.add_row(*_row(line))
        console.print(table)
    for line in found.lines:
        if line.excuse:
            console.print(f"{line.organisation} {_name(line)} may fail: {line.excuse}", highlight=False, markup=False)
    excused = sum(not line.passes and line.excuse is not None for line in found.lines)
    verdict = f"{len(found.lines)} lines: {len(found.failed)} fail, {excused} may fail for a listed reason."
    console.print(verdict, highlight=False, markup=False)


def _name(line: Line) -> str:
    from simulations.lines import NAMES, SHORT

    detail = NAMES.get(line.detail, line.detail)
    name = NAMES[line.measure]
    return f"{SHORT.get(line.measure, name)}, {detail}" if detail else name


def _row(line: Line) -> tuple[str, ...]:
    from simulations.lines import shown

    spread = "" if line.spread is None else f" ± {shown(line, line.spread)}"
    others = {"levels": ("" if line.ratio is None else f"{line.ratio:.2f}",), "conservation": ()}.get(
        line.part, (shown(line, line.low), shown(line, line.high))
    )
    verdict = "[green]passes[/green]" if line.passes else "[red]FAILS[/red]"
    if not line.passes and line.excuse:
        verdict = "[yellow]may fail[/yellow]"
    figures = (shown(line, line.simulated) + spread, shown(line, line.published))
    return line.organisation, _name(line), *figures, *others, verdict
