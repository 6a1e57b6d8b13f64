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
        others = _others(document, system, site, sites)
        if pool is None or not others:
            continue
        ways = pool["next"]["by_class"]
        for class_, share in priors.transfers.share.items():
            targets = {to: weight for to, weight in others.items() if _can_have(document, to, class_)}
            if class_ not in ways or not targets or share <= 0:
                continue
            asked = f"{site}:transfer_{class_}"
            ways[class_] = {name: each * (1 - share) for name, each in ways[class_].items()} | {asked: share}
            every = sum(targets.values())
            document["stations"][asked] = {
                "servers": "unlimited", "service": said(priors.transfers.asking, DAY_HOURS), "carries": True,
                "next": {f"{site}:road:{to}": weight / every for to, weight in targets.items()},
            }  # fmt: skip
            for to in targets:
                hours = drive_hours(system, site, to)
                assert hours is not None  # it is how they were found
                document["stations"][f"{site}:road:{to}"] = {
                    "servers": "unlimited", "service": {"distribution": "constant", "value": round(hours, 6)},
                    "next": f"{to}:beds",
                }  # fmt: skip


def _others(document: dict[str, Any], system: System, site: str, sites: Sequence[str]) -> dict[str, float]:
    """The other sites with beds: the more and the nearer, the likelier."""
    found = {}
    for other in sites:
        hours = drive_hours(system, site, other)
        if other != site and hours and f"{other}:beds" in document["pools"]:
            found[other] = sum(document["pools"][f"{other}:beds"]["beds"].values()) / hours
    return found


def _can_have(document: dict[str, Any], site: str, class_: str) -> bool:
    """Whether a site has a bed of the kind that the class needs, and not only one to make do."""
    kinds = document["pools"][f"{site}:beds"]["beds"]
    return {"ward": "ga_adult", "critical": "critical_care", "child_ward": "ga_paediatric"}[class_] in kinds
