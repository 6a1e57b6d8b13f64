"""Wards, the beds in them, and the queue for a bed of a kind at a site.

A bed is held from its allocation; `occupants` are those whose admission has happened. Held beds never pass
core + open escalation - closed at the moment of holding.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from random import Random

from services.domain.system import MENTAL_HEALTH, Site, System, Unit
from simulations.world import World

Holder = Callable[["Ward"], None]
MEMORY_DAYS = 4.0
#: Kinds of which a region shares its beds: who finds none is moved to another site.
NETWORKED = frozenset(["ga_paediatric", "paediatric_hdu", "critical_care", "neonatal"])
SPECIALTY_FIRST = 0.85  # how often the ward of the right specialty is taken when it has a bed


class Ward:
    __slots__ = (
        "barred", "closed", "code", "core", "escalation", "held", "most_escalation", "occupants", "pool", "site",
        "unit",
    )  # fmt: skip

    def __init__(self, unit: Unit, site: Site, day: datetime) -> None:
        capacity = [c for c in unit.capacities if c.valid_from <= day.date()] or unit.capacities[:1]
        self.unit = unit
        self.code = unit.code
        self.site = site
        self.core = capacity[-1].core
        self.most_escalation = capacity[-1].escalation
        self.escalation = 0
        self.closed = 0
        self.barred = 0  # take nobody in once they are empty, and are then closed (incident_kinds.py)
        self.held = 0
        self.occupants: dict[str, None] = {}
        self.pool: Pool

    @property
    def free(self) -> int:
        return self.core + self.escalation - max(self.closed, self.barred) - self.held


class Pool:
    """The beds of one kind at one site."""

    __slots__ = ("core", "held", "kind", "level", "queue", "site", "target", "wards")

    def __init__(self, site: Site, kind: str, wards: list[Ward]) -> None:
        self.site = site
        self.kind = kind
        self.wards = wards
        self.core = sum(ward.core for ward in wards)
        self.held = 0
        self.target = 0.9
        self.level = 0.9  # occupancy as remembered over some days
        self.queue: deque[tuple[str | None, Holder]] = deque()
        for ward in wards:
            ward.pool = self

    @property
    def occupancy(self) -> float:
        return self.held / self.core if self.core else 1.0

    @property
    def pressure(self) -> float:
        """How far the share held is above what is usual here."""
        return self.occupancy - self.target

    def remember(self) -> None:
        """Called every hour."""
        self.level += (self.occupancy - self.level) / (24 * MEMORY_DAYS)

    @property
    def strain(self) -> float:
        """As pressure, without the swing of the day and most of that of the week."""
        return self.level - self.target

    @property
    def provider(self) -> str:
        return self.site.provider


class Beds:
    def __init__(self, world: World) -> None:
        self._world = world
        self._random: Random = world.stream("beds")
        self._system: System = world.system
        self.told: Callable[[Ward], None] = lambda _: None  # called with each ward that states its capacity
        self.pools: dict[tuple[str, str], Pool] = {}
        day = datetime.fromtimestamp(world.now, UTC)
        for site in world.system.sites:
            by_kind: dict[str, list[Ward]] = {}
            for unit in site.units:
                if unit.kind == "ward" and unit.bed_kind and unit.bed_kind not in MENTAL_HEALTH:
                    by_kind.setdefault(unit.bed_kind, []).append(Ward(unit, site, day))
            for kind, wards in by_kind.items():
                self.pools[site.code, kind] = Pool(site, kind, wards)

    def wards(self) -> Iterator[Ward]:
        for pool in self.pools.values():
            yield from pool.wards

    def nearest(self, site: Site, kind: str) -> Pool | None:
        """Where this site's people find a bed of that kind: here, else in the trust, else anywhere that has one."""
        here = self.pools.get((site.code, kind))
        if here:
            return here
        others = [pool for (_, k), pool in self.pools.items() if k == kind and pool.core]
        own = [pool for pool in others if pool.site.provider == site.provider]
        same_place = [pool for pool in others if pool.site.place == site.place]
        for found in (own, same_place, others):
            if found:
                return max(found, key=lambda pool: pool.core)
        return None

    def request(self, pool: Pool, holder: Holder, specialty: str | None = None) -> None:
        """`holder` is called with the ward as soon as a bed is held: at once, or after others have left."""
        ward = self.take(pool, specialty) if not pool.queue else None
        if ward is None and pool.kind in NETWORKED:
            ward = self._elsewhere(pool)
        if ward:
            holder(ward)
        else:
            pool.queue.append((specialty, holder))

    def take(self, pool: Pool, specialty: str | None = None) -> Ward | None:
        best: Ward | None = None
        most = 0
        preferred = specialty is not None and self._random.random() < SPECIALTY_FIRST
        for ward in pool.wards:
            free = ward.free
            if free > 0 and (preferred and ward.unit.specialty == specialty):
                free += 1000
            if free > most:
                best, most = ward, free
        if best is None:
            best = self._escalate(pool)
            if best is None:
                return None
        best.held += 1
        pool.held += 1
        return best

    def _elsewhere(self, pool: Pool) -> Ward | None:
        """A bed of the kind at another site, in the same trust first, then where the most are free."""
        others = [other for other in self.pools.values() if other.kind == pool.kind and other is not pool]
        others.sort(key=lambda other: (other.provider != pool.provider, other.occupancy))
        return next((ward for other in others if not other.queue and (ward := self.take(other))), None)

    def release(self, ward: Ward) -> None:
        ward.held -= 1
        ward.pool.held -= 1
        self.serve(ward.pool)

    def serve(self, pool: Pool) -> None:
        while pool.queue:
            specialty, holder = pool.queue[0]
            ward = self.take(pool, specialty)
            if ward is None:
                return
            pool.queue.popleft()
            holder(ward)

    def _escalate(self, pool: Pool) -> Ward | None:
        for ward in pool.wards:
            if ward.escalation < ward.most_escalation:
                ward.escalation = ward.most_escalation
                self.state(ward, self._world.now, "none")
                if ward.free > 0:
                    return ward
        return None

    def state(self, ward: Ward, at: int, reason: str) -> None:
        """The ward's capacity as its trust states it."""
        data = {
            "site": ward.site.code,
            "unit": ward.code,
            "core": ward.core,
            "escalation": ward.escalation,
            "closed": ward.closed,
            "reason": reason,
        }
        self._world.outbox.send("unit.capacity", ward.site.provider, ward.code, at, data)
        self.told(ward)
