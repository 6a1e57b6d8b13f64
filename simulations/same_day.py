"""Same day emergency care: people whom surgeries, 111, community teams and paramedics send past the department.

Units are open from eight to eight, seven days a week (domain.md 2); fewer are sent at weekends, when surgeries are
shut. About three in five of all who come are sent direct (nationally between a half and two thirds, from memory); how
many that is, how long they stay and who is admitted are assumptions. Those admitted are a part of the direct
admissions (volumes.py), whose number is what it was. Whom a department sends on is in emergency.py.
"""

from __future__ import annotations

from typing import Any

from simulations.beds import Pool, Ward
from simulations.days import ADMISSION_MONTHS, bank_holiday, monthly
from simulations.inpatient import Inpatients
from simulations.levers import Lever
from simulations.people import EMERGENCY, Person
from simulations.shape import DIRECT_HOURS, DIRECT_WEEKDAYS, HOUR, MINUTE, SUNDAY, hourly, local_hour, weekday
from simulations.volumes import SAME_DAY_ADMITTED, Demand
from simulations.ways_in import WaysIn
from simulations.world import World, lognormal, poisson

OPENS, CLOSES = 8, 20  # local
LAST_IN = 18  # local hour after which nobody is sent there
HOURS = hourly(tuple(share if OPENS <= hour < LAST_IN else 0.0 for hour, share in enumerate(DIRECT_HOURS)))
PARAMEDICS = 0.2  # of those who come direct
STAY_MINUTES, STAY_SPREAD = 200.0, 0.4
MOST_WAITING = 12  # for a bed: beyond them nobody asks for one from outside the department (assumption)


class Unit:
    __slots__ = ("a_day", "demand", "pool", "site")

    def __init__(self, demand: Demand, pool: Pool | None) -> None:
        self.demand, self.pool, self.site = demand, pool, demand.site
        self.a_day = demand.same_day


class Visit:
    """One person's time in a unit. subject: of the journey in which they came."""

    __slots__ = ("person", "subject", "unit")

    def __init__(self, unit: Unit, person: Person, subject: str) -> None:
        self.unit, self.person, self.subject = unit, person, subject


class SameDay:
    def __init__(self, world: World, inpatients: Inpatients, ways: WaysIn) -> None:
        self._world, self._inpatients, self._ways = world, inpatients, ways
        self._random = world.stream("same day")
        self.units = {
            row.site.code: Unit(row, inpatients.beds.nearest(row.site, "ga_adult"))
            for row in inpatients.demand.values() if row.same_day
        }  # fmt: skip

    @property
    def a_day(self) -> float:
        """Who come direct to all units."""
        return sum(unit.a_day for unit in self.units.values())

    def hour(self, _: object = None) -> None:
        """Draws who is sent by surgeries, 111 and teams from now to the end of the hour, and comes back then."""
        world, random, now = self._world, self._random, self._world.now
        following = (now // HOUR + 1) * HOUR
        week_day, holiday = weekday(now), bank_holiday(world.day)
        share = (following - now) / HOUR * HOURS[local_hour(now)] * world.scale * self._ways.busy
        share *= DIRECT_WEEKDAYS[SUNDAY if holiday else week_day] * monthly(ADMISSION_MONTHS, world.day)
        for unit in self.units.values() if share else ():
            lever = world.levers.of(Lever.DIRECT, unit.site.code, unit.site.provider)
            for _ in range(poisson(random, unit.a_day * (1 - PARAMEDICS) * share * lever)):
                world.at(now + random.random() * (following - now), self._is_sent, unit)
        world.at(following, self.hour)

    def _is_sent(self, unit: Unit) -> None:
        person = self._world.people.draw(self._world.now, EMERGENCY, unit.site.town)
        self._comes(unit, person, self._ways.sent_by("sdec", person, unit.site.place), None)

    # From the road ----------------------------------------------------------------------------------------------------

    def takes(self, site: str, at: int, chance: float) -> bool:
        """Whether a crew that leaves somebody at home then sends them to the unit of this site. chance: of those who
        could go.
        """
        return site in self.units and OPENS <= local_hour(at) < LAST_IN and self._random.random() < chance

    def come_later(self, site: str, person: Person, at: int, follows: str) -> None:
        """By their own means, within the hour or two."""
        comes = at + self._random.uniform(40, 100) * MINUTE
        self._world.at(comes, self._sent_by_crew, (self.units[site], person, follows))

    def _sent_by_crew(self, item: tuple[Unit, Person, str]) -> None:
        unit, person, follows = item
        self._comes(unit, person, "ambulance", follows)

    # In the unit ------------------------------------------------------------------------------------------------------

    def _comes(self, unit: Unit, person: Person, source: str, follows: str | None) -> None:
        world, site, now = self._world, unit.site, self._world.now
        visit = Visit(unit, person, world.outbox.visit(site.provider, "E"))
        data: dict[str, Any] = {**person.data, "site": site.code, "referral_source": source}
        world.outbox.send("sdec.arrived", site.provider, visit.subject, now, data, person.nhsnumber, follows)
        world.books.enter("sdec", site.code, now)
        world.at(now + lognormal(self._random, STAY_MINUTES, STAY_SPREAD) * MINUTE, self._has_been_seen, visit)

    def _has_been_seen(self, visit: Visit) -> None:
        pool = visit.unit.pool
        if self._random.random() >= SAME_DAY_ADMITTED or pool is None or len(pool.queue) >= MOST_WAITING:
            self._departs(visit, "discharged")
            self._world.people.release(visit.person, self._world.now + HOUR)
            return
        self._inpatients.beds.request(pool, lambda ward: self._has_bed(visit, ward))

    def _has_bed(self, visit: Visit, ward: Ward) -> None:
        self._world.at(self._world.now + self._random.uniform(8, 35) * MINUTE, self._goes_up, (visit, ward))

    def _goes_up(self, item: tuple[Visit, Ward]) -> None:
        visit, ward = item
        self._departs(visit, "admitted")
        travel = self._random.uniform(3, 12) if ward.site is visit.unit.site else self._random.uniform(35, 70)
        self._world.at(self._world.now + travel * MINUTE, self._in_bed, (visit, ward))

    def _in_bed(self, item: tuple[Visit, Ward]) -> None:
        visit, ward = item
        self._inpatients.admit(
            ward, visit.person, "emergency", self._world.now, specialty=ward.unit.specialty, follows=visit.subject,
            zero_day=self._random.random() < visit.unit.demand.figures.zero_day,
        )  # fmt: skip

    def _departs(self, visit: Visit, reason: str) -> None:
        site, now = visit.unit.site, self._world.now
        data = {"site": site.code, "reason": reason}
        self._world.outbox.send("sdec.departed", site.provider, visit.subject, now, data)
        self._world.books.leave("sdec", site.code, now)
