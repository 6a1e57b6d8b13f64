"""Phases: what measures look at. Milestones of a subject -> named intervals at a place.

A phase takes its attributes only from milestones at or before its start, and its end is the least of its possible
ends, so cutting at any past moment equals never having heard the rest: `at(phases(fold(S)), t)` equals
`at(phases(fold(S, as_at=t)), t)`. A property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.domain.fold import Milestone, Subject


@dataclass(frozen=True, slots=True)
class Phase:
    """name: what is going on. site: ODS site (a gauge: its organisation). label: the split the phase was born with.

    value: beds of a capacity, a gauge's reading, 1 for a place in an escalation bed. to_at is None while open.
    outcome says what ended it. visits: a full-list census.
    """

    name: str
    site: str | None
    unit: str | None
    label: str | None
    value: float | None
    from_at: datetime
    to_at: datetime | None
    outcome: str | None = None
    visits: tuple[str, ...] | None = None


def at(phases: Iterable[Phase], moment: datetime) -> tuple[Phase, ...]:
    """The phases as they stood at a moment: later ones gone, later ends open."""
    return tuple(
        replace(phase, to_at=None, outcome=None) if phase.to_at is not None and phase.to_at > moment else phase
        for phase in phases
        if phase.from_at <= moment
    )


End = tuple[datetime, str | None] | None
Rule = Callable[[Subject, "Story"], Iterable[Phase]]


class Story:
    """A subject's milestones by type, for the rules below."""

    def __init__(self, subject: Subject) -> None:
        self.milestones = subject.milestones
        self.first: dict[str, Milestone] = {}
        for milestone in subject.milestones:
            self.first.setdefault(milestone.type, milestone)

    def all(self, *types: str) -> list[Milestone]:
        return [milestone for milestone in self.milestones if milestone.type in types]

    def end(self, start: datetime, *types: str) -> End:
        """The least time at which one of the types happened, never before the start."""
        best: End = None
        for type_ in types:
            milestone = self.first.get(type_)
            if milestone is not None and (best is None or milestone.time < best[0]):
                best = (milestone.time, milestone.data.get("reason", type_.rpartition(".")[2]))
        return None if best is None else (max(start, best[0]), best[1])


def _phase(name: str, start: Milestone, end: End, **given: Any) -> Phase:
    data = start.data
    return Phase(
        name=name,
        site=given.get("site", data.get("site")),
        unit=given.get("unit", data.get("unit")),
        label=given.get("label"),
        value=given.get("value"),
        from_at=start.time,
        to_at=end[0] if end else None,
        outcome=end[1] if end else None,
        visits=given.get("visits"),
    )


def _stints(
    name: str, starts: Sequence[Milestone], end: End, describe: Callable[[Milestone], dict[str, Any]]
) -> Iterable[Phase]:
    """Successive starts: each holds until the next or the end, whichever comes first."""
    for index, start in enumerate(starts):
        following = starts[index + 1].time if index + 1 < len(starts) else None
        until: End = (following, "next") if following is not None else None
        if end is not None and (until is None or end[0] < until[0]):
            until = (max(start.time, end[0]), end[1])
        yield _phase(name, start, until, **describe(start))


def _plain(_: Milestone) -> dict[str, Any]:
    return {}


def _interval(story: Story, name: str, opens: str, *closes: str, **given: Any) -> Iterable[Phase]:
    start = story.first.get(opens)
    if start is not None:
        yield _phase(name, start, story.end(start.time, *closes), **given)


def _attribute(story: Story, type_: str, key: str, moment: datetime) -> Any:
    """What a milestone at or before the moment said, or None."""
    milestone = story.first.get(type_)
    return milestone.data.get(key) if milestone is not None and milestone.time <= moment else None


def _ed(_: Subject, story: Story) -> Iterable[Phase]:
    leave = ("ed.departed",)
    arrived = story.first.get("ed.arrived")
    if arrived is not None:
        kind = f"type_{arrived.data['department_type']}"
        end = story.end(arrived.time, *leave)
        yield _phase("ed.department", arrived, end, label=kind, unit=None)
        yield _phase("ed.wait_triage", arrived, story.end(arrived.time, "ed.triaged", *leave), label=kind, unit=None)
        yield _phase("ed.wait_seen", arrived, story.end(arrived.time, "ed.seen", *leave), label=kind, unit=None)
    placed = [m for m in story.all("ed.arrived", "ed.moved") if m.data.get("unit")]
    if placed:
        yield from _stints("ed.area", placed, story.end(placed[0].time, *leave), _plain)
    yield from _interval(story, "ed.referred", "ed.referred", *leave)
    yield from _interval(story, "ed.bed_wait", "ed.decision_to_admit", *leave)
    yield from _interval(story, "ed.ready", "ed.ready_to_proceed", *leave)
    yield from _interval(story, "sdec.attendance", "sdec.arrived", "sdec.departed")


def _corridor(_: Subject, story: Story) -> Iterable[Phase]:
    left = story.end(datetime.min.replace(tzinfo=story.milestones[0].time.tzinfo), "ed.departed", "bed.left")
    turns = story.all("corridor_care.started", "corridor_care.ended")
    for phase, start in zip(_stints("corridor.care", turns, left, _plain), turns, strict=True):
        if start.type == "corridor_care.started":
            yield phase


def _ambulance(_: Subject, story: Story) -> Iterable[Phase]:
    done = ("ambulance.handed_over", "ambulance.cleared")
    called = story.first.get("ambulance.called")
    if called is not None:
        label = called.data["category"]
        yield _phase("ambulance.call", called, story.end(called.time, "ambulance.cleared"), label=label)
        end = story.end(called.time, "ambulance.on_scene", "ambulance.cleared")
        yield _phase("ambulance.response", called, end, label=label)

    def category(moment: datetime) -> Any:
        return _attribute(story, "ambulance.called", "category", moment)

    towards = story.all("ambulance.conveying", "ambulance.diverted")
    if towards:
        end = story.end(towards[0].time, "ambulance.arrived", *done)
        yield from _stints(
            "ambulance.conveying", towards, end,
            lambda m: {"site": m.data.get("to_site") or m.data.get("site"), "label": category(m.time)},
        )  # fmt: skip
    for name, opens, closes in (
        ("ambulance.handover", "ambulance.arrived", done),
        ("ambulance.to_clear", "ambulance.handed_over", ("ambulance.cleared",)),
    ):
        start = story.first.get(opens)
        if start is not None:
            yield _phase(name, start, story.end(start.time, *closes), label=category(start.time))


def _stay(_: Subject, story: Story) -> Iterable[Phase]:
    yield from _interval(story, "bed.expected", "bed.expected", "bed.admitted", "bed.left")
    admitted = story.first.get("bed.admitted")
    if admitted is not None:
        end = story.end(admitted.time, "bed.left")
        yield _phase("bed.stay", admitted, end, label=admitted.data["admission"], unit=None)
    places = story.all("bed.admitted", "bed.transferred")
    if places:
        yield from _stints(
            "bed.place", places, story.end(places[0].time, "bed.left"),
            lambda m: {"label": m.data["bed_kind"], "value": 1.0 if m.data.get("escalation") else 0.0},
        )  # fmt: skip
    for name, opens, closes in (
        ("bed.leave", "bed.leave_started", "bed.leave_ended"),
        ("discharge.no_criteria", "discharge.criteria_not_met", "discharge.criteria_met_again"),
    ):
        turns = story.all(opens, closes)
        if not turns:
            continue
        end = story.end(turns[0].time, "bed.left")
        described = _stints(name, turns, end, lambda m: {"label": _pathway(m)})
        for phase, start in zip(described, turns, strict=True):
            if start.type == opens:
                yield phase
    planned = story.all("discharge.planned")
    if planned:
        end = story.end(planned[0].time, "bed.left")
        yield from _stints("discharge.planned", planned, end, lambda m: {"label": m.data["certainty"]})
    yield from _interval(
        story, "discharge.hub_wait", "discharge.referred_to_hub", "discharge.accepted", "discharge.start_agreed",
        "bed.left",
    )  # fmt: skip
    yield from _interval(story, "discharge.lounge", "discharge.lounge_arrived", "bed.left")


def _pathway(milestone: Milestone) -> str | None:
    pathway = milestone.data.get("pathway")
    return None if pathway is None else f"pathway_{pathway}"


def _virtual_ward(_: Subject, story: Story) -> Iterable[Phase]:
    yield from _interval(
        story, "virtual_ward.referral", "virtual_ward.referred", "virtual_ward.accepted", "virtual_ward.declined",
        "virtual_ward.onboarded", "virtual_ward.discharged",
    )  # fmt: skip
    start = story.first.get("virtual_ward.onboarded")
    if start is not None:
        label = _attribute(story, "virtual_ward.referred", "direction", start.time)
        yield _phase("virtual_ward.stay", start, story.end(start.time, "virtual_ward.discharged"), label=label)


def _unit(_: Subject, story: Story) -> Iterable[Phase]:
    capacities = story.all("unit.capacity")
    for kind in ("core", "escalation", "closed"):
        yield from _stints(f"capacity.{kind}", capacities, None, _beds_of(kind))
    lists = [m for m in story.all("unit.census") if m.data.get("visits") is not None]
    yield from _stints("census.list", lists, None, lambda m: {"visits": tuple(m.data["visits"])})
    counts = [m for m in story.all("unit.census") if m.data.get("count") is not None]
    yield from _stints("census.count", counts, None, lambda m: {"value": float(m.data["count"])})


def _beds_of(kind: str) -> Callable[[Milestone], dict[str, Any]]:
    return lambda milestone: {"value": float(milestone.data.get(kind, 0))}


def _bed(_: Subject, story: Story) -> Iterable[Phase]:
    def usable(m: Milestone) -> str:
        return "unstaffed" if not m.data["staffed"] else "usable" if m.data["clean"] else "cleaning"

    yield from _stints("bed.status", story.all("bed.status"), None, lambda m: {"label": usable(m)})


def _gauge(_: Subject, story: Story) -> Iterable[Phase]:
    readings = story.all("gauge.reported")
    for phase, start in zip(
        _stints(
            "gauge", readings, None,
            lambda m: {"site": m.data["organisation"], "label": m.data["measure"], "value": float(m.data["value"])},
        ),
        readings, strict=True,
    ):  # fmt: skip
        until = start.data.get("until")
        limit = max(start.time, datetime.fromisoformat(until)) if until else None
        if limit is not None and (phase.to_at is None or limit < phase.to_at):
            phase = replace(phase, to_at=limit, outcome="until")
        yield phase


def _organisation(_: Subject, story: Story) -> Iterable[Phase]:
    for move in story.all("move.expected"):
        until = max(move.time, datetime.fromisoformat(move.data["expected_at"]))
        yield Phase("move.expected", move.data["to_site"], None, move.data["bed_kind"],
                    float(move.data.get("count", 1)), move.time, until, "due")  # fmt: skip


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
}


def phases(subject: Subject) -> tuple[Phase, ...]:
    """Every phase of a subject, by start then name."""
    if not subject.milestones:
        return ()
    story = Story(subject)
    rules: dict[Rule, None] = {}
    for milestone in subject.milestones:
        rule = _bed if milestone.type == "bed.status" else _RULES.get(milestone.type.partition(".")[0])
        if rule is not None:
            rules[rule] = None
    found = [phase for rule in rules for phase in rule(subject, story)]
    found.sort(key=lambda phase: (phase.from_at, phase.name))
    return tuple(found)
