"""Phases: what measures look at. Milestones of a subject -> named intervals at a place.

A phase takes its attributes only from milestones at or before its start, and its end is the least of its possible
ends, so cutting at any past moment equals never having heard the rest: `at(phases(fold(S)), t)` equals
`at(phases(fold(S, as_at=t)), t)`. A property test holds the two together.

The rules of community services, mental health and places of safety are in `phases_community`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any

from services.domain import phases_system as system_rules
from services.domain.clock import LONDON, local_midnight
from services.domain.events import EVENT_TYPES
from services.domain.fold import Milestone, Subject
from services.domain.phases_community import COMMUNITY_RULES
from services.domain.phases_community import mental_health_in_ed as _mental_health_in_ed
from services.domain.story import TYPED, Opening, Rule, Story
from services.domain.story import Phase as Phase
from services.domain.story import attribute as _attribute
from services.domain.story import here as _here
from services.domain.story import interval as _interval
from services.domain.story import phase_of as _phase
from services.domain.story import stints as _stints
from services.domain.story import turns as _turns


def at(phases: Iterable[Phase], moment: datetime) -> tuple[Phase, ...]:
    """The phases as they stood at a moment: later ones gone, later ends open."""
    return tuple(
        phase._replace(to_at=None, outcome=None) if phase.to_at is not None and phase.to_at > moment else phase
        for phase in phases
        if phase.from_at <= moment
    )


_BY_START = attrgetter("from_at", "name")


def _ed(story: Story, found: list[Phase]) -> None:
    leave = "ed.departed"
    first = story.first
    arrived = first.get("ed.arrived")
    if arrived is not None:
        data, time = arrived.data, arrived.time
        opening: Opening = data.get("site"), None, f"type_{data['department_type']}", None, None
        found.append(_phase("ed.department", arrived, opening, story.end(time, leave)))
        found.append(_phase("ed.wait_triage", arrived, opening, story.end(time, "ed.triaged", leave)))
        found.append(_phase("ed.wait_seen", arrived, opening, story.end(time, "ed.seen", leave)))
    placed = [m for m in story.all("ed.arrived", "ed.moved") if m.data.get("unit")]
    if placed:
        found += _stints("ed.area", placed, story.end(placed[0].time, leave))
    _interval(story, found, "ed.referred", "ed.referred", leave)
    _interval(story, found, "ed.bed_wait", "ed.decision_to_admit", leave)
    decided, requested = first.get("ed.decision_to_admit"), first.get("ed.bed_requested")
    if decided is not None and requested is not None:
        later = max(decided, requested, key=lambda milestone: milestone.time)
        end = story.end(later.time, leave)
        found.append(_phase("ed.bed_request", later, _here(requested, requested.data["bed_kind"]), end))
    _interval(story, found, "ed.ready", "ed.ready_to_proceed", leave)
    _mental_health_in_ed(story, found)
    _interval(story, found, "sdec.attendance", "sdec.arrived", "sdec.departed")


def _corridor(story: Story, found: list[Phase]) -> None:
    left = story.end(datetime.min.replace(tzinfo=story.milestones[0].time.tzinfo), "ed.departed", "bed.left")
    found += _turns("corridor.care", story, "corridor_care.started", "corridor_care.ended", left)


def _ambulance(story: Story, found: list[Phase]) -> None:
    done = ("ambulance.handed_over", "ambulance.cleared")
    called = story.first.get("ambulance.called")
    if called is not None:
        opening = _here(called, called.data["category"])
        found.append(_phase("ambulance.call", called, opening, story.end(called.time, "ambulance.cleared")))
        end = story.end(called.time, "ambulance.on_scene", "ambulance.cleared")
        found.append(_phase("ambulance.response", called, opening, end))

    def category(moment: datetime) -> Any:
        return _attribute(story, "ambulance.called", "category", moment)

    towards = story.all("ambulance.conveying", "ambulance.diverted")
    if towards:
        end = story.end(towards[0].time, "ambulance.arrived", *done)
        found += _stints(
            "ambulance.conveying", towards, end,
            lambda m: (m.data.get("to_site") or m.data.get("site"), None, category(m.time), _expected(m), None),
        )  # fmt: skip
        for divert in story.all("ambulance.diverted"):
            until = (max(divert.time, end[0]), end[1]) if end is not None else None
            for name in ("from", "to"):
                opening = divert.data[f"{name}_site"], None, category(divert.time), None, None
                found.append(_phase(f"ambulance.diverted_{name}", divert, opening, until))
    for name, opens, closes in (
        ("ambulance.handover", "ambulance.arrived", done),
        ("ambulance.to_clear", "ambulance.handed_over", ("ambulance.cleared",)),
    ):
        start = story.first.get(opens)
        if start is not None:
            end = story.end(start.time, *closes)
            found.append(_phase(name, start, _here(start, category(start.time)), end))


def _expected(conveying: Milestone) -> float | None:
    """Minutes to the expected arrival, as it was told on leaving."""
    told = conveying.data.get("expected_at")
    return (datetime.fromisoformat(told) - conveying.time).total_seconds() / 60 if told else None


def _stay(story: Story, found: list[Phase]) -> None:
    _interval(story, found, "bed.expected", "bed.expected", "bed.admitted", "bed.left")
    admitted = story.first.get("bed.admitted")
    if admitted is not None:
        opening: Opening = admitted.data.get("site"), None, admitted.data["admission"], None, None
        found.append(_phase("bed.stay", admitted, opening, story.end(admitted.time, "bed.left")))
    places = story.all("bed.admitted", "bed.transferred")
    if places:
        found += _stints(
            "bed.place", places, story.end(places[0].time, "bed.left"),
            lambda m: _here(m, m.data["bed_kind"], 1.0 if m.data.get("escalation") else 0.0),
        )  # fmt: skip
    left = story.first.get("bed.left")
    if left is not None:
        reason = left.data["reason"]
        found.append(_phase("bed.departure", left, _here(left, _part_of_day(left.time)), (left.time, reason)))
    criteria = ("discharge.criteria_not_met", "discharge.criteria_met_again")
    for name, opens, closes, label in (
        ("bed.leave", "bed.leave_started", "bed.leave_ended", _pathway),
        ("discharge.no_criteria", *criteria, _pathway),
        ("discharge.delay", *criteria, _said("delay", "none")),
        ("discharge.council", *criteria, _said("council", "kent")),
    ):
        turns = [story.first[type_].time for type_ in (opens, closes) if type_ in story.first]
        if turns:
            end = story.end(min(turns), "bed.left")
            found += _turns(name, story, opens, closes, end, _labelled(label))
    planned = story.all("discharge.planned")
    if planned:
        end = story.end(planned[0].time, "bed.left")
        plans = _stints("discharge.planned", planned, end, lambda m: _here(m, m.data["certainty"]))
        found += plans
        for plan, milestone in zip(plans, planned, strict=True):
            found += _due(plan, datetime.fromisoformat(milestone.data["expected_at"]), places)
    _interval(
        story, found, "discharge.hub_wait", "discharge.referred_to_hub", "discharge.accepted",
        "discharge.start_agreed", "bed.left",
    )  # fmt: skip
    _interval(story, found, "discharge.lounge", "discharge.lounge_arrived", "bed.left")


def _pathway(milestone: Milestone) -> str | None:
    pathway = milestone.data.get("pathway")
    return None if pathway is None else f"pathway_{pathway}"


def _said(key: str, otherwise: str) -> Callable[[Milestone], str | None]:
    return lambda milestone: str(milestone.data.get(key, otherwise))


def _labelled(label: Callable[[Milestone], str | None]) -> Callable[[Milestone], Opening]:
    return lambda milestone: _here(milestone, label(milestone))


def _part_of_day(moment: datetime) -> str:
    """When in London's day a bed was left, in the parts that discharge is judged by."""
    hour = moment.astimezone(LONDON).hour
    return "before_1200" if hour < 12 else "before_1700" if hour < 17 else "after_1700"


def _due(plan: Phase, expected_at: datetime, places: Sequence[Milestone]) -> list[Phase]:
    """The part of a plan that lies in the London day it is for, on the ward where the person is when that begins."""
    start = max(plan.from_at, local_midnight(expected_at))
    day_end = local_midnight(local_midnight(expected_at) + timedelta(hours=25, minutes=30))
    end, outcome = (day_end, "day_over") if plan.to_at is None or day_end < plan.to_at else (plan.to_at, plan.outcome)
    if end <= start:
        return []
    unit = next((place.data["unit"] for place in reversed(places) if place.time <= start), None)
    return [Phase("discharge.due", plan.site, unit, plan.label, None, start, end, outcome)]


def _virtual_ward(story: Story, found: list[Phase]) -> None:
    referred = story.first.get("virtual_ward.referred")
    if referred is not None:
        end = story.end(
            referred.time, "virtual_ward.accepted", "virtual_ward.declined", "virtual_ward.onboarded",
            "virtual_ward.discharged",
        )  # fmt: skip
        found.append(_phase("virtual_ward.referral", referred, _here(referred, referred.data["direction"]), end))
    start = story.first.get("virtual_ward.onboarded")
    if start is not None:
        label = _attribute(story, "virtual_ward.referred", "direction", start.time)
        end = story.end(start.time, "virtual_ward.discharged")
        found.append(_phase("virtual_ward.stay", start, _here(start, label), end))


def _unit(story: Story, found: list[Phase]) -> None:
    capacities = story.all("unit.capacity")
    for kind in ("core", "escalation", "closed"):
        found += _stints(f"capacity.{kind}", capacities, None, _beds_of(kind))
    censuses = story.all("unit.census")
    found += _stints(
        "census.list", [m for m in censuses if m.data.get("visits") is not None], None,
        lambda m: (*_here(m)[:4], tuple(m.data["visits"])),
    )  # fmt: skip
    counts = [m for m in censuses if m.data.get("count") is not None]
    found += _stints("census.count", counts, None, lambda m: _here(m, None, float(m.data["count"])))


def _beds_of(kind: str) -> Callable[[Milestone], Opening]:
    """Closed beds carry the reason."""
    return lambda milestone: _here(
        milestone,
        milestone.data.get("reason", "none") if kind == "closed" else None,
        float(milestone.data.get(kind, 0)),
    )


def _bed(story: Story, found: list[Phase]) -> None:
    def usable(m: Milestone) -> Opening:
        return _here(m, "unstaffed" if not m.data["staffed"] else "usable" if m.data["clean"] else "cleaning")

    told = story.all("bed.status")
    found += _stints("bed.status", told, None, usable)
    for name, label in (("bed.usable", "sex"), ("bed.usable_cohort", "cohort")):
        stints = _stints(name, told, None, _usable(label))
        found += [phase for phase, status in zip(stints, told, strict=True) if _is_usable(status)]


def _is_usable(status: Milestone) -> bool:
    """Clean, staffed, and nobody in it."""
    return bool(status.data["clean"] and status.data["staffed"] and not status.data.get("occupied"))


def _usable(label: str) -> Callable[[Milestone], Opening]:
    """value: 1 for a side room."""
    otherwise = {"sex": "any", "cohort": "none"}[label]
    return lambda m: _here(m, m.data.get(label, otherwise), 1.0 if m.data.get("side_room") else 0.0)


def _gauge(story: Story, found: list[Phase]) -> None:
    def reading(m: Milestone) -> Opening:
        unit = TYPED if m.data.get("typed") else None
        return m.data["organisation"], unit, m.data["measure"], float(m.data["value"]), None

    readings = story.all("gauge.reported")
    for phase, start in zip(_stints("gauge", readings, None, reading), readings, strict=True):
        until = start.data.get("until")
        limit = max(start.time, datetime.fromisoformat(until)) if until else None
        if limit is not None and (phase.to_at is None or limit < phase.to_at):
            phase = phase._replace(to_at=limit, outcome="until")
        found.append(phase)


def _organisation(story: Story, found: list[Phase]) -> None:
    for move in story.all("move.expected"):
        until = max(move.time, datetime.fromisoformat(move.data["expected_at"]))
        found.append(Phase("move.expected", move.data["to_site"], None, move.data["bed_kind"],
                           float(move.data.get("count", 1)), move.time, until, "due"))  # fmt: skip


#: First word of an event type -> the rule that makes its phases.
_RULES: dict[str, Rule] = {
    "ed": _ed,
    "sdec": _ed,
    "corridor_care": _corridor,
    "ambulance": _ambulance,
    "bed": _stay,
    "discharge": _stay,
    "virtual_ward": _virtual_ward,
    "unit": _unit,
    "gauge": _gauge,
    "move": _organisation,
    "opel": system_rules.opel,
    "incident": system_rules.incident,
    "divert": system_rules.divert,
    "mutual_aid": system_rules.mutual_aid,
    **COMMUNITY_RULES,
}
_RULE_OF: dict[str, Rule] = {
    name: _bed if name == "bed.status" else _RULES[name.partition(".")[0]]
    for name in EVENT_TYPES
    if name.partition(".")[0] in _RULES
}


@lru_cache(maxsize=10_000)
def _rules_of(types: tuple[str, ...]) -> tuple[Rule, ...]:
    return tuple(dict.fromkeys(_RULE_OF[type_] for type_ in types if type_ in _RULE_OF))


def phases(subject: Subject) -> tuple[Phase, ...]:
    """Every phase of a subject, by start then name."""
    if not subject.milestones:
        return ()
    story = Story(subject)
    found: list[Phase] = []
    for rule in _rules_of(tuple(story.first)):
        rule(story, found)
    found.sort(key=_BY_START)
    return tuple(found)
