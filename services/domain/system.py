"""The integrated care system: its places, providers, sites and units. Facts of configuration, no I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from services.domain.opel_tables import OpelTables

SiteKind = Literal["acute", "utc", "community_hospital", "virtual_ward_hub", "mental_health_unit"]
UnitKind = Literal["ed_area", "ward", "virtual_ward", "sdec", "discharge_lounge", "response_team", "place_of_safety"]
#: The kind of bed a unit holds. G&A is ga_adult and ga_paediatric together; a place of safety holds s136 alone.
BedKind = Literal[
    "ga_adult", "ga_paediatric", "critical_care", "paediatric_hdu", "neonatal", "maternity", "community", "virtual",
    "mental_health_adult", "mental_health_picu", "mental_health_older", "s136",
]  # fmt: skip
GENERAL_AND_ACUTE: tuple[BedKind, ...] = ("ga_adult", "ga_paediatric")
#: Beds of mental health wards: in no count of an acute or community hospital's beds, and never in G&A.
MENTAL_HEALTH: tuple[BedKind, ...] = ("mental_health_adult", "mental_health_picu", "mental_health_older")


@dataclass(frozen=True)
class Capacity:
    """What a unit can hold from a day on. An ED area's core is its cubicles."""

    valid_from: date
    core: int
    escalation: int = 0


@dataclass(frozen=True)
class Unit:
    code: str  # unique in the system: "<site>-<LOCAL>"
    name: str
    kind: UnitKind
    site: str
    capacities: tuple[Capacity, ...]  # sorted by valid_from
    bed_kind: BedKind | None = None  # wards and virtual wards
    specialty: str | None = None
    area: str | None = None  # ED areas: majors, resus, minors, paediatric, waiting_room, corridor


@dataclass(frozen=True)
class Site:
    code: str
    name: str
    short_name: str
    town: str
    kind: SiteKind
    provider: str
    place: str
    latitude: float
    longitude: float
    ed_type: Literal[1, 2, 3] | None  # 1: full emergency department, 3: UTC/MIU, None: no front door
    units: tuple[Unit, ...] = ()


@dataclass(frozen=True)
class Provider:
    code: str
    name: str
    short_name: str
    kind: Literal["acute", "community", "mental_health", "ambulance", "council", "other"]


@dataclass(frozen=True)
class Place:
    code: str
    name: str


@dataclass(frozen=True)
class PathwayCapacity:
    """Discharge pathway 1-3 capacity: new starts a day a council or provider can take."""

    pathway: Literal[1, 2, 3]
    council: str
    place: str
    starts_per_day: float
    valid_from: date


@dataclass(frozen=True)
class Neighbour:
    """Drive minutes between two sites, either of which may lie outside the system."""

    site: str
    neighbour: str
    name: str
    drive_minutes: int


@dataclass(frozen=True)
class System:
    code: str  # ODS code of the ICB
    name: str
    places: tuple[Place, ...]
    providers: tuple[Provider, ...]
    sites: tuple[Site, ...]
    pathways: tuple[PathwayCapacity, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    neighbourhoods: tuple[str, ...] = ()
    neighbourhood_places: Mapping[str, str] = field(default_factory=dict)  # the place that each lies in
    silent_hours: Mapping[str, float] = field(default_factory=dict)  # journey kind -> hours until stale
    opel: OpelTables = field(default_factory=lambda: OpelTables(()))  # no edition: nothing is scored

    @cached_property
    def site_by_code(self) -> Mapping[str, Site]:
        return {site.code: site for site in self.sites}

    @cached_property
    def unit_by_code(self) -> Mapping[str, Unit]:
        return {unit.code: unit for unit in self.units()}

    @cached_property
    def units_by_bed_kind(self) -> Mapping[str | None, frozenset[str]]:
        return {kind: frozenset(u.code for u in self.units() if u.bed_kind == kind)
                for kind in {unit.bed_kind for unit in self.units()}}  # fmt: skip

    @cached_property
    def units_by_area(self) -> Mapping[str | None, frozenset[str]]:
        return {area: frozenset(u.code for u in self.units() if u.area == area)
                for area in {unit.area for unit in self.units()}}  # fmt: skip

    @cached_property
    def provider_by_code(self) -> Mapping[str, Provider]:
        return {provider.code: provider for provider in self.providers}

    def units(self) -> Iterator[Unit]:
        for site in self.sites:
            yield from site.units

    def organisations(self) -> frozenset[str]:
        """Every code a gauge or a declaration may be about."""
        return frozenset(
            [self.code]
            + [place.code for place in self.places]
            + [provider.code for provider in self.providers]
            + [site.code for site in self.sites]
            + [unit.code for unit in self.units()]
        )
