"""The phases of what staff decide for an organisation: levels told, incidents, diverts and mutual aid.

Several diverts of one organisation overlap, so a reference in the payload says what belongs together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from services.domain.fold import Milestone
from services.domain.story import LAST_WORD, Opening, Phase, Story, phase_of, stints


def opel(story: Story, found: list[Phase]) -> None:
    """What an organisation's own system tells of its level; its place is the organisation, which the subject names."""

    def level(milestone: Milestone) -> Opening:
        return story.key, None, milestone.data.get("reason"), float(milestone.data["level"]), None

    found += stints("opel.told", story.all("opel.declared"), None, level)
    said = story.all("opel.proposed", "opel.declared")
    asked = zip(stints("opel.asked", said, None, level), said, strict=True)
    found += [phase for phase, start in asked if start.type == "opel.proposed"]


def incident(story: Story, found: list[Phase]) -> None:
    def opening(milestone: Milestone) -> Opening:
        return milestone.data.get("site") or story.key, None, milestone.data["kind"], None, None

    for steps in by_reference(story.milestones, "incident.declared", "incident.stood_down"):
        _step(found, "incident.in_force", steps, "incident.declared", ("incident.stood_down",), opening)


def divert(story: Story, found: list[Phase]) -> None:
    def opening(key: str) -> Callable[[Milestone], Opening]:
        return lambda milestone: (milestone.data[key], None, milestone.data["kind"], None, None)

    for steps in by_reference(story.milestones, "divert.requested", "divert.agreed", "divert.ended"):
        _step(found, "divert.asked", steps, "divert.requested", ("divert.agreed", "divert.ended"), opening("from_site"))
        _step(found, "divert.in_force", steps, "divert.agreed", ("divert.ended",), opening("from_site"))
        _step(found, "divert.taken", steps, "divert.agreed", ("divert.ended",), opening("to_site"))


def mutual_aid(story: Story, found: list[Phase]) -> None:
    def opening(milestone: Milestone) -> Opening:
        data = milestone.data
        return data["to_site"], None, data["kind"], float(data.get("count", 1)), None

    told = story.milestones
    for steps in by_reference(told, "mutual_aid.requested", "mutual_aid.agreed", "mutual_aid.ended"):
        closes = ("mutual_aid.agreed", "mutual_aid.ended")
        _step(found, "mutual_aid.asked", steps, "mutual_aid.requested", closes, opening)
        _step(found, "mutual_aid.in_force", steps, "mutual_aid.agreed", closes[1:], opening)


def by_reference(milestones: Iterable[Milestone], *types: str) -> Iterable[dict[str, Milestone]]:
    """The first milestone of each type, of each reference: what one organisation has several of at once."""
    found: dict[str, dict[str, Milestone]] = {}
    for milestone in milestones:
        if milestone.type in types:
            found.setdefault(milestone.data["reference"], {}).setdefault(milestone.type, milestone)
    return found.values()


def _step(
    found: list[Phase], name: str, steps: dict[str, Milestone], opens: str, closes: Sequence[str],
    opening: Callable[[Milestone], Opening],
) -> None:  # fmt: skip
    start = steps.get(opens)
    if start is None:
        return
    ends = [steps[type_] for type_ in closes if type_ in steps]
    last = min(ends, key=lambda milestone: milestone.time, default=None)
    end = None if last is None else (max(start.time, last.time), last.data.get("outcome") or LAST_WORD[last.type])
    found.append(phase_of(name, start, opening(start), end))
