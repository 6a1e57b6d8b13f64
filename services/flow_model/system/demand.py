"""The arrivals of a run, forecast: of each way in at each site the mean of every hour and how far hours scatter.

Each stream is forecast by the model of hourly demand, and by the naive rules beside it. Where a rule has done better
over the last two weeks, by a fit that had not seen them, the stream steps down to that rule and says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from services.flow_model.demand.calendar import Floats, Hours, Region
from services.flow_model.demand.hourly import Series, fitted, forecast
from services.flow_model.demand.naive import RULES
from services.flow_model.demand.score import LEVELS, pinball
from services.flow_model.system.demand_table import HOUR, HourlyArrivals

JUDGED_HOURS = 14 * 24
JUDGED_AHEAD = 48
LEAST_HOURS = 4 * 7 * 24  # of history before the model is asked at all
SILENT = 15.0  # people due from a provider of whom none was reported: by chance once in three million times
MOST_DISPERSION = 1.0
MODEL, MEAN_WEEK = "model", "mean_week"


@dataclass(frozen=True)
class StreamForecast:
    """One way in at one site. rule: what gave it: `model`, a naive rule, or `mean_week` where little is known.

    mean: people an hour in each hour of the run, of which the first ends at the whole hour after its start.
    dispersion: variance of the random level of an hour. lost: mean pinball by rule over the last two weeks, empty
    where too little is known. missing_hours: in which its provider said nothing.
    """

    site: str
    way: str
    rule: str
    mean: Floats
    dispersion: float
    lost: Mapping[str, float]
    known_hours: int
    missing_hours: int


@dataclass(frozen=True)
class Demand:
    """The forecast arrivals of a run that starts at `as_at`, and the history that they come from.

    run_dispersion: variance of a level of the whole run: how far off two days' totals were in the last two weeks,
    beyond what the scatter of hours explains, of all streams together, since a single one's few totals say little.
    """

    as_at: datetime
    history: HourlyArrivals
    streams: Mapping[tuple[str, str], StreamForecast]
    run_dispersion: float

    def daily(self, site: str, way: str) -> float:
        """The mean number a day of the history."""
        return self.history.daily(site, way)

    def by_hour_of_week(self, site: str, way: str) -> Floats:
        """The mean week of the history."""
        return self.history.by_hour_of_week(site, way)

    def said(self, site: str, way: str) -> dict[str, Any] | None:
        """The rate and the dispersion of a stream as a document says them, None where nobody comes."""
        made = self.streams.get((site, way))
        if made is None or not made.mean.any():
            return None
        first = (_whole_hour(self.as_at) + HOUR - self.as_at) / HOUR
        times = [0.0, *(first + number for number in range(len(made.mean) - 1))]
        steps = [[round(time, 6), round(float(mean), 6)] for time, mean in zip(times, made.mean, strict=True)]
        scatter = {"dispersion": round(made.dispersion, 6), "run_dispersion": round(self.run_dispersion, 6)}
        return {"rate": {"steps": steps}, **scatter}


def demand(
    history: HourlyArrivals, as_at: datetime, length_hours: float, region: Region, provider_of: Mapping[str, str],
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Demand:  # fmt: skip
    """The arrivals of the hours from as_at on, of the history alone.

    provider_of: by site, since a provider's feed falls silent as a whole. progress: streams done, of how many.
    """
    heard = _heard(history, provider_of)
    wall = _Wall.of(history, as_at, length_hours, region)
    streams: dict[tuple[str, str], StreamForecast] = {}
    off: list[_Totals] = []
    for number, key in enumerate(sorted(heard.counts)):
        streams[key], totals = _stream(key, heard, wall)
        off.append(totals)
        progress(number + 1, len(heard.counts))
    beyond, squares = (sum(each) for each in zip((0.0, 0.0), *off, strict=True))
    return Demand(as_at, heard, streams, max(0.0, beyond / squares) if squares else 0.0)


@dataclass(frozen=True)
class _Wall:
    """The wall-clock hours of the history and the run. known, ahead: for each real hour of them its wall-clock hour's
    index; until: the first index that is not wholly history."""

    region: Region
    hours: Hours
    known: NDArray[np.int64]
    ahead: NDArray[np.int64]

    @classmethod
    def of(cls, history: HourlyArrivals, as_at: datetime, length_hours: float, region: Region) -> _Wall:
        zone = ZoneInfo(region.timezone)
        begin, now = history.start.astimezone(UTC), _whole_hour(as_at)
        last = math.ceil((as_at - now) / HOUR + length_hours)
        known = [_local(begin + number * HOUR, zone) for number in range(history.hours)]
        ahead = [_local(now + number * HOUR, zone) for number in range(last)]
        first = np.datetime64(known[0], "h")
        hours = np.arange(first, np.datetime64(max(ahead[-1], known[-1]), "h") + 1)
        index = [(np.array(each, "datetime64[h]") - first).astype(np.int64) for each in (known, ahead)]
        return cls(region, hours, *index)

    @property
    def until(self) -> int:
        return int(self.known[-1]) + 1

    def series(self, counts: Floats) -> Series:
        """Counts of real hours by wall-clock hour, NaN after the history; two of one wall-clock hour are added up."""
        summed = np.full(len(self.hours), np.nan)
        summed[: self.until] = np.bincount(self.known, weights=counts, minlength=self.until)
        skipped = np.ones(self.until, dtype=bool)
        skipped[self.known] = False
        summed[: self.until][skipped] = np.nan
        return Series.of(self.region, self.hours, summed)


#: Of the totals of two days: squares of what they were off by, less their variance; squares of their means.
_Totals = tuple[float, float]


def _stream(key: tuple[str, str], history: HourlyArrivals, wall: _Wall) -> tuple[StreamForecast, _Totals]:
    counts = history.counts[key]
    known = counts[~np.isnan(counts)]
    hours = len(known), len(counts) - len(known)
    if len(known) < LEAST_HOURS or not known.any():
        week = history.by_hour_of_week(*key)
        slots = (wall.hours[wall.ahead].astype(np.int64) + 72) % len(week)  # 1970-01-01 was a Thursday
        return StreamForecast(*key, MEAN_WEEK, week[slots], 0.0, {}, *hours), (0.0, 0.0)
    series = wall.series(counts)
    horizon = len(wall.hours) - wall.until
    lost, off, totals = _judged(series, wall.until)
    rule = min(lost, key=lambda name: (lost[name], name != MODEL)) if lost else MODEL
    if rule == MODEL:
        made = forecast(series, fitted(series, wall.until), wall.until, horizon)
        mean, spread = made.mean, made.variance
    else:
        mean = RULES[rule](series.counts[: wall.until], horizon, LEVELS).mean(axis=0)
        spread = mean + off[rule] * mean**2
    mean, spread = np.nan_to_num(mean), np.nan_to_num(spread)
    more = float((spread - mean).sum() / max(float((mean**2).sum()), 1e-12))
    # A wall-clock hour that is shown twice has the people of both.
    length = np.maximum(series.length[wall.ahead], 1.0)
    scatter = min(max(more, 0.0), MOST_DISPERSION)
    return StreamForecast(*key, rule, mean[wall.ahead - wall.until] / length, scatter, lost, *hours), totals


def _judged(series: Series, until: int) -> tuple[dict[str, float], dict[str, float], _Totals]:
    """Of the last two weeks the mean pinball by rule, how far each rule's hours scatter (as the dispersion of a level),
    and how far the model's totals were off."""
    begin = until - JUDGED_HOURS
    early = fitted(series, begin)
    lost: dict[str, list[Floats]] = {name: [] for name in (MODEL, *RULES)}
    squares: dict[str, list[tuple[float, float]]] = {name: [] for name in RULES}
    beyond, means = 0.0, 0.0
    for issue in range(begin, until, JUDGED_AHEAD):
        ahead = min(JUDGED_AHEAD, until - issue)
        observed = series.counts[issue : issue + ahead]
        made = forecast(series, early, issue, ahead)
        quantiles = {MODEL: made.quantiles(LEVELS)}
        quantiles |= {name: rule(series.counts[:issue], ahead, LEVELS) for name, rule in RULES.items()}
        for name, each in quantiles.items():
            lost[name].append(pinball(each, observed).mean(axis=0))
        for name in RULES:
            mean = quantiles[name].mean(axis=0)
            both = ~np.isnan(mean) & ~np.isnan(observed)
            squares[name].append(
                (float(((observed - mean)[both] ** 2 - mean[both]).sum()), float((mean[both] ** 2).sum()))
            )
        there = ~np.isnan(observed)
        due = float(made.mean[there].sum())
        beyond += (float(observed[there].sum()) - due) ** 2 - float(made.variance[there].sum())
        means += due**2
    every = {name: np.concatenate(each) for name, each in lost.items()}
    points = ~np.isnan(every[MODEL])
    if not points.any():
        return {}, {}, (0.0, 0.0)
    found = {name: float(each[points].mean()) for name, each in every.items() if not np.isnan(each[points]).any()}
    off = {name: max(0.0, sum(a for a, _ in each) / (sum(b for _, b in each) or 1.0)) for name, each in squares.items()}
    return found, off, (beyond, means)


def _heard(history: HourlyArrivals, provider_of: Mapping[str, str]) -> HourlyArrivals:
    """The history with NaN for the hours in which a provider said nothing though many were due, since that does not
    mean that nobody came; and for the days at its beginning with less than half of a usual day's: of those a history
    often knows only the people who were still there when it began."""
    totals: dict[str, Floats] = {}
    for (site, _), counts in history.counts.items():
        provider = provider_of.get(site, site)
        totals[provider] = totals.get(provider, np.zeros(history.hours)) + counts
    clock = np.arange(history.hours) % 24
    number = np.maximum(np.bincount(clock, minlength=24), 1)
    day = (np.arange(history.hours) + history.start.astimezone(UTC).hour) // 24
    silent = {
        provider: _runs(counts == 0, (np.bincount(clock, weights=counts, minlength=24) / number)[clock])
        | _not_begun(counts, day)
        for provider, counts in totals.items()
    }
    return HourlyArrivals(
        history.start,
        {
            (site, way): np.where(silent[provider_of.get(site, site)], np.nan, counts)
            for (site, way), counts in history.counts.items()
        },
    )


def _not_begun(counts: Floats, day: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which hours are of days at the beginning with less than half of what is usual a day."""
    came, hours = np.bincount(day, weights=counts), np.bincount(day)
    usual = float(np.median(came[hours == 24])) if (hours == 24).any() else 0.0
    enough = came >= usual * hours / 48
    before: NDArray[np.bool_] = day < int(np.argmax(enough))
    return before


def _runs(nothing: NDArray[np.bool_], due: Floats) -> NDArray[np.bool_]:
    """Which hours are in a run of nothing in which at least SILENT were due."""
    silent = np.zeros(len(nothing), dtype=bool)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], nothing.astype(np.int8), [0]))))
    for begin, end in edges.reshape(-1, 2):
        silent[begin:end] = due[begin:end].sum() >= SILENT
    return silent


def _whole_hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)
