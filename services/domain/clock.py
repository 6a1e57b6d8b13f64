"""Moments. Everything is timezone-aware and stored in UTC; a day is a Europe/London day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def local_day(moment: datetime) -> date:
    """The day of London in which the moment lies."""
    return moment.astimezone(LONDON).date()


def local_midnight(moment: datetime) -> datetime:
    """The last midnight in London at or before the moment, in UTC."""
    return datetime.combine(local_day(moment), time(), LONDON).astimezone(UTC)


def minutes_between(start: datetime, end: datetime) -> float:
    """Elapsed minutes, negative where end is before start."""
    return (end - start).total_seconds() / 60


@dataclass(frozen=True)
class Clock:
    """The one clock that every process reads from the store.

    now = origin + (wall - started) * rate. With rate 1 and origin == started it is wall time.
    """

    origin: datetime
    started: datetime
    rate: float = 1.0

    @classmethod
    def wall(cls, at: datetime) -> Clock:
        """Wall time, from the moment the caller read off it."""
        return cls(at, at, 1.0)

    def at(self, wall: datetime) -> datetime:
        """What this clock shows when the wall clock shows `wall`; it never goes behind its origin."""
        return self.origin + max(timedelta(), wall - self.started) * self.rate
