"""What organisations send on their own account: capacity, the morning census, and gauges."""

from __future__ import annotations

from simulations.beds import Beds, Ward
from simulations.hub import Hub
from simulations.messages import iso
from simulations.shape import DAY, HOUR, MINUTE, local_hour
from simulations.virtual_ward import VirtualWard, VirtualWards
from simulations.ways_in import WaysIn
from simulations.world import World, poisson

CENSUS_HOUR = 8  # local, the hour of the SitRep's bed snapshot (domain.md 2)
REVIEWS = (8, 14, 20)
CLOSURE = 0.004  # chance at a review that infection closes some empty beds of a ward (assumption)
CALLS_111 = "nhs111.calls_offered"
ABSENT_A_BED = 0.4  # staff absent for each bed: about eight staff a bed, one in twenty absent (assumption)


class Returns:
    def __init__(self, world: World, beds: Beds, virtual_wards: VirtualWards, hub: Hub, ways: WaysIn) -> None:
        self._world = world
        self._hub, self._ways = hub, ways
        self._random = world.stream("returns")
        self._beds = beds
        self._virtual_wards = virtual_wards
        self._icb = world.system.code
        providers = world.system.providers
        sites = world.system.sites
        self._acute = [p.code for p in providers if p.kind == "acute" and any(s.provider == p.code for s in sites)]
        self._beds_of = {code: sum(w.core for w in beds.wards() if w.site.provider == code) for code in self._acute}
        self._community = [p.code for p in providers if p.kind == "community"]
        self._serves = {place.code: self._service_of(place.code) for place in world.system.places}
        self._levels: dict[tuple[str, str], float] = {}

    def everything(self, at: int) -> None:
        """Said when the feed begins: each unit's capacity and each gauge."""
        for ward in self._beds.wards():
            self._beds.state(ward, at, "infection" if ward.closed else "none")
        for virtual in self._virtual_wards.wards:
            self._state_virtual(virtual, at)
        self._gauges(at)

    def hour(self, _: object = None) -> None:
        """On the hour: gauges, at eight the census, thrice a day a review of closures."""
        world, now = self._world, self._world.now
        hour = local_hour(now)
        if now % HOUR == 0:
            self._gauges(now)
            for pool in self._beds.pools.values():
                pool.remember()
            if hour == CENSUS_HOUR:
                self._census(now)
            if hour in REVIEWS:
                for ward in self._beds.wards():
                    self._review(ward)
        world.at((now // HOUR + 1) * HOUR, self.hour)

    def _state_virtual(self, ward: VirtualWard, at: int) -> None:
        data = {
            "site": ward.site.code,
            "unit": ward.code,
            "core": ward.capacity,
            "open_to_referrals": ward.held < ward.capacity,
        }
        self._world.outbox.send("unit.capacity", ward.site.provider, ward.code, at, data)

    def _census(self, now: int) -> None:
        for ward in self._beds.wards():
            self._list(ward.site.provider, ward.site.code, ward.code, ward.occupants, now)
        for virtual in self._virtual_wards.wards:
            self._list(virtual.site.provider, virtual.site.code, virtual.code, virtual.inside, now)

    def _list(self, provider: str, site: str, unit: str, inside: dict[str, None], now: int) -> None:
        data = {"site": site, "unit": unit, "visits": list(inside)}
        self._world.outbox.send("unit.census", provider, unit, now, data)

    def _review(self, ward: Ward) -> None:
        spare = ward.core - ward.closed - ward.held
        if ward.unit.bed_kind == "ga_adult" and not ward.closed and spare > 0 and self._random.random() < CLOSURE:
            ward.closed = min(spare, 6)
            self._beds.state(ward, self._world.now, "infection")
            self._world.at(self._world.now + self._random.uniform(3, 7) * DAY, self._reopens, ward)

    def _reopens(self, ward: Ward) -> None:
        ward.closed = 0
        self._beds.state(ward, self._world.now, "none")
        self._beds.serve(ward.pool)

    # Gauges -------------------------------------------------------------------------------------------------------

    def _gauges(self, at: int) -> None:
        calls = poisson(self._random, self._ways.calls_111(at - HOUR) * self._world.scale)
        self._gauge(self._icb, CALLS_111, float(calls), at)
        for code in self._community:
            self._starts(code, at)
        for code in self._acute:
            usual = ABSENT_A_BED * self._beds_of[code]
            absent = self._wander(code, "staffing.absence", usual, 0.01 * usual)
            self._gauge(code, "staffing.absence", float(max(0, round(absent))), at)

    def _service_of(self, place: str) -> str | None:
        """The community provider that starts people there: a place's own where there is one, else the largest."""
        sites = self._world.system.sites
        here = {site.provider for site in sites if site.place == place} & set(self._community)
        size = {code: sum(site.provider == code for site in sites) for code in self._community}
        return min(here or size, key=lambda code: (size[code], code), default=None)

    def _starts(self, code: str, at: int) -> None:
        """What the services that start people on pathways 1 to 3 have, as the hub knows it."""
        ours = [each for each in self._hub if each.is_limited and self._serves.get(each.place) == code]
        if not ours:
            return
        free = {pathway: sum(each.free for each in ours if each.pathway == pathway) for pathway in (1, 2, 3)}
        first = [each for each in ours if each.pathway == 1]
        self._gauge(code, "community.p1_slots_today", float(sum(each.offered for each in first)), at)
        self._gauge(code, "community.p1_slots_free", float(free[1]), at)
        self._gauge(code, "community.p1_waiting", float(sum(len(each.waiting) for each in first)), at)
        self._gauge(code, "community.p2_beds_free", float(free[2]), at)
        self._gauge(code, "community.p3_beds_free", float(free[3]), at)

    def _wander(self, code: str, measure: str, usual: float, step: float) -> float:
        """A random walk that is drawn back to its usual level within about a day."""
        level = self._levels.get((code, measure), usual)
        level += (usual - level) / 24 + self._random.gauss(0, step)
        self._levels[code, measure] = level
        return level

    def _gauge(self, organisation: str, measure: str, value: float, at: int) -> None:
        data = {"organisation": organisation, "measure": measure, "value": value, "until": iso(at + HOUR + 30 * MINUTE)}
        self._world.outbox.send("gauge.reported", organisation, f"{organisation}/{measure}", at, data)
