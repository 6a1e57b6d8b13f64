"""The rhythm of a feed: when it usually sends, by hour of the London week, and from when on its silence is unusual.

Time is cut into five-minute marks. A rhythm holds, for each hour of the week, the share of its marks within which the
feed sends something. Every quiet mark adds doubt: minus the decimal logarithm of how likely a quiet mark is then. So
doubt 2 is a silence that would come about once in a hundred; at night, when little is sent, it takes hours, by day
minutes. Marks in a row are not independent, since a sender that stops for ten minutes misses two: no mark counts more
than half a unit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache

from services.domain.clock import LONDON

HOURS_A_WEEK = 168
MARK = timedelta(minutes=5)
MARKS_AN_HOUR = 12
MOST_DOUBT_A_MARK = 0.5
DELAYED_AT_DOUBT = 2.0
SILENT_AT_DOUBT = 6.0
#: However quiet a feed is, some doubt grows: after this much silence per unit even the quietest has one.
LEAST_SHARE = 0.002
#: How much of its own evidence outweighs what was expected: one such hour of the day, two such hours of the week.
PRIOR_DAYS = 1.0
PRIOR_WEEKS = 2.0
BEGUN_SHARE = 0.1

_HOUR = timedelta(hours=1)
_WORKING_DAYS, _WEEKEND = range(5), range(5, 7)
_LONGEST_HOURS = 5000  # the least share reaches the greatest doubt long before


@dataclass(frozen=True)
class Rhythm:
    """shares: of the marks of each hour of the week, Monday 00:00 in London first, those with something, 0 to 1."""

    shares: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.shares) != HOURS_A_WEEK:
            raise ValueError(f"a rhythm has {HOURS_A_WEEK} hours")

    @cached_property
    def doubts(self) -> tuple[float, ...]:
        """What a quiet mark of each hour adds."""
        limited = (min(max(share, LEAST_SHARE), 0.999) for share in self.shares)
        return tuple(min(MOST_DOUBT_A_MARK, -math.log10(1 - share)) for share in limited)


@dataclass(frozen=True)
class Heard:
    """What an hour of the week has heard over some weeks. marks: with something; hours: how many such hours passed."""

    marks: int
    hours: int


def steady(usual_gap: timedelta) -> Rhythm:
    """A feed that sends day and night, with this usual gap."""
    return Rhythm((min(1.0, MARK / usual_gap),) * HOURS_A_WEEK)


def learn(expected: Rhythm, heard: Mapping[int, Heard]) -> Rhythm:
    """The rhythm from what was heard by hour of the week, drawn towards what was expected where little was heard.

    In two steps, since the nights of working days are alike, and those of weekends: each hour of such a day towards
    the expected, each hour of the week towards that hour of such days.
    """
    shares = []
    for hour in range(HOURS_A_WEEK):
        days = _WEEKEND if hour >= _WEEKEND.start * 24 else _WORKING_DAYS
        alike = [day * 24 + hour % 24 for day in days]
        of_day = _drawn(
            sum(heard[each].marks for each in alike if each in heard),
            sum(heard[each].hours for each in alike if each in heard),
            sum(expected.shares[each] for each in alike) / len(alike), PRIOR_DAYS,
        )  # fmt: skip
        own = heard.get(hour, Heard(0, 0))
        shares.append(_drawn(own.marks, own.hours, of_day, PRIOR_WEEKS))
    return Rhythm(tuple(shares))


def _drawn(marks: int, hours: int, towards: float, weight_hours: float) -> float:
    return min(1.0, (marks / MARKS_AN_HOUR + weight_hours * towards) / (hours + weight_hours))


def hour_of_week(moment: datetime) -> int:
    """0 for Monday 00:00 to 01:00 in London, to 167."""
    local = moment.astimezone(LONDON)
    return local.weekday() * 24 + local.hour


def listened(marks: Mapping[datetime, int], until: datetime) -> Mapping[int, Heard]:
    """What each hour of the week has heard, from the marks with something of each whole hour before `until`.

    It begins with the first day on which a tenth as much was heard as on the busiest: what came before are stragglers
    of a feed that had not begun, such as the admissions of people who were there already. Every day since counts, the
    quiet ones too. Hours without a mark may be left out.
    """
    end = _whole(until)
    by_day: dict[int, int] = {}  # whole days back from the end
    for hour, count in marks.items():
        back = (end - hour - _HOUR) // timedelta(days=1)
        by_day[back] = by_day.get(back, 0) + count
    busiest = max(by_day.values(), default=0)
    if busiest == 0:
        return {}
    first = max(back for back, count in by_day.items() if count >= busiest * BEGUN_SHARE)
    found: dict[int, Heard] = {}
    hour = end - timedelta(days=first + 1)
    while hour < end:
        number = hour_of_week(hour)
        before = found.get(number, Heard(0, 0))
        found[number] = Heard(before.marks + marks.get(hour, 0), before.hours + 1)
        hour += _HOUR
    return found


@lru_cache(maxsize=256)
def doubted_at(rhythm: Rhythm, since: datetime, doubt: float) -> datetime:
    """When a silence that began at `since` reaches this doubt."""
    moment, left = since, doubt
    for _ in range(_LONGEST_HOURS):
        until = _whole(moment) + _HOUR
        rate = rhythm.doubts[hour_of_week(moment)] / MARK.total_seconds()
        grown = rate * (until - moment).total_seconds()
        if grown >= left:
            return moment + timedelta(seconds=left / rate)
        moment, left = until, left - grown
    return moment


def _whole(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
