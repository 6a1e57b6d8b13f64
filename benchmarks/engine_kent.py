"""Kent as it is on an ordinary day, by configuration and published volumes, without a store: for timing alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from services.configuration import load_system
from services.configuration_flow import load_flow_priors
from services.domain.state import SystemState, UnitState
from services.domain.system import System
from services.flow_model.system.capacity import beds_by_kind
from services.flow_model.system.demand_table import HourlyArrivals
from services.flow_model.system.whole import whole_system

AS_AT = datetime(2026, 1, 20, 10, tzinfo=UTC)
HISTORY_DAYS = 28
#: NHS England, 2024/25: attendances of the four trusts, those of them who stay, and the share of beds in use.
ATTENDANCES_A_DAY, ADMISSIONS_A_DAY, OCCUPIED = 2_584, 556, 0.921
IN_DEPARTMENT = 50
_HOURS = np.array([
    2, 1.7, 1.5, 1.4, 1.3, 1.4, 1.8, 2.8, 4.3, 5.6, 6.3, 6.5, 6.3, 6.1, 5.9, 5.8, 5.9, 6, 6, 5.8, 5.2, 4.4, 3.5, 2.7,
])  # fmt: skip


def kent(sites: int) -> dict[str, Any]:
    """The network of the whole system with the arrivals and people of its first acute sites alone."""
    system = load_system()
    departments = [site.code for site in system.sites if site.ed_type == 1]
    others = [site.code for site in system.sites if site.ed_type not in (None, 1)]
    state = SystemState(AS_AT, AS_AT, _units(system), (), (), (), (), (), ())
    units = {unit.code: unit for unit in state.units}
    acute = [site.code for site in system.sites if beds_by_kind(site, units)]
    kept = set(acute[:sites]) | (set(others) if sites >= len(acute) else set())
    roads = tuple(each for each in system.neighbours if {each.site, each.neighbour} <= kept)
    made = whole_system(
        replace(system, neighbours=roads), state, _arrivals(departments, others), load_flow_priors()
    )  # fmt: skip
    document = made.document
    for section in ("arrivals", "stations", "pools", "gates"):
        document[section] = {
            name: place for name, place in document[section].items()
            if name.partition(":")[0] in kept or name.partition(":")[0] not in made.sites
        }  # fmt: skip
    document["start"] = [one for site in acute[:sites] for one in _people(site, document)]
    return document


def _units(system: System) -> tuple[UnitState, ...]:
    since = AS_AT - timedelta(days=300)
    return tuple(
        UnitState(unit.code, unit.site, now.core, now.escalation, 0, "configured", since, None, None)
        for unit in sorted(system.units(), key=lambda each: each.code)
        for now in unit.capacities[-1:]
    )


def _arrivals(departments: list[str], others: list[str]) -> HourlyArrivals:
    """The same each day: a day's attendances by the hour, three in ten at units without a full department."""
    day = np.tile(_HOURS / _HOURS.sum(), HISTORY_DAYS)
    major = ATTENDANCES_A_DAY * 0.7 / len(departments)
    daily = {(site, "urgent_care"): ATTENDANCES_A_DAY * 0.3 / len(others) for site in others}
    for site in departments:
        daily |= {
            (site, "ambulance"): major * 0.25, (site, "walk_in"): major * 0.55, (site, "child"): major * 0.2,
            (site, "emergency"): ADMISSIONS_A_DAY * 0.93 / len(departments),
            (site, "emergency_child"): ADMISSIONS_A_DAY * 0.07 / len(departments),
            (site, "planned"): 10.0, (site, "maternity"): 12.0,
        }  # fmt: skip
    start = AS_AT.replace(hour=0) - timedelta(days=HISTORY_DAYS)
    return HourlyArrivals(start, {key: number * day for key, number in sorted(daily.items())})


def _people(site: str, document: dict[str, Any]) -> list[dict[str, Any]]:
    """People in beds since up to three weeks, and in the department since up to four hours."""
    made = []
    of = {"ga_adult": "ward", "ga_paediatric": "child_ward", "critical_care": "critical", "maternity": "maternity"}
    for kind, beds in document["pools"][f"{site}:beds"]["beds"].items():
        number = round(beds * OCCUPIED)
        if kind in of and number:
            elapsed = (504 * ((np.arange(number) + 0.5) / number) ** 3).tolist()
            made.append({"place": f"{site}:beds", "of": of[kind], "kind": kind, "elapsed": elapsed})
    if f"{site}:handover" in document["stations"]:
        elapsed = (4 * (np.arange(IN_DEPARTMENT) + 0.5) / IN_DEPARTMENT).tolist()
        made.append({"place": f"{site}:department", "of": "home", "kind": "seat", "elapsed": elapsed})
    return made
