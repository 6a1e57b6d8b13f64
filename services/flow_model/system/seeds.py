"""The people of a state as a network's start: each where they are, since when, and by the key of their journey."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from services.domain.phases import Phase
from services.domain.state import Journey, SystemState
from services.domain.system import System

#: Beds' kinds and the class of somebody in one.
IN_BED = {
    "ga_adult": "ward", "ga_paediatric": "child_ward", "critical_care": "critical", "maternity": "maternity",
    "neonatal": "neonatal",
}  # fmt: skip
ASKED_FOR = {"ga_paediatric": "child_ward", "critical_care": "critical"}
CHILD = "0-17"
_KIND_OF_AREA = {"majors": "cubicle", "resus": "cubicle", "corridor": "corridor", "paediatric": "child"}


def seeds(system: System, state: SystemState, document: dict[str, Any]) -> list[dict[str, Any]]:
    """`start` of the document, whose places stand already. Who has no place in the network is left out."""
    found = [one for journey in state.journeys for one in _seed(system, state.as_at, journey, document["pools"])]
    grouped: dict[tuple[Any, ...], list[tuple[float, str]]] = {}
    for place, of, waiting, holding, kind, elapsed, key in found:
        grouped.setdefault((place, of, waiting, holding, kind), []).append((elapsed, key))
    made = []
    for (place, of, waiting, holding, kind), people in sorted(grouped.items(), key=lambda each: str(each[0])):
        people.sort(key=lambda each: (-each[0], each[1]))
        one: dict[str, Any] = {
            "place": place, "of": of, "elapsed": [elapsed for elapsed, _ in people], "keys": [key for _, key in people],
        }  # fmt: skip
        one |= {"waiting": True} if waiting else {}
        one |= {"holding": holding} if holding else {}
        one |= {"kind": kind} if kind else {}
        made.append(one)
    return made


_Seed = tuple[str, str, bool, str | None, str | None, float, str]


def _seed(system: System, as_at: datetime, journey: Journey, pools: dict[str, Any]) -> Iterator[_Seed]:
    phases = {phase.name: phase for phase in journey.phases}
    made: _Seed | None = None
    if journey.kind == "ed":
        made = _in_department(system, as_at, journey, phases)
    elif journey.kind == "ambulance" and "ambulance.handover" in phases and journey.site is not None:
        waiting = _hours(phases["ambulance.handover"], as_at)
        made = (f"{journey.site}:handover", "home", False, None, None, waiting, journey.key)
        if f"{journey.site}:department" not in pools or isinstance(pools[f"{journey.site}:department"]["beds"], str):
            made = None
    elif journey.kind == "stay" and "bed.place" in phases:
        made = _in_bed(system, as_at, journey, phases)
    elif journey.kind == "virtual_ward" and "virtual_ward.stay" in phases:
        hours = _hours(phases["virtual_ward.stay"], as_at)
        made = (f"{journey.site}:virtual", "virtual", False, None, None, hours, journey.key)
    if made is not None and (made[0] in pools or not made[0].endswith((":department", ":beds", ":virtual"))):
        yield made


def _hours(phase: Phase, as_at: datetime) -> float:
    return max(0.0, (as_at - phase.from_at).total_seconds() / 3600)


def _in_department(
    system: System, as_at: datetime, journey: Journey, phases: dict[str, Phase]
) -> _Seed | None:  # fmt: skip
    since = phases.get("ed.department")
    site = system.site_by_code.get(journey.site or "")
    if since is None or site is None:
        return None
    place = f"{site.code}:department"
    if site.ed_type != 1:
        return place, "urgent_care", False, None, None, _hours(since, as_at), journey.key
    unit = system.unit_by_code.get(journey.unit or "")
    area = unit.area if unit is not None else None
    child = journey.age_band == CHILD
    kind = _KIND_OF_AREA.get(area or "", "seat")
    wait = phases.get("ed.bed_wait")
    if wait is not None:
        class_ = ASKED_FOR.get(journey.bed_kind or "", "ward")
        return f"{site.code}:decided", class_, False, place, kind, _hours(wait, as_at), journey.key
    if child:
        class_ = "child_ward" if "ed.referred" in phases else "child_home"
    elif "ed.referred" in phases:
        class_ = "ward"
    else:
        class_ = "home" if kind in ("cubicle", "corridor") else "minor"
    return place, class_, False, None, kind, _hours(since, as_at), journey.key


def _in_bed(system: System, as_at: datetime, journey: Journey, phases: dict[str, Phase]) -> _Seed | None:
    unit = system.unit_by_code.get(journey.unit or "")
    site = system.site_by_code.get(journey.site or "")
    since = phases.get("bed.stay") or phases["bed.place"]
    if unit is None or site is None:
        return None
    if unit.bed_kind == "community":
        return f"{site.place}:community", "community", False, None, None, _hours(since, as_at), journey.key
    if unit.bed_kind not in IN_BED:
        return None
    class_ = "planned" if since.label == "elective" and unit.bed_kind == "ga_adult" else IN_BED[unit.bed_kind]
    beds = f"{site.code}:beds"
    ready = phases.get("discharge.no_criteria")
    if ready is not None:
        pathway = journey.pathway if journey.pathway in (1, 2, 3) else None
        gate = f"{site.place}:pathway_{pathway}" if pathway else f"{site.code}:home"
        return gate, class_, True, beds, unit.bed_kind, _hours(ready, as_at), journey.key
    return beds, class_, False, None, unit.bed_kind, _hours(since, as_at), journey.key
