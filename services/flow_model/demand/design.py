"""The columns that hourly demand is explained by, and how strongly each is held towards nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from services.flow_model.demand.calendar import SPECIAL, YEAR_DAYS, Floats, Hours, Region, special

SEASONS = 4  # pairs of waves a year
KNOT_DAYS = 91
LONG_DAYS = 183  # of history: in less no season can be told from the level, nor each hour of the week from its day's


@dataclass(frozen=True)
class Columns:
    """A table (hours, columns) and the precision (1 / variance of the logarithm) that holds each column to 0."""

    table: Floats
    held: Floats


def columns(region: Region, hours: Hours, first: np.datetime64, last: np.datetime64) -> Columns:
    """The columns of each hour. first, last: of what is fitted; the slow level is flat after `last`."""
    days = hours.astype("datetime64[D]")
    hour = (hours - days).astype(np.int64)
    weekday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    year = days.astype(np.float64) / YEAR_DAYS
    parts: list[tuple[Floats, float]] = [(np.ones((len(hours), 1)), 1e-6)]
    parts.append((_one_of(hour, 24), 1.0))
    parts.append((_one_of(weekday, 7), 10.0))
    clock = _waves(hour / 24, 3)
    weekend = (weekday >= 5).astype(np.float64)[:, None]
    if last - first >= np.timedelta64(LONG_DAYS, "D"):
        parts.append((_one_of(weekday * 24 + hour, 168), 250.0))
        season = _waves(year, SEASONS)
        parts.append((season, 60.0))
        parts.append((_times(season[:, :4], clock), 400.0))
        parts.append((season[:, :4] * weekend, 400.0))
    else:
        parts.append((weekend * clock, 15.0))
    unique, back = np.unique(days, return_inverse=True)
    kinds = np.array([special(region, day) for day in unique.astype(object)])[back]
    holiday = _one_of(kinds, len(SPECIAL))
    parts.append((holiday, 8.0))
    rest = ((kinds >= 0) & (kinds <= 8)).astype(np.float64)[:, None]
    parts.append((rest * _waves(hour / 24, 3), 15.0))
    if region.school:
        free = np.array([day in region.school for day in unique.astype(object)])[back] & (weekday < 5)
        school = free.astype(np.float64)[:, None]
        parts.append((school, 30.0))
        parts.append((school * _waves(hour / 24, 2), 60.0))
    parts.append((_knots(hours, first, last), 150.0))
    table = np.concatenate([part for part, _ in parts], axis=1)
    return Columns(table, np.concatenate([np.full(part.shape[1], held) for part, held in parts]))


def _one_of(which: np.ndarray, number: int) -> Floats:
    table = np.zeros((len(which), number))
    inside = (which >= 0) & (which < number)
    table[np.flatnonzero(inside), which[inside]] = 1.0
    return table


def _waves(phase: Floats, number: int) -> Floats:
    angles = 2 * np.pi * np.outer(phase, np.arange(1, number + 1))
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)[:, _paired(number)]


def _paired(number: int) -> list[int]:
    return [each for pair in zip(range(number), range(number, 2 * number), strict=True) for each in pair]


def _times(one: Floats, other: Floats) -> Floats:
    return (one[:, :, None] * other[:, None, :]).reshape(len(one), -1)


def _knots(hours: Hours, first: np.datetime64, last: np.datetime64) -> Floats:
    """A level that bends at each quarter: column k rises from 0 to 1 between its knot and the next, and stays."""
    day = (np.minimum(hours, last) - first).astype(np.float64) / 24
    number = max(1, int((last - first).astype(np.float64) / 24 // KNOT_DAYS))
    return np.clip(day[:, None] / KNOT_DAYS - np.arange(number)[None, :], 0.0, 1.0)
