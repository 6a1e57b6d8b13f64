"""A subject's milestones as a story, and what phases are made of: openings, stints, turns and ends.

The rules themselves are in `phases` and `phases_system`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from services.domain.events import EVENT_TYPES
from services.domain.fold import Milestone, Subject


class Phase(NamedTuple):
    """name: what is going on. site: ODS site (a gauge: its organisation). unit: a gauge that a person typed: TYPED.

    label: the split the phase was born with.

    value: beds of a capacity, a gauge's reading, 1 for a place in an escalation bed, the minutes that an ambulance was
    expected to take. to_at is None while open.
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


#: The unit of a reading that no feed sent: a gauge is of an organisation, which has none.
TYPED = "typed"
End = tuple[datetime, str | None] | None
Rule = Callable[["Story", list[Phase]], None]
#: What a phase takes from the milestone that opens it: site, unit, label, value, visits.
Opening = tuple[str | None, str | None, str | None, float | None, tuple[str, ...] | None]

_OPEN = (None, None)
_new = tuple.__new__  # what `Phase(...)` does, at a third of its cost
LAST_WORD = {name: name.rpartition(".")[2] for name in EVENT_TYPES}


class Story:
    """A subject's milestones by type, for the rules below."""

    def __init__(self, subject: Subject) -> None:
        self.key = subject.key
        self.milestones = subject.milestones
        self.first: dict[str, Milestone] = {milestone.type: milestone for milestone in reversed(subject.milestones)}

    def all(self, *types: str) -> list[Milestone]:
        return [milestone for milestone in self.milestones if milestone.type in types]

    def end(self, start: datetime, *types: str) -> End:
        """The least time at which one of the types happened, never before the start."""
        best: Milestone | None = None
        first = self.first
        for type_ in types:
            if type_ in first:
                milestone = first[type_]
                if best is None or milestone.time < best.time:
                    best = milestone
        if best is None:
            return None
        type_, least, data, _ = best
        return (least if least > start else start), data.get("reason") or LAST_WORD[type_]


def here(start: Milestone, label: str | None = None, value: float | None = None) -> Opening:
    data = start.data
    return data.get("site"), data.get("unit"), label, value, None


def phase_of(name: str, start: Milestone, opening: Opening, end: End) -> Phase:
    site, unit, label, value, visits = opening
    to_at, outcome = end or _OPEN
    return _new(Phase, (name, site, unit, label, value, start.time, to_at, outcome, visits))


def stints(
    name: str, starts: Sequence[Milestone], end: End, opening: Callable[[Milestone], Opening] = here
) -> list[Phase]:
    """Successive starts: each holds until the next or the end, whichever comes first."""
    found = []
    last = len(starts) - 1
    for index, start in enumerate(starts):
        until: End = (starts[index + 1].time, "next") if index < last else None
        if end is not None and (until is None or end[0] < until[0]):
            until = (max(start.time, end[0]), end[1])
        found.append(phase_of(name, start, opening(start), until))
    return found


def turns(
    name: str, story: Story, opens: str, closes: str, end: End, opening: Callable[[Milestone], Opening] = here
) -> list[Phase]:
    """What begins and ends by turns, as often as it is said."""
    said = story.all(opens, closes)
    held = zip(stints(name, said, end, opening), said, strict=True)
    return [phase for phase, start in held if start.type == opens]


def interval(story: Story, found: list[Phase], name: str, opens: str, *closes: str) -> None:
    start = story.first.get(opens)
    if start is not None:
        found.append(phase_of(name, start, here(start), story.end(start.time, *closes)))


def attribute(story: Story, type_: str, key: str, moment: datetime) -> Any:
    """What a milestone at or before the moment said, or None."""
    milestone = story.first.get(type_)
    return milestone.data.get(key) if milestone is not None and milestone.time <= moment else None
