"""Emergency departments: arrival, triage, a cubicle or the corridor, the decision, the wait for a bed, departure.

Times come from published shapes where there are any (domain.md 5.3: time to decision to admit 189 min on average,
triage exponential); the pace of majors and the wait for a bed are fitted by trust (volumes.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

from simulations.beds import Ward
from simulations.days import ADMISSION_MONTHS, ATTENDANCE_MONTHS, CHILDREN_MONTHS, monthly
from simulations.department import Area, Attendance, Department
from simulations.inpatient import Inpatients
from simulations.lengths import CHILD_ZERO_DAY
from simulations.levers import Lever
from simulations.messages import iso
from simulations.people import AGED, CHILDREN, EMERGENCY, WALK_IN, Person
from simulations.shape import HOUR, MINUTE, local_hour
from simulations.volumes import Demand
from simulations.ways_in import WaysIn
from simulations.world import World, lognormal

#: Median minutes from triage to being seen and from being seen to a decision, and the spreads (assumptions).
PACE = {
    "resus": (4.0, 0.6, 130.0, 0.5),
    "majors": (55.0, 0.75, 100.0, 0.55),
    "mental_health": (50.0, 0.7, 190.0, 0.7),
    "minors": (50.0, 0.6, 45.0, 0.5),
    "paediatric": (45.0, 0.6, 75.0, 0.55),
    "utc": (40.0, 0.6, 20.0, 0.5),
}
ACUITY = {
    "resus": (1, 1, 1, 2), "majors": (2, 3, 3, 3), "mental_health": (3, 3, 2, 4), "minors": (4, 4, 5, 4),
    "paediatric": (3, 4, 4, 2), "utc": (4, 5, 4, 5),
}  # fmt: skip
LEFT_UNSEEN = {"majors": 0.03, "minors": 0.04, "paediatric": 0.03, "utc": 0.03}
SDEC_SHARE = 0.10  # of majors who would go home, from 08:00 to 20:00 where there is a unit (assumption)
RESUS_DEATHS = 0.05  # of those in resus who are not admitted (assumption)
TREATMENT_CENTRE_TRANSFERS = 0.015  # of treatment centre arrivals go on to an ED (assumption)
BED_WAIT_SPREAD = 1.6  # wide, so that a good part of those over 4 hours are over 12 (domain.md 5.3, Howlett)
BED_WAIT_THRESHOLD = 200  # minutes: with being told and going up, four hours after the decision
SPECIALTY_SERVICE = (
    ("surg", "surgery"),
    ("uro", "surgery"),
    ("ortho", "orthopaedics"),
    ("geri", "frailty"),
    ("frail", "frailty"),
)


class Emergency:
    def __init__(self, world: World, inpatients: Inpatients, demand: list[Demand], ways: WaysIn) -> None:
        self._world, self._ways = world, ways
        self._random = world.stream("emergency")
        self._inpatients = inpatients
        self.departments = {row.site.code: Department(row) for row in demand if row.site.ed_type}
        #: Whether mental health takes charge of somebody who would go home: who, seen when.
        self.liaison: Callable[[Attendance, int], bool] = lambda *_: False
        self.has_left: Callable[[Attendance], None] = lambda _: None  # told of everybody who was placed, as they go
        self._full = [ed for ed in self.departments.values() if ed.site.ed_type == 1]
        self._specialties = {
            code: [ward.unit.specialty for ward in pool.wards for _ in range(ward.core)]
            for (code, kind), pool in inpatients.beds.pools.items()
            if kind == "ga_adult"
        }

    def arrive(
        self,
        ed: Department,
        stream: str,
        *,
        person: Person | None = None,
        follows: str | None = None,
        ambulance: bool = False,
        ready_at: int = 0,
        source: str = "",
    ) -> None:
        """Somebody comes in now. `ready_at`: an ambulance's handover, before which they cannot be placed.

        source: who sent them; empty: as people come by themselves.
        """
        world, random = self._world, self._random
        now, code = world.now, ed.code
        if person is None:
            bands = CHILDREN if stream == "paediatric" else EMERGENCY if stream in ("majors", "resus") else WALK_IN
            if stream == "utc" and random.random() < 0.22:
                bands = CHILDREN
            person = world.people.draw(now, bands, ed.site.town)
        subject = world.outbox.visit(ed.provider, "E")
        draw = random.random()
        mode = (
            "ambulance"
            if ambulance
            else "own_transport"
            if draw < 0.8
            else "public_transport"
            if draw < 0.993
            else "police"
        )
        if source == "police":
            mode = "police"
        elif not source:
            source = "police" if mode == "police" else self._ways.sent_by(stream, person, ed.site.place)
        data = {
            **person.data,
            "site": code,
            "department_type": 3 if stream == "utc" else ed.site.ed_type,
            "arrival_mode": mode,
            "referral_source": source,
        }
        if ed.waiting_room and not ambulance:
            data["unit"] = ed.waiting_room.code
        send = world.outbox.send
        send("ed.arrived", ed.provider, subject, now, data, person.nhsnumber, follows)
        world.books.enter("ed", code, now)
        send(
            "ed.streamed", ed.provider, subject, now + 60 + int(random.random() * 300), {"site": code, "stream": stream}
        )
        crowding = ed.crowding
        triaged = now + int((3 + random.expovariate(1 / 8) * (0.6 + 0.5 * crowding)) * MINUTE)
        if random.random() < LEFT_UNSEEN.get(stream, 0.0) * (0.5 + 0.5 * crowding):
            self._leaves_unseen(ed, subject, person, triaged)
            return
        acuity = ACUITY[stream][int(random.random() * 4)]
        send("ed.triaged", ed.provider, subject, triaged, {"site": code, "acuity": acuity})
        if stream == "utc" or not ed.main:
            self._treatment_centre(ed, subject, person, triaged)
            return
        attendance = Attendance(ed, subject, person, stream)
        attendance.acuity = acuity
        attendance.by_ambulance = ambulance
        if stream == "resus":
            world.at(max(now + MINUTE, ready_at), self._placed, attendance)
        else:
            world.at(max(triaged, ready_at), self._placed, attendance)

    def _leaves_unseen(self, ed: Department, subject: str, person: Person, triaged: int) -> None:
        random, world = self._random, self._world
        after = random.random() < 0.5
        leaves = triaged + int(lognormal(random, 70, 0.5) * MINUTE)
        if after:
            world.outbox.send("ed.triaged", ed.provider, subject, triaged, {"site": ed.code, "acuity": 4})
        reason = "left_before_treatment" if after else "left_before_assessment"
        world.outbox.send("ed.departed", ed.provider, subject, leaves, {"site": ed.code, "reason": reason})
        world.books.leave("ed", ed.code, leaves)
        world.people.release(person, leaves + HOUR)

    def _treatment_centre(self, ed: Department, subject: str, person: Person, triaged: int) -> None:
        """Quick and without cubicles to wait for, so the whole visit is written at once."""
        random, world = self._random, self._world
        wait, wait_spread, treat, treat_spread = PACE["utc"]
        seen = triaged + int(lognormal(random, wait * (0.8 if not ed.main else 1.0), wait_spread) * MINUTE)
        leaves = seen + int(lognormal(random, treat, treat_spread) * MINUTE)
        world.outbox.send("ed.seen", ed.provider, subject, seen, {"site": ed.code})
        if not ed.main and self._full and random.random() < TREATMENT_CENTRE_TRANSFERS:
            world.at(leaves, self._sent_on, (ed, subject, person))
            return
        world.outbox.send("ed.departed", ed.provider, subject, leaves, {"site": ed.code, "reason": "discharged"})
        world.books.leave("ed", ed.code, leaves)
        world.people.release(person, leaves + HOUR)

    def _sent_on(self, item: tuple[Department, str, Person]) -> None:
        ed, subject, person = item
        data = {"site": ed.code, "reason": "transferred"}
        self._world.outbox.send("ed.departed", ed.provider, subject, self._world.now, data)
        self._world.books.leave("ed", ed.code, self._world.now)
        near = [full for full in self._full if full.site.place == ed.site.place] or self._full
        target = near[int(self._random.random() * len(near))]
        stream = "paediatric" if person.age_band == "0-17" else "majors"
        travel = self._world.now + int(self._random.uniform(20, 60) * MINUTE)
        self._world.at(travel, self._comes_from, (target, stream, person, subject))

    def _comes_from(self, item: tuple[Department, str, Person, str]) -> None:
        ed, stream, person, follows = item
        self.arrive(ed, stream, person=person, follows=follows, source="ed")

    # Cubicle, clinician, decision ---------------------------------------------------------------------------------

    def _placed(self, attendance: Attendance) -> None:
        ed, random, world = attendance.ed, self._random, self._world
        area = attendance.wanted = ed.area_for(attendance.stream)
        if area:
            if area.inside >= area.capacity and attendance.acuity <= 2:
                self._makes_room(ed, area)
            if area.inside < area.capacity:
                self._enter(attendance, area)
            else:
                area.waiting.append(attendance)
                corridor = ed.corridor
                if attendance.by_ambulance and corridor and corridor.inside < corridor.capacity:
                    self._enter(attendance, corridor)
        wait, wait_spread, treat, treat_spread = PACE[attendance.stream]
        crowding = ed.crowding
        pace = ed.demand.figures.pace
        slow = pace if attendance.stream in ("majors", "mental_health", "resus") else pace**0.6
        slow *= world.levers.of(Lever.PACE, ed.code, ed.provider)
        seen = lognormal(random, wait, wait_spread) * slow * (0.55 + 0.45 * min(2.5, crowding))
        decided = lognormal(random, treat, treat_spread) * slow
        seen_at = world.now + int(seen * MINUTE)
        decided_at = seen_at + int(decided * MINUTE)
        world.outbox.send("ed.seen", ed.provider, attendance.subject, seen_at, {"site": ed.code})
        likely = ed.demand.admitted.get(attendance.stream, 0.0) * self._iller(ed, attendance)
        if attendance.stream == "majors":  # those who came by ambulance are iller (assumption: a fifth and more)
            likely = min(0.97, likely * (1.15 if attendance.by_ambulance else 0.82))
        if random.random() < likely:
            self._is_admitted(attendance, seen_at, decided_at)
        elif not self.liaison(attendance, seen_at):
            world.at(decided_at + random.uniform(5, 25) * MINUTE, self._goes_home, attendance)

    def _iller(self, ed: Department, attendance: Attendance) -> float:
        """Of those who come, how many more than usual are admitted at this time of the year, or by an incident."""
        day = self._world.day
        months = CHILDREN_MONTHS if attendance.stream == "paediatric" else ADMISSION_MONTHS
        season = monthly(months, day) / monthly(ATTENDANCE_MONTHS, day)
        if attendance.person.age_band not in AGED:
            return season
        return season * self._world.levers.of(Lever.ADMITTED, ed.code, ed.provider)

    def _is_admitted(self, attendance: Attendance, seen_at: int, decided_at: int) -> None:
        ed, random, world = attendance.ed, self._random, self._world
        kind, specialty = "ga_adult", None
        if attendance.stream == "paediatric":
            kind, specialty, service = "ga_paediatric", "paediatrics", "paediatrics"
        elif random.random() < self._inpatients.critical_from_ed.get(ed.code, 0.0):
            kind, service = "critical_care", "critical_care"
        elif attendance.stream == "mental_health":
            service = "mental_health"
        else:
            found = self._specialties.get(ed.code)
            specialty = found[int(random.random() * len(found))] if found else None
            service = next((name for part, name in SPECIALTY_SERVICE if specialty and part in specialty), "medicine")
        referred = seen_at + int((decided_at - seen_at) * random.uniform(0.4, 0.9))
        site = {"site": ed.code}
        send, subject, provider = world.outbox.send, attendance.subject, ed.provider
        send("ed.referred", provider, subject, referred, {**site, "service": service})
        send("ed.decision_to_admit", provider, subject, decided_at, site)
        world.books.enter("bed_wait", ed.code, decided_at)
        asked: dict[str, Any] = {**site, "bed_kind": kind}
        if specialty:
            asked["specialty"] = specialty
        if random.random() < 0.12:
            asked["side_room"] = True
        send("ed.bed_requested", provider, subject, decided_at + int(random.uniform(1, 12) * MINUTE), asked)
        send("ed.ready_to_proceed", provider, subject, decided_at + int(random.uniform(5, 45) * MINUTE), site)
        world.at(decided_at, self._boards, attendance)
        pool = self._inpatients.beds.nearest(ed.site, kind)
        pressure = pool.pressure if pool else 0.0
        waited = self._bed_wait(ed) * math.exp(min(1.5, max(-1.0, 6 * pressure)))
        waited *= world.levers.of(Lever.BED_WAIT, ed.code, ed.provider)
        if kind != "ga_adult":
            waited *= 0.5
        world.at(decided_at + (15 + waited) * MINUTE, self._wants_bed, (attendance, kind, specialty))

    def _bed_wait(self, ed: Department) -> float:
        """Minutes: cleaning, matching and handing over, so that the published share waits over four hours."""
        share = ed.demand.figures.waits_over_4_hours_for_bed
        median = BED_WAIT_THRESHOLD * math.exp(NormalDist().inv_cdf(share) * BED_WAIT_SPREAD)
        return lognormal(self._random, median, BED_WAIT_SPREAD)

    def _boards(self, attendance: Attendance) -> None:
        attendance.decided = True
        attendance.decided_at = self._world.now
        attendance.ed.boarding += 1
        attendance.ed.boarders.append(attendance)

    def _wants_bed(self, item: tuple[Attendance, str, str | None]) -> None:
        attendance, kind, specialty = item
        beds = self._inpatients.beds
        pool = beds.nearest(attendance.ed.site, kind) or beds.nearest(attendance.ed.site, "ga_adult")
        if pool is None:
            self._goes_home(attendance)
            return
        beds.request(pool, lambda ward: self._has_bed(attendance, ward, specialty), specialty)

    def _has_bed(self, attendance: Attendance, ward: Ward, specialty: str | None) -> None:
        ed, random, world = attendance.ed, self._random, self._world
        if ward.site is not ed.site:  # staff of both sites agree the move
            expected = {
                "from_site": ed.code,
                "to_site": ward.site.code,
                "expected_at": iso(world.now + HOUR),
                "bed_kind": ward.unit.bed_kind,
            }
            world.outbox.send("move.expected", ed.provider, ed.code, world.now, expected)
        elif random.random() < 0.8:  # some wards are only told by telephone
            data = {"site": ed.code, "unit": ward.code}
            world.outbox.send("ed.bed_allocated", ed.provider, attendance.subject, world.now, data)
        world.at(world.now + random.uniform(8, 35) * MINUTE, self._goes_up, (attendance, ward, specialty))

    def _goes_up(self, item: tuple[Attendance, Ward, str | None]) -> None:
        attendance, ward, specialty = item
        random, world = self._random, self._world
        self._departs(attendance, "admitted")
        travel = random.uniform(3, 12) if ward.site is attendance.ed.site else random.uniform(35, 70)
        world.at(world.now + travel * MINUTE, self._in_bed, (attendance, ward, specialty))

    def _in_bed(self, item: tuple[Attendance, Ward, str | None]) -> None:
        attendance, ward, specialty = item
        row = self._inpatients.demand[attendance.ed.code]
        shares = {"ga_adult": row.figures.zero_day, "ga_paediatric": CHILD_ZERO_DAY}
        zero_day = self._random.random() < shares.get(ward.pool.kind, 0.0)
        self._inpatients.admit(
            ward,
            attendance.person,
            "emergency",
            self._world.now,
            specialty=specialty or ward.unit.specialty,
            follows=attendance.subject,
            zero_day=zero_day,
            boarded_hours=attendance.ed.remember((self._world.now - attendance.decided_at) / HOUR),
        )

    def _goes_home(self, attendance: Attendance) -> None:
        ed, random, now = attendance.ed, self._random, self._world.now
        reason = "discharged"
        if attendance.stream == "resus" and random.random() < RESUS_DEATHS:
            reason = "died"
        elif (
            ed.has_sdec and attendance.stream == "majors" and 8 <= local_hour(now) < 20 and random.random() < SDEC_SHARE
        ):
            reason = "sdec"
        self._departs(attendance, reason)
        if reason == "died":
            return
        home = now + HOUR
        if reason == "sdec":
            comes = now + int(random.uniform(5, 20) * MINUTE)
            home = comes + int(lognormal(random, 200, 0.4) * MINUTE)
            send = self._world.outbox.send
            came, left = {"site": ed.code, "referral_source": "ed"}, {"site": ed.code, "reason": "discharged"}
            send("sdec.arrived", ed.provider, attendance.subject, comes, came)
            send("sdec.departed", ed.provider, attendance.subject, home, left)
            self._world.books.enter("sdec", ed.code, comes)
            self._world.books.leave("sdec", ed.code, home)
        self._world.people.release(attendance.person, home + HOUR)

    def leaves(self, attendance: Attendance, reason: str) -> None:
        """Of whom somebody else took charge: they go now, and who took charge releases the person."""
        self._departs(attendance, reason)

    def _departs(self, attendance: Attendance, reason: str) -> None:
        ed = attendance.ed
        attendance.gone = True
        if attendance.decided:
            ed.boarding -= 1
        area = attendance.area
        self._leave_area(attendance)
        data: dict[str, Any] = {"site": ed.code, "reason": reason}
        self._world.outbox.send("ed.departed", ed.provider, attendance.subject, self._world.now, data)
        self._world.books.leave("ed", ed.code, self._world.now)
        if attendance.decided:
            self._world.books.leave("bed_wait", ed.code, self._world.now)
        if area and area is not ed.corridor:
            self._serve(area)
        self.has_left(attendance)

    # Areas --------------------------------------------------------------------------------------------------------

    def _enter(self, attendance: Attendance, area: Area) -> None:
        ed, now, send = attendance.ed, self._world.now, self._world.outbox.send
        self._leave_area(attendance)
        attendance.area = area
        area.inside += 1
        send("ed.moved", ed.provider, attendance.subject, now, {"site": ed.code, "unit": area.code})
        if area is ed.corridor:
            send("corridor_care.started", ed.provider, attendance.subject, now, {"site": ed.code})
            self._world.books.enter("corridor", ed.code, now)

    def _leave_area(self, attendance: Attendance) -> None:
        ed, area = attendance.ed, attendance.area
        if area is None:
            return
        area.inside -= 1
        attendance.area = None
        if area is ed.corridor:
            data = {"site": ed.code}
            self._world.outbox.send("corridor_care.ended", ed.provider, attendance.subject, self._world.now, data)
            self._world.books.leave("corridor", ed.code, self._world.now)

    def _serve(self, area: Area) -> None:
        while area.waiting and area.inside < area.capacity:
            attendance = area.waiting.popleft()
            if not attendance.gone:
                self._enter(attendance, area)

    def _makes_room(self, ed: Department, area: Area) -> None:
        """Somebody who only waits for a bed moves to the corridor for somebody very ill."""
        corridor = ed.corridor
        if corridor is None or corridor.inside >= corridor.capacity:
            return
        for _ in range(len(ed.boarders)):
            boarder = ed.boarders.popleft()
            if boarder.gone:
                continue
            ed.boarders.append(boarder)
            if boarder.area is area:
                self._enter(boarder, corridor)
                return
