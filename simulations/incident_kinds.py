"""What each kind of incident does to the synthetic system.

More people come as the parts' own arrivals do, drawn from the incident's stream, so that the usual ones stay who they
were. Hours of the day and weekdays are those of the usual arrivals.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from simulations.ambulance import CONVEYED, Ambulances
from simulations.beds import Ward
from simulations.department import Department
from simulations.emergency import Emergency
from simulations.inpatient import Inpatients, Stay
from simulations.levers import Lever
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


@dataclass(frozen=True)
class Parts:
    """What incidents act upon."""

    world: World
    emergency: Emergency
    ambulances: Ambulances
    inpatients: Inpatients

    def departments(self, organisation: str, *, full: bool = False) -> list[Department]:
        """Front doors of a site, a provider or a place; of "" all. full: type 1 alone."""
        return [
            ed for ed in self.emergency.departments.values()
            if organisation in ("", ed.code, ed.provider, ed.site.place) and (ed.site.ed_type == 1 or not full)
        ]  # fmt: skip


class Effect:
    """One incident's doings. Moments are epoch seconds."""

    def begin(self, now: int, until: int) -> None:
        """Called once."""

    def hour(self, now: int, following: int) -> None:
        """Called at the beginning and on each hour, for the time until the one that follows."""

    def end(self) -> dict[str, Any]:
        """What the truth is to say of it once it is over."""
        raise NotImplementedError


class _Arrivals:
    """Draws more of what usually comes."""

    def __init__(self, parts: Parts, random: Random) -> None:
        self._parts, self._random, self.count = parts, random, 0

    def draw(self, mean: float, now: int, following: int, action: Callable[[Any], None], argument: Any) -> None:
        """`mean`: in a whole hour."""
        span = following - now
        for _ in range(poisson(self._random, mean * span / HOUR)):
            self._parts.world.at(now + self._random.random() * span, action, argument)
            self.count += 1

    def calls(self, ed: Department, more: float, now: int, following: int) -> None:
        hour, day = local_hour(now), weekday(now)
        mean = ed.demand.ambulances / CONVEYED * self._parts.world.scale * more
        self.draw(mean * hourly(CALL_HOURS)[hour] * CALL_WEEKDAYS[day], now, following, self._parts.ambulances.call, ed)

    def walk_ins(self, ed: Department, more: float, now: int, following: int) -> None:
        hour, day = local_hour(now), weekday(now)
        for stream, rate in ed.demand.walk_in.items():
            shares = hourly(UTC_HOURS if stream == "utc" else ED_HOURS)
            mean = rate * self._parts.world.scale * more * shares[hour] * ED_WEEKDAYS[day]
            self.draw(mean, now, following, self._walks_in, (ed, stream))

    def _walks_in(self, item: tuple[Department, str]) -> None:
        self._parts.emergency.arrive(*item)


class Surge(Effect):
    """More people walk in, and more ring 999."""

    def __init__(self, parts: Parts, organisation: str, size: float, random: Random, _tell: Any) -> None:
        self._departments = parts.departments(organisation)
        self._more = size - 1
        self._arrivals = _Arrivals(parts, random)

    def hour(self, now: int, following: int) -> None:
        for ed in self._departments:
            self._arrivals.walk_ins(ed, self._more, now, following)
            self._arrivals.calls(ed, self._more, now, following)

    def end(self) -> dict[str, Any]:
        return {"more_arrivals": self._arrivals.count}


class AmbulanceWave(Effect):
    """More calls; crews take longer to come, and departments to take over."""

    def __init__(self, parts: Parts, organisation: str, size: float, random: Random, _tell: Any) -> None:
        self._levers = parts.world.levers
        self._departments = parts.departments(organisation, full=True)
        self._more, self._slower = size - 1, 1 + SLOWER * (size - 1)
        self._arrivals = _Arrivals(parts, random)

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


class WardClosed(Effect):
    """Infection: no bed that empties is given away, until all are opened again."""

    def __init__(self, parts: Parts, organisation: str, size: float, _random: Random, _tell: Any) -> None:
        self._parts = parts
        self._ward = next(ward for ward in parts.inpatients.beds.wards() if ward.code == organisation)
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


def bars(ward: Ward, share: float) -> int:
    """Beds of a share; all of a ward are its escalation beds too."""
    return math.ceil(share * (ward.core + ward.most_escalation) if share == 1 else share * ward.core)


def close_what_is_empty(parts: Parts, ward: Ward) -> None:
    """As the trust states it: the beds that take nobody and have nobody."""
    empty = max(0, min(ward.barred, ward.core + ward.escalation - ward.held))
    if empty != ward.closed:
        ward.closed = empty
        parts.inpatients.beds.state(ward, parts.world.now, "infection" if empty else "none")


def open_again(parts: Parts, ward: Ward) -> None:
    ward.barred = 0
    if ward.closed:
        ward.closed = 0
        parts.inpatients.beds.state(ward, parts.world.now, "none")
    parts.inpatients.beds.serve(ward.pool)


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


EFFECTS: dict[str, Callable[[Parts, str, float, Random, Any], Effect]] = {
    "surge": Surge,
    "ward_closed": WardClosed,
    "discharge_service_lost": DischargeServiceLost,
    "ambulance_wave": AmbulanceWave,
    "flu_winter": _flu_winter,
    "major_incident": MajorIncident,
}
