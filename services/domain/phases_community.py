"""Phases of urgent community response, of mental health and of places of safety.

The same law as in `phases`: a phase knows nothing that was said after its start, and ends as early as it can.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from services.domain.fold import Milestone
from services.domain.story import Opening, Phase, Rule, Story, here, interval, phase_of, stints

#: Hours since arrival at which a mental health wait in an emergency department is counted as long.
LONG_WAITS = (12, 24)


def mental_health_in_ed(story: Story, found: list[Phase]) -> None:
    """Part of an attendance: from when it is known to be for mental health to the end of it, and the part beyond 12
    and 24 hours from arrival. Those begin at the later of the hour and of its becoming known, so that a past moment
    shows what was known then.
    """
    told = next(
        (
            milestone for milestone in story.all("ed.streamed", "ed.referred")
            if "mental_health" in (milestone.data.get("stream"), milestone.data.get("service"))
        ),
        None,
    )  # fmt: skip
    if told is None:
        return
    end = story.end(told.time, "ed.departed")
    found.append(phase_of("ed.mental_health", told, here(told), end))
    arrived = story.first.get("ed.arrived")
    if arrived is None:
        return
    for hours in LONG_WAITS:
        start = max(told.time, arrived.time, arrived.time + timedelta(hours=hours))
        if end is None or end[0] > start:
            to_at, outcome = end or (None, None)
            site = told.data.get("site")
            found.append(Phase(f"ed.mental_health_{hours}h", site, None, None, None, start, to_at, outcome))


def _ucr(story: Story, found: list[Phase]) -> None:
    referred = story.first.get("ucr.referred")
    if referred is None:
        return
    responded = story.first.get("ucr.responded")
    end = (max(referred.time, responded.time), responded.data["outcome"]) if responded is not None else None
    found.append(phase_of("ucr.wait", referred, here(referred, referred.data["urgency"]), end))


def _mental_health(story: Story, found: list[Phase]) -> None:
    leave = "mh.left"
    first = story.first
    referred = first.get("mh.referred")
    if referred is not None:
        label = f"{referred.data['setting']}_{referred.data['urgency']}"
        end = story.end(referred.time, "mh.assessed", leave)
        found.append(phase_of("mh.assessment", referred, here(referred, label), end))
    requested = first.get("mh.bed_requested")
    if requested is not None:
        end = story.end(requested.time, "mh.admitted", "mh.placed_out_of_area", leave)
        found.append(phase_of("mh.bed_wait", requested, here(requested, requested.data["bed_kind"]), end))
    admitted = first.get("mh.admitted")
    if admitted is not None:
        opening = here(admitted, admitted.data["bed_kind"])
        found.append(phase_of("mh.stay", admitted, (opening[0], None, *opening[2:]), story.end(admitted.time, leave)))
    places = story.all("mh.admitted", "mh.placed_out_of_area")
    if places:
        end = story.end(places[0].time, leave)
        for place, phase in zip(places, stints("mh.place", places, end, _bed), strict=True):
            if place.type == "mh.admitted":
                found.append(phase)
            else:
                label = "inappropriate" if place.data.get("inappropriate", True) else "appropriate"
                found.append(phase._replace(name="mh.out_of_area", unit=None, label=label))
    interval(story, found, "mh.ready", "mh.ready_for_discharge", leave)


def _bed(start: Milestone) -> Opening:
    return here(start, start.data["bed_kind"])


def _s136(story: Story, found: list[Phase]) -> None:
    """The clock runs from the first place of safety, also where the person is moved to another."""
    arrived = story.all("s136.arrived")
    if not arrived:
        return
    first = arrived[0]
    end = story.end(first.time, "s136.left")
    opening = here(first, first.data["place"])
    found.append(phase_of("s136.detention", first, (opening[0], None, *opening[2:]), end))
    found += stints("s136.place", arrived, end, lambda start: here(start, start.data["place"]))


#: First word of an event type -> the rule that makes its phases.
COMMUNITY_RULES: Mapping[str, Rule] = {"ucr": _ucr, "mh": _mental_health, "s136": _s136}
