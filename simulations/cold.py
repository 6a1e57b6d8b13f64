"""A cold snap: falls on the ice at once, and days later older people who cannot breathe.

Plans reckon with 5 to 10 % more emergency admissions, 2 to 14 days after (domain.md 6.1, from memory). How these come
about is an assumption: half as more calls to 999, half as a larger share admitted of those of 65 and more, whose stays
are longer too; and more who ring 111, ask surgeries and are seen at home.
"""

from __future__ import annotations

from random import Random
from typing import Any

from simulations.incident_kinds import Arrivals, Effect, Parts, Pull, Pulled, needs
from simulations.levers import Lever
from simulations.shape import DAY, HOUR

FALLS_WITHIN = 2 * DAY  # of a cold day
BREATH_FROM, BREATH_MOST, BREATH_UNTIL = 2 * DAY, 5 * DAY, 10 * DAY  # after one
#: For each share of emergency admissions that the snap brings at its height: more calls from falls and from illness,
#: more admitted, longer stays, and more need elsewhere (fitted on the first and third, else assumptions).
CALLS_FALLS, CALLS_BREATH, ADMITTED, STAY, NEED = 0.8, 0.8, 1.2, 0.6, 1.0
STEP = 0.0005  # of a lever, below which it is left as it is


def fallen(seconds: float) -> float:
    """Of the falls of a cold moment, the share that has happened after so long."""
    return min(1.0, max(0.0, seconds / FALLS_WITHIN))


def breathless(seconds: float) -> float:
    """As fallen, of illness: a triangle's, from two days to ten."""
    whole = BREATH_UNTIL - BREATH_FROM
    if seconds <= BREATH_FROM:
        return 0.0
    if seconds <= BREATH_MOST:
        return (seconds - BREATH_FROM) ** 2 / (whole * (BREATH_MOST - BREATH_FROM))
    if seconds < BREATH_UNTIL:
        return 1 - (BREATH_UNTIL - seconds) ** 2 / (whole * (BREATH_UNTIL - BREATH_MOST))
    return 1.0


class ColdSnap(Effect):
    """It lasts from beginning to end; what it does to people goes on for ten days after, and is told then."""

    def __init__(self, parts: Parts, organisation: str, size: float, random: Random, tell: Any) -> None:
        """size: how many more emergency admissions at its height, as a share of the usual."""
        self._parts, self._tell, self._size, self._organisation = parts, tell, size, organisation
        self._departments = parts.departments(organisation, full=True)
        self._arrivals = Arrivals(parts, random)
        self._pulled = Pulled(parts.world.levers)
        self._begins = 0
        self._over: int | None = None
        self._last = (0.0, 0.0)

    def begin(self, now: int, _until: int) -> None:
        self._begins = now

    def hour(self, now: int, following: int) -> None:
        falls, breath = self._felt(now, fallen), self._felt(now, breathless)
        more = self._size * (CALLS_FALLS * falls + CALLS_BREATH * breath)
        for ed in self._departments:
            self._arrivals.calls(ed, more, now, following, older=True)
        if max(abs(falls - self._last[0]), abs(breath - self._last[1])) * self._size >= STEP or not breath:
            self._last = falls, breath
            self._pulled.are(self._pulls(falls, breath))

    def end(self) -> dict[str, Any]:
        self._over = self._parts.world.now
        self._goes_on(None)
        return {"more_calls": self._arrivals.count}

    def _felt(self, now: int, share: Any) -> float:
        """Of what a cold without end would do, how much there is now."""
        since_end = share(now - self._over) if self._over is not None else 0.0
        return float(share(now - self._begins) - since_end)

    def _pulls(self, falls: float, breath: float) -> list[Pull]:
        if not falls and not breath:
            return []
        ill = self._size * breath
        pulls: list[Pull] = needs(self._parts, self._departments, NEED * self._size * max(falls, breath))
        for ed in self._departments if ill else ():
            pulls += [(Lever.ADMITTED, 1 + ADMITTED * ill, ed.code), (Lever.STAY, 1 + STAY * ill, ed.code)]
        return pulls

    def _goes_on(self, _: object) -> None:
        now, over = self._parts.world.now, self._over or 0
        if now >= over + BREATH_UNTIL:
            self._pulled.are([])
            self._tell("cold_snap_felt", now, organisation=self._organisation, more_calls=self._arrivals.count)
            return
        following = (now // HOUR + 1) * HOUR
        self.hour(now, following)
        self._parts.world.at(following, self._goes_on)
