"""Emergency departments: ambulances that hand over, people seen and sent home, and those who wait there for a bed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from services.domain.state import UnitState
from services.domain.system import Site
from services.flow_model.engine.durations import Distribution
from services.flow_model.system.capacity import DAY_HOURS, AddStream, drawn_to, in_areas, mean, said, stretch
from services.flow_model.system.demand_table import LONDON, Expected
from services.flow_model.system.priors import FlowPriors
from services.flow_model.system.standing import Standing

CUBICLES = ("majors", "resus")
SEATS = ("minors", "waiting_room")
CORRIDOR = "corridor"
WAITED_HOURS = 24  # who came longer ago is hardly undecided
ADMITTED = ("ward", "critical", "child_ward")
Shares = dict[str, float]


def add_department(
    document: dict[str, Any], site: Site, units: Mapping[str, UnitState], arrivals: Expected, priors: FlowPriors,
    people: Standing, stream: AddStream, slower: float,
) -> None:  # fmt: skip
    """A site's department, with its handover and its wait for a bed; of a unit without a full one, the unit alone.

    slower: what its times are multiplied by, see `slower_than_assumed`.
    """
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
        "stay": {"by_class": {name: said(time, slower) for name, time in until_decided(priors).items()}},
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


def until_decided(priors: FlowPriors) -> dict[str, Distribution]:
    """By class the hours from arrival to the decision to admit, or to leaving."""
    times = priors.department
    return {
        **dict.fromkeys(ADMITTED, times.to_decision),
        "home": times.home, "minor": times.home, "child_home": times.child,
    }  # fmt: skip


def slower_than_assumed(
    site: str, as_at: datetime, arrivals: Expected, priors: FlowPriors, people: Standing
) -> float:  # fmt: skip
    """How much longer people take in a department than assumed, by how many are there of whom nothing is decided.

    As many would be as came in the hours before and had not been decided by now: a crowd beyond that waits for doctors
    and nurses, who are no part of the network. Drawn to 1 where few are there.
    """
    here = people.undecided.get(site, 0)
    lasts = until_decided(priors)
    ago = np.arange(WAITED_HOURS, dtype=np.float64) + 0.5
    local = as_at.astimezone(LONDON)
    slots = np.floor(local.weekday() * DAY_HOURS + local.hour + local.minute / 60 - ago).astype(int) % (7 * DAY_HOURS)
    due = 0.0
    for way, shares in classes_by_way(site, arrivals, priors).items():
        came = arrivals.by_hour_of_week(site, way)[slots]
        due += sum(share * float(came @ lasts[name].survival(ago)) for name, share in shares.items())
    return drawn_to(here / due, here, priors.few_people) if due else 1.0


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
