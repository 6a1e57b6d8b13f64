"""The network of the whole system: departments, beds by kind, discharge services, community beds and virtual wards.

People move: ambulance -> handover -> department -> decision to admit -> a bed of the right kind -> fit to leave -> the
discharge service of their pathway -> out, or a community bed, or a virtual ward. Each keeps what they have until the
next takes them: so a full hospital fills the department, and a full department slows handover. Between sites go
ambulances that are diverted and people moved to another bed. `docs/reference/flow-model.md` explains the parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from services.domain.state import SystemState
from services.domain.system import System
from services.flow_model.system.after_hospital import add_beyond, add_services, pathway_shares
from services.flow_model.system.beds import add_beds
from services.flow_model.system.capacity import beds_by_kind
from services.flow_model.system.demand_table import LONDON, Expected
from services.flow_model.system.departments import add_department, classes_by_way, slower_than_assumed
from services.flow_model.system.priors import FlowPriors
from services.flow_model.system.roads import add_diverts, add_transfers, known_already
from services.flow_model.system.same_day import add_same_day
from services.flow_model.system.seeds import Seeds
from services.flow_model.system.standing import standing

#: Classes of people, with their priority for a bed: who is in the department goes before who can wait at home.
CLASSES = {
    "ward": 1, "home": 1, "minor": 2, "child_ward": 1, "child_home": 1, "critical": 0, "planned": 3, "maternity": 0,
    "neonatal": 0, "urgent_care": 2, "same_day": 1, "community": 2, "virtual": 2,
}  # fmt: skip


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
    beds = {site.code: beds_by_kind(site, units) for site in system.sites}
    acute = [site for site in system.sites if beds[site.code] or site.ed_type]
    codes = tuple(site.code for site in acute)
    document: dict[str, Any] = {
        "name": f"{system.name}, from {state.as_at:%Y-%m-%d %H:%M} UTC",
        "time_unit": "hours",
        "run": {"length": length_hours, "step": 1, "starts_at": _starts_at(state.as_at), "by_class": True},
        "classes": {name: {"priority": priority} for name, priority in CLASSES.items()},
        "arrivals": {}, "stations": {}, "pools": {}, "gates": {},
    }  # fmt: skip
    stream = partial(_stream, document, arrivals=arrivals)
    people = standing(system, state)
    shares = pathway_shares(system, state, [site for site in acute if beds[site.code]], arrivals, priors, people)
    slower = {
        site.code: slower_than_assumed(site.code, state.as_at, arrivals, priors, people)
        for site in acute if site.ed_type == 1
    }  # fmt: skip
    for site in acute:
        add_department(document, site, units, arrivals, priors, people, stream, slower.get(site.code, 1.0))
        add_same_day(document, site, units, arrivals, priors, stream)
        add_beds(document, site, units, arrivals, priors, people, shares.get(site.code, {}), stream)
    add_beyond(document, system, units, priors, stream)
    add_services(document, system, state, acute, units, priors, people)
    known_already(document, state, priors, length_hours)
    add_diverts(document, system, state, priors, length_hours)
    add_transfers(document, system, codes, priors)
    by_way = {site.code: classes_by_way(site.code, arrivals, priors) for site in acute if site.ed_type == 1}
    document["start"] = Seeds(system, state, document, priors, by_way, slower).start()
    return Whole(document, codes, {code: sum(beds[code].values()) for code in codes})


def _starts_at(as_at: datetime) -> str:
    local = as_at.astimezone(LONDON)
    return f"{local:%A %H:%M}".lower()


def _stream(
    document: dict[str, Any], site: str, way: str, to: str, of: Mapping[str, float], arrivals: Expected
) -> None:
    said = arrivals.said(site, way)
    if said is not None:
        document["arrivals"][f"{site}:{way}"] = {
            "to": to, "of": {name: share for name, share in of.items() if share > 0}, **said,
        }  # fmt: skip
