"""The synthetic system beside the published figures: levels of a season, the shape of two daily series, a winter.

Every line has a simulated figure, the published one and the limits between which the simulated one passes, so one rule
judges them all. Limits: a level within 5 % of the real mean; a weekday factor within 0.08 and two standard errors of
the difference; the standard deviation 0.7 to 1.4 of the real one, the lag-one autocorrelation within 0.2, each plus two
standard errors; bank holidays within the range of the published ones, plus two standard errors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from simulations.lines import ALL, Line
from simulations.published import Exception_, Published, published
from simulations.recorder import Counts
from simulations.running import EVERYWHERE, Run, run_all
from simulations.season import winter
from simulations.series import Holidays, Shape, holidays_of, over_running_mean, shape_of
from simulations.tails import tails

PARTS = ("levels", "daily", "winter", "conservation")
#: The eight levels, and whether each is a share rather than a count a day.
LEVELS = (
    "attendances", "within_4_hours", "emergency_admissions", "ga_open", "ga_occupied", "critical_occupied",
    "no_criteria_to_reside", "discharges",
)  # fmt: skip
SERIES = ("discharges", "no_criteria_to_reside")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LEVEL_LIMIT = 0.05
WEEKDAY_LIMIT = 0.08
SD_LOW, SD_HIGH = 0.7, 1.4
LAG_LIMIT = 0.2
ERRORS = 2.0
YEAR_DAYS = 365
CONSERVED_DAYS = 14  # keeps every presence, so not for years
WINTER_DAYS = 151  # November to March
FLU_WEEKS = 16  # from 14 November, as in 2022/23


@dataclass(frozen=True)
class Asked:
    """What to run. start: the season's first day. The year is that of `start`, from 1 January, of seed `first_seed`."""

    system: str | Path = "kent_and_medway"
    parts: tuple[str, ...] = PARTS
    seeds: int = 10
    first_seed: int = 1
    days: int = 60
    start: date = date(2025, 4, 1)
    year_days: int = YEAR_DAYS
    winter_days: int = WINTER_DAYS
    workers: int = 2


@dataclass(frozen=True)
class Report:
    asked: Asked
    real: Published
    lines: tuple[Line, ...]
    runs: tuple[tuple[Run, Counts], ...]

    @property
    def failed(self) -> list[Line]:
        """Lines that fail and are not on the list of exceptions."""
        return [line for line in self.lines if not line.passes and line.excuse is None]

    def counts(self, part: str) -> list[Counts]:
        return [counts for run, counts in self.runs if run.name == part]


def report(asked: Asked, progress: Callable[[float], None]) -> Report:
    """Run the worlds and compare. Raises ConfigurationError where nothing is published of the system."""
    real = published(asked.system)
    runs = tuple(run_all(runs_of(asked), asked.workers, progress))
    lines: list[Line] = []
    if "levels" in asked.parts:
        seeds = [counts for run, counts in runs if run.name == "levels"]
        lines += levels(real, seeds) + tails(real, seeds)
    if "daily" in asked.parts:
        lines += daily(real, next(counts for run, counts in runs if run.name == "daily"))
    if "winter" in asked.parts:
        lines += winter(real, next(counts for run, counts in runs if run.name == "winter"))
    if "conservation" in asked.parts:
        lines += conservation(next(counts for run, counts in runs if run.name == "conservation"))
    return Report(asked, real, tuple(excused(lines, real.exceptions)), runs)


def runs_of(asked: Asked) -> list[Run]:
    runs = []
    if "levels" in asked.parts:
        seeds = range(asked.first_seed, asked.first_seed + asked.seeds)
        runs += [Run("levels", asked.system, asked.start, asked.days, seed) for seed in seeds]
    if "daily" in asked.parts:
        runs.append(Run("daily", asked.system, date(asked.start.year, 1, 1), asked.year_days, asked.first_seed))
    if "winter" in asked.parts:
        flu = date(asked.start.year, 11, 14)
        ends = flu + timedelta(weeks=FLU_WEEKS)
        begins = date(asked.start.year, 11, 1)
        runs.append(Run("winter", asked.system, begins, asked.winter_days, asked.first_seed, flu=(flu, ends)))
    if "conservation" in asked.parts:
        days = min(asked.days, CONSERVED_DAYS)
        runs.append(Run("conservation", asked.system, asked.start, days, asked.first_seed, balance=True))
    return runs


def conservation(counts: Counts) -> list[Line]:
    """Nothing may be out of balance, nobody where they cannot be."""
    found = ((name, sum(counts.daily(EVERYWHERE, name))) for name in ("unbalanced", "faults"))
    return [Line("conservation", ALL, name, f"{counts.days} days", count, 0, 0, 0) for name, count in found]


def excused(lines: Iterable[Line], exceptions: Sequence[Exception_]) -> Iterable[Line]:
    """Each failing line with the reason why it may, where one is listed."""
    for line in lines:
        reasons = [
            each.reason
            for each in exceptions
            if each.organisation in ("*", line.organisation) and each.measure == line.measure
            and each.part in (None, line.part) and each.detail in (None, line.detail)
        ]  # fmt: skip
        yield replace(line, excuse=reasons[0]) if reasons and not line.passes else line


# Levels ---------------------------------------------------------------------------------------------------------------


def levels(real: Published, seeds: Sequence[Counts]) -> list[Line]:
    """By trust and measure: the mean over seeds beside the real mean of the same months."""
    days = seeds[0].dates()
    lines = []
    for provider in real.providers():
        for measure in LEVELS:
            wanted = real.a_day(provider, measure, days)
            if wanted is None:
                continue
            found = [value for counts in seeds if (value := level(counts, provider, measure)) is not None]
            lines.append(
                Line(
                    "levels", provider, measure, "", fmean(found) if found else None, wanted,
                    wanted * (1 - LEVEL_LIMIT), wanted * (1 + LEVEL_LIMIT), stdev(found) if len(found) > 1 else None,
                )
            )  # fmt: skip
    return lines


def level(counts: Counts, provider: str, measure: str) -> float | None:
    """A day's mean; of a share, the share of all days together."""
    if measure == "within_4_hours":
        departed = sum(counts.daily(provider, "departed"))
        return sum(counts.daily(provider, measure)) / departed if departed else None
    return sum(counts.daily(provider, measure)) / counts.days


# Two daily series -----------------------------------------------------------------------------------------------------


def ratios_of(counts: Counts, provider: str, measure: str) -> dict[date, float]:
    """A simulated series over its running mean; the half windows at both ends are left out."""
    series = dict(zip(counts.dates(), map(float, counts.daily(provider, measure)), strict=True))
    return over_running_mean(series)


def daily(real: Published, year: Counts) -> list[Line]:
    lines: list[Line] = []
    for measure in SERIES:
        simulated, published_ = {}, {}
        for provider in real.providers():
            series = real.daily.get((provider, measure))
            if series is None:
                continue
            published_[provider] = over_running_mean(series)
            simulated[provider] = ratios_of(year, provider, measure)
            there, here = shape_of(published_[provider]), shape_of(simulated[provider])
            if there and here:
                lines += _shape(provider, measure, here, there)
        if measure == "discharges":
            lines += _holidays(measure, holidays_of(simulated), holidays_of(published_))
    return lines


def _shape(provider: str, measure: str, here: Shape, there: Shape) -> list[Line]:
    lines = []
    for number, name in enumerate(WEEKDAYS):
        error = math.hypot(here.weekday_errors[number], there.weekday_errors[number])
        lines.append(
            _around(provider, measure, name, here.weekdays[number], there.weekdays[number], WEEKDAY_LIMIT, error)
        )
    error = math.hypot(here.sd_error, there.sd_error * here.sd / there.sd)
    lines.append(
        Line(
            "daily", provider, measure, "standard deviation", here.sd, there.sd,
            SD_LOW * there.sd - ERRORS * error, SD_HIGH * there.sd + ERRORS * error,
        )
    )  # fmt: skip
    error = math.hypot(here.lag_one_error, there.lag_one_error)
    lines.append(_around(provider, measure, "lag-one autocorrelation", here.lag_one, there.lag_one, LAG_LIMIT, error))
    return lines


def _around(provider: str, measure: str, detail: str, here: float, there: float, limit: float, error: float) -> Line:
    margin = limit + ERRORS * error
    return Line("daily", provider, measure, detail, here, there, there - margin, there + margin)


def _holidays(measure: str, here: Mapping[str, Holidays], there: Mapping[str, Holidays]) -> list[Line]:
    """The mean of the simulated holidays between the least and the greatest published day, and two standard errors."""
    lines = []
    for kind in there.keys() & here.keys():
        days = there[kind].by_day.values()
        margin = ERRORS * math.sqrt(here[kind].variance + there[kind].variance)
        lines.append(
            Line(
                "daily", ALL, measure, kind, fmean(here[kind].by_day.values()), fmean(days),
                min(days) - margin, max(days) + margin,
            )
        )  # fmt: skip
    return sorted(lines, key=lambda line: line.detail)


# For machines ---------------------------------------------------------------------------------------------------------


def as_json(found: Report) -> dict[str, Any]:
    """What `lightship feed report --json` prints; its shape is in docs/reference/feed-report.md."""
    asked = found.asked
    return {
        "asked": {**asdict(asked), "system": str(asked.system), "start": asked.start.isoformat(),
                  "end": (asked.start + timedelta(days=asked.days)).isoformat()},
        "passes": not found.failed,
        "judged": len(found.lines),
        "failed": len(found.failed),
        "excused": sum(1 for line in found.lines if not line.passes and line.excuse),
        "lines": [_line(line) for line in found.lines],
        "dropped": [asdict(row) for row in found.real.dropped],
        "published_from": {name: [str(day) for day in span] for name, span in found.real.spans.items()},
    }  # fmt: skip


def _line(line: Line) -> dict[str, Any]:
    made = asdict(line) | {"ratio": line.ratio, "passes": line.passes}
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in made.items()}
