"""Measures of emergency departments and ambulances beyond what OPEL scores; part of the catalogue.

Targets are those of the plans and definitions named; where only practice is known the target says so.
"""

from __future__ import annotations

from services.domain.atoms import ended, minutes, opened, started
from services.domain.measures import Atom, Measure, Selection

_ED = "Emergency department events of the provider: arrival to departure"
_CAPACITY = (
    "Emergency department events of the provider; cubicles from unit.capacity, configuration until the first one"
)
_AMBULANCE = "Ambulance service events: arrival at hospital, handover and clear"
_RESPONSE = "Ambulance service events: call, on scene"
_PLAN = "Urgent and emergency care plan 2025/26: 45 minutes at most"
_CONTRACT = "NHS standard contract (from memory, unconfirmed)"
_STANDARD = "Ambulance Response Programme standard"
_ZERO = "Zero tolerance (from memory, unconfirmed)"

_TRIAGED = ended("ed.wait_triage", outcomes=("triaged",))
_HANDED_OVER = ended("ambulance.handover", outcomes=("handed_over",))
_WAITING = opened("ambulance.handover")


def _cubicles(area: str) -> Atom:
    return Atom(Selection("capacity.core", areas=(area,)), "value_total")


def _waiting_over(limit: int, target: float | None = None, source: str | None = None) -> Measure:
    return Measure(
        f"ambulance.waiting_over_{limit}", f"Waiting over {limit} min", "count", "people", "lower",
        f"Ambulances that arrived {limit} minutes ago or earlier and have not handed over.",
        _AMBULANCE, (opened("ambulance.handover", at_least_minutes=limit),), needs="type_1_ed",
        target=target, target_source=source,
    )  # fmt: skip


def _within(limit: int, target: float) -> Measure:
    within = ended("ambulance.handover", outcomes=("handed_over",), within_minutes=limit)
    return Measure(
        f"ambulance.handovers_within_{limit}_today", f"Handed over within {limit} min", "share", "share", "higher",
        f"Of the handovers since midnight, the share within {limit} minutes of arrival.",
        _AMBULANCE, (within,), denominator=(_HANDED_OVER,), needs="type_1_ed", target=target, target_source=_CONTRACT,
    )  # fmt: skip


def _response(category: str, name: str, mean: float | None, ninetieth: float, source: str = "") -> tuple[Measure, ...]:
    """Mean (where the standard has one) and 90th centile of the responses to a category since midnight."""
    reached = ended("ambulance.response", outcomes=("on_scene",), labels=(category,))
    said = f"minutes from the call to the first crew on scene, of the {name} calls reached since midnight."
    return (
        Measure(
            f"ambulance.response_{category.lower()}_mean_today", f"{name} response, mean", "mean", "minutes", "lower",
            f"Mean {said}", _RESPONSE, (minutes(reached),), denominator=(reached,), needs="system",
            target=mean, target_source=(source or _STANDARD) if mean is not None else None,
        ),
        Measure(
            f"ambulance.response_{category.lower()}_90th_today", f"{name} response, 90th centile", "quantile",
            "minutes", "lower", f"90th centile of the {said}", _RESPONSE, (minutes(reached, "minutes"),),
            quantile=0.9, needs="system", target=ninetieth, target_source=_STANDARD,
        ),
    )  # fmt: skip


URGENT_CARE: tuple[Measure, ...] = (
    Measure("ed.waiting_for_triage", "Waiting for triage", "count", "people", "lower",
            "People in the department who have not yet been triaged.", _ED, (opened("ed.wait_triage"),), needs="ed"),
    Measure("ed.waiting_for_triage_over_15", "Waiting for triage over 15 min", "count", "people", "lower",
            "People in the department who arrived 15 minutes ago or earlier and have not yet been triaged.",
            _ED, (opened("ed.wait_triage", at_least_minutes=15),), needs="ed",
            target=0, target_source="Time to initial assessment: 15 minutes"),
    Measure("ed.time_to_triage_today", "Median time to triage", "quantile", "minutes", "lower",
            "Median minutes from arrival to triage, of those triaged since midnight.",
            _ED, (minutes(_TRIAGED, "minutes"),), quantile=0.5, needs="ed",
            target=15, target_source="Time to initial assessment: 15 minutes"),
    Measure("ed.waiting_to_be_seen_over_60", "Waiting to be seen over 60 min", "count", "people", "lower",
            "People in the department who arrived 60 minutes ago or earlier and have not yet been seen by a clinician.",
            _ED, (opened("ed.wait_seen", at_least_minutes=60),), needs="ed"),
    Measure("ed.longest_in_department", "Longest in ED", "quantile", "minutes", "lower",
            "Minutes since arrival of the person who has been in the department longest.",
            _ED, (minutes(opened("ed.department"), "minutes"),), quantile=1.0, needs="ed"),
    Measure("ed.decision_to_admit_over_4h", "Over 4 h since decision to admit", "count", "people", "lower",
            "People in the department whose decision to admit was made four hours ago or earlier.",
            _ED, (opened("ed.bed_wait", at_least_minutes=240),), needs="type_1_ed"),
    Measure("ed.corridor_care_over_45", "Corridor care 45 min or longer", "count", "people", "lower",
            "People being cared for now in a corridor or another clinically inappropriate place, for 45 minutes or "
            "longer: what the national return counts.",
            _ED, (opened("corridor.care", at_least_minutes=45),), needs="type_1_ed"),
    Measure("ed.majors_occupancy", "Majors occupancy", "share", "share", "lower",
            "People in majors, over the cubicles configured or reported for it.",
            _CAPACITY, (opened("ed.area", areas=("majors",)),), denominator=(_cubicles("majors"),), needs="type_1_ed"),
    Measure("ed.resus_occupancy", "Resus occupancy", "share", "share", "lower",
            "People in the resuscitation area, over the bays configured or reported for it.",
            _CAPACITY, (opened("ed.area", areas=("resus",)),), denominator=(_cubicles("resus"),), needs="type_1_ed"),

    _waiting_over(15),
    _waiting_over(30),
    _waiting_over(60, 0, _ZERO),
    Measure("ambulance.longest_waiting", "Longest wait for handover", "quantile", "minutes", "lower",
            "Minutes since arrival of the ambulance that has waited longest for its handover.",
            _AMBULANCE, (minutes(_WAITING, "minutes"),), quantile=1.0, needs="type_1_ed", target=45,
            target_source=_PLAN),
    Measure("ambulance.hours_lost_waiting", "Hours lost by those waiting", "sum", "hours", "lower",
            "Time beyond 15 minutes of each ambulance waiting now, added up; the handovers of today are counted apart.",
            _AMBULANCE, (minutes(_WAITING, over=15),), needs="type_1_ed"),
    Measure("ambulance.handovers_today", "Handovers today", "count", "people", "neutral",
            "Handovers since midnight, London time.", _AMBULANCE, (_HANDED_OVER,), needs="type_1_ed"),
    _within(15, 0.65),
    _within(30, 0.95),
    Measure("ambulance.handovers_over_45_today", "Handovers over 45 min", "count", "people", "lower",
            "Handovers since midnight that took 45 minutes or longer: each breaks the 45-minute rule.",
            _AMBULANCE, (ended("ambulance.handover", outcomes=("handed_over",), at_least_minutes=45),),
            needs="type_1_ed", target=0, target_source=_PLAN),
    Measure("ambulance.diverted_away_today", "Diverted away today", "count", "people", "lower",
            "Ambulances on their way to this hospital that were sent to another since midnight.",
            "Ambulance service events: divert", (started("ambulance.diverted_from"),), needs="type_1_ed"),
    Measure("ambulance.diverted_here_today", "Diverted here today", "count", "people", "neutral",
            "Ambulances on their way to another hospital that were sent to this one since midnight.",
            "Ambulance service events: divert", (started("ambulance.diverted_to"),), needs="type_1_ed"),
    *_response("C1", "Category 1", 7, 15),
    *_response("C2", "Category 2", 30, 40, "Urgent and emergency care plan 2025/26: mean of 30 minutes (standard 18)"),
    *_response("C3", "Category 3", None, 120),
    *_response("C4", "Category 4", None, 180),
)  # fmt: skip
