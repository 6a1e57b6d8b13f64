"""Small worlds for the pictures of the boards: every site of the system, calm or under pressure, without chance.

What they hold is spread evenly, so that two runs draw the same boards but for the clock.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.domain.system import MENTAL_HEALTH, Site, System, Unit

AMBULANCES = "RYD"
AREAS = ("majors", "resus", "minors", "paediatric", "waiting_room")
DELAYS = ("awaiting_package", "awaiting_bed", "awaiting_assessment", "family_choice", "awaiting_equipment", "transport")
CATEGORIES = ("C2", "C1", "C3", "C2", "HCP")
#: What organisations report: provider, measure, its value when calm and under pressure.
GAUGES = (
    ("RYY", "community.p1_slots_free", 31, 2), ("RYY", "community.p2_beds_free", 9, 0),
    ("RYY", "community.p1_waiting", 12, 74), ("XMCH", "community.p1_slots_free", 14, 1),
    ("XMCH", "community.p2_beds_free", 5, 0), ("RXY", "mental_health.waiting_for_bed", 4, 21),
    ("QKS", "nhs111.calls_offered", 120, 310),
    *((code, measure, calm, surge) for code in ("RVV", "RWF", "RN7", "RPA") for measure, calm, surge in (
        ("reported.no_criteria_to_reside", 48, 171), ("reported.discharges_total", 92, 61),
        ("reported.discharges_by_1700", 61, 22))),
)  # fmt: skip


@dataclass(frozen=True)
class Pressure:
    """How a world stands. Shares are of beds and cubicles; waits are minutes, one an ambulance at each hospital."""

    beds: float
    escalation: float
    cubicles: float
    longest_hours: float
    corridor: int
    no_criteria: float
    virtual: float
    decided: float
    waits: tuple[int, ...]
    handover: int
    stay_hours: float
    closed: int


CALM = Pressure(
    beds=0.84, escalation=0.0, cubicles=0.45, longest_hours=3.4, corridor=0, no_criteria=0.09, virtual=0.86,
    decided=0.06, waits=(6,), handover=12, stay_hours=2.4, closed=0,
)  # fmt: skip
SURGE = Pressure(
    beds=1.0, escalation=1.0, cubicles=1.25, longest_hours=31.0, corridor=11, no_criteria=0.27, virtual=0.97,
    decided=0.4, waits=(4, 11, 19, 28, 38, 52, 77), handover=64, stay_hours=5.0, closed=4,
)  # fmt: skip


class World:
    """The events of a system under a pressure at now, each provider's up to when its feed was heard last."""

    def __init__(self, system: System, pressure: Pressure, now: datetime, silent: dict[str, timedelta]) -> None:
        self._system, self._at, self._now, self._silent = system, pressure, now, silent
        self._numbers = itertools.count()
        #: Hospitals are not alike: how much longer than usual things take at each.
        self._slow = {site.code: 0.85 + 0.04 * number for number, site in enumerate(self._type_1())}

    def events(self) -> list[dict[str, Any]]:
        made = itertools.chain(
            *(self._department(site) for site in self._system.sites if site.ed_type is not None),
            *(self._wards(site) for site in self._system.sites),
            *(self._ambulances(site, number) for number, site in enumerate(self._type_1())),
            self._calls(), self._gauges(), self._responses(), self._in_mental_health(), self._agreed(),
        )  # fmt: skip
        return list(made)

    def _type_1(self) -> list[Site]:
        return [site for site in self._system.sites if site.ed_type == 1]

    def _teller(self, provider: str, subject: str | None = None) -> Callable[..., dict[str, Any]]:
        """Tells of one subject; each thing so many minutes before its provider was heard last."""
        until = self._now - self._silent.get(provider, timedelta(seconds=20))
        about = subject or f"{provider}/W{next(self._numbers)}"

        def tell(type_: str, minutes_ago: float, **data: Any) -> dict[str, Any]:
            return {
                "specversion": "1.0", "source": f"urn:nhs:ods:{provider}", "subject": about, "type": type_,
                "id": f"w{next(self._numbers)}", "time": (until - timedelta(minutes=minutes_ago)).isoformat(),
                "data": data,
            }  # fmt: skip

        return tell

    def _department(self, site: Site) -> Iterator[dict[str, Any]]:
        at, kind = self._at, site.ed_type or 3
        for unit in (each for each in site.units if each.area in AREAS):
            people = round(unit.capacities[-1].core * at.cubicles * (0.4 if unit.area == "waiting_room" else 1))
            longest = at.longest_hours * (1 if unit.area in ("majors", "resus") else 0.3)
            yield from self._waiting(site, unit, people, longest, kind)
        if kind != 1:
            yield from self._elsewhere(site, kind)
        else:
            for number in range(at.corridor):
                tell = self._teller(site.provider)
                minutes = 95 + 61 * number
                unit_code = next(unit.code for unit in site.units if unit.area == "corridor")
                yield tell("ed.arrived", minutes + 40, site=site.code, department_type=1, unit=unit_code)
                yield tell("ed.decision_to_admit", minutes - 20, site=site.code)
                yield tell("corridor_care.started", minutes - 30, site=site.code)
        for number in range(36 if kind == 1 else 8):
            tell = self._teller(site.provider)
            stay = at.stay_hours * 60 * self._slow.get(site.code, 0.8) * (0.4 + number % 9 / 6)
            left = 4 + 17 * number
            yield tell("ed.arrived", left + stay, site=site.code, department_type=kind)
            yield tell("ed.triaged", left + stay - 9, site=site.code, acuity=3)
            yield tell("ed.seen", left + stay * 0.6, site=site.code)
            yield tell("ed.departed", left, site=site.code, reason="discharged" if number % 4 else "admitted")

    def _waiting(
        self, site: Site, unit: Unit, people: int, longest_hours: float, kind: int
    ) -> Iterator[dict[str, Any]]:
        for number in range(people):
            tell = self._teller(site.provider)
            share = number / max(1, people - 1)
            minutes = 3 + share**1.8 * longest_hours * 60
            yield tell("ed.arrived", minutes, site=site.code, department_type=kind, unit=unit.code)
            if minutes > 15:
                yield tell("ed.triaged", minutes - 12, site=site.code, acuity=1 + number % 4)
            if minutes > 100:
                yield tell("ed.seen", minutes - 75, site=site.code)
            if minutes > 170 and number % 10 < 10 * self._at.decided:
                yield tell("ed.referred", minutes - 130, site=site.code, service="medicine")
                yield tell("ed.decision_to_admit", minutes - 160, site=site.code)

    def _elsewhere(self, site: Site, kind: int) -> Iterator[dict[str, Any]]:
        """An urgent treatment centre has no areas."""
        for number in range(4 + round(10 * self._at.cubicles)):
            tell = self._teller(site.provider)
            yield tell("ed.arrived", 4 + 13 * number, site=site.code, department_type=kind)
            if number > 1:
                yield tell("ed.triaged", 13 * number - 6, site=site.code, acuity=4)

    def _wards(self, site: Site) -> Iterator[dict[str, Any]]:
        for number, unit in enumerate(each for each in site.units if each.bed_kind):
            if unit.kind == "virtual_ward":
                yield from self._team(site, unit)
            elif unit.kind == "place_of_safety":
                here = {"site": site.code, "unit": unit.code}
                yield self._teller(site.provider)("s136.arrived", 300 + 900 * number, **here, place="suite")
            elif unit.bed_kind in MENTAL_HEALTH:
                yield from self._mental_health(site, unit)
            else:
                yield from self._ward(site, unit, closing=number % 7 == 3)

    def _ward(self, site: Site, unit: Unit, closing: bool) -> Iterator[dict[str, Any]]:
        at, room = self._at, unit.capacities[-1]
        closed = at.closed if closing else 0
        tell = self._teller(site.provider, unit.code)
        escalation = round(room.escalation * at.escalation)
        yield tell("unit.capacity", 600, site=site.code, unit=unit.code, core=room.core, escalation=escalation,
                   closed=closed, reason="infection" if closed else "none")  # fmt: skip
        adult = unit.bed_kind == "ga_adult"
        people = round(room.core * (at.beds if adult else at.beds * 0.8)) + escalation - closed
        for number in range(people):
            tell = self._teller(site.provider)
            ready = adult and number < people * at.no_criteria
            admitted = 90 + 140 * number + (1900 if ready else 0)
            yield tell("bed.admitted", admitted, site=site.code, unit=unit.code, bed_kind=unit.bed_kind,
                       admission="emergency")  # fmt: skip
            if not adult:
                continue
            if ready:
                way = {"pathway": number % 4, "council": "medway" if number % 5 == 2 else "kent"}
                yield tell("discharge.criteria_not_met", 50 + 260 * number, site=site.code,
                           delay=DELAYS[number % len(DELAYS)], **way)  # fmt: skip
                if number % 2:
                    yield tell("discharge.referred_to_hub", 40 + 230 * number, site=site.code, **way)
            elif number % 12 == 5:
                due = self._now + timedelta(hours=2)
                yield tell("discharge.planned", 60, site=site.code, expected_at=due.isoformat(),
                           certainty="definite" if number % 24 == 5 else "possible")  # fmt: skip
        for number in range(4 if adult else 0):
            tell = self._teller(site.provider)
            yield tell("bed.admitted", 3000, site=site.code, unit=unit.code, bed_kind=unit.bed_kind,
                       admission="emergency")  # fmt: skip
            yield tell("bed.left", 35 + 310 * number, site=site.code, unit=unit.code, reason="discharged", pathway=0)

    def _mental_health(self, site: Site, unit: Unit) -> Iterator[dict[str, Any]]:
        kind = str(unit.bed_kind).removeprefix("mental_health_")
        for number in range(unit.capacities[-1].core - 1):
            tell = self._teller(site.provider)
            admitted = 200 + 1500 * number
            yield tell("mh.bed_requested", admitted + 700, site=site.code, bed_kind=kind)
            yield tell("mh.admitted", admitted, site=site.code, unit=unit.code, bed_kind=kind)
            if number % 7 == 3:
                yield tell("mh.ready_for_discharge", 150, site=site.code, delay="housing")
        yield self._teller(site.provider)("mh.bed_requested", 1700, site=site.code, bed_kind=kind)

    def _team(self, site: Site, unit: Unit) -> Iterator[dict[str, Any]]:
        here = {"site": site.code, "unit": unit.code}
        places = unit.capacities[-1].core
        for number in range(round(places * self._at.virtual) + 3):
            tell = self._teller(site.provider)
            minutes = 45 + 97 * number
            direction = "step_up" if number % 3 else "step_down"
            yield tell("virtual_ward.referred", minutes + 30, **here, pathway="frailty", direction=direction)
            if number >= 3:
                yield tell("virtual_ward.accepted", minutes + 15, **here)
                yield tell("virtual_ward.onboarded", minutes, **here)

    def _ambulances(self, site: Site, number: int) -> Iterator[dict[str, Any]]:
        for index, minutes in enumerate(self._at.waits):
            tell = self._teller(AMBULANCES)
            yield tell("ambulance.called", minutes + 50, category=CATEGORIES[index % len(CATEGORIES)])
            yield tell("ambulance.conveying", minutes + 20, site=site.code)
            yield tell("ambulance.arrived", minutes + number, site=site.code)
        for index in range(3 + len(self._at.waits) // 3):
            tell = self._teller(AMBULANCES)
            due = self._now + timedelta(minutes=5 + 8 * index)
            yield tell("ambulance.called", 40, category=CATEGORIES[(index + number) % len(CATEGORIES)])
            yield tell("ambulance.conveying", 9, site=site.code, expected_at=due.isoformat())
        for index in range(18):
            tell = self._teller(AMBULANCES)
            handed = 6 + 31 * index
            wait = self._at.handover * self._slow[site.code] * (0.6 + index % 5 / 5)
            yield tell("ambulance.called", handed + wait + 45, category="C2")
            yield tell("ambulance.arrived", handed + wait, site=site.code)
            yield tell("ambulance.handed_over", handed, site=site.code)

    def _calls(self) -> Iterator[dict[str, Any]]:
        """How soon calls were reached."""
        for number in range(48):
            tell = self._teller(AMBULANCES)
            minutes = (6, 19, 55, 90)[number % 4] * (1 if self._at.closed == 0 else 2.3)
            yield tell("ambulance.called", 12 + 9 * number + minutes, category=f"C{1 + number % 4}")
            yield tell("ambulance.on_scene", 12 + 9 * number)
            yield tell("ambulance.cleared", 2 + 9 * number, outcome="see_and_treat")

    def _responses(self) -> Iterator[dict[str, Any]]:
        """Urgent community response: some wait, most were seen within two hours."""
        for site in self._system.sites:
            for unit in (each for each in site.units if each.kind == "response_team"):
                here = {"site": site.code, "unit": unit.code}
                for number in range(14):
                    tell = self._teller(site.provider)
                    referred = 20 + 55 * number
                    yield tell("ucr.referred", referred, **here, referral_source="gp", urgency="two_hour")
                    if number >= (2 if self._at.closed == 0 else 5):
                        wait = (40, 75, 100, 150)[number % 4]
                        yield tell("ucr.responded", referred - min(wait, referred - 1), **here, outcome="stays_home")

    def _in_mental_health(self) -> Iterator[dict[str, Any]]:
        """People in emergency departments for mental health, and what liaison does for them."""
        provider = next(each.code for each in self._system.providers if each.kind == "mental_health")
        for site in self._type_1():
            for number in range(2 if self._at.closed == 0 else 6):
                tell, minutes = self._teller(site.provider), 70 + 290 * number
                yield tell("ed.arrived", minutes, site=site.code, department_type=1)
                yield tell("ed.streamed", minutes - 10, site=site.code, stream="mental_health")
                tell = self._teller(provider)
                yield tell("mh.referred", minutes - 20, site=site.code, setting="ed", referral_source="ed",
                           urgency="emergency")  # fmt: skip
                if number:
                    assessed = minutes - 20 - (45 if number % 3 else 95)
                    yield tell("mh.assessed", assessed, site=site.code, outcome="admission")
                if number > 2:
                    yield tell("mh.bed_requested", minutes - 150, site=site.code, bed_kind="adult")

    def _agreed(self) -> Iterator[dict[str, Any]]:
        """Under pressure: an incident, a divert, help that came and a divert that is asked for."""
        if self._at.closed == 0:
            return
        _, _, one, other, *_, far = self._type_1()

        def tell(site: Site) -> Callable[..., dict[str, Any]]:
            return self._teller(site.provider, site.provider)

        until = (self._now + timedelta(hours=2)).isoformat()
        divert = {"reference": "D1", "from_site": one.code, "to_site": other.code, "kind": "ambulance",
                  "reason": "crowding"}  # fmt: skip
        aid = {"reference": "A1", "from_site": far.code, "to_site": one.code, "kind": "staff", "count": 6}
        yield tell(one)("incident.declared", 190, reference="I1", kind="critical", site=one.code)
        yield tell(one)("divert.requested", 95, **divert)
        yield tell(one)("divert.agreed", 80, **divert, until=until)
        yield tell(one)("mutual_aid.requested", 240, **aid)
        yield tell(one)("mutual_aid.agreed", 130, **aid, until=until)
        yield tell(far)("divert.requested", 14, **divert | {"from_site": far.code, "reference": "D2"})

    def _gauges(self) -> Iterator[dict[str, Any]]:
        for provider, measure, calm, surge in GAUGES:
            tell = self._teller(provider, f"{provider}/{measure}")
            value = calm if self._at.closed == 0 else surge
            yield tell("gauge.reported", 4, organisation=provider, measure=measure, value=value)


def world(
    system: System, pressure: Pressure, now: datetime, silent: dict[str, timedelta] | None = None
) -> Sequence[dict[str, Any]]:
    """silent: by provider, how long ago its feed stopped."""
    return World(system, pressure, now, silent or {}).events()
