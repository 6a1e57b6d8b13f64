"""Everybody who sets out: an hour's worth of Poisson arrivals at a time, at every door of the system."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from services.domain.system import Site
from simulations.ambulance import Ambulances
from simulations.beds import Pool, Ward
from simulations.days import (
    ADMISSION_MONTHS,
    ATTENDANCE_MONTHS,
    CHRISTMAS_WALK_INS,
    HOLIDAY_WALK_INS,
    SCHOOL_HOLIDAY_CHILDREN,
    Runs,
    bank_holiday,
    monthly,
    school_holiday,
)
from simulations.department import Department
from simulations.emergency import Emergency
from simulations.inpatient import Inpatients
from simulations.levers import Lever
from simulations.messages import iso
from simulations.people import CHILDREN, ELECTIVE, EMERGENCY, MOTHERS, Person
from simulations.same_day import MOST_WAITING
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
    SUNDAY,
    UTC_HOURS,
    hourly,
    local_hour,
    local_seconds,
    local_time,
    weekday,
)
from simulations.virtual_ward import VirtualWards
from simulations.volumes import SAME_DAY_ADMITTED
from simulations.ways_in import WaysIn
from simulations.world import World, poisson

FLAT_WEEKDAYS = (1.0,) * 7
ELECTIVES_TOLD = 15  # local hour at which tomorrow's list is sent
ELECTIVES_CALLED_OFF = 0.04  # on the day, by the person or the surgeon (assumption)
ELECTIVES_END = 16  # local hour after which nobody waits any longer for an elective bed
WORKING_HOURS = (0,) * 8 + (1.0,) * 11 + (0,) * 5


#: How days differ at one door, beyond season, weekday and what all doors have in common (ways_in.py), as the standard
#: deviation of a logarithm and the memory from one day to the next; hours as a gamma of this shape (assumptions).
LOCAL_SPREAD, LOCAL_MEMORY = 0.05, 0.3
HOUR_SHAPE = 25.0
Kind = Literal["walk_in", "call", "direct", "birth", "step_up"]
LEVERS: dict[Kind, Lever] = {"walk_in": Lever.WALK_INS, "direct": Lever.DIRECT}


class Rate(NamedTuple):
    """One door's arrivals: how many a day, when, what to do with each; `runs` are its good and bad days."""

    kind: Kind
    site: Site | None
    children: bool
    a_day: float
    hours: tuple[float, ...]
    weekdays: tuple[float, ...]
    action: Callable[[Any], None]
    argument: Any
    runs: Runs


class Arrivals:
    def __init__(
        self,
        world: World,
        inpatients: Inpatients,
        emergency: Emergency,
        ambulances: Ambulances,
        virtual_wards: VirtualWards,
        ways: WaysIn,
    ) -> None:
        self._world, self._ways = world, ways
        self._random = world.stream("arrivals")
        self._inpatients = inpatients
        self._emergency = emergency
        self._rates: list[Rate] = []
        self._ambulances = ambulances
        for ed in emergency.departments.values():
            for stream, rate in ed.demand.walk_in.items():
                hours = UTC_HOURS if stream == "utc" else ED_HOURS
                self._rate("walk_in", ed.site, rate, hours, ED_WEEKDAYS, self._walks_in, (ed, stream))
        self._rate("call", None, ambulances.calls_a_day, CALL_HOURS, CALL_WEEKDAYS, ambulances.call)
        for row in inpatients.demand.values():
            pool = inpatients.beds.nearest(row.site, "ga_adult")
            direct = row.direct - SAME_DAY_ADMITTED * row.same_day  # the others come from same day emergency care
            if pool and direct > 0:
                self._rate(
                    "direct", row.site, direct, DIRECT_HOURS, DIRECT_WEEKDAYS, self._direct,
                    (pool, row.figures.zero_day),
                )  # fmt: skip
        for pool, rate in inpatients.births.items():
            action = self._born if pool.kind == "neonatal" else self._mother
            self._rate("birth", pool.site, rate, FLAT_HOURS, FLAT_WEEKDAYS, action, pool)
        for ward in virtual_wards.wards:
            rate = virtual_wards.step_up_rate(ward)
            self._rate("step_up", ward.site, rate, WORKING_HOURS, FLAT_WEEKDAYS, virtual_wards.step_up, ward)

    def _rate(
        self,
        kind: Kind,
        site: Site | None,
        a_day: float,
        hours: tuple[float, ...],
        weekdays: tuple[float, ...],
        action: Callable[[Any], None],
        argument: Any = None,
    ) -> None:
        if a_day > 0:
            where = site.code if site else "system"
            stream = argument[1] if kind == "walk_in" else ""
            runs = Runs(self._world.stream(f"days/{kind}/{where}/{stream}"), LOCAL_SPREAD, LOCAL_MEMORY)
            scaled = a_day * self._world.scale
            children = stream == "paediatric"
            self._rates.append(Rate(kind, site, children, scaled, hourly(hours), weekdays, action, argument, runs))

    def hour(self, _: object = None) -> None:
        """Draws the arrivals from now to the end of the hour, and comes back then."""
        world, random, now = self._world, self._random, self._world.now
        following = (now // HOUR + 1) * HOUR
        hour, week_day, share = local_hour(now), weekday(now), (following - now) / HOUR
        common, unmet = self._ways.busy, self._ways.unmet
        for rate in self._rates:
            mean = rate.a_day * rate.hours[hour] * rate.weekdays[week_day] * share
            if mean:
                mean *= common * rate.runs.of(world.day) * self._season(rate) * self._lever(rate)
                mean *= unmet if rate.kind == "walk_in" else 1.0
                for _ in range(poisson(random, mean * random.gammavariate(HOUR_SHAPE, 1 / HOUR_SHAPE))):
                    world.at(now + random.random() * (following - now), rate.action, rate.argument)
        if hour == ELECTIVES_TOLD:
            self._lists_tomorrow()
        world.at(following, self.hour)

    def _season(self, rate: Rate) -> float:
        """What the time of the year and holidays do to a usual day of the week."""
        day = self._world.day
        holiday = bank_holiday(day)
        if rate.kind == "walk_in":
            factor = monthly(ATTENDANCE_MONTHS, day)
            if holiday:
                factor *= CHRISTMAS_WALK_INS if holiday == "Christmas Day" else HOLIDAY_WALK_INS
            if rate.children and school_holiday(day):
                factor *= SCHOOL_HOLIDAY_CHILDREN
            return factor
        if rate.kind == "call":
            return monthly(ATTENDANCE_MONTHS, day)
        if rate.kind == "direct":
            shut = DIRECT_WEEKDAYS[SUNDAY] / rate.weekdays[(day + 3) % 7] if holiday else 1.0
            return monthly(ADMISSION_MONTHS, day) * shut
        return 1.0

    def _lever(self, rate: Rate) -> float:
        if rate.kind == "call":
            return self._ambulances.busier()
        if rate.site is None or rate.kind not in LEVERS:
            return 1.0
        return self._world.levers.of(LEVERS[rate.kind], rate.site.code, rate.site.provider)

    def _walks_in(self, item: tuple[Department, str]) -> None:
        self._emergency.arrive(*item)

    # Past the ED --------------------------------------------------------------------------------------------------

    def _direct(self, item: tuple[Pool, float]) -> None:
        pool, zero_day = item
        beds = self._inpatients.beds
        if len(pool.queue) >= MOST_WAITING:
            return  # found a bed elsewhere, or did without
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
        if (tomorrow + 3) % 7 >= SATURDAY or bank_holiday(tomorrow):
            return
        for row in self._inpatients.demand.values():
            pool = self._inpatients.beds.pools.get((row.site.code, "ga_adult"))
            if pool is None or not row.electives:
                continue
            lever = world.levers.of(Lever.ELECTIVES, row.site.code, row.site.provider)
            for _ in range(poisson(random, row.electives * 7 / 5 * world.scale * lever)):
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
                world.at(comes, self._elective, (lever, (pool, person, subject, specialty, event_id)))

    def _elective(self, listed: tuple[float, tuple[Pool, Person, str, str | None, str]]) -> None:
        """listed: with the lever as it was when the list was made: what is pulled since is felt on the day."""
        told, item = listed
        site = item[0].site
        lever = self._world.levers.of(Lever.ELECTIVES, site.code, site.provider)
        called_off = self._random.random() < ELECTIVES_CALLED_OFF
        if called_off or (lever < told and self._random.random() >= lever / told):
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
