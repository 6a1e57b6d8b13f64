"""`lightship backtest`: how good forecasts of a series would have been, beside naive rules."""

from __future__ import annotations

import json
import math
import re
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.table import Table

from services.cli_shared import Json, console, progress_bar
from services.errors import LightshipError

backtest_app = typer.Typer(no_args_is_help=True, help="How good forecasts of a series would have been.")

File = Annotated[Path, typer.Option("--csv", help="The series.")]
TimeColumn = Annotated[str, typer.Option(help="The column of times.")]
ValueColumn = Annotated[str, typer.Option(help="The column of counts or values.")]
From = Annotated[str, typer.Option("--from", help="The first day of issue.")]
To = Annotated[str, typer.Option("--to", help="The last day of issue.")]
RegionOf = Annotated[str, typer.Option("--region", help="Whose bank holidays: ENG, WLS, SCT or NIR.")]


@backtest_app.command("demand")
def backtest_demand(
    file: File,
    time_column: TimeColumn,
    value_column: ValueColumn,
    first: From,
    last: To,
    timezone: Annotated[str, typer.Option(help="The zone of the wall clock.")] = "Europe/London",
    issue_at: Annotated[str, typer.Option(help="When each day forecasts are issued, local.")] = "00:00,12:00",
    horizon: Annotated[str, typer.Option(help="How far ahead, such as 48h.")] = "48h",
    region: RegionOf = "ENG",
    school_holidays: Annotated[
        Path | None,
        typer.Option(help="School holidays: a CSV file of first, last, name, source.", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """Hourly counts: mean pinball of quantiles 0.05 to 0.95, coverage and bias, beside naive rules.

    What is forecast at an issue is made of the hours before it alone; the model is fitted anew each week.
    """
    from services.flow_model.demand.backtest import hourly
    from services.series_file import read_hourly, region_of

    series = read_hourly(file, time_column, value_column, region_of(region, timezone, school_holidays))
    hours = [_hour(each) for each in issue_at.split(",")]
    ahead = _ahead(horizon, "h", 24 * 28)
    begin, end = _days(first, last)
    start = series.hours[0]
    issues = [
        int((np.datetime64(day, "h") + hour - start).astype(int))
        for day in (begin + timedelta(days=number) for number in range((end - begin).days + 1))
        for hour in sorted(set(hours))
    ]
    if issues[0] < 24 * 56 or issues[-1] >= len(series.counts):
        covered = f"{series.hours[0]} to {series.hours[-1]}"
        raise LightshipError(
            f"The file covers {covered}: issues need eight weeks before the first, and something after the last."
        )
    began = time.perf_counter()
    with progress_bar(as_json) as progress:
        task = progress.add_task("Issues", total=len(issues))
        try:
            made = hourly(series, issues, ahead, lambda done, of: progress.update(task, completed=done, total=of))
        except KeyboardInterrupt:
            raise LightshipError("Stopped; nothing was kept.") from None
    made["seconds"] = round(time.perf_counter() - began, 2)
    if as_json:
        print(json.dumps(_plain(made)))
        return
    table = Table("", "mean pinball", title=f"{made['issues']} issues, {made['n_points']:,} hours")
    table.add_row("forecast", f"{made['mean_pinball']:.4f}")
    for name, value in sorted(made["naive"].items(), key=lambda each: each[1]):
        table.add_row(name, f"{value:.4f}")
    console.print(table)
    console.print(
        f"9 in 10 intervals held {made['coverage']:.1%}; bias {made['bias']:+.3f} an hour; {made['seconds']:.0f} s; "
        f"{len(made['stepped_down'])} issues stepped down to a naive rule."
    )


@backtest_app.command("series")
def backtest_series(
    file: File,
    time_column: TimeColumn,
    value_column: ValueColumn,
    first: From,
    last: To,
    freq: Annotated[str, typer.Option(help="1D: daily is what there is.")] = "1D",
    horizon: Annotated[str, typer.Option(help="How far ahead, such as 7d.")] = "7d",
    filters: Annotated[
        list[str] | None, typer.Option("--filter", help="COLUMN=VALUE: rows that say so alone.", show_default=False)
    ] = None,
    region: RegionOf = "ENG",
    as_json: Json = False,
) -> None:
    """Daily values: mean absolute error and pinball by lead, beside naive rules. Lead 1 is the day of issue itself."""
    from services.flow_model.demand.daily import backtest
    from services.series_file import read_daily, region_of

    if freq.upper() not in ("1D", "D"):
        raise LightshipError(f"--freq {freq}: only daily series, 1D; `backtest demand` is for hourly counts.")
    wanted = dict(_pair(each) for each in filters or [])
    days = read_daily(file, time_column, value_column, wanted, region_of(region, "Europe/London"))
    ahead = _ahead(horizon, "d", 60)
    begin, end = _days(first, last)
    issues = [(begin - days.first).days + number for number in range((end - begin).days + 1)]
    if issues[0] < 56 or issues[-1] >= len(days.values):
        until = days.day(len(days.values) - 1)
        raise LightshipError(
            f"The file covers {days.first} to {until}: issues need eight weeks before the first, and values after it."
        )
    with progress_bar(as_json) as progress:
        task = progress.add_task("Issues", total=len(issues))
        try:
            made = backtest(days, issues, ahead, lambda done: progress.update(task, completed=done))
        except KeyboardInterrupt:
            raise LightshipError("Stopped; nothing was kept.") from None
    if as_json:
        print(json.dumps(_plain(made)))
        return
    heads = ("lead, days", "forecast", *(name.replace("_", " ") for name in made["naive"]), "pinball")
    table = Table(*heads, title=f"Mean absolute error by lead, {len(issues)} issues")
    for lead in range(ahead):
        errors = [each["mae_by_lead"][lead] for each in (made, *made["naive"].values())]
        table.add_row(str(lead + 1), *(f"{each:.2f}" for each in (*errors, made["pinball_by_lead"][lead])))
    console.print(table)
    console.print(f"{len(made['stepped_down'])} of {made['n_points']} forecasts stepped down to a naive rule.")


def _pair(text: str) -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not equals or not column:
        raise LightshipError(f"--filter {text}: write COLUMN=VALUE.")
    return column, value


def _hour(text: str) -> int:
    found = re.fullmatch(r"([01]?\d|2[0-3]):00", text.strip())
    if not found:
        raise LightshipError(f"--issue-at {text}: whole hours, such as 00:00,12:00.")
    return int(found[1])


def _ahead(text: str, unit: str, most: int) -> int:
    found = re.fullmatch(rf"(\d{{1,4}}){unit}", text.strip().lower())
    if not found or not 1 <= int(found[1]) <= most:
        raise LightshipError(f"--horizon {text}: write 1{unit} to {most}{unit}.")
    return int(found[1])


def _days(first: str, last: str) -> tuple[date, date]:
    days = []
    for option, text in (("--from", first), ("--to", last)):
        try:
            days.append(date.fromisoformat(text))
        except ValueError:
            raise LightshipError(f"{option} {text}: no day; write it as 2026-01-20.") from None
    if days[1] < days[0]:
        raise LightshipError(f"--to {last} is before --from {first}.")
    return days[0], days[1]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return None if math.isnan(value) else float(value)
    return value
