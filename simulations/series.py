"""The shape of a daily series, its slow level taken out: weekdays, spread, memory, bank holidays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import chain, pairwise
from statistics import fmean, pstdev, stdev

import holidays

WINDOW_DAYS = 29
FEWEST_DAYS = 20  # with figures in the window, or there is no running mean
FEWEST_PAIRS = 30  # of days that follow each other, or there is no lag-one autocorrelation
ONE = timedelta(days=1)

Series = Mapping[date, float]


@dataclass(frozen=True)
class Shape:
    """Of a series divided by its 29-day centred running mean. `weekdays` Monday first, each with its standard error.

    Standard errors: of a weekday's mean sd/sqrt(n); of the standard deviation sd/sqrt(2(n-1)); of the autocorrelation
    (1 - r squared)/sqrt(n). Bank holidays take part in all of them, as they do in the published series.
    """

    days: int
    weekdays: tuple[float, ...]
    weekday_errors: tuple[float, ...]
    sd: float
    sd_error: float
    lag_one: float
    lag_one_error: float


@lru_cache(maxsize=64)
def _year(year: int) -> dict[date, str]:
    return {day: name.removesuffix(" (observed)") for day, name in holidays.country_holidays(
        "GB", subdiv="ENG", years=year).items()}  # fmt: skip


def bank_holiday(day: date) -> str | None:
    """`good_friday`, `christmas` (25 and 26 December), `bank_holiday` (any other of England's), or None."""
    if (day.month, day.day) in ((12, 25), (12, 26)):
        return "christmas"
    name = _year(day.year).get(day) if day.weekday() < 5 else None  # a Sunday's is taken on the Monday after
    return None if name is None else "good_friday" if name == "Good Friday" else "bank_holiday"


def over_running_mean(series: Series) -> dict[date, float]:
    """Each day over the mean of the 29 days around it, where at least 20 of these have a figure."""
    half = WINDOW_DAYS // 2
    made: dict[date, float] = {}
    for day, value in series.items():
        around = (day + timedelta(days=offset) for offset in range(-half, half + 1))
        window = [series[near] for near in around if near in series]
        mean = fmean(window)
        if len(window) >= FEWEST_DAYS and mean > 0:
            made[day] = value / mean
    return made


def shape_of(ratios: Series) -> Shape | None:
    """None where there is too little to say."""
    days = sorted(ratios)
    pairs = [(ratios[a], ratios[b]) for a, b in pairwise(days) if b - a == ONE]
    by_weekday = [[ratios[day] for day in days if day.weekday() == n] for n in range(7)]
    if len(pairs) < FEWEST_PAIRS or min(map(len, by_weekday)) < 3:
        return None
    values = list(ratios.values())
    sd, mean = pstdev(values), fmean(values)
    lag = fmean((a - mean) * (b - mean) for a, b in pairs) / sd**2 if sd else 0.0
    return Shape(
        days=len(values),
        weekdays=tuple(map(fmean, by_weekday)),
        weekday_errors=tuple(stdev(each) / math.sqrt(len(each)) for each in by_weekday),
        sd=sd,
        sd_error=sd / math.sqrt(2 * (len(values) - 1)),
        lag_one=lag,
        lag_one_error=(1 - lag * lag) / math.sqrt(len(pairs)),
    )


@dataclass(frozen=True)
class Holidays:
    """The factors of one kind of holiday: of each day the mean over providers, and every provider's own."""

    by_day: Mapping[date, float]
    factors: tuple[float, ...]

    @property
    def variance(self) -> float:
        """Of the mean over all factors."""
        return stdev(self.factors) ** 2 / len(self.factors) if len(self.factors) > 1 else 0.0


def holidays_of(by_provider: Mapping[str, Series]) -> dict[str, Holidays]:
    """By kind of holiday (bank_holiday, good_friday, christmas)."""
    found: dict[str, dict[date, list[float]]] = {}
    for day in sorted({day for ratios in by_provider.values() for day in ratios}):
        if kind := bank_holiday(day):
            found.setdefault(kind, {})[day] = [ratios[day] for ratios in by_provider.values() if day in ratios]
    return {
        kind: Holidays({day: fmean(each) for day, each in days.items()}, tuple(chain.from_iterable(days.values())))
        for kind, days in found.items()
    }
