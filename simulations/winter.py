"""A winter: a wave of flu through the departments into the beds, and wards shut by norovirus.

Flu follows the weekly curve of 2022/23 (domain.md 6.1): growth x 1.53 a week for seven weeks, then decay (x 0.61 of
those who fall ill, x 0.65 in the beds, where they stay a while); at its peak 3.3 % of Kent and Medway's occupied G&A
beds, 7.4 % at the trust that was hit worst. As many come in as keep the beds on the curve, so most of the work is
the departments': two in three of them go home again.
Norovirus: 0.7 % of beds closed as a rule, 1.6 % at its peak, a tenth of a trust's on its worst day in a hundred.
"""

from __future__ import annotations

import math
from random import Random
from typing import Any

from services.domain.system import GENERAL_AND_ACUTE
from simulations.beds import Pool, Ward
from simulations.department import Department
from simulations.incident_kinds import Effect, Parts, bars, close_what_is_empty, open_again
from simulations.inpatient import Stay
from simulations.messages import iso
from simulations.people import EMERGENCY
from simulations.shape import DAY, ED_HOURS, HOUR, hourly, local_hour
from simulations.world import lognormal_mean, poisson

WEEK = 7 * DAY
GROWTH, DECAY, GROWING_WEEKS, WEEKS = 1.53, 0.61, 7, 16
PEAK, WORST = 0.033, 0.074  # share of occupied beds: all trusts together, and no trust above
TRUST_SPREAD = (
    0.35  # sigma of the lognormal of a trust's peak beside the others' (97 beds as 79, 30, 14 and 13 at most)
)
SHIFTED_DAYS = 4  # a trust's peak comes this much earlier or later at most
ON_THE_WAY = 14 * HOUR  # who is not in a bed by then went home
ADMITTED = 0.4  # of those on their way, before what this trust does is known
CATCH_UP_HOURS = 12  # in which beds come to where the curve is
STAY_DAYS = 8  # of somebody with flu, to allow for those who leave meanwhile
REPORT_HOUR = 8  # of the SitRep's snapshot
SHUT_USUAL, SHUT_PEAK = 0.002, 0.009  # share of beds, on top of the 0.7 % or so that returns.py shuts all year
SHUT_DAYS, SHUT_SPREAD = 5.0, 0.4
WHOLE_WARD, BAY = 0.25, 0.3  # how often a ward shuts whole, and the share of one that is a bay


class _Trust:
    def __init__(self, code: str, pools: list[Pool], departments: list[Department], peak: float, shift: float) -> None:
        self.code, self.pools, self.departments = code, pools, departments
        self.peak, self.shift = peak, shift
        self.in_beds: dict[str, Stay] = {}
        self.on_the_way: dict[str, int] = {}  # NHS number: came in at
        self.came = self.admitted = 0

    @property
    def occupied(self) -> int:
        return sum(len(ward.occupants) for pool in self.pools for ward in pool.wards)

    @property
    def beds(self) -> int:
        return sum(pool.core for pool in self.pools)

    @property
    def admits(self) -> float:
        """Share of those who come that are admitted, as seen here."""
        return (self.admitted + 8 * ADMITTED) / (self.came - len(self.on_the_way) * 0.5 + 8)


class FluWinter(Effect):
    def __init__(self, parts: Parts, organisation: str, size: float, random: Random, tell: Any) -> None:
        self._parts, self._random, self._tell = parts, random, tell
        self._size = size
        self._trusts = self._hit(organisation)
        self._begins = self._until = self._peak_at = 0
        self._shut: list[tuple[int, Ward]] = []
        self._most = 0

    def _hit(self, organisation: str) -> list[_Trust]:
        """Each trust's own peak: all together have the published mean."""
        found: dict[str, list[Department]] = {}
        for ed in self._parts.departments(organisation, full=True):
            found.setdefault(ed.provider, []).append(ed)
        weights = {code: math.exp(self._random.gauss(0, TRUST_SPREAD)) for code in found}
        pools = {
            code: [pool for (_, kind), pool in self._parts.inpatients.beds.pools.items()
                   if kind in GENERAL_AND_ACUTE and pool.provider == code]
            for code in found
        }  # fmt: skip
        beds = {code: sum(pool.core for pool in its) for code, its in pools.items()}
        mean = sum(weights[code] * beds[code] for code in found) / max(1, sum(beds.values()))
        return [
            _Trust(code, pools[code], found[code], min(WORST, PEAK * weights[code] / mean),
                   self._random.uniform(-SHIFTED_DAYS, SHIFTED_DAYS) * DAY)
            for code in found
        ]  # fmt: skip

    def begin(self, now: int, until: int) -> None:
        self._begins, self._until = now, until
        growing = min(GROWING_WEEKS * WEEK, (until - now) * GROWING_WEEKS // WEEKS)
        self._peak_at = now + growing
        self._together()
        self._parts.inpatients.watched.append(self._admitted)

    def _together(self) -> None:
        """Trusts peak some days apart; it is their sum that has the published peak."""
        beds = sum(trust.beds for trust in self._trusts)
        highest = max(
            sum(trust.beds * trust.peak * self.curve(self._peak_at + day * DAY - trust.shift) for trust in self._trusts)
            for day in range(-SHIFTED_DAYS, SHIFTED_DAYS + 1)
        )
        for trust in self._trusts if highest else ():
            trust.peak = min(WORST, trust.peak * PEAK * beds / highest)

    def curve(self, at: float) -> float:
        """Of the peak, at a moment in epoch seconds."""
        weeks = (at - self._peak_at) / WEEK
        return float(GROWTH**weeks if weeks < 0 else DECAY**weeks)

    def hour(self, now: int, following: int) -> None:
        for trust in self._trusts:
            self._more(trust, now, following)
            if local_hour(now) == REPORT_HOUR and now % HOUR == 0:
                self._tell("flu_beds", now, organisation=trust.code, count=len(trust.in_beds),
                           occupied=trust.occupied)  # fmt: skip
                self._norovirus(trust, now)
        for until, ward in list(self._shut):
            if now >= until:
                self._open(until, ward)
            else:
                close_what_is_empty(self._parts, ward)

    def end(self) -> dict[str, Any]:
        for until, ward in list(self._shut):
            self._open(until, ward)
        self._parts.inpatients.watched.remove(self._admitted)
        return {
            "came": sum(trust.came for trust in self._trusts),
            "admitted": sum(trust.admitted for trust in self._trusts),
            "beds_at_most": self._most,
        }

    # Flu ----------------------------------------------------------------------------------------------------------

    def _more(self, trust: _Trust, now: int, following: int) -> None:
        trust.in_beds = {key: stay for key, stay in trust.in_beds.items() if key in stay.ward.occupants}
        trust.on_the_way = {who: came for who, came in trust.on_the_way.items() if now - came < ON_THE_WAY}
        self._most = max(self._most, sum(len(each.in_beds) for each in self._trusts))
        wanted = self._size * trust.peak * self.curve(now - trust.shift) * trust.occupied
        coming = len(trust.on_the_way) * trust.admits
        leaving = wanted / (STAY_DAYS * 24)  # an hour
        beds = max(0.0, (wanted - len(trust.in_beds) - coming) / CATCH_UP_HOURS + leaving)
        span = following - now
        mean = beds / trust.admits * 24 * hourly(ED_HOURS)[local_hour(now)] * span / HOUR
        rooms = [ed.demand.ambulances for ed in trust.departments]
        for _ in range(poisson(self._random, mean)):
            ed = self._random.choices(trust.departments, rooms)[0]
            self._parts.world.at(now + self._random.random() * span, self._comes, (trust, ed))

    def _comes(self, item: tuple[_Trust, Department]) -> None:
        trust, ed = item
        world = self._parts.world
        person = world.people.draw(world.now, EMERGENCY, ed.site.town)
        trust.on_the_way[person.nhsnumber] = world.now
        trust.came += 1
        self._parts.emergency.arrive(ed, "majors", person=person)

    def _admitted(self, stay: Stay) -> None:
        for trust in self._trusts:
            if trust.on_the_way.pop(stay.person.nhsnumber, None) is not None:
                trust.in_beds[stay.subject] = stay
                trust.admitted += 1

    # Norovirus ----------------------------------------------------------------------------------------------------

    def _norovirus(self, trust: _Trust, now: int) -> None:
        """Whether any ward shuts today; those already shut are left alone."""
        middle = (self._begins + self._until) / 2
        season = math.exp(-(((now - middle) / ((self._until - self._begins) / 5)) ** 2))
        share = SHUT_USUAL + (SHUT_PEAK - SHUT_USUAL) * season
        wards = [ward for pool in trust.pools for ward in pool.wards if not ward.barred and not ward.closed]
        if not wards:
            return
        mean_size = trust.beds / sum(len(pool.wards) for pool in trust.pools)
        a_closure = mean_size * (WHOLE_WARD + (1 - WHOLE_WARD) * BAY) * SHUT_DAYS
        for _ in range(min(len(wards), poisson(self._random, min(1.0, self._size) * share * trust.beds / a_closure))):
            ward = wards.pop(int(self._random.random() * len(wards)))
            ward.barred = bars(ward, 1.0 if self._random.random() < WHOLE_WARD else BAY)
            until = int(now + lognormal_mean(self._random, SHUT_DAYS, SHUT_SPREAD) * DAY)
            self._shut.append((until, ward))
            self._tell("norovirus", now, organisation=ward.code, until=iso(until), beds=ward.barred)

    def _open(self, until: int, ward: Ward) -> None:
        self._shut.remove((until, ward))
        open_again(self._parts, ward)
