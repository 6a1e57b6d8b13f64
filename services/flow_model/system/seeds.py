"""The people of a state as a network's start: each where they are, since when, and by the key of their journey."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from services.domain.phases import Phase
from services.domain.state import DischargePlan, Journey, SystemState, Vehicle
from services.domain.system import Site, System
from services.flow_model.system.departments import until_decided
from services.flow_model.system.priors import FlowPriors
from services.flow_model.system.roads import CLOCK, at_a_moment, left_until
from services.flow_model.system.standing import pathway_of

#: Beds' kinds and the class of somebody in one.
IN_BED = {
    "ga_adult": "ward", "ga_paediatric": "child_ward", "critical_care": "critical", "maternity": "maternity",
    "neonatal": "neonatal",
}  # fmt: skip
ASKED_FOR = {"ga_paediatric": "child_ward", "critical_care": "critical"}
CHILD = "0-17"
GRAINS = 20  # a share is said in twentieths: people of nearly the same stand together
_KIND_OF_AREA = {"majors": "cubicle", "resus": "cubicle", "corridor": "corridor", "paediatric": "child"}

Shares = Mapping[str, float]


@dataclass(frozen=True)
class _Seed:
    """Somebody at the start. of: the class, or the share of each. elapsed: hours, of a wait where `waiting`."""

    place: str
    of: str | tuple[tuple[str, float], ...]
    elapsed: float
    key: str
    waiting: bool = False
    holding: str | None = None
    kind: str | None = None

    @property
    def alike(self) -> tuple[Any, ...]:
        return self.place, self.of, self.waiting, self.holding, self.kind


class Seeds:
    """What the people of one state are in a network. by_way: a site's shares of classes by the way in; slower: what the
    times of its department are multiplied by."""

    def __init__(
        self, system: System, state: SystemState, document: dict[str, Any], priors: FlowPriors,
        by_way: Mapping[str, Mapping[str, Shares]], slower: Mapping[str, float],
    ) -> None:  # fmt: skip
        self.system = system
        self.state = state
        self.document = document
        self.priors = priors
        self.by_way = by_way
        self.slower = slower
        self.plans = {plan.key: plan for plan in state.discharges}

    def start(self) -> list[dict[str, Any]]:
        """`start` of the document, whose places stand already. Who has no place in the network is left out."""
        found = [seed for journey in self.state.journeys for seed in self._of(journey)]
        found += [seed for vehicle in self.state.vehicles for seed in self._conveyed(vehicle)]
        places = {name for section in ("stations", "pools", "gates") for name in self.document[section]}
        grouped: dict[tuple[Any, ...], list[tuple[float, str]]] = {}
        for seed in found:
            if seed.place in places:
                grouped.setdefault(seed.alike, []).append((seed.elapsed, seed.key))
        made = []
        for (place, of, waiting, holding, kind), people in sorted(grouped.items(), key=lambda each: str(each[0])):
            people.sort(key=lambda each: (-each[0], each[1]))
            one: dict[str, Any] = {
                "place": place, "of": of if isinstance(of, str) else dict(of),
                "elapsed": [elapsed for elapsed, _ in people], "keys": [key for _, key in people],
            }  # fmt: skip
            one |= {"waiting": True} if waiting else {}
            one |= {"holding": holding} if holding else {}
            one |= {"kind": kind} if kind else {}
            made.append(one)
        return made

    def _of(self, journey: Journey) -> Iterator[_Seed]:
        phases = {phase.name: phase for phase in journey.phases}
        seed: _Seed | None = None
        if journey.kind == "ed" and "sdec.attendance" in phases:
            since = self._hours(phases["sdec.attendance"])
            seed = _Seed(f"{journey.site}:sdec", "same_day", since, journey.key)
        elif journey.kind == "ed":
            seed = self._in_department(journey, phases)
        elif journey.kind == "ambulance" and "ambulance.handover" in phases:
            of = self._by_ambulance(journey.site)
            waiting = self._hours(phases["ambulance.handover"])
            seed = _Seed(f"{journey.site}:handover", of, waiting, journey.key) if of else None
        elif journey.kind == "stay" and "bed.place" in phases:
            seed = self._in_bed(journey, phases)
        elif journey.kind == "virtual_ward" and "virtual_ward.stay" in phases:
            since = self._hours(phases["virtual_ward.stay"])
            seed = _Seed(f"{journey.site}:virtual", "virtual", since, journey.key)
        if seed is not None:
            yield seed

    def _hours(self, phase: Phase) -> float:
        return max(0.0, (self.state.as_at - phase.from_at).total_seconds() / 3600)

    # Ambulances ---------------------------------------------------------------------------------------------------

    def _by_ambulance(self, site: str | None) -> tuple[tuple[str, float], ...]:
        return tuple(self.by_way.get(site or "", {}).get("ambulance", {}).items())

    def _conveyed(self, vehicle: Vehicle) -> Iterator[_Seed]:
        """On the way to a site: there when it says, or after what is usually left of the drive."""
        of = self._by_ambulance(vehicle.site)
        if vehicle.status != "conveying" or not of:
            return
        name = f"{vehicle.site}:conveying"
        if name not in self.document["stations"]:
            at_a_moment(self.document, name, f"{vehicle.site}:handover", carries=False)
        if vehicle.expected_at is not None:
            elapsed = left_until(self.state.as_at, vehicle.expected_at)
        else:
            driven = np.array([max(0.0, (self.state.as_at - vehicle.since).total_seconds() / 3600)])
            left = self.priors.handover.conveying.remaining(np.array([0.5]), driven)
            elapsed = round(CLOCK - float(left[0]), 6)
        yield _Seed(name, of, elapsed, vehicle.key)

    # Departments --------------------------------------------------------------------------------------------------

    def _in_department(self, journey: Journey, phases: Mapping[str, Phase]) -> _Seed | None:
        since = phases.get("ed.department")
        site = self.system.site_by_code.get(journey.site or "")
        if since is None or site is None:
            return None
        place, elapsed = f"{site.code}:department", self._hours(since)
        if site.ed_type != 1:
            return _Seed(place, "urgent_care", elapsed, journey.key)
        unit = self.system.unit_by_code.get(journey.unit or "")
        kind = _KIND_OF_AREA.get((unit.area if unit is not None else None) or "", "seat")
        wait = phases.get("ed.bed_wait")
        if wait is not None:
            class_ = ASKED_FOR.get(journey.bed_kind or "", "ward")
            return _Seed(
                f"{site.code}:decided", class_, self._hours(wait), journey.key, holding=place, kind=kind
            )  # fmt: skip
        if "ed.referred" in phases:
            return _Seed(place, "child_ward" if journey.age_band == CHILD else "ward", elapsed, journey.key, kind=kind)
        return _Seed(place, self._undecided(site, journey, kind, elapsed), elapsed, journey.key, kind=kind)

    def _undecided(self, site: Site, journey: Journey, kind: str, elapsed: float) -> tuple[tuple[str, float], ...]:
        """Shares of classes of somebody of whom nothing is decided yet after some hours.

        Those of the way in, of which remain who would not have been decided or sent home by then; in a cubicle nobody
        is minor, on a seat who has no cubicle yet may be anything but a child's.
        """
        child = journey.age_band == CHILD
        way = "child" if child else "ambulance" if journey.follows is not None else "walk_in"
        lasts = until_decided(self.priors)
        hours = np.array([elapsed / self.slower.get(site.code, 1.0)])
        remain = {
            name: share * max(float(lasts[name].survival(hours)[0]), 1e-9)
            for name, share in self.by_way[site.code][way].items()
        }
        if kind in ("cubicle", "corridor") and not child and set(remain) - {"minor"}:
            remain.pop("minor", None)
        every = sum(remain.values())
        grains = {name: round(GRAINS * share / every) for name, share in remain.items()}
        most = max(grains, key=lambda name: (grains[name], name))
        grains[most] += GRAINS - sum(grains.values())
        return tuple((name, number / GRAINS) for name, number in sorted(grains.items()) if number > 0)

    # Beds ---------------------------------------------------------------------------------------------------------

    def _in_bed(self, journey: Journey, phases: Mapping[str, Phase]) -> _Seed | None:
        unit = self.system.unit_by_code.get(journey.unit or "")
        site = self.system.site_by_code.get(journey.site or "")
        since = phases.get("bed.stay") or phases["bed.place"]
        if unit is None or site is None:
            return None
        if unit.bed_kind == "community":
            return _Seed(f"{site.place}:community", "community", self._hours(since), journey.key)
        if unit.bed_kind not in IN_BED:
            return None
        elective = since.label == "elective" and unit.bed_kind == "ga_adult"
        class_, beds = "planned" if elective else IN_BED[unit.bed_kind], f"{site.code}:beds"
        plan = self.plans.get(journey.key)
        if plan is not None and beds in self.document["pools"]:
            return self._planned(site, plan, class_, unit.bed_kind, journey.key)
        ready = phases.get("discharge.no_criteria")
        if ready is None:
            return _Seed(beds, class_, self._hours(since), journey.key, kind=unit.bed_kind)
        arranging = f"{site.code}:arranging_{pathway_of(journey) or 0}"
        if arranging not in self.document["stations"]:  # a pathway that no service of the place starts
            arranging = f"{site.code}:arranging_0"
        return _Seed(arranging, class_, self._hours(ready), journey.key, holding=beds, kind=unit.bed_kind)

    def _planned(self, site: Site, plan: DischargePlan, class_: str, kind: str, key: str) -> _Seed:
        """Who leaves at a time that is planned; of some of them nothing comes of it, and they wait for another slot."""
        name = f"{site.code}:planned_{plan.certainty}"
        if name not in self.document["stations"]:
            late = round(1 - self.priors.discharge.kept[plan.certainty], 6)
            at_a_moment(self.document, name, {f"{site.code}:home": late}, carries=True)
        elapsed = left_until(self.state.as_at, _moment(plan))
        return _Seed(name, class_, elapsed, key, holding=f"{site.code}:beds", kind=kind)


def _moment(plan: DischargePlan) -> datetime:
    return plan.starts_at or plan.expected_at
