"""Marks of the people at a site: who is where and since when, and nothing that says who.

One mark for each open phase that the counts count, so that the marks of a unit are as many as its figure says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg import Connection

from services.domain.phases import Phase
from services.domain.state import Journey, SystemState
from services.domain.system import System
from services.store import state as state_store

Service = Literal["ed", "bed", "ambulance", "virtual_ward", "mental_health", "s136"]
#: The phase that counts somebody -> the service, and the phase that says since when they are in it.
_COUNTED: dict[str, tuple[Service, str]] = {
    "ed.department": ("ed", "ed.department"),
    "bed.place": ("bed", "bed.stay"),
    "virtual_ward.stay": ("virtual_ward", "virtual_ward.stay"),
    "mh.place": ("mental_health", "mh.stay"),
    "s136.place": ("s136", "s136.detention"),
    "ambulance.handover": ("ambulance", "ambulance.handover"),
    "ambulance.conveying": ("ambulance", "ambulance.conveying"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One person. since: arrival, admission, onboarding; for `due_in`, when the vehicle left for the site.

    expected_at and category are an ambulance's, escalation a bed's. key: the journey's pseudonymous key.
    """

    service: Service
    unit: str | None
    state: Literal["here", "due_in"]
    since: datetime
    acuity: int | None
    decided_at: datetime | None
    no_criteria_since: datetime | None
    pathway: int | None
    age_band: str | None
    escalation: bool
    category: str | None
    expected_at: datetime | None
    key: str


def marks_of(state: SystemState, site: str) -> list[Mark]:
    """Everybody at the site or on the way to it, by service, unit and time; ghosts and stale journeys are left out."""
    expected = {vehicle.key: vehicle.expected_at for vehicle in state.vehicles}
    found = [mark for journey in state.journeys for mark in _marks(journey, site, expected.get(journey.key))]
    return sorted(found, key=lambda mark: (mark.service, mark.unit or "", mark.since, mark.key))


def left_out(journeys: Iterable[Journey], site: str) -> int:
    """How many of the journeys that are in no count would have had a mark here."""
    return sum(1 for journey in journeys if any(_marks(journey, site, None)))


def _marks(journey: Journey, site: str, expected_at: datetime | None) -> Iterator[Mark]:
    unended: dict[str, Phase] = {phase.name: phase for phase in journey.phases}
    for phase in journey.phases:
        if phase.name not in _COUNTED or phase.site != site:
            continue
        service, lasting = _COUNTED[phase.name]
        units = {"ed": _unit(unended.get("ed.area")), "ambulance": None}
        decided = unended.get("ed.bed_wait") if service == "ed" else None
        ready = unended.get("discharge.no_criteria") if service == "bed" else None
        yield Mark(
            service=service,
            unit=units.get(service, phase.unit),
            state="due_in" if phase.name == "ambulance.conveying" else "here",
            since=unended.get(lasting, phase).from_at,
            acuity=journey.acuity if service == "ed" else None,
            decided_at=decided.from_at if decided else None,
            no_criteria_since=ready.from_at if ready else None,
            pathway=int(ready.label[-1]) if ready and ready.label else None,
            age_band=journey.age_band,
            escalation=service == "bed" and phase.value == 1.0,
            category=phase.label if service == "ambulance" else None,
            expected_at=expected_at if phase.name == "ambulance.conveying" else None,
            key=journey.key,
        )


def _unit(area: Phase | None) -> str | None:
    return area.unit if area else None


def shown(mark: Mark, t: datetime, *, keyed: bool) -> dict[str, Any]:
    """A mark as the API gives it at t; without keys nothing in it leads back to a journey."""
    return {
        "service": mark.service, "unit": mark.unit, "state": mark.state, "since": mark.since,
        "minutes": _minutes(mark.since, t), "acuity": mark.acuity, "decision_to_admit": mark.decided_at is not None,
        "decided_minutes": _minutes(mark.decided_at, t), "no_criteria_to_reside": mark.no_criteria_since is not None,
        "no_criteria_minutes": _minutes(mark.no_criteria_since, t), "pathway": mark.pathway,
        "age_band": mark.age_band, "escalation": mark.escalation, "category": mark.category,
        "expected_at": mark.expected_at, "key": mark.key if keyed else None,
    }  # fmt: skip


def _minutes(since: datetime | None, t: datetime) -> float | None:
    return None if since is None else round((t - since).total_seconds() / 60, 1)


def read(
    connection: Connection[Any], system: System, site: str, t: datetime, *, known_at: datetime | None = None,
    keyed: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """The marks of a site at t as known at known_at, from the store; how many journeys are left out, and why."""
    seen = state_store.read_site(connection, system, site, t, known_at)
    return {
        "as_at": t, "known_at": known_at or t, "site": site, "keyed": keyed,
        "left_out": {"ghosts": left_out(seen.ghosts, site), "stale": left_out(seen.stale, site)},
        "people": [shown(mark, t, keyed=keyed) for mark in marks_of(seen, site)],
    }  # fmt: skip
