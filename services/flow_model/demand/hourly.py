"""Hourly demand: a regression on the calendar, a level that follows the last weeks, a memory of the last day.

Fitted on what is past, at most weekly; the level is of the moment of issue. How fast the level follows and how much of
the last day is remembered are weighed by what they would have said of the last quarter
(of a year, or of a shorter history), and how far counts scatter is
seen there, by a fit that had not seen it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy import optimize, signal

from services.flow_model.demand.calendar import Floats, Hours, Region, lengths
from services.flow_model.demand.design import columns
from services.flow_model.demand.predictive import Counts, poisson_log
from services.flow_model.demand.regression import fit

HISTORY_HOURS = 4 * 365 * 24
HALF_LIFE_DAYS = 730.0
JUDGED_HOURS = 13 * 7 * 24
LEAST_HOURS = 8 * 7 * 24
LEAST_JUDGED_HOURS = 7 * 24
SLOW_DAYS = (4.0, 8.0, 16.0, 32.0)
REMEMBERED = (0.0, 0.2, 0.4, 0.6)
MEMORY_HOURS = (12.0, 36.0)
FAST_HALF_LIFE_HOURS = 12.0
#: Likelihoods of the last quarter are flattened by this: each hour is forecast four times there, and hours go together.
FLATTENED = 16.0
LEAST_SHARE = 0.01


@dataclass(frozen=True)
class Series:
    """Counts by local wall-clock hour, one after the other without a gap; NaN where nothing was reported.

    length: how many real hours each lasts, 0 to 2.
    """

    region: Region
    hours: Hours
    counts: Floats
    length: Floats

    @classmethod
    def of(cls, region: Region, hours: Hours, counts: Floats) -> Series:
        return cls(region, hours, counts, lengths(region, hours))


@dataclass(frozen=True)
class Way:
    """One way for a level to follow what came: half-life of the slow level in days, how much of the last day's surprise
    is kept and for how many hours."""

    slow_days: float
    remembered: float
    memory_hours: float


WAYS = tuple(
    Way(slow_days, remembered, memory_hours)
    for slow_days, remembered, memory_hours in product(SLOW_DAYS, REMEMBERED, MEMORY_HOURS)
    if remembered or memory_hours == MEMORY_HOURS[0]
)


@dataclass(frozen=True)
class Follow:
    """How the level follows: the share of each way in it, and the scatter: variance = phi mean + extra mean^2."""

    shares: tuple[tuple[Way, float], ...] = ((Way(16.0, 0.2, 36.0), 1.0),)
    phi: float = 1.2
    extra: float = 0.005


@dataclass(frozen=True)
class Fitted:
    """Coefficients, what they were fitted on, and how the level follows. first, last: indices into the series."""

    beta: Floats
    first: int
    last: int
    follow: Follow


def fitted(series: Series, until: int, before: Fitted | None = None, *, judge: bool = True) -> Fitted:
    """The model of what came before hour number `until`. before: an earlier fit to begin from.

    judge: whether the following is judged anew, which costs a second fit; else that of `before` is kept.
    """
    first = max(0, until - HISTORY_HOURS)
    follow = before.follow if before is not None else Follow()
    judged = min(JUDGED_HOURS, (until - first) // 4)
    if judge and judged >= LEAST_JUDGED_HOURS:
        early = _regressed(series, first, until - judged, None)
        follow = _judged(series, Fitted(early, first, until - judged, follow), until)
    begin = before.beta if before is not None else None
    return Fitted(_regressed(series, first, until, begin), first, until, follow)


def forecast(series: Series, model: Fitted, issue: int, horizon: int) -> Counts:
    """Counts of the hours issue .. issue + horizon - 1, of what came before hour number `issue`."""
    follow = model.follow
    begin = max(model.first, issue - round(10 * max(way.slow_days for way, _ in follow.shares) * 24))
    expected = _expected(series, model, begin, issue + horizon)
    past = issue - begin
    lead = np.arange(horizon, dtype=np.float64)
    made = _levels(series.counts[begin:issue], expected[:past], [way for way, _ in follow.shares])
    mean = np.zeros(horizon)
    for (slow, fast), (way, share) in zip(made, follow.shares, strict=True):
        mean += share * expected[past:] * _level(slow[-1:], fast[-1:], lead, way)
    return Counts(mean, follow.phi * mean + follow.extra * mean**2)


def _regressed(series: Series, first: int, until: int, begin: Floats | None) -> Floats:
    made = columns(series.region, series.hours[first:until], series.hours[first], series.hours[until - 1])
    counts, exposure = series.counts[first:until], series.length[first:until]
    there = ~np.isnan(counts) & (exposure > 0)
    age_days = (until - first - np.arange(until - first)) / 24
    weight = 0.5 ** (age_days / HALF_LIFE_DAYS) * there
    return fit(made.table, np.where(there, counts, 0.0), np.where(there, exposure, 1.0), weight, made.held, begin)


def _expected(series: Series, model: Fitted, begin: int, end: int) -> Floats:
    made = columns(series.region, series.hours[begin:end], series.hours[model.first], series.hours[model.last - 1])
    mean: Floats = series.length[begin:end] * np.exp(made.table @ model.beta)
    return mean


def _levels(counts: Floats, expected: Floats, ways: Sequence[Way]) -> list[tuple[Floats, Floats]]:
    """By way the slow level and the last day's surprise at the end of each hour, from that hour and those before."""
    there = ~np.isnan(counts)
    came, due = np.where(there, counts, 0.0), np.where(there, expected, 0.0)
    day = 24 * float(expected.mean())
    made: dict[float, tuple[Floats, Floats]] = {}
    for slow_days in {way.slow_days for way in ways}:
        slow = (_fading(came, slow_days * 24) + day) / (_fading(due, slow_days * 24) + day)
        before = np.concatenate(([1.0], slow[:-1]))
        fast = (_fading(came, FAST_HALF_LIFE_HOURS) + day / 8) / (_fading(due * before, FAST_HALF_LIFE_HOURS) + day / 8)
        made[slow_days] = slow, fast
    return [made[way.slow_days] for way in ways]


def _fading(values: Floats, half_life_hours: float) -> Floats:
    kept = 0.5 ** (1 / half_life_hours)
    summed: Floats = signal.lfilter([1.0], [1.0, -kept], values)
    return summed


def _level(slow: Floats, fast: Floats, lead: Floats, way: Way) -> Floats:
    level: Floats = slow * fast ** (way.remembered * np.exp(-lead / way.memory_hours))
    return level


def _judged(series: Series, early: Fitted, until: int) -> Follow:
    """How the level should have followed over the hours since the early fit, issued each 12 hours for 48."""
    begin = max(early.first, early.last - 90 * 24)
    expected = _expected(series, early, begin, until)
    counts = series.counts[begin:until]
    issues = np.arange(early.last - begin, until - begin - 48, 12)
    if not len(issues):
        return early.follow
    lead = np.arange(48)
    at = issues[:, None] + lead[None, :]
    observed, due = counts[at], expected[at]
    there = ~np.isnan(observed) & (due > 0)
    if not there.any():
        return early.follow
    levels = [
        _level(slow[issues - 1][:, None], fast[issues - 1][:, None], lead[None, :].astype(np.float64), way)
        for (slow, fast), way in zip(_levels(counts, expected, WAYS), WAYS, strict=True)
    ]
    lost = np.array([poisson_log(observed[there], (due * level)[there]).sum() for level in levels])
    shares = np.exp(-(lost - lost.min()) / FLATTENED)
    shares = np.where(shares < LEAST_SHARE * shares.sum(), 0.0, shares)
    shares /= shares.sum()
    found = due * np.einsum("w,wij->ij", shares, np.array(levels))
    phi, extra = _scatter(observed[there], found[there])
    chosen = ((way, float(share)) for way, share in zip(WAYS, shares, strict=True) if share > 0)
    return Follow(tuple(chosen), phi, extra)


def _scatter(observed: Floats, mean: Floats) -> tuple[float, float]:
    """phi and extra of variance = phi mean + extra mean^2, by least squares on relative squares; phi at least 1."""
    squares = (observed - mean) ** 2 / mean
    table = np.stack([np.ones(len(mean)), mean], axis=1)
    (more, extra), _ = optimize.nnls(table, squares - 1.0)
    return 1.0 + float(more), float(extra)
