"""What is agreed and in force: the same steps as the measures count, each told apart."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.domain.agreed import standing
from services.domain.fold import Milestone, fold
from services.domain.phases import phases
from services.live.agreed import build
from services.live.feeds import health
from services.store.feeds import FeedRow
from tests.worlds import START, event, small_system

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


PAYLOADS: dict[str, dict[str, Any]] = {
    "incident.declared": {"kind": "critical"}, "incident.stood_down": {},
    "divert.requested": DIVERT, "divert.agreed": DIVERT, "divert.ended": {},
    "mutual_aid.requested": AID, "mutual_aid.agreed": AID, "mutual_aid.ended": {"outcome": "refused"},
}  # fmt: skip
_told = st.tuples(st.sampled_from(sorted(PAYLOADS)), st.integers(0, 12), st.sampled_from(["X1", "X2"]))


@given(st.lists(_told, min_size=1, max_size=14), st.integers(0, 13))
def test_as_many_stand_as_the_measures_count(told: list[tuple[str, int, str]], hour: int) -> None:
    facts = [
        event(type_, "RVV", 60 * at, PAYLOADS[type_] | {"reference": reference}, id=f"s{number}", sent=None, recorded=0)
        for number, (type_, at, reference) in enumerate(told)
    ]  # fmt: skip
    subject = fold(facts)
    assert subject is not None
    t = START + timedelta(hours=hour)
    shown: Counter[tuple[str, str]] = Counter()
    for each in standing("RVV", subject.milestones, t):
        place = each.to_site if each.family == "mutual_aid" else each.from_site
        shown[f"{each.family}.{each.state}", place or each.organisation] += 1
    counted = Counter(
        (phase.name, phase.site or "") for phase in phases(subject)
        if phase.name != "divert.taken" and phase.from_at <= t and (phase.to_at is None or phase.to_at > t)
    )  # fmt: skip
    assert shown == counted
