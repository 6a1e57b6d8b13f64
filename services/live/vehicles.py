"""The vehicles that wait at a hospital or are on their way to one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from services.domain.phases import Phase
from services.domain.system import System
from services.store import picture

#: The phase that makes a vehicle -> what it does.
_VEHICLES = {"ambulance.handover": "waiting", "ambulance.conveying": "due_in"}


def read(
    connection: Connection[Any], system: System, t: datetime, *, known_at: datetime | None = None
) -> dict[str, Any]:
    """Every ambulance that waits at a hospital or is on its way to one, by nothing but its times and its category."""
    open_now = picture.read_open(connection, system, t, _VEHICLES, known_at=known_at)
    sites: dict[str, list[dict[str, Any]]] = {site.code: [] for site in system.sites if site.ed_type == 1}
    for phase in open_now:
        if phase.site in system.site_by_code:
            sites.setdefault(phase.site or "", []).append(_vehicle(phase))
    rows = [{"code": code, "vehicles": vehicles} for code, vehicles in sites.items()]
    return {"as_at": t, "known_at": known_at or t, "sites": rows}


def _vehicle(phase: Phase) -> dict[str, Any]:
    state = _VEHICLES[phase.name]
    expected = None if phase.value is None else phase.from_at + timedelta(minutes=phase.value)
    return {
        "state": state, "since": phase.from_at, "category": phase.label,
        "expected_at": expected if state == "due_in" else None,
    }  # fmt: skip
