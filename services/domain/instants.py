"""Every microsecond of a stretch of time as a mark, as things are known now: what `standing` counts on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from services.domain.versions import MICROSECOND, Times, floor_to, microseconds, yesterday

_KNOT = timedelta(minutes=15)  # clocks change on whole hours


@dataclass(frozen=True, eq=False)
class Instants:
    """An `Axis` on which the place of a mark is the number of microseconds from `origin` to it.

    knots: moments from the origin to the end. yesterdays: the same time in London the day before each; between two
    knots it goes on with the time or (goes_on false) stands still, and nowhere does it go back.
    """

    origin: int
    end: int
    known: Times
    knots: Times
    yesterdays: Times
    goes_on: NDArray[np.bool_]

    @classmethod
    def following(cls, moment_: datetime, length: timedelta) -> Instants:
        """The instants from a moment on, for this length."""
        knots, until = [moment_], moment_ + length
        while knots[-1] < until:
            # Quarters of an hour by the clock, so that no change of clocks falls between two knots.
            knots.append(min(floor_to(knots[-1], _KNOT) + _KNOT, until))
        times = np.array([microseconds(each) for each in knots], np.int64)
        before = np.array([yesterday(each) for each in knots], np.int64)
        ends = np.array([yesterday(each - MICROSECOND) for each in knots[1:]], np.int64)
        before[-1] = ends[-1] + 1  # the end is no mark: what is said of it is said of the last before it
        return cls(int(times[0]), int(times[-1] - times[0]), times[:1], times, before, ends > before[:-1])

    @property
    def last(self) -> int:
        return self.origin + self.end - 1

    def covers(self, t: datetime) -> bool:
        return self.origin <= microseconds(t) <= self.last

    def place(self, t: datetime) -> int:
        return microseconds(t) - self.origin

    def left(self, times: Times) -> NDArray[np.int64]:
        return np.clip(times - self.origin, 0, self.end)

    def right(self, times: Times) -> NDArray[np.int64]:
        return np.clip(times - (self.origin - 1), 0, self.end)

    def a_day_on(self, times: Times) -> NDArray[np.int64]:
        following = np.searchsorted(self.yesterdays, times, "right")
        piece = np.clip(following - 1, 0, len(self.knots) - 2)
        inside = self.knots[piece] + (times - self.yesterdays[piece]) + 1
        knot = self.knots[np.minimum(following, len(self.knots) - 1)]
        found = np.where(self.goes_on[piece], np.minimum(inside, knot), knot)
        return np.where(following == 0, 0, np.where(following == len(self.knots), self.end, self.left(found)))
