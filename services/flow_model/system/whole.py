"""The network of the whole system: departments, beds by kind, discharge services, community beds and virtual wards.

People move: ambulance -> handover -> department -> decision to admit -> a bed of the right kind -> fit to leave -> the
discharge service of their pathway -> out, or a community bed, or a virtual ward. Each keeps what they have until the
next takes them: so a full hospital fills the department, and a full department slows handover.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import numpy as np

from services.domain.state import SystemState, UnitState
from services.domain.system import PathwayCapacity, Site, System
from services.flow_model.engine.durations import Distribution
from services.flow_model.system.demand_table import LONDON
from services.flow_model.system.priors import FlowPriors
from services.flow_model.system.seeds import seeds

#: Classes of people, with their priority for a bed: who is in the department goes before who can wait at home.
CLASSES = {
    "ward": 1, "home": 1, "minor": 2, "child_ward": 1, "child_home": 1, "critical": 0, "planned": 3, "maternity": 0,
    "neonatal": 0, "urgent_care": 2, "community": 2, "virtual": 2,
}  # fmt: skip
#: The kinds of acute beds and who may have them; critical care's people may have no other, and step down in it.
BED_KINDS = {
    "ga_adult": ("ward", "planned"), "ga_paediatric": ("child_ward",), "critical_care": ("critical",),
    "maternity": ("maternity",), "neonatal": ("neonatal",),
}  # fmt: skip
CUBICLES = ("majors", "resus")
SEATS = ("minors", "waiting_room")
CORRIDOR = "corridor"


class Expected(Protocol):
    """What is expected of each way in at each site: a history's mean week, or a forecast."""

    def daily(self, site: str, way: str) -> float: ...

    def said(self, site: str, way: str) -> dict[str, Any] | None: ...


@dataclass(frozen=True)
class Whole:
    """A network of the system as a document's data. sites: with beds or a department; beds: usable ones by site."""

    document: dict[str, Any]
    sites: tuple[str, ...]
    beds: Mapping[str, int]


def whole_system(
    system: System, state: SystemState, arrivals: Expected, priors: FlowPriors, length_hours: float = 72
) -> Whole:
    """The network that starts from `state` and runs for that many hours."""
    units = {unit.code: unit for unit in state.units}
    acute = [site for site in system.sites if _kinds(site, units) or site.ed_type]
    document: dict[str, Any] = {
        "name": f"{system.name}, from {state.as_at:%Y-%m-%d %H:%M} UTC",
        "time_unit": "hours",
        "run": {"length": length_hours, "step": 1, "starts_at": _starts_at(state.as_at), "by_class": True},
        "classes": {name: {"priority": priority} for name, priority in CLASSES.items()},
        "arrivals": {}, "stations": {}, "pools": {}, "gates": {},
    }  # fmt: skip
    for site in acute:
        _department(document, site, units, arrivals, priors)
        _beds(document, site, units, arrivals, priors)
    _beyond(document, system, units, arrivals, priors)
    _services(document, system, state, priors)
    document["start"] = seeds(system, state, document)
    beds = {site.code: sum(_kinds(site, units).values()) for site in acute}
    return Whole(document, tuple(site.code for site in acute), beds)


def _starts_at(as_at: datetime) -> str:
    local = as_at.astimezone(LONDON)
    return f"{local:%A %H:%M}".lower()


def _kinds(site: Site, units: Mapping[str, UnitState]) -> dict[str, int]:
    """Usable acute beds of a site by kind: core and escalation, without those closed."""
    beds: dict[str, int] = {}
    for unit in site.units:
        state = units.get(unit.code)
        if unit.kind == "ward" and unit.bed_kind in BED_KINDS and state is not None:
            usable = max(0, state.core + state.escalation - state.closed)
            beds[unit.bed_kind] = beds.get(unit.bed_kind, 0) + usable
    return beds


def _said(duration: Distribution, times: float = 1.0) -> dict[str, Any]:
    """A distribution as a document says it, its times multiplied."""
    said = duration.model_dump(exclude_none=True)
    scaled = {"mean", "sd", "median", "value", "low", "high", "scale"}
    return {key: value * times if key in scaled else value for key, value in said.items()}


def _mean(duration: Distribution) -> float:
    """The mean of a distribution, by its quantiles."""
    return float(duration.draw((np.arange(2_000) + 0.5) / 2_000).mean())


def _area(site: Site, units: Mapping[str, UnitState], areas: Sequence[str]) -> int:
    held = [units[unit.code] for unit in site.units if unit.area in areas and unit.code in units]
    return sum(max(0, each.core + each.escalation - each.closed) for each in held)


def _department(
    document: dict[str, Any], site: Site, units: Mapping[str, UnitState], arrivals: Expected, priors: FlowPriors
) -> None:
    if site.ed_type is None:
        return
    name, said = f"{site.code}:department", priors.department
    if site.ed_type != 1:
        document["pools"][name] = {"beds": "unlimited", "stay": _said(said.urgent_care), "holds": False}
        _stream(document, site.code, "urgent_care", name, {"urgent_care": 1.0}, arrivals)
        return
    document["pools"][name] = {
        "beds": {
            "cubicle": max(1, _area(site, units, CUBICLES)),
            "corridor": _area(site, units, (CORRIDOR,)),
            "seat": max(1, _area(site, units, SEATS)),
            "child": max(1, _area(site, units, ("paediatric",))),
        },
        "uses": {
            "ward": ["cubicle", "corridor"], "home": ["cubicle", "corridor"], "critical": ["cubicle", "corridor"],
            "minor": ["seat"], "child_ward": ["child", "seat"], "child_home": ["child", "seat"],
        },
        "stay": {"by_class": {
            "ward": _said(said.to_decision), "critical": _said(said.to_decision), "child_ward": _said(said.to_decision),
            "home": _said(said.home), "minor": _said(said.home), "child_home": _said(said.child),
        }},
        "next": {"by_class": {each: {f"{site.code}:decided": 1.0} for each in ("ward", "critical", "child_ward")}},
    }  # fmt: skip
    # A bed is asked for, found ready, and the person is taken there: the cubicle is theirs until they are in it.
    document["stations"][f"{site.code}:decided"] = {
        "servers": "unlimited", "service": _said(said.to_bed), "carries": True, "next": f"{site.code}:beds",
    }  # fmt: skip
    document["stations"][f"{site.code}:handover"] = {
        "servers": "unlimited", "service": _said(priors.handover.process), "holds": True, "next": name,
    }  # fmt: skip
    by_ambulance, walking, child = _admitted(site.code, arrivals, priors)
    critical, major = priors.admitted.critical, priors.admitted.major
    _stream(document, site.code, "ambulance", f"{site.code}:handover", {
        "ward": by_ambulance * (1 - critical), "critical": by_ambulance * critical, "home": 1 - by_ambulance,
    }, arrivals)  # fmt: skip
    _stream(document, site.code, "walk_in", name, {
        "ward": walking * (1 - critical), "critical": walking * critical, "home": (1 - walking) * major,
        "minor": (1 - walking) * (1 - major),
    }, arrivals)  # fmt: skip
    _stream(document, site.code, "child", name, {"child_ward": child, "child_home": 1 - child}, arrivals)


def _admitted(site: str, arrivals: Expected, priors: FlowPriors) -> tuple[float, float, float]:
    """Shares admitted of ambulance, walk-in and child arrivals, scaled so that the site admits what it does."""
    said = priors.admitted
    adults = arrivals.daily(site, "ambulance") * said.ambulance + arrivals.daily(site, "walk_in") * said.walk_in
    children = arrivals.daily(site, "child") * said.child
    adult = arrivals.daily(site, "emergency") / adults if adults else 1.0
    young = arrivals.daily(site, "emergency_child") / children if children else 1.0
    return min(0.9, said.ambulance * adult), min(0.9, said.walk_in * adult), min(0.9, said.child * young)


def _stream(
    document: dict[str, Any], site: str, way: str, to: str, of: Mapping[str, float], arrivals: Expected
) -> None:
    said = arrivals.said(site, way)
    if said is not None:
        document["arrivals"][f"{site}:{way}"] = {
            "to": to, "of": {name: share for name, share in of.items() if share > 0}, **said,
        }  # fmt: skip


def _beds(
    document: dict[str, Any], site: Site, units: Mapping[str, UnitState], arrivals: Expected, priors: FlowPriors
) -> None:
    kinds = _kinds(site, units)
    if not kinds:
        return
    name, stays = f"{site.code}:beds", priors.stays
    home = f"{site.code}:home"
    services = {f"{site.place}:pathway_{each}": share for each, share in priors.pathways.items() if each in (1, 2, 3)}
    adult = {**services, home: 1 - sum(services.values())}
    classes = [each for kind in kinds for each in BED_KINDS[kind]]
    by_class = {
        "ward": stays.ward, "child_ward": stays.child, "critical": stays.critical, "planned": stays.planned,
        "maternity": stays.maternity, "neonatal": stays.neonatal,
    }  # fmt: skip
    spare = next(iter(kinds))
    document["pools"][name] = {
        "beds": kinds,
        "uses": {
            each: [kind for kind, may in BED_KINDS.items() if each in may and kind in kinds] or [spare]
            for each in by_class
        },
        "stay": {"by_class": {each: _said(stay, 24) for each, stay in by_class.items()}},
        "next": {"by_class": {each: adult if each == "ward" else {home: 1.0} for each in by_class}},
    }
    leaving = sum(arrivals.daily(site.code, way) for way in ("emergency", "emergency_child", "planned", "maternity"))
    discharge = priors.discharge
    share, slack = sum(discharge.by_hour), discharge.slack
    document["gates"][home] = {
        "slots": {"by_hour": [
            round(max(leaving, 1.0) * day * hour / share * slack, 4)
            for day in discharge.by_weekday for hour in discharge.by_hour
        ]},
        "keep": max(1, round(leaving * slack / 24)),
    }  # fmt: skip
    if site.ed_type != 1:  # no department that admits: those who come as emergencies come straight to a bed
        _stream(document, site.code, "emergency", name, {"ward": 1.0}, arrivals)
    for way in ("planned", "maternity", "neonatal"):
        if way in classes:
            _stream(document, site.code, way, name, {way: 1.0}, arrivals)


def _services(document: dict[str, Any], system: System, state: SystemState, priors: FlowPriors) -> None:
    """The starts a day of each place's discharge services, between nine and five."""
    today = state.as_at.astimezone(LONDON).date()
    newest: dict[tuple[str, int, str], PathwayCapacity] = {}
    for each in sorted(system.pathways, key=lambda one: one.valid_from):
        if each.valid_from <= today:
            newest[each.place, each.pathway, each.council] = each
    week = priors.services_by_weekday
    for place in (place.code for place in system.places):
        for pathway in (1, 2, 3):
            starts = sum(each.starts_per_day for key, each in newest.items() if key[:2] == (place, pathway))
            hours = [starts * day * 7 / sum(week) / 8 if 9 <= hour < 17 else 0.0 for day in week for hour in range(24)]
            gate: dict[str, Any] = {"slots": {"by_hour": [round(each, 6) for each in hours]}, "keep": 2}
            community = document["pools"].get(f"{place}:community")
            if pathway == 2 and community is not None and starts:
                # Most people on pathway 2 go to rehabilitation elsewhere: here only as many as the beds can take.
                takes = community["beds"] / (_mean(priors.stays.community) * starts)
                gate["next"] = {f"{place}:community": round(min(1.0, takes), 4)}
            document["gates"][f"{place}:pathway_{pathway}"] = gate


def _community(system: System, place: str) -> list[str]:
    return [
        unit.code for site in system.sites if site.place == place for unit in site.units
        if unit.kind == "ward" and unit.bed_kind == "community"
    ]  # fmt: skip


def _beyond(
    document: dict[str, Any], system: System, units: Mapping[str, UnitState], arrivals: Expected,
    priors: FlowPriors,
) -> None:  # fmt: skip
    """Community hospitals' beds by place, and virtual wards."""
    for place in (place.code for place in system.places):
        held = [units[code] for code in _community(system, place) if code in units]
        if held:
            document["pools"][f"{place}:community"] = {
                "beds": sum(max(0, each.core + each.escalation - each.closed) for each in held),
                "stay": _said(priors.stays.community, 24),
            }
    for site in system.sites:
        wards = [units[unit.code] for unit in site.units if unit.kind == "virtual_ward" and unit.code in units]
        if wards:
            name = f"{site.code}:virtual"
            places = sum(max(0, each.core - each.closed) for each in wards)
            document["pools"][name] = {"beds": places, "stay": _said(priors.stays.virtual, 24)}
            _stream(document, site.code, "virtual", name, {"virtual": 1.0}, arrivals)
