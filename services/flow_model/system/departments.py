"""Emergency departments: ambulances that hand over, people seen and sent home, and those who wait there for a bed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.domain.state import UnitState
from services.domain.system import Site
from services.flow_model.system.capacity import AddStream, in_areas, mean, said, stretch
from services.flow_model.system.demand_table import Expected
from services.flow_model.system.priors import FlowPriors
from services.flow_model.system.standing import Standing

CUBICLES = ("majors", "resus")
SEATS = ("minors", "waiting_room")
CORRIDOR = "corridor"
ADMITTED = ("ward", "critical", "child_ward")
Shares = dict[str, float]


def add_department(
    document: dict[str, Any], site: Site, units: Mapping[str, UnitState], arrivals: Expected, priors: FlowPriors,
    people: Standing, stream: AddStream,
) -> None:  # fmt: skip
    """A site's department, with its handover and its wait for a bed; of a unit without a full one, the unit alone."""
    if site.ed_type is None:
        return
    name, times = f"{site.code}:department", priors.department
    if site.ed_type != 1:
        document["pools"][name] = {"beds": "unlimited", "stay": said(times.urgent_care), "holds": False}
        stream(site.code, "urgent_care", name, {"urgent_care": 1.0})
        return
    document["pools"][name] = {
        "beds": {
            "cubicle": max(1, in_areas(site, units, CUBICLES)),
            "corridor": in_areas(site, units, (CORRIDOR,)),
            "seat": max(1, in_areas(site, units, SEATS)),
            "child": max(1, in_areas(site, units, ("paediatric",))),
        },
        "uses": {
            # Who can sit waits on a chair where every cubicle and the corridor are full: the crew does not.
            "ward": ["cubicle", "corridor", "seat"], "home": ["cubicle", "corridor", "seat"],
            "critical": ["cubicle", "corridor"],
            "minor": ["seat"], "child_ward": ["child", "seat"], "child_home": ["child", "seat"],
        },
        "stay": {"by_class": {
            **{each: said(times.to_decision) for each in ADMITTED},
            "home": said(times.home), "minor": said(times.home), "child_home": said(times.child),
        }},
        "next": {"by_class": {each: {f"{site.code}:decided": 1.0} for each in ADMITTED}},
    }  # fmt: skip
    # A bed is asked for, found ready, and the person is taken there: the cubicle is theirs until they are in it. How
    # long that takes differs between hospitals by more than how full they are: so it is drawn to who waits there now.
    a_day = arrivals.daily(site.code, "emergency") + arrivals.daily(site.code, "emergency_child")
    longer = stretch(mean(times.to_bed), people.decided.get(site.code, 0), a_day, priors.few_people)
    document["stations"][f"{site.code}:decided"] = {
        "servers": "unlimited", "service": said(times.to_bed, longer), "carries": True, "next": f"{site.code}:beds",
    }  # fmt: skip
    document["stations"][f"{site.code}:handover"] = {
        "servers": "unlimited", "service": said(priors.handover.process), "holds": True, "next": name,
    }  # fmt: skip
    shares = classes_by_way(site.code, arrivals, priors)
    stream(site.code, "ambulance", f"{site.code}:handover", shares["ambulance"])
    stream(site.code, "walk_in", name, shares["walk_in"])
    stream(site.code, "child", name, shares["child"])


def classes_by_way(site: str, arrivals: Expected, priors: FlowPriors) -> dict[str, Shares]:
    """Shares of classes of who comes by ambulance, walks in, or is a child: so that the site admits what it does."""
    ambulance, walking, child = _admitted(site, arrivals, priors)
    critical, major = priors.admitted.critical, priors.admitted.major
    return {
        "ambulance": _positive({
            "ward": ambulance * (1 - critical), "critical": ambulance * critical, "home": 1 - ambulance,
        }),
        "walk_in": _positive({
            "ward": walking * (1 - critical), "critical": walking * critical, "home": (1 - walking) * major,
            "minor": (1 - walking) * (1 - major),
        }),
        "child": _positive({"child_ward": child, "child_home": 1 - child}),
    }  # fmt: skip


def _positive(shares: Shares) -> Shares:
    return {name: share for name, share in shares.items() if share > 0}


def _admitted(site: str, arrivals: Expected, priors: FlowPriors) -> tuple[float, float, float]:
    """Shares admitted of ambulance, walk-in and child arrivals; same day emergency care admits a part of its own."""
    assumed = priors.admitted
    adults = arrivals.daily(site, "ambulance") * assumed.ambulance + arrivals.daily(site, "walk_in") * assumed.walk_in
    children = arrivals.daily(site, "child") * assumed.child
    same_day = arrivals.daily(site, "sdec") + arrivals.daily(site, "sdec_from_ed")
    here = max(0.0, arrivals.daily(site, "emergency") - same_day * priors.same_day.admitted)
    adult = here / adults if adults else 1.0
    young = arrivals.daily(site, "emergency_child") / children if children else 1.0
    return min(0.9, assumed.ambulance * adult), min(0.9, assumed.walk_in * adult), min(0.9, assumed.child * young)
