"""Beds of a mental health trust: by kind and not by site, since people go to whichever ward has one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from random import Random

from services.domain.system import Site, System, Unit
from simulations.messages import iso
from simulations.shape import HOUR, MINUTE
from simulations.world import World

KINDS = ("adult", "picu", "older")
_KIND_OF = {f"mental_health_{kind}": kind for kind in KINDS}


class Ward:
    """A ward or a place of safety. held: from its being promised; inside: who has come; barred: as of other wards."""

    __slots__ = ("barred", "closed", "code", "core", "held", "inside", "site", "unit")
    escalation = most_escalation = 0

    def __init__(self, unit: Unit, site: Site) -> None:
        self.unit = unit
        self.site = site
        self.code = unit.code
        self.core = unit.capacities[-1].core
        self.held = self.barred = self.closed = 0
        self.inside: dict[str, None] = {}

    @property
    def free(self) -> int:
        return self.core - max(self.closed, self.barred) - self.held


class Waiting:
    """Somebody in the queue for a bed; whoever is found one or gives up takes it out by `is_over`."""

    __slots__ = ("found", "is_over")

    def __init__(self, found: Callable[[Ward], None]) -> None:
        self.found = found
        self.is_over = False


class MentalHealthBeds:
    def __init__(self, world: World, random: Random) -> None:
        self._world = world
        self._random = random
        self.wards: dict[str, list[Ward]] = {kind: [] for kind in KINDS}
        self.suites: list[Ward] = []
        self._queues: dict[str, deque[Waiting]] = {kind: deque() for kind in KINDS}
        for site, unit in _units(world.system):
            if unit.kind == "place_of_safety":
                self.suites.append(Ward(unit, site))
            else:
                self.wards[_KIND_OF[str(unit.bed_kind)]].append(Ward(unit, site))

    def core(self, kind: str) -> int:
        return sum(ward.core for ward in self.wards[kind])

    def occupied(self, kind: str) -> int:
        return sum(len(ward.inside) for ward in self.wards[kind])

    def free(self, kind: str) -> int:
        return sum(max(0, ward.free) for ward in self.wards[kind])

    def waiting(self, kind: str) -> int:
        return sum(not each.is_over for each in self._queues[kind])

    def want(self, kind: str, found: Callable[[Ward], None], first: bool = False) -> Waiting:
        """`found` is called with a ward as soon as it holds a bed: at once, or when somebody has left."""
        waiting = Waiting(found)
        if first:
            self._queues[kind].appendleft(waiting)
        else:
            self._queues[kind].append(waiting)
        self._serve(kind)
        return waiting

    def release(self, ward: Ward) -> None:
        ward.held -= 1
        self.serve(ward)

    def serve(self, ward: Ward) -> None:
        """Whoever waits for a bed such as this ward's."""
        self._serve(_KIND_OF[str(ward.unit.bed_kind)])

    def _serve(self, kind: str) -> None:
        queue = self._queues[kind]
        while queue:
            if queue[0].is_over:
                queue.popleft()
                continue
            ward = self.take(self.wards[kind])
            if ward is None:
                return
            waiting = queue.popleft()
            waiting.is_over = True
            waiting.found(ward)

    def take(self, wards: list[Ward]) -> Ward | None:
        """Holds a place in one of the wards that have one."""
        free = [ward for ward in wards if ward.free > 0]
        if not free:
            return None
        ward = free[int(self._random.random() * len(free))]
        ward.held += 1
        return ward

    def all(self) -> list[Ward]:
        return [*(ward for kind in KINDS for ward in self.wards[kind]), *self.suites]

    # What the trust says of them ------------------------------------------------------------------------------------

    def everything(self, at: int) -> None:
        for ward in self.all():
            data = {"site": ward.site.code, "unit": ward.code, "core": ward.core}
            self._world.outbox.send("unit.capacity", ward.site.provider, ward.code, at, data)

    def state(self, ward: Ward, at: int, reason: str) -> None:
        data = {
            "site": ward.site.code, "unit": ward.code, "core": ward.core, "closed": ward.closed, "reason": reason,
        }  # fmt: skip
        self._world.outbox.send("unit.capacity", ward.site.provider, ward.code, at, data)

    def census(self, at: int) -> None:
        for ward in self.all():
            data = {"site": ward.site.code, "unit": ward.code, "visits": list(ward.inside)}
            self._world.outbox.send("unit.census", ward.site.provider, ward.code, at, data)

    def report(self, provider: str, at: int, ready: int, out_of_area: int, over_24h: int) -> None:
        """The trust's own counts, on the hour."""
        counted: dict[str, float] = {
            "waiting_for_bed": sum(self.waiting(kind) for kind in KINDS),
            "ready_for_discharge": ready,
            "out_of_area": out_of_area,
            "s136_free": sum(suite.core - len(suite.inside) for suite in self.suites),
            "s136_over_24h": over_24h,
        }
        for kind in ("adult", "picu"):
            if self.core(kind):
                counted[f"{kind}_occupancy"] = round(self.occupied(kind) / self.core(kind), 3)
        for name, value in counted.items():
            measure = f"mental_health.{name}"
            data = {"organisation": provider, "measure": measure, "value": float(value),
                    "until": iso(at + HOUR + 30 * MINUTE)}  # fmt: skip
            self._world.outbox.send("gauge.reported", provider, f"{provider}/{measure}", at, data)


def _units(system: System) -> list[tuple[Site, Unit]]:
    return [
        (site, unit) for site in system.sites for unit in site.units
        if unit.kind == "place_of_safety" or unit.bed_kind in _KIND_OF
    ]  # fmt: skip
