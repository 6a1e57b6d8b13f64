"""States of the configured system with the people that a test puts in it, and demand the same each hour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from services.configuration import load_system
from services.configuration_flow import load_flow_priors
from services.domain.agreed import Agreement
from services.domain.phases import Phase
from services.domain.state import Journey, Passed, SystemState, UnitState, Vehicle
from services.flow_model.system.demand_table import HourlyArrivals
from services.flow_model.system.whole import whole_system

SYSTEM = load_system()
PRIORS = load_flow_priors()
AS_AT = datetime(2026, 1, 20, 10, tzinfo=UTC)  # a Tuesday, the same hour in London
A, B, OUTSIDE = "RPA02", "RVV01", "RJZ30"
DAILY = {
    (A, "ambulance"): 48.0, (A, "walk_in"): 96.0, (A, "child"): 24.0, (A, "emergency"): 36.0, (B, "ambulance"): 24.0,
    (B, "emergency"): 12.0,
}  # fmt: skip


def units() -> tuple[UnitState, ...]:
    since = AS_AT - timedelta(days=300)
    return tuple(
        UnitState(unit.code, unit.site, now.core, now.escalation, 0, "configured", since, None, None)
        for unit in sorted(SYSTEM.units(), key=lambda each: each.code)
        for now in unit.capacities[-1:]
    )


def state(*journeys: Journey, vehicles: tuple[Vehicle, ...] = (), **said: Any) -> SystemState:
    told: dict[str, Any] = {"discharges": (), "agreed": (), **said}
    return SystemState(
        AS_AT, AS_AT, units(), journeys, vehicles, told["discharges"], (), (), (), told["agreed"]
    )  # fmt: skip


def arrivals(daily: Mapping[tuple[str, str], float] = DAILY, days: int = 14) -> HourlyArrivals:
    start = AS_AT.replace(hour=0) - timedelta(days=days)
    return HourlyArrivals(start, {key: np.full(days * 24, each / 24) for key, each in sorted(daily.items())})


def document(told: SystemState, demand: HourlyArrivals | None = None, hours: float = 24, priors: Any = PRIORS) -> Any:
    return whole_system(SYSTEM, told, demand or arrivals(), priors, hours).document


def hours_ago(hours: float) -> datetime:
    return AS_AT - timedelta(hours=hours)


def journey(kind: Any, unit: str | None, phases: Mapping[str, float], key: str = "j1", **said: Any) -> Journey:
    """phases: by name, since how many hours."""
    site = said.pop("site", unit.partition("-")[0] if unit else None)
    made = tuple(Phase(name, site, unit, None, None, hours_ago(since), None) for name, since in phases.items())
    given: dict[str, Any] = {
        "milestones": (Passed("x", hours_ago(max(phases.values()))),), "acuity": None, "stream": None, "bed_kind": None,
        "age_band": "65-74", "specialty": None, "pathway": None, "ready_date": None, "person": None, "follows": None,
        "derived": False, **said,
    }  # fmt: skip
    return Journey(key=key, kind=kind, site=site, unit=unit, phases=made, **given)


def vehicle(minutes: float | None, key: str = "v1", site: str = A) -> Vehicle:
    """On the way for ten minutes; minutes: until it is expected."""
    expected = None if minutes is None else AS_AT + timedelta(minutes=minutes)
    return Vehicle(key, "conveying", site, hours_ago(1 / 6), "c2", expected)


def divert(to: str = B, until: float | None = 2.0, since: float = 1.0, kind: str = "ambulance") -> Agreement:
    """From A, agreed `since` hours ago, until so many hours from the moment of the state."""
    end = None if until is None else hours_ago(-until)
    return Agreement(
        "divert", "in_force", f"d-{to}-{kind}", A, kind, None, A, to, "crowding", None, hours_ago(since), end
    )  # fmt: skip
