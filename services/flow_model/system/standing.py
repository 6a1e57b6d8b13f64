"""Who is where in a state, counted by site: what durations are scaled to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.domain.state import Journey, SystemState
from services.domain.system import System

PATHWAYS = (1, 2, 3)  # of discharge, with a service that starts; pathway 0 needs none


@dataclass(frozen=True)
class Standing:
    """People by site: in an adult ward and not fit to leave; in a department and undecided; decided to admit; by (site,
    pathway): fit and waiting."""

    unfit: Mapping[str, int]
    undecided: Mapping[str, int]
    decided: Mapping[str, int]
    fit: Mapping[tuple[str, int], int]


def pathway_of(journey: Journey) -> int | None:
    """The discharge pathway with a service of its own, of somebody who no longer meets the criteria to reside."""
    return journey.pathway if isinstance(journey.pathway, int) and journey.pathway in PATHWAYS else None


def standing(system: System, state: SystemState) -> Standing:
    """Counts of a state's journeys."""
    unfit: dict[str, int] = {}
    undecided: dict[str, int] = {}
    decided: dict[str, int] = {}
    fit: dict[tuple[str, int], int] = {}
    for journey in state.journeys:
        site = journey.site or ""
        names = {phase.name: phase for phase in journey.phases}
        unit = system.unit_by_code.get(journey.unit or "")
        if journey.kind == "ed" and "ed.bed_wait" in names:
            decided[site] = decided.get(site, 0) + 1
        elif journey.kind == "ed" and "ed.department" in names and "sdec.attendance" not in names:
            undecided[site] = undecided.get(site, 0) + 1
        elif journey.kind == "stay" and "bed.place" in names and unit is not None and unit.bed_kind == "ga_adult":
            since = names.get("bed.stay") or names["bed.place"]
            pathway = pathway_of(journey)
            if "discharge.no_criteria" not in names:
                if since.label != "elective":
                    unfit[site] = unfit.get(site, 0) + 1
            elif pathway is not None:
                fit[site, pathway] = fit.get((site, pathway), 0) + 1
    return Standing(unfit, undecided, decided, fit)
