"""Naive rules that a forecast must beat, with their quantiles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from services.flow_model.demand.calendar import Floats
from services.flow_model.demand.score import LEVELS

WEEK = 168

#: (counts before the issue, horizon, levels) -> (levels, horizon)
Rule = Callable[[Floats, int, Floats], Floats]


def persistence(counts: Floats, horizon: int, levels: Floats = LEVELS) -> Floats:
    """Each hour as the same hour of the last day; quantiles of the last eight weeks' errors of that."""
    return _with_errors(counts, horizon, levels, 24)


def seasonal(counts: Floats, horizon: int, levels: Floats = LEVELS) -> Floats:
    """Each hour as the same hour of the last week; quantiles of the last eight weeks' errors of that."""
    return _with_errors(counts, horizon, levels, WEEK)


def hour_of_week_year(counts: Floats, horizon: int, levels: Floats = LEVELS) -> Floats:
    """Of the same hour of the week in the last 52 weeks: the quantiles of those values."""
    return _of_values(counts, horizon, levels, 52)


def hour_of_week_eight(counts: Floats, horizon: int, levels: Floats = LEVELS) -> Floats:
    """Of the same hour of the week in the last eight weeks: the quantiles of those values."""
    return _of_values(counts, horizon, levels, 8)


RULES: dict[str, Rule] = {
    "persistence": persistence, "seasonal_naive": seasonal, "hour_of_week_52": hour_of_week_year,
    "hour_of_week_8": hour_of_week_eight,
}  # fmt: skip


def same_hours(counts: Floats, horizon: int, weeks: int) -> Floats:
    """(weeks, horizon): the counts of the same hour of the week, NaN where there is none."""
    lead = np.arange(horizon)
    back = (lead // WEEK + 1)[None, :] * WEEK + np.arange(weeks)[:, None] * WEEK
    at = len(counts) + lead[None, :] - back
    return np.where(at >= 0, counts[np.maximum(at, 0)], np.nan)


def _of_values(counts: Floats, horizon: int, levels: Floats, weeks: int) -> Floats:
    values = same_hours(counts, horizon, weeks)
    return _quantiles(values, levels)


def _quantiles(values: Floats, levels: Floats) -> Floats:
    """(levels, columns): of each column's values that are there, NaN where none is; as np.nanquantile, column by column
    of which that takes a hundred times as long."""
    ordered = np.sort(values, axis=0)  # NaN last
    last = np.maximum(np.count_nonzero(~np.isnan(values), axis=0) - 1, 0)
    at = levels[:, None] * last[None, :]
    below = np.floor(at).astype(np.int64)
    low = np.take_along_axis(ordered, below, axis=0)
    high = np.take_along_axis(ordered, np.minimum(below + 1, last[None, :]), axis=0)
    found: Floats = low + (high - low) * (at - below)
    return found


def _with_errors(counts: Floats, horizon: int, levels: Floats, period: int) -> Floats:
    """The value a whole number of periods before, and that of the errors made so at the same hour of the week."""
    lead = np.arange(horizon)
    back = (lead // period + 1) * period
    at = len(counts) + lead - back
    value = np.where(at >= 0, counts[np.maximum(at, 0)], np.nan)
    weeks = np.arange(1, 9)[:, None] * WEEK * (1 + lead // WEEK)[None, :]
    then = len(counts) + lead[None, :] - weeks
    earlier = then - back[None, :]
    errors = np.where(earlier >= 0, counts[np.maximum(then, 0)] - counts[np.maximum(earlier, 0)], np.nan)
    # The last eight weeks' errors of a few hours about it: of eight numbers alone the outer quantiles say little.
    return np.maximum(value[None, :] + _quantiles(errors, levels), 0.0)
