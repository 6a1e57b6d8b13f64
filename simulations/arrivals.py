"""Everybody who sets out: an hour's worth of Poisson arrivals at a time, at every door of the system."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulations.ambulance import Ambulances
from simulations.beds import Pool, Ward
from simulations.department import Department
from simulations.emergency import Emergency
from simulations.inpatient import Inpatients
from simulations.messages import iso
from simulations.people import CHILDREN, ELECTIVE, EMERGENCY, MOTHERS, Person
from simulations.shape import (
    CALL_HOURS,
    CALL_WEEKDAYS,
    DAY,
    DIRECT_HOURS,
    DIRECT_WEEKDAYS,
    ED_HOURS,
    ED_WEEKDAYS,
    FLAT_HOURS,
    HOUR,
    SATURDAY,
    UTC_HOURS,
    hourly,
    local_hour,
    local_seconds,
    local_time,
    weekday,
)
from simulations.virtual_ward import VirtualWards
from simulations.world import World, poisson

FLAT_WEEKDAYS = (1.0,) * 7
ELECTIVES_TOLD = 15  # local hour at which tomorrow's list is sent
ELECTIVES_CALLED_OFF = 0.04  # on the day, by the person or the surgeon (assumption)
ELECTIVES_END = 16  # local hour after which nobody waits any longer for an elective bed
WORKING_HOURS = (0,) * 8 + (1.0,) * 11 + (0,) * 5


class Arrivals:
    """`rates` is a list of (a day, hours, weekdays, what to do, with what)."""

    def __init__(
        self,
        world: World,
        inpatients: Inpatients,
        emergency: Emergency,
        ambulances: Ambulances,
        virtual_wards: VirtualWards,
    ) -> None:
        self._world = world
        self._random = world.stream("arrivals")
        self._inpatients = inpatients
        self._emergency = emergency
        self._rates: list[tuple[float, tuple[float, ...], tuple[float, ...], Callable[[Any], None], Any]] = []
        for ed in emergency.departments.values():
            for stream, rate in ed.demand.walk_in.items():
                hours = UTC_HOURS if stream == "utc" else ED_HOURS
                self._rate(rate, hours, ED_WEEKDAYS, self._walks_in, (ed, stream))
        self._rate(ambulances.calls_a_day, CALL_HOURS, CALL_WEEKDAYS, ambulances.call)
        for row in inpatients.demand.values():
            pool = inpatients.beds.nearest(row.site, "ga_adult")
            if pool and row.direct:
                self._rate(row.direct, DIRECT_HOURS, DIRECT_WEEKDAYS, self._direct, (pool, row.figures.zero_day))
        for pool, rate in inpatients.births.items():
            self._rate(rate, FLAT_HOURS, FLAT_WEEKDAYS, self._born if pool.kind == "neonatal" else self._mother, pool)
        for ward in virtual_wards.wards:
            rate = virtual_wards.step_up_rate(ward)
            self._rate(rate, WORKING_HOURS, FLAT_WEEKDAYS, virtual_wards.step_up, ward)

    def _rate(
        self,
        a_day: float,
        hours: tuple[float, ...],
        weekdays: tuple[float, ...],
        action: Callable[[Any], None],
        argument: Any = None,
    ) -> None:
        if a_day > 0:
            self._rates.append((a_day * self._world.scale, hourly(hours), weekdays, action, argument))

    def hour(self, _: object = None) -> None:
        """Draws the arrivals from now to the end of the hour, and comes back then."""
        world, random, now = self._world, self._random, self._world.now
        following = (now // HOUR + 1) * HOUR
        hour, day, share = local_hour(now), weekday(now), (following - now) / HOUR
        for a_day, hours, weekdays, action, argument in self._rates:
            for _ in range(poisson(random, a_day * hours[hour] * weekdays[day] * share)):
                world.at(now + random.random() * (following - now), action, argument)
        if hour == ELECTIVES_TOLD:
            self._lists_tomorrow()
        world.at(following, self.hour)

    def _walks_in(self, item: tuple[Department, str]) -> None:
        self._emergency.arrive(*item)

    # Past the ED --------------------------------------------------------------------------------------------------

    def _direct(self, item: tuple[Pool, float]) -> None:
        pool, zero_day = item
        beds = self._inpatients.beds
        beds.request(pool, lambda ward: self._admit_direct(ward, zero_day))

    def _admit_direct(self, ward: Ward, zero_day: float) -> None:
        person = self._inpatients.draw(EMERGENCY, ward)
        short = ward.site.ed_type == 1 and self._random.random() < zero_day
        self._inpatients.admit(
            ward, person, "emergency", self._world.now, specialty=ward.unit.specialty, zero_day=short
        )

    def _mother(self, pool: Pool) -> None:
        self._into(pool, "maternity")

    def _born(self, pool: Pool) -> None:
        self._into(pool, "birth")

    def _into(self, pool: Pool, admission: str) -> None:
        ward = self._inpatients.beds.take(pool)
        if ward is None:
            return  # born or delivered elsewhere
        bands, sex = (MOTHERS, "female") if admission == "maternity" else (CHILDREN, None)
        person = self._inpatients.draw(bands, ward, sex)
        self._inpatients.admit(ward, person, admission, self._world.now, specialty=ward.unit.specialty)

    # Electives ----------------------------------------------------------------------------------------------------

    def _lists_tomorrow(self) -> None:
        """Weekday mornings only: the day before, each expected person is told of (bed.expected)."""
        world, random = self._world, self._random
        tomorrow = local_seconds(world.now) // DAY + 1
        if (tomorrow + 3) % 7 >= SATURDAY:
            return
        for row in self._inpatients.demand.values():
            pool = self._inpatients.beds.pools.get((row.site.code, "ga_adult"))
            if pool is None or not row.electives:
                continue
            for _ in range(poisson(random, row.electives * 7 / 5 * world.scale)):
                comes = local_time(tomorrow, int(random.uniform(7, 11) * HOUR))
                person = world.people.draw(world.now, ELECTIVE, row.site.town)
                specialty = pool.wards[int(random.random() * len(pool.wards))].unit.specialty
                subject = world.outbox.visit(pool.provider, "V")
                data = {
                    "site": pool.site.code,
                    "expected_at": iso(comes),
                    "bed_kind": "ga_adult",
                    "admission": "elective",
                }
                if specialty:
                    data["specialty"] = specialty
                told = world.now + int(random.random() * HOUR)
                event_id = world.outbox.send("bed.expected", pool.provider, subject, told, data, person.nhsnumber)
                world.at(comes, self._elective, (pool, person, subject, specialty, event_id))

    def _elective(self, item: tuple[Pool, Person, str, str | None, str]) -> None:
        if self._random.random() < ELECTIVES_CALLED_OFF:
            self._call_off(item)
            return
        self._elective_bed(item)

    def _elective_bed(self, item: tuple[Pool, Person, str, str | None, str]) -> None:
        pool, person, subject, specialty, _ = item
        world = self._world
        ward = self._inpatients.beds.take(pool, specialty) if not pool.queue else None
        if ward is None and local_hour(world.now) < ELECTIVES_END:  # waits in the admissions lounge
            world.at(world.now + HOUR, self._elective_bed, item)
            return
        if ward is None:  # cancelled on the day for want of a bed
            self._call_off(item)
            return
        self._inpatients.admit(ward, person, "elective", world.now, specialty=specialty, subject=subject)

    def _call_off(self, item: tuple[Pool, Person, str, str | None, str]) -> None:
        pool, person, subject, _, event_id = item
        world = self._world
        world.outbox.send("event.cancelled", pool.provider, subject, world.now, {}, cancels=event_id)
        world.people.release(person, world.now)
