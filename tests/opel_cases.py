"""Readings of an acute provider, and the scores that the reconstruction tables give them."""

from __future__ import annotations

from collections.abc import Mapping

from services.configuration import load_system
from services.domain.opel import Assessment, Reading, assess, score
from services.domain.opel_tables import Edition, OpelTables, Parameter

TABLES: OpelTables = load_system().opel
OLD, NEW = "2023-24", "2024-26"


def edition(code: str) -> Edition:
    found = TABLES.edition(code)
    assert found is not None
    return found


def parameters(code: str) -> dict[str, Parameter]:
    return {each.code: each for each in edition(code).pillar("acute").parameters}


def points_of(parameter: Parameter, value: float) -> int:
    """The points of a value in the parameter's unit (percent or minutes)."""
    reading = Reading(value / 100, numerator=value, denominator=100) if parameter.unit == "percent" else Reading(value)
    names = (parameter.measure, parameter.measure_last_24h)
    points = score(parameter, {name: reading for name in names if name}, least_n=0).points
    assert points is not None
    return points


def share(numerator: float, denominator: float) -> Reading:
    return Reading(numerator / denominator, numerator, denominator)


#: The worked site of the pictures: William Harvey, 12 January 2026, 18:40; 17 points of 24.
WILLIAM_HARVEY = {
    "ambulance.handover_mean_today": Reading(29.0, n=71),
    "ambulance.handover_mean_last_24h": Reading(27.0, n=96),
    "ed.within_4h_today": share(171, 282),
    "ed.within_4h_last_24h": share(230, 360),
    "ed.majors_resus_occupancy": share(46, 40),
    "ed.time_to_treatment_today": Reading(117.0, n=219),
    "ed.time_to_treatment_last_24h": Reading(110.0, n=300),
    "ed.over_12h": share(17, 118),
    "ed.referred_share": share(43, 118),
    "beds.ga_occupancy": share(414, 431),
    "discharge.no_criteria_share": share(112, 414),
    "beds.escalation_share": share(18, 431),
    "reported.ed_attendance_variation": Reading(0.05),
}


def assessed(changes: Mapping[str, Reading] | None = None, code: str = NEW) -> Assessment:
    """The worked site with the readings of some measures changed."""
    return assess(edition(code), edition(code).pillar("acute"), {**WILLIAM_HARVEY, **(changes or {})})
