"""How one day differs from another: season, holidays, and the good and bad days that come in runs.

Days are numbers of London's days since 1970, as `shape.local_seconds(moment) // DAY` gives them.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from functools import lru_cache
from random import Random

import holidays

from simulations.shape import FRIDAY, SATURDAY, SUNDAY

#: Attendances by month, mean of a year 1: Kent and Medway, August 2023 to July 2025 (data/kent_ae_monthly.csv).
ATTENDANCE_MONTHS = (0.98, 1.02, 1.03, 0.99, 1.02, 1.02, 1.00, 0.94, 1.00, 1.00, 1.01, 0.99)
#: Emergency admissions, the same file. Winter is longer stays and iller people rather than more of them.
ADMISSION_MONTHS = (0.99, 1.05, 1.05, 0.98, 0.98, 0.96, 0.95, 0.97, 1.01, 1.02, 1.04, 1.00)
#: Occupied adult general and acute beds (data/kent_beds_monthly.csv).
OCCUPANCY_MONTHS = (1.030, 1.025, 1.010, 1.005, 1.000, 0.990, 0.985, 0.975, 0.980, 0.985, 1.000, 1.005)
#: Children in a bed, the same file: bronchiolitis in November and December, quiet in August.
CHILDREN_MONTHS = (1.00, 1.04, 1.07, 0.97, 0.96, 0.95, 0.92, 0.82, 0.97, 1.02, 1.16, 1.09)

#: Discharges on a holiday, as a multiple of a mean day (domain.md 3.4: bank holidays 0.44 to 0.59, Good Friday 0.97,
#: 25 and 26 December 0.37 to 0.54, the two days before them 1.0 to 1.8).
HOLIDAY_DISCHARGES = 0.50  # the named ones are what is asked for, so that these come out (fitted)
NAMED_DISCHARGES = {"Good Friday": 0.93, "Christmas Day": 0.38, "Boxing Day": 0.42}
BEFORE_CHRISTMAS = 0.35  # of those due on 25 to 27 December go on the 23rd or 24th (assumption)
#: Holidays at the front door (assumptions): fewer on Christmas Day, 111 and 999 busier whenever surgeries are shut.
HOLIDAY_WALK_INS, CHRISTMAS_WALK_INS = 0.98, 0.82
HOLIDAY_CALLS_111 = 1.35  # as a Saturday (domain.md 5.3)
SCHOOL_HOLIDAY_CHILDREN = 0.90  # children at the front door in school holidays (assumption)

EARLY_POSSIBLE = 0.5  # of those due at a weekend are in long enough to be made ready before it (measured)

#: What short stays and evenings take from a weekday, so that what comes out is what is published (measured).
WEEKDAY_FITTED = (1.115, 1.07, 1.05, 0.99, 0.93, 0.90, 0.97)

_EPOCH = date(1970, 1, 1)
_WEEK = 7


@lru_cache(maxsize=64)
def _bank_holidays(year: int) -> dict[date, str]:
    return dict(holidays.country_holidays("GB", subdiv="ENG", years=year))


@lru_cache(maxsize=4096)
def date_of(day: int) -> date:
    return _EPOCH + timedelta(days=day)


@lru_cache(maxsize=4096)
def bank_holiday(day: int) -> str | None:
    """The name of England's bank holiday, or None."""
    found = date_of(day)
    return _bank_holidays(found.year).get(found)


@lru_cache(maxsize=4096)
def school_holiday(day: int) -> bool:
    """Kent's schools, by rule (assumption): Christmas, Easter, summer and the three half-terms."""
    found = date_of(day)
    month, number = found.month, found.day
    if (month, number) >= (12, 20) or (month, number) <= (1, 4) or (7, 22) <= (month, number) <= (9, 1):
        return True
    monday = found - timedelta(days=found.weekday())
    if (monday.month, monday.day) in {(2, n) for n in range(12, 19)} | {(5, n) for n in range(25, 32)}:
        return True
    if (monday.month, monday.day) in {(10, n) for n in range(22, 29)}:
        return True
    easter = next(day for day, name in _bank_holidays(found.year).items() if name == "Easter Monday")
    return timedelta(days=-12) <= found - easter <= timedelta(days=4)


@lru_cache(maxsize=4096)
def monthly(months: tuple[float, ...], day: int) -> float:
    """The month's index, drawn smoothly from the middle of one month to that of the next."""
    found = date_of(day)
    share = (found.day - 15) / 30.5
    other = (found.month - 1 + (1 if share > 0 else -1)) % 12
    here = months[found.month - 1]
    return here + (months[other] - here) * abs(share)


class Runs:
    """A factor a day that wanders about one, with memory: lognormal, first-order autoregressive.

    spread: standard deviation of its logarithm. memory: correlation of a day with the day before, 0 to below 1.
    """

    def __init__(self, random: Random, spread: float, memory: float) -> None:
        self._random, self._spread, self._memory = random, spread, memory
        self._day: int | None = None
        self._level = 0.0
        self._factor = 1.0

    def of(self, day: int) -> float:
        """The factor of a day, not before the one asked for last: a day that is past stays with the newest."""
        if self._day is None:
            self._day, self._level = day, self._random.gauss(0.0, 1.0)
        elif day <= self._day:
            return self._factor
        else:
            kept = math.sqrt(1 - self._memory**2)
            for _ in range(min(day - self._day, 400)):
                self._level = self._memory * self._level + kept * self._random.gauss(0.0, 1.0)
            self._day = day
        self._factor = math.exp(self._spread * self._level - self._spread**2 / 2)
        return self._factor


class Leaving:
    """On which day somebody leaves who is due on one, so that weekdays and holidays share out as published.

    weekdays: discharges by weekday, Monday first, mean 1. Of an even flow of 1 a day, Saturday and Sunday give part of
    theirs to the Friday before; what a day cannot let go waits for the next. Backlogs of a holiday drain by themselves,
    since a day lets go a share of those who are due.
    """

    def __init__(self, weekdays: tuple[float, ...]) -> None:
        fitted = [weight * factor for weight, factor in zip(weekdays, WEEKDAY_FITTED, strict=True)]
        mean = sum(fitted) / _WEEK
        self._weights = [weight / mean for weight in fitted]
        to_friday = max(0.0, self._weights[FRIDAY] - 1)
        saturday = min(to_friday, max(0.0, 1 - self._weights[SATURDAY]))
        self._early = {SATURDAY: saturday, SUNDAY: min(to_friday - saturday, 0.6)}
        coming = [1.0] * _WEEK
        for day, share in self._early.items():
            coming[day] -= EARLY_POSSIBLE * share
            coming[FRIDAY] += EARLY_POSSIBLE * share
        carried = 0.0
        self._share = [1.0] * _WEEK
        for step in range(100 * _WEEK):  # until the week repeats itself: enough wait for Friday to have its share
            day = (SATURDAY + step) % _WEEK
            waiting = coming[day] + carried
            self._share[day] = min(1.0, self._weights[day] / waiting)
            carried = waiting * (1 - self._share[day])

    def share(self, day: int) -> float:
        """Of those due on this day, or on an earlier one and still there, who leave on it."""
        weekday = (day + 3) % _WEEK
        name = bank_holiday(day)
        if name is None:
            return self._share[weekday]
        wanted = NAMED_DISCHARGES.get(name, HOLIDAY_DISCHARGES)
        return min(1.0, self._share[weekday] * wanted / self._weights[weekday])

    def early(self, random: Random, due: int, earliest: int) -> int:
        """The day for which somebody is made ready who would be due on `due`: before a weekend or Christmas, or then.

        Never before `earliest`, a day.
        """
        weekday = (due + 3) % _WEEK
        found = date_of(due)
        earlier = due
        if found.month == 12 and 25 <= found.day <= 27:
            if random.random() < BEFORE_CHRISTMAS:
                earlier = due - (found.day - (24 if random.random() < 0.5 else 23))
        elif weekday in self._early and random.random() < self._early[weekday]:
            earlier = due - (weekday - FRIDAY)
        return earlier if earlier >= earliest else due

    def waits(self, random: Random, day: int, factor: float = 1.0) -> int:
        """The day on which somebody leaves who is ready on `day`; factor: of each day's usual share of leavers."""
        while random.random() >= self.share(day) * factor:
            day += 1
        return day
