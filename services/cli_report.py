"""`lightship feed report`: the synthetic system beside the published figures."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table

from services.cli_feed import feed_app
from services.cli_shared import Json, console, progress_bar, settings_of
from services.errors import LightshipError

if TYPE_CHECKING:
    from simulations.lines import Line
    from simulations.report import Report

NAMES = {
    "attendances": "A&E attendances a day",
    "within_4_hours": "Left A&E within 4 hours",
    "emergency_admissions": "Emergency admissions a day",
    "ga_open": "G&A beds open",
    "ga_occupied": "G&A beds occupied",
    "critical_occupied": "Adult critical care occupied",
    "no_criteria_to_reside": "No criteria to reside",
    "discharges": "SitRep discharges a day",
    "good_friday": "Good Friday",
    "christmas": "25 and 26 December",
    "bank_holiday": "Other bank holidays",
}


@feed_app.command("report")
def feed_report(
    seeds: Annotated[int, typer.Option(min=1, max=50, help="Worlds to run for the levels: seeds 1 to this.")] = 10,
    days: Annotated[int, typer.Option(min=1, max=366, help="Days of each.")] = 60,
    start: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="First day; the same months are compared.")
    ] = datetime(2025, 5, 1),  # noqa: DTZ001 - a date without a time
    parts: Annotated[str, typer.Option(help="levels, daily, or both with a comma.")] = "levels,daily",
    workers: Annotated[int, typer.Option(min=1, max=16, help="Worlds to run at the same time.")] = 2,
    system: Annotated[str | None, typer.Option(help="A system under config/; otherwise LIGHTSHIP_SYSTEM.")] = None,
    write: Annotated[Path | None, typer.Option(help="Write the report with pictures into this folder.")] = None,
    as_json: Json = False,
) -> None:
    """Lay simulated days beside the published figures, trust by trust. Needs no database; exit code 1 if a line fails.

    Every figure is counted from the events as sent, by a recorder that the generator does not use. A line passes when
    the simulated figure is between its limits, or is listed with a reason in the system's calibration.yaml.
    """
    from simulations import report as reports

    wanted = tuple(part.strip() for part in parts.split(",") if part.strip())
    unknown = [part for part in wanted if part not in reports.PARTS]
    if unknown or not wanted:
        raise LightshipError(f"--parts takes {', '.join(reports.PARTS)}, not {', '.join(unknown) or 'nothing'}")
    asked = reports.Asked(
        system=system or settings_of().system, parts=wanted, seeds=seeds, days=days, start=start.date(), workers=workers
    )
    try:
        with progress_bar(as_json) as progress:
            task = progress.add_task("Simulating", total=1.0)
            found = reports.report(asked, lambda share: progress.update(task, completed=share))
    except KeyboardInterrupt:
        raise LightshipError("Stopped; nothing is kept of an unfinished report.") from None
    if as_json:
        print(json.dumps(reports.as_json(found)))
    else:
        _show(found)
    if found.failed:
        raise typer.Exit(1)


def _show(found: Report) -> None:
    asked = found.asked
    if "levels" in asked.parts:
        table = _table(f"{asked.days} days from {asked.start:%-d %B %Y}, mean of {asked.seeds} worlds", "Spread")
        for line in found.lines:
            if line.part == "levels":
                table.add_row(line.organisation, NAMES[line.measure], *_figures(line), _spread(line), _verdict(line))
        console.print(table)
    if "daily" in asked.parts:
        table = _table(f"The year {asked.start.year}, each day over the mean of 29 days around it", "Which")
        for line in found.lines:
            if line.part == "daily":
                which = NAMES.get(line.detail, line.detail)
                table.add_row(line.organisation, NAMES[line.measure], *_figures(line), which, _verdict(line))
        console.print(table)
    reasons = {line.excuse for line in found.lines if line.excuse}
    for reason in sorted(filter(None, reasons)):
        console.print(f"May fail: {reason}", highlight=False, markup=False)
    console.print(f"{len(found.lines)} lines, {len(found.failed)} fail.", highlight=False, markup=False)


def _table(title: str, last: str) -> Table:
    numbers = [Column(name, justify="right", no_wrap=True) for name in ("Simulated", "Published", "Ratio", "Limits")]
    columns = (*numbers, Column(last, no_wrap=True), Column("", no_wrap=True))
    return Table("Trust", Column("Figure", no_wrap=True), *columns, title=title, title_justify="left")


def _figures(line: Line) -> tuple[str, str, str, str]:
    ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
    return _number(line, line.simulated), _number(line, line.published), ratio, (
        f"{_number(line, line.low)} to {_number(line, line.high)}"
    )  # fmt: skip


def _number(line: Line, value: float | None) -> str:
    if value is None:
        return "none"
    if line.measure == "within_4_hours":
        return f"{value:.1%}"
    return f"{value:.2f}" if line.part == "daily" else f"{value:,.1f}"


def _spread(line: Line) -> str:
    return "" if line.spread is None else f"± {_number(line, line.spread)}"


def _verdict(line: Line) -> str:
    if line.passes:
        return "[green]passes[/green]"
    return "[yellow]may fail[/yellow]" if line.excuse else "[red]FAILS[/red]"
