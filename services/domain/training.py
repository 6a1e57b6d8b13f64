"""What a trainer may ask of the synthetic system. Moments are of the one clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from services.domain.system import System

IncidentKind = Literal[
    "surge", "ward_closed", "discharge_service_lost", "ambulance_wave", "flu_winter", "major_incident", "strike",
    "cold_snap",
]  # fmt: skip
INCIDENT_KINDS: tuple[IncidentKind, ...] = get_args(IncidentKind)
State = Literal["planned", "under_way", "over"]

SLOWEST, FASTEST = 0.1, 3600.0
LONGEST_HOURS = 24 * 120.0  # a flu winter


@dataclass(frozen=True)
class KindOfIncident:
    """What a kind does, what its size counts (above `least`, up to `most`), its usual size and hours, where it is."""

    kind: IncidentKind
    title: str
    means: str
    size_means: str
    size: float
    least: float
    most: float
    hours: float
    where: str


_FRONT_DOOR = "a site with a front door, its provider or place, or the system"
KINDS: Mapping[IncidentKind, KindOfIncident] = {
    each.kind: each
    for each in (
        KindOfIncident("surge", "Surge", "More people walk in, and more are brought by ambulance.",
                       "times the usual arrivals", 1.5, 1, 5, 6, _FRONT_DOOR),
        KindOfIncident("ward_closed", "Ward closed", "Infection: beds close as they empty, until the ward opens again.",
                       "share of its beds", 1, 0, 1, 72, "a ward"),
        KindOfIncident("discharge_service_lost", "Discharge service lost",
                       "Whoever needs help at home or a bed elsewhere to leave, waits until the service is back.",
                       "share of those due to leave", 1, 0, 1, 48, "a provider with wards, or one of its sites"),
        KindOfIncident("ambulance_wave", "Ambulance wave", "More 999 calls; crews and handovers take longer.",
                       "times the usual calls", 1.5, 1, 5, 4, _FRONT_DOOR),
        KindOfIncident("flu_winter", "Flu winter", "Influenza rises for seven weeks and falls again.",
                       "times a peak of 3.3 % of beds", 1, 0, 3, 24 * 98, "a provider with an ED, or the system"),
        KindOfIncident("major_incident", "Major incident", "Casualties reach the nearest departments within 3 hours.",
                       "casualties", 60, 0, 500, 3, "the site that is nearest"),
        KindOfIncident("strike", "Strike", "Resident doctors stay away: lists are called off, everything takes longer.",
                       "share of them who stay away", 0.3, 0, 1, 24 * 5, "a provider with an ED, or the system"),
        KindOfIncident("cold_snap", "Cold snap", "Falls at once; from two to ten days later, older people fall ill.",
                       "more emergency admissions, as a share", 0.08, 0, 0.3, 24 * 7,
                       "a provider with an ED, or the system"),
    )
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody asked for, until a moment. ended_at: when somebody ended it before, None where nobody did."""

    id: UUID
    until: datetime
    made_at: datetime
    who: str
    ended_at: datetime | None = None

    @property
    def end(self) -> datetime:
        """When it ends, in its time or before."""
        return min(self.until, self.ended_at) if self.ended_at else self.until


@dataclass(frozen=True, kw_only=True)
class Injection(Asked):
    """An incident that somebody asked for. begun_at, over_at: when the feed did it, None until then."""

    kind: IncidentKind
    organisation: str
    size: float
    at: datetime
    begun_at: datetime | None = None
    over_at: datetime | None = None

    def state(self, now: datetime) -> State:
        if self.over_at is not None or now >= self.end:
            return "over"
        return "planned" if now < self.at and self.begun_at is None else "under_way"


@dataclass(frozen=True, kw_only=True)
class Silence(Asked):
    """A feed that says nothing for a while. spoke_at: when its backlog was delivered, None until then."""

    source: str
    since: datetime
    spoke_at: datetime | None = None

    def state(self, now: datetime) -> State:
        if self.spoke_at is not None:
            return "over"
        return "planned" if now < self.since else "under_way"


@dataclass(frozen=True)
class Controls:
    """All that was asked. speed: seconds of the system's time a second, whether paused or not."""

    speed: float
    paused: bool
    injections: tuple[Injection, ...] = ()
    silences: tuple[Silence, ...] = ()

    @property
    def rate(self) -> float:
        return 0.0 if self.paused else self.speed


def places(kind: IncidentKind, system: System) -> list[str]:
    """Codes of where an incident of this kind may be; the system's own is everywhere."""
    doors = [site for site in system.sites if site.ed_type]
    full = [site for site in doors if site.ed_type == 1]
    if kind == "ward_closed":
        return [unit.code for unit in system.units() if unit.kind == "ward"]
    if kind == "major_incident":
        return [site.code for site in system.sites]
    if kind in ("flu_winter", "strike", "cold_snap"):
        return [system.code, *_once(site.provider for site in full)]
    if kind == "discharge_service_lost":
        wards = [site for site in system.sites if any(unit.kind == "ward" for unit in site.units)]
        return [*_once(site.provider for site in wards), *(site.code for site in wards)]
    there = full if kind == "ambulance_wave" else doors
    return [
        system.code, *(site.code for site in there), *_once(site.provider for site in there),
        *_once(site.place for site in there),
    ]  # fmt: skip


def _once(codes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(codes))
