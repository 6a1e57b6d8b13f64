"""Between sites: ambulances on their way, those that a divert sends elsewhere, and people moved to another bed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from services.domain.agreed import Agreement
from services.domain.state import SystemState
from services.domain.system import System
from services.flow_model.system.capacity import DAY_HOURS, said
from services.flow_model.system.priors import FlowPriors

HOUR = timedelta(hours=1)
#: Which way in a divert of a kind turns away, and where it leads. Those of a specialty, of critical care or of children
#: fix by pathway where few people go, and are no part of this network.
DIVERTED = {"ambulance": "ambulance", "all_emergency": "ambulance", "maternity": "maternity"}
_LEADS_TO = {"ambulance": "handover", "maternity": "beds"}
CLOCK = 1000.0  # hours: what a `said` moment counts down from, longer than any run
#: Of the other sites those to which people are moved: a few of the whole are worth no more places in the network.
_LIKELIEST = 2
_NEEDS = {"ward": "ga_adult", "critical": "critical_care", "child_ward": "ga_paediatric"}
_FIRST_STEPS = 5 / 60  # hours between changes of the rate of those not on their way yet


def drive_hours(system: System, one: str, other: str) -> float | None:
    """By road, in the ordinary day's time; None where the configuration does not say."""
    for each in system.neighbours:
        if {each.site, each.neighbour} == {one, other}:
            return each.drive_minutes / 60
    return None


def at_a_moment(document: dict[str, Any], name: str, to: str | Mapping[str, float], carries: bool) -> None:
    """A place that is left at a moment that was said: who starts in it has CLOCK less the hours left behind them."""
    document["stations"][name] = {
        "servers": "unlimited", "service": {"distribution": "constant", "value": CLOCK}, "carries": carries, "next": to,
    }  # fmt: skip


def left_until(as_at: datetime, moment: datetime) -> float:
    """The time elapsed of somebody who leaves such a place at `moment`; a moment that has passed is any minute now."""
    return round(CLOCK - max((moment - as_at) / HOUR, 1 / 60), 6)


# Ambulances on their way -------------------------------------------------------------------------------------------


def known_already(document: dict[str, Any], state: SystemState, priors: FlowPriors, length_hours: float) -> None:
    """The streams of ambulances without those that are on their way: these start as people, and none comes twice.

    Who arrives t from now was on the way already if the drive takes longer than t; so of the stream of t only the share
    of drives shorter than t is still unknown. Where the ambulance service tells nothing (no vehicle anywhere) all are.
    """
    if not state.vehicles:
        return
    drive = priors.handover.conveying
    longest = float(drive.draw(np.array([0.995]))[0])
    times = np.arange(0.0, min(longest, length_hours), _FIRST_STEPS)
    begun = 1 - drive.survival(times + _FIRST_STEPS / 2)
    steps = [[round(float(time), 6), round(float(share), 6)] for time, share in zip(times, begun, strict=True)]
    for name, stream in document["arrivals"].items():
        if name.endswith(":ambulance"):
            stream["scale"] = {"steps": [*steps, [round(float(times[-1]) + _FIRST_STEPS, 6), 1.0]]}


# Diverts -----------------------------------------------------------------------------------------------------------


def add_diverts(
    document: dict[str, Any], system: System, state: SystemState, priors: FlowPriors, length_hours: float
) -> None:
    """While a divert is agreed a share of who would come goes to the other site, later by the road between the two.

    To a hospital outside the system they are gone. Several diverts of one site share those who are turned away.
    """
    agreed: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for each in state.agreed:
        if each.family == "divert" and each.state == "in_force" and each.kind in DIVERTED:
            assert each.from_site is not None  # of a divert both are said
            assert each.to_site is not None
            end = min(_ends_in(each, state.as_at, priors), length_hours)
            agreed.setdefault((each.from_site, DIVERTED[each.kind]), []).append((each.to_site, end))
    for (site, way), diverts in sorted(agreed.items()):
        stream = document["arrivals"].get(f"{site}:{way}")
        if stream is None:
            continue
        known = stream.get("scale", {"steps": [[0.0, 1.0]]})["steps"]
        times = sorted({time for time, _ in known} | {end for _, end in diverts if end < length_hours})
        usual = {time: [share for start, share in known if start <= time][-1] for time in times}
        standing = {time: sum(end > time for _, end in diverts) for time in times}
        share = priors.diverts.share
        for to in sorted({to for to, _ in diverts}):
            _turned(document, system, priors, (site, way, to), {
                **stream, "scale": {"steps": [
                    [time, round(usual[time] * share * sum(each == to and end > time for each, end in diverts)
                                 / max(standing[time], 1), 6)] for time in times
                ]},
            })  # fmt: skip
        stream["scale"] = {
            "steps": [[time, round(usual[time] * (1 - share * (standing[time] > 0)), 6)] for time in times]
        }


def _ends_in(each: Agreement, as_at: datetime, priors: FlowPriors) -> float:
    """Hours until a divert ends: as was said, or after the usual length; past that it lasts a while yet."""
    end = each.until or each.since + priors.diverts.usual_hours * HOUR
    return max((end - as_at) / HOUR, priors.diverts.overdue_hours)


def _turned(
    document: dict[str, Any], system: System, priors: FlowPriors, way: tuple[str, str, str], stream: dict[str, Any]
) -> None:
    site, kind, to = way
    place = f"{to}:{_LEADS_TO[kind]}"
    if place not in document["stations"] and place not in document["pools"]:
        return
    drive = drive_hours(system, site, to) or priors.diverts.unknown_road_minutes / 60
    road = f"{site}:{kind}:to:{to}"
    document["stations"][road] = {
        "servers": "unlimited", "service": {"distribution": "constant", "value": round(drive, 6)}, "next": place,
    }  # fmt: skip
    document["arrivals"][road] = {**stream, "to": road}


# Transfers ---------------------------------------------------------------------------------------------------------


def add_transfers(document: dict[str, Any], system: System, sites: Sequence[str], priors: FlowPriors) -> None:
    """A few of each site's people go on to a bed of another: repatriation, a specialty, critical care.

    They keep their bed while the other hospital is asked, for a time that is drawn and not until it has a free bed, and
    are on the road without one. So nobody holds a bed while waiting for another's: two full hospitals that wait for
    each other's people would hold one another for ever. Where there is no bed they wait at the other hospital.
    """
    for site in sites:
        pool = document["pools"].get(f"{site}:beds")
        if pool is None:
            continue
        ways, asked = pool["next"]["by_class"], f"{site}:transfer"
        onward: dict[str, dict[str, float]] = {}
        for class_, share in priors.transfers.share.items():
            others = _others(document, system, site, sites, class_)
            if class_ in ways and others and share > 0:
                ways[class_] = {name: each * (1 - share) for name, each in ways[class_].items()} | {asked: share}
                every = sum(others.values())
                onward[class_] = {f"{site}:road:{to}": weight / every for to, weight in others.items()}
                for to in others:
                    _add_road(document, system, site, to)
        if onward:
            document["stations"][asked] = {
                "servers": "unlimited", "service": said(priors.transfers.asking, DAY_HOURS), "carries": True,
                "next": {"by_class": onward},
            }  # fmt: skip


def _add_road(document: dict[str, Any], system: System, site: str, to: str) -> None:
    hours = drive_hours(system, site, to)
    assert hours is not None  # it is how the other site was found
    document["stations"][f"{site}:road:{to}"] = {
        "servers": "unlimited", "service": {"distribution": "constant", "value": round(hours, 6)}, "next": f"{to}:beds",
    }  # fmt: skip


def _others(
    document: dict[str, Any], system: System, site: str, sites: Sequence[str], class_: str
) -> dict[str, float]:  # fmt: skip
    """The likeliest other sites with the kind of bed that the class needs, weighted by beds and nearness."""
    found = {}
    for other in sites:
        hours, pool = drive_hours(system, site, other), document["pools"].get(f"{other}:beds")
        beds = pool["beds"].get(_NEEDS[class_], 0) if pool is not None else 0
        if other != site and hours and beds:
            found[other] = beds / hours
    return dict(sorted(found.items(), key=lambda each: (-each[1], each[0]))[:_LIKELIEST])
