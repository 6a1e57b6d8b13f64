"""Inpatient stays: in at a bed, perhaps to other wards and critical care, then on to discharge.

A stay has an active part and, for many, a part without criteria to reside (discharge.py). Mean lengths are solved from
the published occupancy by Little's law, so the occupancy holds whatever the configured beds: mean stay = beds
occupied / arrivals a day. Pressure makes stays shorter, which keeps a hospital from filling without end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulations.beds import Beds, Pool, Ward
from simulations.days import OCCUPANCY_MONTHS, monthly
from simulations.discharge import ROUNDING_DAYS, Discharges
from simulations.lengths import ELECTIVE_DAYS, ZERO_DAY_HOURS, solve
from simulations.levers import Lever
from simulations.people import AGED, CHILDREN, ELECTIVE, EMERGENCY, MOTHERS, Person
from simulations.shape import DAY, HOUR
from simulations.volumes import Demand
from simulations.world import World, length_biased, lognormal_mean

ELECTIVE_SPREAD = 0.7
DIED = 0.045  # of emergency stays of a night or more (assumption)
WARD_MOVE = 0.30  # share of emergency stays moved on from their first ward (assumption)
#: Each four hours longer in the department lengthen a stay by 8.6 hours (Howlett 2026, domain.md 5.3).
STAY_A_BOARDED_HOUR = 8.6 / 4
LEAST_HOURS = 6.0
RESPONSE, LEAST_FACTOR, MOST_FACTOR = 4.0, 0.5, 1.5  # a point of occupancy above usual shortens a stay by 4 %


class Stay:
    __slots__ = (
        "active_end", "admission", "council", "died", "generation", "pathway", "person", "pool", "provider",
        "set_off", "short", "specialty", "subject", "virtual_ward", "ward",
    )  # fmt: skip

    def __init__(self, subject: str, person: Person, ward: Ward, admission: str, specialty: str | None) -> None:
        self.subject = subject
        self.person = person
        self.ward = ward
        self.pool: Pool = ward.pool  # where they belong; critical care only borrows them
        self.provider = ward.site.provider
        self.admission = admission
        self.specialty = specialty
        self.pathway: int | None = None
        self.council = ""
        self.short = False
        self.set_off = False  # the hour of leaving has been told
        self.active_end = 0
        self.died = False
        self.generation = 0
        self.virtual_ward: Any = None


class Inpatients:
    """Stays in acute, maternity, neonatal and community beds."""

    def __init__(self, world: World, beds: Beds, demand: list[Demand]) -> None:
        self._world = world
        self._random = world.stream("inpatients")
        self.beds = beds
        self.watched: list[Callable[[Stay], None]] = []  # told of every stay as it begins
        self.demand = {row.site.code: row for row in demand}
        self.discharges = Discharges(world, self)
        solved = solve(world.system, beds, self.demand, min(1.0, world.scale))
        self.lengths = solved.lengths
        self.step_up = solved.step_up
        self.critical_from_ed = solved.critical_from_ed
        self.births = solved.births

    def factor(self, pool: Pool) -> float:
        """On lengths of stay: below one where the beds are fuller than is usual at this time of the year."""
        strain = pool.strain
        if pool.kind == "ga_adult":
            strain -= pool.target * (monthly(OCCUPANCY_MONTHS, self._world.day) - 1)
        return max(LEAST_FACTOR, min(MOST_FACTOR, 1 - RESPONSE * strain))

    def admit(
        self,
        ward: Ward,
        person: Person,
        admission: str,
        at: int,
        *,
        specialty: str | None = None,
        follows: str | None = None,
        zero_day: bool = False,
        subject: str | None = None,
        boarded_hours: float = 0.0,
    ) -> Stay:
        """Somebody reaches the bed held for them now.

        boarded_hours: how much longer than usual they waited for it in the department, which lengthens their stay.
        """
        stay = self.enter(ward, person, admission, at, specialty, follows, subject)
        pool, random, world = ward.pool, self._random, self._world
        if pool.kind == "critical_care":
            home = self.beds.nearest(ward.site, "ga_adult")
            stay.pool = home or pool
            self._plan(stay, at, self._active(stay.pool))
            length = lognormal_mean(random, self.lengths[pool].active, 0.8) * self.factor(pool) * DAY
            stay.active_end += int(length)
            world.at(at + length, self._wants_step_down, stay)
            return stay
        if zero_day:
            stay.short = True
            world.at(at + lognormal_mean(random, ZERO_DAY_HOURS, 0.5) * HOUR, self.discharges.leaves, stay)
            return stay
        if admission == "elective":
            mean, spread = ELECTIVE_DAYS, ELECTIVE_SPREAD
        else:
            mean, spread = self.lengths[pool].active, self.lengths[pool].spread
        length = lognormal_mean(random, mean, spread) * self.factor(pool) * self._longer(person, ward) * DAY
        self._plan(stay, at, max(LEAST_HOURS * HOUR, length + boarded_hours * STAY_A_BOARDED_HOUR * HOUR))
        return stay

    def _longer(self, person: Person, ward: Ward) -> float:
        aged = person.age_band in AGED
        return self._world.levers.of(Lever.STAY, ward.site.code, ward.site.provider) if aged else 1.0

    def enter(
        self,
        ward: Ward,
        person: Person,
        admission: str,
        at: int,
        specialty: str | None,
        follows: str | None = None,
        subject: str | None = None,
    ) -> Stay:
        outbox = self._world.outbox
        stay = Stay(subject or outbox.visit(ward.site.provider, "V"), person, ward, admission, specialty)
        ward.occupants[stay.subject] = None
        data = {
            **person.data,
            "site": ward.site.code,
            "unit": ward.code,
            "bed_kind": ward.unit.bed_kind,
            "admission": admission,
        }
        if specialty:
            data["specialty"] = specialty
        if ward.held > ward.core - ward.closed:
            data["escalation"] = True
        outbox.send("bed.admitted", stay.provider, stay.subject, at, data, person.nhsnumber, follows)
        self._world.books.enter("bed", ward.code, at)
        for told in self.watched:
            told(stay)
        return stay

    def _active(self, pool: Pool) -> float:
        """Seconds of an active part, drawn as it usually is."""
        return lognormal_mean(self._random, self.lengths[pool].active, self.lengths[pool].spread) * DAY

    def _plan(self, stay: Stay, at: int, length: float) -> None:
        """The active part, and what may happen in it."""
        random, world, pool = self._random, self._world, stay.ward.pool
        stay.active_end = int(at + length)
        if pool.kind == "ga_adult":
            stay.active_end = self.discharges.made_ready(stay.active_end, at, stay.provider)
        emergency = stay.admission in ("emergency", "transfer")
        stay.died = emergency and pool.kind == "ga_adult" and random.random() < DIED
        if pool.kind in ("ga_adult", "ga_paediatric") and random.random() < self.step_up.get(pool, 0.0):
            world.at(at + length * random.uniform(0.05, 0.6), self._wants_step_up, stay)
        elif pool.kind == "ga_adult" and emergency and random.random() < WARD_MOVE:
            world.at(at + length * random.uniform(0.1, 0.6), self._moves_ward, stay)
        if pool.kind != "critical_care":
            world.at(stay.active_end, self._ends, (stay, stay.generation))

    def _ends(self, item: tuple[Stay, int]) -> None:
        stay, generation = item
        if generation == stay.generation:  # a stay in critical care has moved its end
            self.discharges.begins(stay, stay.active_end)

    # Moves between wards ------------------------------------------------------------------------------------------

    def _transfer(self, stay: Stay, ward: Ward) -> None:
        """Into a ward where a bed is held for them; the old bed is free."""
        old, at = stay.ward, self._world.now
        del old.occupants[stay.subject]
        ward.occupants[stay.subject] = None
        stay.ward = ward
        data: dict[str, Any] = {"site": ward.site.code, "unit": ward.code, "bed_kind": ward.unit.bed_kind}
        if ward.unit.specialty:
            data["specialty"] = ward.unit.specialty
        if ward.held > ward.core - ward.closed:
            data["escalation"] = True
        self._world.outbox.send("bed.transferred", ward.site.provider, stay.subject, at, data)
        self._world.books.leave("bed", old.code, at)
        self._world.books.enter("bed", ward.code, at)
        self.beds.release(old)

    def _moves_ward(self, stay: Stay) -> None:
        gone = stay.pathway is not None or stay.subject not in stay.ward.occupants
        if gone or stay.ward.pool.kind != "ga_adult":
            return
        ward = self.beds.take(stay.ward.pool)
        if ward is None or ward is stay.ward:
            if ward:
                self.beds.release(ward)
            return
        self._transfer(stay, ward)

    def _wants_step_up(self, stay: Stay) -> None:
        if stay.pathway is not None or stay.subject not in stay.ward.occupants:
            return  # already on the way home, or gone
        kind = "critical_care" if stay.pool.kind == "ga_adult" else "paediatric_hdu"
        pool = self.beds.pools.get((stay.ward.site.code, kind))
        ward = self.beds.take(pool) if pool and not pool.queue else None
        if pool is None or ward is None:
            return
        length = lognormal_mean(self._random, self.lengths[pool].active, 0.8) * self.factor(pool) * DAY
        stay.generation += 1
        stay.active_end += int(length)
        self._transfer(stay, ward)
        self._world.at(self._world.now + length, self._wants_step_down, stay)

    def _wants_step_down(self, stay: Stay) -> None:
        if stay.pool is stay.ward.pool:  # no ward of the kind anywhere: they leave from here
            self.discharges.begins(stay, self._world.now)
        else:
            self.beds.request(stay.pool, lambda ward: self._steps_down(stay, ward), stay.specialty)

    def _steps_down(self, stay: Stay, ward: Ward) -> None:
        now = self._world.now
        if stay.subject not in stay.ward.occupants:
            self.beds.release(ward)
            return
        self._transfer(stay, ward)
        self._world.at(max(stay.active_end, now + 6 * HOUR), self._ends, (stay, stay.generation))
        stay.active_end = max(stay.active_end, now + 6 * HOUR)

    # Who is already in -------------------------------------------------------------------------------------------

    def fill(self, at: int) -> None:
        """Beds already occupied when the world begins: stays met half way through, long ones more often."""
        for pool in self.beds.pools.values():
            for ward in pool.wards:
                for _ in range(ward.core):
                    if self._random.random() < pool.target:
                        ward.held += 1
                        pool.held += 1
                        self._already_in(ward, at)

    def _already_in(self, ward: Ward, at: int) -> None:
        random, pool = self._random, ward.pool
        lengths = self.lengths[pool]
        mean, spread, admission = lengths.active, lengths.spread, "emergency"
        bands = EMERGENCY
        if pool.kind == "ga_adult":
            draw = random.random()
            if draw < lengths.nctr_share:
                self.discharges.already_delayed(ward, at, lengths)
                return
            if draw < lengths.nctr_share + lengths.elective_share:
                mean, spread, admission, bands = ELECTIVE_DAYS, ELECTIVE_SPREAD, "elective", ELECTIVE
        elif pool.kind in ("ga_paediatric", "paediatric_hdu"):
            bands = CHILDREN
        elif pool.kind == "maternity":
            admission, bands = "maternity", MOTHERS
        elif pool.kind == "neonatal":
            admission, bands = "birth", CHILDREN
        elif pool.kind == "community":
            self.discharges.already_in_community(ward, at, mean)
            return
        total = length_biased(random, mean, spread) * DAY
        elapsed = total * random.random()
        person = self.draw(bands, ward, "female" if admission == "maternity" else None)
        stay = self.enter(ward, person, admission, int(at - elapsed), ward.unit.specialty)
        if pool.kind in ("critical_care", "paediatric_hdu"):
            stay.pool = (
                self.beds.nearest(ward.site, "ga_adult" if pool.kind == "critical_care" else "ga_paediatric") or pool
            )
            stay.active_end = int(at + total - elapsed + self._active(stay.pool))
            self._world.at(at + total - elapsed, self._wants_step_down, stay)
        else:
            ready = pool.kind == "ga_adult" and random.random() < ROUNDING_DAYS / (mean + ROUNDING_DAYS)
            stay.active_end = at if ready else int(at + total - elapsed)
            self._world.at(stay.active_end, self._ends, (stay, 0))

    def draw(self, bands: tuple[float, ...], ward: Ward, sex: str | None = None) -> Person:
        return self._world.people.draw(self._world.now, bands, ward.site.town, sex)
