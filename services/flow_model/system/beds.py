"""Acute beds by kind: who has them, for how long until they are fit to leave, and by which way they go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.domain.state import UnitState
from services.domain.system import Site
from services.flow_model.system.capacity import BED_KINDS, DAY_HOURS, AddStream, beds_by_kind, mean, said, stretch
from services.flow_model.system.demand_table import Expected
from services.flow_model.system.priors import FlowPriors
from services.flow_model.system.standing import Standing

ADULTS = ("ward", "same_day")  # who may need a discharge service
WAYS_IN = ("emergency", "emergency_child", "planned", "maternity", "neonatal")


def add_beds(
    document: dict[str, Any], site: Site, units: Mapping[str, UnitState], arrivals: Expected, priors: FlowPriors,
    people: Standing, pathways: Mapping[int, float], stream: AddStream,
) -> None:  # fmt: skip
    """A site's beds and its slots for going home. pathways: the share of adults leaving that each service takes."""
    kinds = beds_by_kind(site, units)
    if not kinds:
        return
    name, stays, home = f"{site.code}:beds", priors.stays, f"{site.code}:home"
    services = {f"{site.code}:arranging_{pathway}": share for pathway, share in pathways.items() if share > 0}
    adult = {**services, home: 1 - sum(services.values())}
    # What one trust books as an admission another sees within the day and does not: so is a ward's stay longer at one
    # hospital and shorter at another, by what it admits a day and who is in its beds.
    longer = stretch(
        mean(stays.ward) * DAY_HOURS, people.unfit.get(site.code, 0), arrivals.daily(site.code, "emergency"),
        priors.few_people,
    )  # fmt: skip
    by_class = {
        "ward": said(stays.ward, DAY_HOURS * longer), "same_day": said(stays.ward, DAY_HOURS * longer),
        "child_ward": said(stays.child, DAY_HOURS), "critical": said(stays.critical, DAY_HOURS),
        "planned": said(stays.planned, DAY_HOURS), "maternity": said(stays.maternity, DAY_HOURS),
        "neonatal": said(stays.neonatal, DAY_HOURS),
    }  # fmt: skip
    spare = next(iter(kinds))
    document["pools"][name] = {
        "beds": kinds,
        "uses": {
            each: [kind for kind, may in BED_KINDS.items() if each in may and kind in kinds] or [spare]
            for each in by_class
        },
        "stay": {"by_class": by_class},
        "next": {"by_class": {each: dict(adult) if each in ADULTS else {home: 1.0} for each in by_class}},
    }
    helped = sum(services.values()) * arrivals.daily(site.code, "emergency")
    _home(document, home, sum(arrivals.daily(site.code, way) for way in WAYS_IN) - helped, priors)
    # Of those whom a ward has recorded as fit to go home without help, all that home needs is still being seen to.
    document["stations"][f"{site.code}:arranging_0"] = {
        "servers": "unlimited", "service": said(priors.services.arranging[0], DAY_HOURS), "carries": True, "next": home,
    }  # fmt: skip
    if site.ed_type != 1:  # no department that admits: those who come as emergencies come straight to a bed
        stream(site.code, "emergency", name, {"ward": 1.0})
    for way in ("planned", "maternity", "neonatal"):
        if any(way in BED_KINDS[kind] for kind in kinds):
            stream(site.code, way, name, {way: 1.0})


def _home(document: dict[str, Any], name: str, leaving: float, priors: FlowPriors) -> None:
    """The hours at which people go home without help. leaving: people a day."""
    discharge = priors.discharge
    share, slack = sum(discharge.by_hour), discharge.slack
    document["gates"][name] = {
        "slots": {"by_hour": [
            round(max(leaving, 1.0) * day * hour / share * slack, 4)
            for day in discharge.by_weekday for hour in discharge.by_hour
        ]},
        "keep": max(1, round(leaving * slack / DAY_HOURS)),
    }  # fmt: skip
