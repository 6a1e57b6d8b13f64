"""An emergency department: its areas, who is in them, and how crowded it is."""

from __future__ import annotations

from collections import deque

from simulations.people import Person
from simulations.volumes import Demand

MEMORY_PEOPLE = 1000  # over whom the usual wait for a bed is remembered
AREA = {"resus": "resus", "majors": "majors", "mental_health": "majors", "minors": "minors", "paediatric": "paediatric"}


class Area:
    __slots__ = ("capacity", "code", "inside", "waiting")

    def __init__(self, code: str, capacity: int) -> None:
        self.code = code
        self.capacity = capacity
        self.inside = 0
        self.waiting: deque[Attendance] = deque()


class Attendance:
    __slots__ = (
        "acuity", "area", "by_ambulance", "decided", "decided_at", "ed", "gone", "person", "stream", "subject",
        "wanted",
    )  # fmt: skip

    def __init__(self, ed: Department, subject: str, person: Person, stream: str) -> None:
        self.ed = ed
        self.subject = subject
        self.person = person
        self.stream = stream
        self.acuity = 3
        self.area: Area | None = None
        self.wanted: Area | None = None
        self.by_ambulance = False
        self.decided = False
        self.decided_at = 0
        self.gone = False


class Department:
    """One front door. Cubicles hold no more than they have; the waiting room takes everybody."""

    def __init__(self, demand: Demand) -> None:
        self.demand = demand
        self.site = demand.site
        self.code = demand.site.code
        self.provider = demand.site.provider
        self.areas: dict[str, Area] = {}
        for unit in demand.site.units:
            if unit.area:
                capacity = unit.capacities[-1]
                room = capacity.core + capacity.escalation if unit.area == "corridor" else capacity.core
                self.areas[unit.area] = Area(unit.code, room)
        self.corridor = self.areas.get("corridor")
        self.waiting_room = self.areas.get("waiting_room")
        self.has_sdec = any(unit.kind == "sdec" for unit in demand.site.units)
        self.boarders: deque[Attendance] = deque()
        self.boarding = 0  # who wait for a bed now
        self.boarded_hours = 3.0  # as remembered: what a wait for a bed usually is here
        self.main = [area for name in ("majors", "resus") if (area := self.areas.get(name))]

    @property
    def crowding(self) -> float:
        """People in or waiting for majors and resus for each cubicle there."""
        room = sum(area.capacity for area in self.main)
        if not room:
            return 0.8
        return sum(area.inside + len(area.waiting) for area in self.main) / room

    @property
    def boarded(self) -> float:
        """People who wait for a bed, for each cubicle of majors and resus."""
        room = sum(area.capacity for area in self.main)
        return self.boarding / room if room else 0.0

    def remember(self, hours: float) -> float:
        """Somebody waited this long for a bed: how much longer that is than usual here."""
        longer = hours - self.boarded_hours
        self.boarded_hours += longer / MEMORY_PEOPLE
        return longer

    def area_for(self, stream: str) -> Area | None:
        wanted = self.areas.get(AREA.get(stream, "minors"))
        return wanted or self.areas.get("majors") or self.areas.get("minors")
