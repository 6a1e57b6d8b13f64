"""What a day is: its weekday, its place in the year, holidays and the days about them, and how long its hours are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Hours = NDArray[np.datetime64]  # local wall-clock hours, without a zone: a day has 24 of them
YEAR_DAYS = 365.2425
#: Kinds of days that differ from their weekday, in this order; a day is the first that it is.
SPECIAL = (
    "christmas_day", "boxing_day", "new_years_day", "christmas_eve", "new_years_eve", "between_the_years",
    "good_friday", "easter_monday", "bank_holiday", "before_bank_holiday", "after_bank_holiday",
)  # fmt: skip


@dataclass(frozen=True)
class Region:
    """A subdivision of GB in the `holidays` package: ENG, SCT, WLS or NIR; and the zone that its clocks show.

    school: days of school holidays, where somebody has said them; no rule gives them.
    """

    subdivision: str
    timezone: str
    school: frozenset[date] = frozenset()

    def is_holiday(self, day: date) -> bool:
        return day in _holidays(self.subdivision, day.year)


@cache
def _holidays(subdivision: str, year: int) -> dict[date, str]:
    found = holidays.country_holidays("GB", subdiv=subdivision, years=year, language="en_GB")
    return dict(found.items())


@cache
def special(region: Region, day: date) -> int:
    """Which of SPECIAL a day is, -1 for an ordinary one."""
    fixed = {(12, 25): 0, (12, 26): 1, (1, 1): 2, (12, 24): 3, (12, 31): 4}.get((day.month, day.day))
    if fixed is not None:
        return fixed
    if day.month == 12 and 27 <= day.day <= 30:
        return 5
    name = _holidays(region.subdivision, day.year).get(day, "")
    if "Good Friday" in name:
        return 6
    if "Easter" in name:
        return 7
    if name:
        return 8
    if region.is_holiday(day + timedelta(days=1)):
        return 9
    return 10 if region.is_holiday(day - timedelta(days=1)) else -1


def lengths(region: Region, hours: Hours) -> Floats:
    """How many real hours each wall-clock hour lasts: 0 where the clocks skip it, 2 where they show it twice."""
    zone = ZoneInfo(region.timezone)
    length = np.ones(len(hours))
    for day in _change_days(zone, hours):
        for number in range(24):
            at = np.datetime64(day, "h") + number
            where = np.flatnonzero(hours == at)
            if len(where):
                length[where] = _times_shown(zone, day, number)
    return length


def _change_days(zone: ZoneInfo, hours: Hours) -> list[date]:
    if not len(hours):
        return []
    first, last = (each.astype("datetime64[D]").astype(date) for each in (hours.min(), hours.max()))
    return [
        day
        for day in (first + timedelta(days=number) for number in range((last - first).days + 1))
        if _offset(zone, day, 0) != _offset(zone, day + timedelta(days=1), 0)
    ]


def _offset(zone: ZoneInfo, day: date, hour: int, fold: int = 0) -> timedelta:
    found = datetime(day.year, day.month, day.day, hour, tzinfo=zone, fold=fold).utcoffset()
    assert found is not None
    return found


def _times_shown(zone: ZoneInfo, day: date, hour: int) -> int:
    """A time that is skipped has a greater offset the second time, one that is repeated a smaller."""
    change = _offset(zone, day, hour, fold=1) - _offset(zone, day, hour, fold=0)
    return 1 if not change else 2 if change < timedelta(0) else 0
