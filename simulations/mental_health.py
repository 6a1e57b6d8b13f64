"""How people come to mental health: liaison in emergency departments, crisis teams, places of safety.

ED referrals are to be seen within an hour, very urgent ones in the community within four, urgent ones within 24
(domain.md 2). How many there are and what becomes of them are assumptions. As many beds are asked for as the wards can
give and a few more, so the queue, and who goes out of area, follow from the beds: about six people at once, which is
570 bed days a quarter (domain.md 3.5).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.domain.system import Site
from simulations.department import Attendance
from simulations.emergency import Emergency
from simulations.levers import Lever
from simulations.mental_health_beds import KINDS, MentalHealthBeds, Ward
from simulations.mental_health_stays import (
    MOST_DAYS,
    STAY_DAYS,
    STAY_SPREAD,
    STEP_DOWN,
    STEP_DOWN_DAYS,
    Case,
    Detention,
    Stays,
)
from simulations.people import OLDER, Person
from simulations.shape import CALL_HOURS, DAY, DIRECT_HOURS, DIRECT_WEEKDAYS, HOUR, MINUTE, hourly, local_hour, weekday
from simulations.volumes import AMBULANCE_STREAMS
from simulations.ways_in import WaysIn
from simulations.world import World, length_biased, lognormal, poisson

OUT_OF_AREA = 6 / 169  # people out of area for each adult bed
OUT_OF_AREA_DAYS = 26.0
FILLED = {"adult": 0.99, "picu": 0.9, "older": 0.93}
ADULT = (0.0, 0.46, 0.44, 0.08, 0.02, 0.0)
FROM_ED = 0.25  # of adults who need a bed

LIAISON = (41.0, 0.62)  # median minutes to be seen, spread: seven in ten within the hour
CRISIS = {"very_urgent": (125.0, 0.6), "urgent": (620.0, 0.6)}
ON_SECTION = (520.0, 0.5)  # until a doctor and an approved professional have seen somebody held under section 136
TAKEN_BY_LIAISON = 0.9  # of those streamed to mental health who do not need a medical bed
OTHERS_REFERRED = 0.012  # of other adults who would go home
CRISIS_REFERRALS_A_BED = 0.22  # a day, of those who need no bed
CRISIS_SOURCES = {"gp": 0.35, "self": 0.3, "nhs111": 0.15, "community_team": 0.12, "ambulance": 0.08}
VERY_URGENT = 0.3
DETENTIONS_A_PLACE = 1.1  # a day for each place of safety
ADMITTED_FROM_SECTION = 0.3
#: The fuller the wards, the fewer people at home are judged to need a bed (assumption): by how much for each bed.
GATEKEEPING = 0.05

MEETING_HOUR, CENSUS_HOUR = 10, 8  # local


class MentalHealth:
    """Nothing happens in a system without a mental health ward."""

    def __init__(self, world: World, emergency: Emergency, ways: WaysIn) -> None:
        self._world, self._ways = world, ways
        self._random = world.stream("mental health")
        self._emergency = emergency
        self.beds = MentalHealthBeds(world, self._random)
        adult = self.beds.wards["adult"]
        self._bases = list(dict.fromkeys(ward.site for ward in adult))
        self._base_weights = [sum(ward.core for ward in adult if ward.site is base) for base in self._bases]
        self._full = [ed for ed in emergency.departments.values() if ed.site.ed_type == 1 and ed.main]
        self._provider = self._bases[0].provider if self._bases else ""
        self._stays = Stays(world, emergency, self.beds, self._provider)
        self._in_departments: list[Case] = []  # held there, the longest first; some have gone since
        self._plan()
        if self._bases:
            emergency.liaison = self.sees
            emergency.has_left = self._is_lost_sight_of

    def _plan(self) -> None:
        """How many ask for each kind of bed a day, and from where, so that the wards are as full as they are."""
        beds, suites = self.beds, sum(suite.core for suite in self.beds.suites)
        need = {kind: beds.core(kind) * FILLED[kind] / STAY_DAYS[kind] for kind in KINDS}
        need["adult"] += beds.core("adult") * OUT_OF_AREA / OUT_OF_AREA_DAYS
        need["adult"] -= need["picu"] * STEP_DOWN * STEP_DOWN_DAYS / STAY_DAYS["adult"]
        self._detentions = suites * DETENTIONS_A_PLACE
        young = need["adult"] + need["picu"]
        self._intensive = need["picu"] / young if young else 0.0
        streamed = sum(
            ed.demand.walk_in.get("mental_health", 0.0)
            + ed.demand.ambulances * AMBULANCE_STREAMS.get("mental_health", 0.0)
            for ed in self._full
        )
        self._from_ed = min(0.3, FROM_ED * young / streamed) if streamed else 0.0
        elsewhere = self._detentions * ADMITTED_FROM_SECTION + self._from_ed * streamed
        part = max(0.1, 1 - elsewhere / young) if young else 0.0
        self._crisis = {"adult": need["adult"] * part, "picu": need["picu"] * part, "older": need["older"] * 0.9}

    # Who is in place ------------------------------------------------------------------------------------------------

    def fill(self, at: int) -> None:
        random = self._random
        usual = min(1.0, self._world.scale)
        for kind in KINDS:
            for ward in self.beds.wards[kind]:
                for _ in range(ward.core):
                    if random.random() < FILLED[kind] * usual:
                        ward.held += 1
                        case, begins = self._found_in_place(at, kind, ward.site)
                        self._stays.admit(case, ward, begins)
        for _ in range(poisson(random, self.beds.core("adult") * OUT_OF_AREA * usual)):
            base = random.choices(self._bases, self._base_weights)[0]
            case, begins = self._found_in_place(at, "adult", base)
            self._stays.sends_away(case, begins)

    def _found_in_place(self, at: int, kind: str, base: Site) -> tuple[Case, int]:
        random = self._random
        person = self._draw(kind, base.town)
        case = Case(self._world.outbox.visit(self._provider, "M"), person, base, kind)
        case.days = min(MOST_DAYS, length_biased(random, STAY_DAYS[kind], STAY_SPREAD))
        self._stays.splits(case)
        begins = at - int(case.days * random.random() * DAY)
        referred = begins - int(random.uniform(6, 60) * HOUR)
        assessed = referred + int(random.uniform(0.1, 0.4) * (begins - referred))
        self._referred(case, "community", "gp", "urgent", referred)
        self._stays.send("mh.assessed", case, assessed, site=base.code, outcome="admission")
        self._stays.send("mh.bed_requested", case, assessed + 10 * MINUTE, site=base.code, bed_kind=kind)
        return case, begins

    def everything(self, at: int) -> None:
        """Said when the feed begins: what each ward can hold, and the trust's counts."""
        self.beds.everything(at)
        if self._bases:
            self._report(at)

    def hour(self, _: object = None) -> None:
        """Draws who comes from now to the end of the hour, and comes back then."""
        if not self._bases:
            return
        world, random, now = self._world, self._random, self._world.now
        following = (now // HOUR + 1) * HOUR
        hour, share = local_hour(now), (following - now) / HOUR * world.scale
        surgeries = hourly(DIRECT_HOURS)[hour] * DIRECT_WEEKDAYS[weekday(now)] * share * self._ways.need()
        rates: list[tuple[float, Callable[[str], None], str]] = [
            (self._crisis[kind] * surgeries * self._gate(kind), self._in_crisis, kind) for kind in KINDS
        ]
        rates.append((self.beds.core("adult") * CRISIS_REFERRALS_A_BED * surgeries, self._in_crisis, ""))
        rates.append((self._detentions * hourly(CALL_HOURS)[hour] * share * self._ways.need(), self._is_detained, ""))
        for rate, action, kind in rates:
            for _ in range(poisson(random, rate)):
                world.at(now + random.random() * (following - now), action, kind)
        self._moves_to_suites()
        if now % HOUR == 0:
            self._report(now)
            if hour == CENSUS_HOUR:
                self.beds.census(now)
            if hour == MEETING_HOUR:
                self._stays.meets()
        world.at(following, self.hour)

    def _gate(self, kind: str) -> float:
        """Beds free, less people waiting, beyond those that are free as a rule."""
        beds = self.beds
        room = beds.free(kind) - beds.waiting(kind) - beds.core(kind) * (1 - FILLED[kind])
        return min(1.8, max(0.4, 1 + GATEKEEPING * room * 169 / (beds.core(kind) + 60)))

    # How somebody comes to the trust --------------------------------------------------------------------------------

    def sees(self, attendance: Attendance, seen_at: int) -> bool:
        """Whether liaison takes charge of somebody who would leave a department for home, and so of their leaving."""
        random, ed, person = self._random, attendance.ed, attendance.person
        held = self._stays.held.get(person.index)
        if held is None:
            if person.age_band == "0-17":
                return False
            share = TAKEN_BY_LIAISON if attendance.stream == "mental_health" else OTHERS_REFERRED
            if attendance.stream not in ("mental_health", "majors", "minors") or random.random() >= share:
                return False
        referred = seen_at + int(random.uniform(5, 70) * MINUTE)
        self._world.at(referred, self._liaison_is_asked, (attendance, held))
        self._world.outbox.send(
            "ed.referred", ed.provider, attendance.subject, referred, {"site": ed.code, "service": "mental_health"}
        )
        return True

    def _liaison_is_asked(self, item: tuple[Attendance, Detention | None]) -> None:
        attendance, held = item
        now, random, person = self._world.now, self._random, attendance.person
        base = next((base for base in self._bases if base.place == attendance.ed.site.place), None)
        case = Case(
            self._world.outbox.visit(self._provider, "M"), person,
            base or random.choices(self._bases, self._base_weights)[0],
        )  # fmt: skip
        case.attendance = attendance
        case.detention = held
        if held:
            self._in_departments.append(case)
        self._stays.held.pop(person.index, None)  # from now on the case has them in sight
        self._referred(case, "ed", "ed", "emergency", now, attendance.subject)
        needs = random.random() < (ADMITTED_FROM_SECTION if held else self._from_ed)
        case.kind = self._kind_of(person)
        wait = lognormal(random, *(ON_SECTION if held else LIAISON)) * self._pace(attendance.ed.site)
        self._world.at(now + wait * MINUTE, self._assessed, (case, needs))

    def _in_crisis(self, kind: str) -> None:
        """kind: of the bed they will need; empty: none."""
        random, now = self._random, self._world.now
        base = random.choices(self._bases, self._base_weights)[0]
        person = self._draw(kind, base.town)
        case = Case(self._world.outbox.visit(self._provider, "M"), person, base, kind or "adult")
        urgency = "very_urgent" if random.random() < VERY_URGENT else "urgent"
        source = random.choices(list(CRISIS_SOURCES), list(CRISIS_SOURCES.values()))[0]
        self._referred(case, "community", source, urgency, now)
        self._world.at(
            now + lognormal(random, *CRISIS[urgency]) * self._pace(base) * MINUTE, self._assessed, (case, bool(kind))
        )

    def _is_detained(self, _: str) -> None:
        """The police bring somebody to a suite that is free, or else to a department."""
        world, random, now = self._world, self._random, self._world.now
        suite = self.beds.take(self.beds.suites)
        if suite is None and not self._full:
            return
        ed = self._full[int(random.random() * len(self._full))] if self._full else None
        site = suite.site if suite else ed.site if ed else self._bases[0]
        person = self._draw("adult", site.town)
        held = Detention(world.outbox.visit(self._provider, "P"), person, now, site, suite)
        self._stays.detained[held.subject] = held
        world.books.enter(*held.place, now)
        data: dict[str, Any] = {**person.data, "site": site.code, "place": "suite" if suite else "ed"}
        if suite:
            data["unit"] = suite.code
            suite.inside[held.subject] = None
        world.outbox.send("s136.arrived", self._provider, held.subject, now, data, person.nhsnumber)
        if suite is None and ed is not None:
            self._stays.held[person.index] = held
            self._emergency.arrive(ed, "mental_health", person=person, follows=held.subject, source="police")
            return
        case = Case(world.outbox.visit(self._provider, "M"), person, site, self._kind_of(person))
        case.detention = held
        self._referred(case, "place_of_safety", "police", "emergency", now + 5 * MINUTE, held.subject)
        needs = random.random() < ADMITTED_FROM_SECTION
        world.at(now + lognormal(random, *ON_SECTION) * self._pace(site) * MINUTE, self._assessed, (case, needs))

    def _moves_to_suites(self) -> None:
        """Who is held in a department and not assessed yet goes to a place of safety that has emptied."""
        waiting = self._in_departments
        waiting[:] = [case for case in waiting if case.attendance and not case.is_assessed and not case.is_over]
        while waiting and (suite := self.beds.take(self.beds.suites)) is not None:
            case = waiting.pop(0)
            if case.attendance is not None:
                self._emergency.leaves(case.attendance, "transferred")
                case.attendance = None
            arrives = self._world.now + self._random.uniform(20, 60) * MINUTE
            self._world.at(arrives, self._reaches_suite, (case, suite))

    def _reaches_suite(self, item: tuple[Case, Ward]) -> None:
        case, suite = item
        held, world = case.detention, self._world
        if held is None or held.is_over:
            suite.held -= 1
            return
        world.books.leave(*held.place, world.now)
        held.suite, held.site = suite, suite.site
        world.books.enter(*held.place, world.now)
        suite.inside[held.subject] = None
        data = {**case.person.data, "site": suite.site.code, "unit": suite.code, "place": "suite"}
        world.outbox.send("s136.arrived", self._provider, held.subject, world.now, data, case.person.nhsnumber)

    def _is_lost_sight_of(self, attendance: Attendance) -> None:
        """Of those held in a department, who leaves it before liaison knows of them goes to a medical bed."""
        held = self._stays.held.get(attendance.person.index)
        if held is not None:
            self._stays.is_let_go(held, "transferred")

    # Assessment, and the wait for a bed -----------------------------------------------------------------------------

    def _assessed(self, item: tuple[Case, bool]) -> None:
        case, needs_bed = item
        case.is_assessed = True
        random, now = self._random, self._world.now
        draw = random.random()
        outcome = "admission" if needs_bed else "discharged" if draw < 0.5 else "home_treatment" if draw < 0.7 else ""
        self._stays.send("mh.assessed", case, now, site=case.place, outcome=outcome or "community")
        if needs_bed:
            self._world.at(now + random.uniform(10, 60) * MINUTE, self._stays.asks_for_bed, case)
        else:
            leaves = now + random.uniform(15, 100 if case.attendance else 60) * MINUTE
            self._world.at(
                leaves, self._stays.ends, (case, "home_treatment" if outcome == "home_treatment" else "discharged")
            )

    def _pace(self, site: Site) -> float:
        return self._world.levers.of(Lever.PACE, site.code, site.provider)

    # Words ----------------------------------------------------------------------------------------------------------

    def _draw(self, kind: str, town: str) -> Person:
        return self._world.people.draw(self._world.now, OLDER if kind == "older" else ADULT, town)

    def _kind_of(self, person: Person) -> str:
        """The bed that somebody who was not drawn for one would need."""
        if person.age_band in ("75-84", "85+") and self.beds.core("older"):
            return "older"
        return "picu" if self._random.random() < self._intensive else "adult"

    def _referred(
        self, case: Case, setting: str, source: str, urgency: str, at: int, follows: str | None = None
    ) -> None:
        data = {
            **case.person.data, "site": case.place, "setting": setting, "referral_source": source, "urgency": urgency,
        }  # fmt: skip
        send = self._world.outbox.send
        send("mh.referred", self._provider, case.subject, at, data, case.person.nhsnumber, follows)

    def _report(self, at: int) -> None:
        over = sum(at - held.at > DAY for held in self._stays.detained.values())
        self.beds.report(self._provider, at, len(self._stays.ready), len(self._stays.away), over)
