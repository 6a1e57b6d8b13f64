"""What takes people out of acute beds: discharge services by place and pathway, community beds, virtual wards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.domain.state import SystemState, UnitState
from services.domain.system import PathwayCapacity, Site, System
from services.flow_model.system.capacity import DAY_HOURS, AddStream, community_beds, mean, of_kind, said, stretch
from services.flow_model.system.demand_table import LONDON, Expected
from services.flow_model.system.priors import FlowPriors
from services.flow_model.system.standing import PATHWAYS, Standing

OPENS, CLOSES = 9, 17  # local: when services start
FEW = 10.0  # people: of fewer who wait, as much is said by who is admitted
MOST_SHARE = 0.45  # of a site's adults who leave, onto all pathways

Shares = dict[str, dict[int, float]]


def pathway_shares(
    system: System, state: SystemState, sites: Sequence[Site], arrivals: Expected, priors: FlowPriors,
    people: Standing,
) -> Shares:  # fmt: skip
    """By site, the share of adults leaving who go on each pathway.

    As many go as the services of their place start, but for the share that goes unused; a site has of them what it has
    of the people who wait, and where few do, of the people admitted.
    """
    shares: Shares = {site.code: {} for site in sites}
    starts = starts_a_day(system, state)
    for place in system.places:
        here = [site for site in sites if site.place == place.code]
        admits = {site.code: arrivals.daily(site.code, "emergency") for site in here}
        every = sum(admits.values())
        for pathway in PATHWAYS:
            flow = starts.get((place.code, pathway), 0.0) * priors.services.used
            weights = {
                code: people.fit.get((code, pathway), 0) + FEW * number / every if every else 0.0
                for code, number in admits.items()
            }
            for code, weight in weights.items():
                if flow and admits[code]:
                    shares[code][pathway] = flow * weight / sum(weights.values()) / admits[code]
    for each in shares.values():
        over = sum(each.values()) / MOST_SHARE
        if over > 1:
            each.update({pathway: share / over for pathway, share in each.items()})
    return shares


def starts_a_day(system: System, state: SystemState) -> dict[tuple[str, int], float]:
    """What each place's services can start a day on each pathway, as configured for the day of the state."""
    today = state.as_at.astimezone(LONDON).date()
    newest: dict[tuple[str, int, str], PathwayCapacity] = {}
    for each in sorted(system.pathways, key=lambda one: one.valid_from):
        if each.valid_from <= today:
            newest[each.place, each.pathway, each.council] = each
    starts: dict[tuple[str, int], float] = {}
    for (place, pathway, _), each in newest.items():
        starts[place, pathway] = starts.get((place, pathway), 0.0) + each.starts_per_day
    return starts


def add_services(
    document: dict[str, Any], system: System, state: SystemState, sites: Sequence[Site], units: Mapping[str, UnitState],
    priors: FlowPriors, people: Standing,
) -> None:  # fmt: skip
    """For each pathway the time in which a discharge is arranged, in bed, and then the place's slots to start it."""
    week = priors.services.by_weekday
    for (place, pathway), starts in sorted(starts_a_day(system, state).items()):
        if starts <= 0:
            continue
        hours = [starts * day * 7 / sum(week) / (CLOSES - OPENS) if OPENS <= hour < CLOSES else 0.0
                 for day in week for hour in range(DAY_HOURS)]  # fmt: skip
        gate: dict[str, Any] = {"slots": {"by_hour": [round(each, 6) for each in hours]}, "keep": 2}
        community = community_beds(system, place, units)
        if pathway == 2 and community:
            # Most people on pathway 2 go to rehabilitation elsewhere: here only as many as the beds can take.
            takes = community / (mean(priors.stays.community) * starts)
            gate["next"] = {f"{place}:community": round(min(1.0, takes), 4)}
        document["gates"][f"{place}:pathway_{pathway}"] = gate
        here = [site.code for site in sites if site.place == place]
        waiting = sum(people.fit.get((code, pathway), 0) for code in here)
        time = priors.services.arranging[pathway]
        longer = stretch(mean(time) * DAY_HOURS, waiting, starts * priors.services.used, priors.few_people)
        for code in here:
            if f"{code}:beds" in document["pools"]:
                document["stations"][f"{code}:arranging_{pathway}"] = {
                    "servers": "unlimited", "service": said(time, DAY_HOURS * longer), "carries": True,
                    "next": f"{place}:pathway_{pathway}",
                }  # fmt: skip


def add_beyond(
    document: dict[str, Any], system: System, units: Mapping[str, UnitState], priors: FlowPriors, stream: AddStream
) -> None:
    """Community hospitals' beds by place, and virtual wards."""
    for place in (place.code for place in system.places):
        beds = community_beds(system, place, units)
        if beds is not None:
            document["pools"][f"{place}:community"] = {"beds": beds, "stay": said(priors.stays.community, DAY_HOURS)}
    for site in system.sites:
        places = of_kind(site, units, "virtual_ward")
        if places is not None:
            name = f"{site.code}:virtual"
            document["pools"][name] = {"beds": places, "stay": said(priors.stays.virtual, DAY_HOURS)}
            stream(site.code, "virtual", name, {"virtual": 1.0})
