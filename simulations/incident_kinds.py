"""What each kind of incident does to the synthetic system.

More people come as the parts' own arrivals do, drawn from the incident's stream, so that the usual ones stay who they
were. Hours of the day and weekdays are those of the usual arrivals.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from simulations.ambulance import CONVEYED, Ambulances
from simulations.beds import Ward
from simulations.department import Department
from simulations.emergency import Emergency
from simulations.inpatient import Inpatients, Stay
from simulations.levers import Lever, Levers
from simulations.mental_health_beds import MentalHealthBeds
from simulations.mental_health_beds import Ward as MentalHealthWard
from simulations.shape import (
    CALL_HOURS,
    CALL_WEEKDAYS,
    ED_HOURS,
    ED_WEEKDAYS,
    HOUR,
    UTC_HOURS,
    hourly,
    local_hour,
    weekday,
)  # fmt: skip
from simulations.world import World, poisson

SLOWER = 0.3  # of a wave's own size: what comes on top makes handovers and responses longer by this much (assumption)
CASUALTIES_WITHIN = 3 * HOUR
CASUALTIES_FROM = 20 * 60
RESUS = 0.2  # of casualties (assumption)
SHARED_OUT = (0.5, 0.3, 0.2)  # over the nearest departments (assumption)


#: Of a strike, by the share of resident doctors who stay away. Lists fall so that a third away (16,000 to 17,000 a day)
#: keeps 93 to 95 % of what was planned (domain.md 6.1, July 2025), and all of them about a third. The others are
#: assumptions: being seen, decisions and beds slower; fewer admitted direct and sent home; fewer who walk in.
STRIKE_LISTS, STRIKE_SLOWER, STRIKE_FEWER, STRIKE_STAY_AWAY = 0.65, 0.5, 0.3, 0.1
LISTS_BEFORE = 18 * HOUR
ELSEWHERE = 0.5  # of a surge is felt by 111, surgeries and teams at home (assumption)

Pull = tuple[Lever, float, str]
AnyWard = Ward | MentalHealthWard


@dataclass(frozen=True)
class Parts:
    """What incidents act upon."""

    world: World
    emergency: Emergency
    ambulances: Ambulances
    inpatients: Inpatients
    mental_health: MentalHealthBeds

    def departments(self, organisation: str, *, full: bool = False) -> list[Department]:
        """Front doors of a site, a provider or a place; of "" all. full: type 1 alone."""
        return [
            ed for ed in self.emergency.departments.values()
            if organisation in ("", ed.code, ed.provider, ed.site.place) and (ed.site.ed_type == 1 or not full)
        ]  # fmt: skip

    def shares(self, departments: list[Department]) -> dict[str, float]:
        """By place, which part of its front doors these are."""
        doors = Counter(ed.site.place for ed in self.emergency.departments.values())
        return {place: count / doors[place] for place, count in Counter(ed.site.place for ed in departments).items()}


class Effect:
    """One incident's doings. Moments are epoch seconds."""

    def begin(self, now: int, until: int) -> None:
        """Called once."""

    def hour(self, now: int, following: int) -> None:
        """Called at the beginning and on each hour, for the time until the one that follows."""

    def end(self) -> dict[str, Any]:
        """What the truth is to say of it once it is over."""
        raise NotImplementedError


class Pulled:
    """The levers that an incident holds."""

    def __init__(self, levers: Levers) -> None:
        self._levers = levers
        self._held: list[Pull] = []

    def are(self, pulls: list[Pull]) -> None:
        """These from now on, and no others."""
        if pulls == self._held:
            return
        for pull in self._held:
            self._levers.release(*pull)
        for pull in pulls:
            self._levers.pull(*pull)
        self._held = pulls


def needs(parts: Parts, departments: list[Department], more: float) -> list[Pull]:
    """Of the places of these departments, by which part of a place's they are."""
    return [(Lever.NEED, 1 + more * share, place) for place, share in parts.shares(departments).items()]


class Arrivals:
    """Draws more of what usually comes."""

    def __init__(self, parts: Parts, random: Random) -> None:
        self._parts, self._random, self.count = parts, random, 0

    def draw(self, mean: float, now: int, following: int, action: Callable[[Any], None], argument: Any) -> None:
        """`mean`: in a whole hour."""
        span = following - now
        for _ in range(poisson(self._random, mean * span / HOUR)):
            self._parts.world.at(now + self._random.random() * span, action, argument)
            self.count += 1

    def calls(self, ed: Department, more: float, now: int, following: int, older: bool = False) -> None:
        hour, day = local_hour(now), weekday(now)
        mean = ed.demand.ambulances / CONVEYED * self._parts.world.scale * more
        ambulances = self._parts.ambulances
        action = ambulances.call_of_older if older else ambulances.call
        self.draw(mean * hourly(CALL_HOURS)[hour] * CALL_WEEKDAYS[day], now, following, action, ed)

    def walk_ins(self, ed: Department, more: float, now: int, following: int) -> None:
        hour, day = local_hour(now), weekday(now)
        for stream, rate in ed.demand.walk_in.items():
            shares = hourly(UTC_HOURS if stream == "utc" else ED_HOURS)
            mean = rate * self._parts.world.scale * more * shares[hour] * ED_WEEKDAYS[day]
            self.draw(mean, now, following, self._walks_in, (ed, stream))

    def _walks_in(self, item: tuple[Department, str]) -> None:
        self._parts.emergency.arrive(*item)


class Surge(Effect):
    """More people walk in, and more ring 999; half as many more than that ring 111, ask surgeries, are seen at home."""

    def __init__(self, parts: Parts, organisation: str, size: float, random: Random, _tell: Any) -> None:
        self._departments = parts.departments(organisation)
        self._more = size - 1
        self._arrivals = Arrivals(parts, random)
        self._pulled = Pulled(parts.world.levers)
        self._pulls = needs(parts, self._departments, ELSEWHERE * self._more)

    def begin(self, _now: int, _until: int) -> None:
        self._pulled.are(self._pulls)

    def hour(self, now: int, following: int) -> None:
        for ed in self._departments:
            self._arrivals.walk_ins(ed, self._more, now, following)
            self._arrivals.calls(ed, self._more, now, following)

    def end(self) -> dict[str, Any]:
        self._pulled.are([])
        return {"more_arrivals": self._arrivals.count}


class AmbulanceWave(Effect):
    """More calls; crews take longer to come, and departments to take over."""

    def __init__(self, parts: Parts, organisation: str, size: float, random: Random, _tell: Any) -> None:
        self._levers = parts.world.levers
        self._departments = parts.departments(organisation, full=True)
        self._more, self._slower = size - 1, 1 + SLOWER * (size - 1)
        self._arrivals = Arrivals(parts, random)

    def begin(self, _now: int, _until: int) -> None:
        for ed in self._departments:
            self._levers.pull(Lever.HANDOVER, self._slower, ed.code)
            self._levers.pull(Lever.RESPONSE, self._slower, ed.code)

    def hour(self, now: int, following: int) -> None:
        for ed in self._departments:
            self._arrivals.calls(ed, self._more, now, following)

    def end(self) -> dict[str, Any]:
        for ed in self._departments:
            self._levers.release(Lever.HANDOVER, self._slower, ed.code)
            self._levers.release(Lever.RESPONSE, self._slower, ed.code)
        return {"more_calls": self._arrivals.count}


class MajorIncident(Effect):
    """Casualties reach the nearest departments within three hours."""

    def __init__(self, parts: Parts, organisation: str, size: float, random: Random, _tell: Any) -> None:
        self._parts, self._size, self._random = parts, round(size), random
        here = parts.world.system.site_by_code[organisation]

        def away(ed: Department) -> float:
            east = (ed.site.longitude - here.longitude) * math.cos(math.radians(here.latitude))
            return math.hypot(ed.site.latitude - here.latitude, east)

        self._departments = sorted(parts.departments("", full=True), key=lambda ed: (away(ed), ed.code))
        self._departments = self._departments[: len(SHARED_OUT)]
        self._taken: dict[str, int] = {}
        self._until = 0

    def begin(self, now: int, until: int) -> None:
        last = self._until = min(until, now + CASUALTIES_WITHIN)
        first = min(now + CASUALTIES_FROM, last - 1)
        for _ in range(self._size):
            comes = self._random.triangular(first, last, first + (last - first) / 3)
            ed = self._random.choices(self._departments, SHARED_OUT[: len(self._departments)])[0]
            stream = "resus" if self._random.random() < RESUS else "majors"
            self._parts.world.at(comes - 30 * 60, self._brought, (ed, stream))

    def _brought(self, item: tuple[Department, str]) -> None:
        if self._parts.world.now <= self._until:
            self._taken[item[0].code] = self._taken.get(item[0].code, 0) + 1
            self._parts.ambulances.casualty(*item)

    def end(self) -> dict[str, Any]:
        self._until = self._parts.world.now - 1
        return {"casualties": dict(sorted(self._taken.items()))}


class Strike(Effect):
    """Resident doctors stay away. Consultants see people in their place, more slowly, and lists are called off."""

    def __init__(self, parts: Parts, organisation: str, size: float, _random: Random, _tell: Any) -> None:
        """organisation: a provider; size: the share of its resident doctors who stay away."""
        self._pulled = Pulled(parts.world.levers)
        self._kept = 1 - STRIKE_LISTS * size**2
        factors = {
            Lever.PACE: 1 + STRIKE_SLOWER * size,
            Lever.BED_WAIT: 1 + STRIKE_SLOWER * size,
            Lever.DIRECT: 1 - STRIKE_FEWER * size,
            Lever.WALK_INS: 1 - STRIKE_STAY_AWAY * size,
            Lever.LEAVERS: 1 - STRIKE_FEWER * size,
        }
        self._pulls = [(lever, factor, organisation) for lever, factor in factors.items()]
        self._lists: list[Pull] = [(Lever.ELECTIVES, self._kept, organisation)]
        self._lists_until = 0

    def begin(self, now: int, until: int) -> None:
        # Lists are made in the afternoon before: those of the day after the last are whole again.
        self._lists_until = max(now + (until - now) // 2, until - LISTS_BEFORE)

    def hour(self, now: int, _following: int) -> None:
        self._pulled.are([*self._pulls, *(self._lists if now < self._lists_until else [])])

    def end(self) -> dict[str, Any]:
        self._pulled.are([])
        return {"electives_kept": round(self._kept, 3)}


class WardClosed(Effect):
    """Infection: no bed that empties is given away, until all are opened again."""

    def __init__(self, parts: Parts, organisation: str, size: float, _random: Random, _tell: Any) -> None:
        self._parts = parts
        wards: list[AnyWard] = [*parts.inpatients.beds.wards(), *parts.mental_health.all()]
        self._ward = next(ward for ward in wards if ward.code == organisation)
        self._bars = bars(self._ward, size)
        self._most = 0

    def begin(self, _now: int, _until: int) -> None:
        self._ward.barred = max(self._ward.barred, self._bars)

    def hour(self, _now: int, _following: int) -> None:
        close_what_is_empty(self._parts, self._ward)
        self._most = max(self._most, self._ward.closed)

    def end(self) -> dict[str, Any]:
        open_again(self._parts, self._ward)
        return {"beds_closed_at_most": self._most}


def bars(ward: AnyWard, share: float) -> int:
    """Beds of a share; all of a ward are its escalation beds too."""
    return math.ceil(share * (ward.core + ward.most_escalation) if share == 1 else share * ward.core)


def close_what_is_empty(parts: Parts, ward: AnyWard) -> None:
    """As the trust states it: the beds that take nobody and have nobody."""
    empty = max(0, min(ward.barred, ward.core + ward.escalation - ward.held))
    if empty != ward.closed:
        ward.closed = empty
        _state(parts, ward, "infection" if empty else "none")


def open_again(parts: Parts, ward: AnyWard) -> None:
    ward.barred = 0
    if ward.closed:
        ward.closed = 0
        _state(parts, ward, "none")
    if isinstance(ward, Ward):
        parts.inpatients.beds.serve(ward.pool)
    else:
        parts.mental_health.serve(ward)


def _state(parts: Parts, ward: AnyWard, reason: str) -> None:
    if isinstance(ward, Ward):
        parts.inpatients.beds.state(ward, parts.world.now, reason)
    else:
        parts.mental_health.state(ward, parts.world.now, reason)


class DischargeServiceLost(Effect):
    """Whoever is due to leave with the service stays until it is back; then its starts are what they always were."""

    def __init__(self, parts: Parts, organisation: str, size: float, random: Random, _tell: Any) -> None:
        self._hub, self._size, self._random = parts.inpatients.discharges.hub, size, random
        self._organisation, _, pathway = organisation.partition("/")
        self._pathways = {int(pathway)} if pathway else {1, 2, 3}
        self._held: dict[str, bool] = {}  # whoever was due, and whether the service was lost to them

    def begin(self, _now: int, _until: int) -> None:
        self._hub.lost.append(self._is_held)

    def end(self) -> dict[str, Any]:
        self._hub.lost.remove(self._is_held)
        return {"people_held": sum(self._held.values())}

    def _is_held(self, stay: Stay) -> bool:
        whose = (stay.council, stay.provider, stay.ward.site.code)
        if stay.pathway not in self._pathways or self._organisation not in whose:
            return False
        if stay.subject not in self._held:
            self._held[stay.subject] = self._random.random() < self._size
        return self._held[stay.subject]


def _flu_winter(parts: Parts, organisation: str, size: float, random: Random, tell: Any) -> Effect:
    from simulations.winter import FluWinter  # which stands on what is above

    return FluWinter(parts, organisation, size, random, tell)


def _cold_snap(parts: Parts, organisation: str, size: float, random: Random, tell: Any) -> Effect:
    from simulations.cold import ColdSnap  # which stands on what is above

    return ColdSnap(parts, organisation, size, random, tell)


EFFECTS: dict[str, Callable[[Parts, str, float, Random, Any], Effect]] = {
    "surge": Surge,
    "ward_closed": WardClosed,
    "discharge_service_lost": DischargeServiceLost,
    "ambulance_wave": AmbulanceWave,
    "flu_winter": _flu_winter,
    "major_incident": MajorIncident,
    "strike": Strike,
    "cold_snap": _cold_snap,
}
