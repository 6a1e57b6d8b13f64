"""What is agreed and in force: the same steps as the measures count, each told apart."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given

from services.domain.agreed import standing
from services.domain.facts import Fact
from services.domain.fold import Milestone
from services.domain.phases import phases
from services.live.agreed import build
from services.live.feeds import health
from services.store.feeds import FeedRow
from tests.property.test_fold import folded
from tests.worlds import moments, small_system, worlds

NOW = datetime(2026, 1, 12, 18, 40, tzinfo=UTC)
SYSTEM = small_system()
AID = {"reference": "A1", "from_site": "RPA02", "to_site": "RVV01", "kind": "staff", "count": 4}
DIVERT = {"reference": "D1", "from_site": "RVV01", "to_site": "RVV09", "kind": "ambulance", "reason": "crowding"}
CRITICAL = {"reference": "I1", "kind": "critical"}


def step(type_: str, minutes_ago: float, **data: Any) -> Milestone:
    return Milestone(type_, NOW - timedelta(minutes=minutes_ago), data)


def shown(*steps: Milestone, at: datetime = NOW) -> list[tuple[str, str, str]]:
    return [(each.family, each.state, each.reference) for each in standing("RVV", steps, at)]


def test_a_divert_is_asked_for_then_in_force_until_the_moment_it_ends() -> None:
    until = (NOW + timedelta(hours=1)).isoformat()
    steps = (
        step("divert.requested", 90, **DIVERT), step("divert.agreed", 80, **DIVERT, until=until),
        step("divert.ended", 0, reference="D1"),
    )  # fmt: skip
    asked, agreed = NOW - timedelta(minutes=85), NOW - timedelta(minutes=80)
    assert shown(*steps, at=asked) == [("divert", "asked", "D1")]
    [found] = standing("RVV", steps, agreed)
    assert (found.state, found.since, found.until) == ("in_force", agreed, NOW + timedelta(hours=1))
    assert (found.from_site, found.to_site, found.kind, found.reason) == ("RVV01", "RVV09", "ambulance", "crowding")
    assert shown(*steps) == []


def test_incidents_come_first_and_what_was_refused_never_stood() -> None:
    steps = (
        step("mutual_aid.requested", 200, **AID), step("divert.requested", 60, **DIVERT),
        step("divert.ended", 50, reference="D1", outcome="refused"), step("incident.declared", 10, **CRITICAL),
    )  # fmt: skip
    assert shown(*steps) == [("incident", "in_force", "I1"), ("mutual_aid", "asked", "A1")]
    assert standing("RVV", steps, NOW)[1].count == 4


def test_what_a_late_feed_told_carries_its_age() -> None:
    then = NOW - timedelta(hours=9)
    feeds = health([FeedRow("urn:nhs:ods:RVV", then, then, then, then, 1)], SYSTEM, NOW)
    [late] = build(SYSTEM, {"RVV": (step("incident.declared", 600, **CRITICAL),)}, feeds, NOW)
    assert (late["freshness"], late["as_of"]) == ("lost", then)
    fresh = health([FeedRow("urn:nhs:ods:RVV", NOW, NOW, NOW, NOW, 1)], SYSTEM, NOW)
    [live] = build(SYSTEM, {"RVV": (step("incident.declared", 600, **CRITICAL),)}, fresh, NOW)
    assert (live["freshness"], live["as_of"]) == ("live", None)


@given(worlds(journeys=1), moments())
def test_as_many_stand_as_the_measures_count(facts: list[Fact], t: datetime) -> None:
    told: Counter[tuple[str, str]] = Counter()
    counted: Counter[tuple[str, str]] = Counter()
    for subject in folded(facts).values():
        if subject is None:
            continue
        for each in standing(subject.key, subject.milestones, t):
            place = each.site or (each.to_site if each.family == "mutual_aid" else each.from_site) or each.organisation
            told[f"{each.family}.{each.state}", place] += 1
        for phase in phases(subject):
            family, _, state = phase.name.partition(".")
            if family in ("incident", "divert", "mutual_aid") and state in ("asked", "in_force"):
                is_open = phase.from_at <= t and (phase.to_at is None or phase.to_at > t)
                counted[phase.name, phase.site or ""] += is_open
    assert told == +counted
