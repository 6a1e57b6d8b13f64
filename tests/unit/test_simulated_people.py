"""The people of the synthetic system: conserved, in one place at a time, and each step of theirs in its order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta

import pytest

from simulations.feed import PRODUCED
from tests.hospitals import UNITS, Event, at, in_order_of_time, nine_days_of_two_hospitals


@pytest.fixture(scope="module")
def nine_days() -> tuple[list[Event], list[Event]]:
    return nine_days_of_two_hospitals()


def test_nobody_is_in_two_beds_and_no_ward_holds_more_than_core_and_escalation(
    nine_days: tuple[list[Event], list[Event]],
) -> None:
    where: dict[str, str] = {}
    person_of: dict[str, str] = {}
    in_bed: dict[str, str] = {}
    count: Counter[str] = Counter()
    # At one and the same second a bed may be left and taken: leaving is counted first.
    rank = {"unit.capacity": 0, "bed.left": 1, "virtual_ward.discharged": 1, "bed.transferred": 2}
    events = sorted(
        [*nine_days[0], *nine_days[1]], key=lambda event: (event["time"], rank.get(event["type"], 3), event["id"])
    )
    for event in events:
        type_, subject, data = event["type"], event["subject"], event["data"]
        if type_ in ("bed.admitted", "virtual_ward.onboarded"):
            assert subject not in where, f"{subject} entered twice"
        if type_ == "bed.admitted":
            person = event["nhsnumber"]
            assert person not in in_bed, f"{person} is in two beds"
            in_bed[person] = subject
            person_of[subject] = person
        if type_ in ("bed.admitted", "bed.transferred", "virtual_ward.onboarded"):
            if type_ == "bed.transferred":
                count[where[subject]] -= 1
            where[subject] = data["unit"]
            count[data["unit"]] += 1
            capacity = UNITS[data["unit"]].capacities[-1]
            assert count[data["unit"]] <= capacity.core + capacity.escalation, data["unit"]
        if type_ in ("bed.left", "virtual_ward.discharged"):
            assert where.pop(subject) == data["unit"], f"{subject} left a unit they were not in"
            count[data["unit"]] -= 1
            in_bed.pop(person_of.get(subject, ""), None)
    assert sum(count.values()) == len(where) > 200


ENTERS = ("bed.admitted", "bed.transferred", "virtual_ward.onboarded", "mh.admitted", "s136.arrived")
LEAVES = ("bed.left", "virtual_ward.discharged", "mh.left", "s136.left")


def test_the_morning_census_names_exactly_who_is_in(nine_days: tuple[list[Event], list[Event]]) -> None:
    where: dict[str, str] = {}
    checked = 0
    for event in sorted(
        [*nine_days[0], *nine_days[1]], key=lambda event: (event["time"], event["type"] == "unit.census", event["id"])
    ):
        type_ = event["type"]
        if type_ in ENTERS and "unit" in event["data"]:
            where[event["subject"]] = event["data"]["unit"]
        elif type_ in LEAVES:
            where.pop(event["subject"], None)  # mental health also ends before a bed, and out of area
        elif type_ == "unit.census":
            inside = {subject for subject, code in where.items() if code == event["subject"]}
            difference = inside ^ set(event["data"]["visits"])
            assert len(difference) <= 1, f"{event['subject']} at {event['time']}: {difference}"  # the same second
            checked += 1
    assert checked == 9 * sum(each.kind in ("ward", "virtual_ward", "place_of_safety") for each in UNITS.values())


def in_order_of_leaving(events: Iterable[Event], *leaving: str) -> list[Event]:
    """At one and the same second a bed may be left and taken: leaving is counted first."""
    return sorted(events, key=lambda event: (event["time"], event["type"] not in leaving, event["id"]))


def test_mental_health_beds_hold_no_more_than_they_have_and_who_comes_to_the_trust_leaves_it_once(
    nine_days: tuple[list[Event], list[Event]],
) -> None:
    inside: set[str] = set()
    gone: set[str] = set()
    where: dict[str, str] = {}
    away: set[str] = set()
    in_departments: set[str] = set()
    passed: Counter[str] = Counter()
    for event in in_order_of_leaving([*nine_days[0], *nine_days[1]], "mh.left", "s136.left"):
        type_, subject, data = event["type"], event["subject"], event["data"]
        if not type_.startswith(("mh.", "s136.")):
            continue
        passed[type_] += 1
        if type_ in ("mh.referred", "s136.arrived"):
            moved = subject in in_departments and data.get("place") == "suite"
            assert subject not in gone, f"{subject} came again"
            assert subject not in inside or moved, f"{subject} came twice"
            inside.add(subject)
            passed["moved"] += moved
            in_departments.discard(subject)
            if data.get("place") == "ed":
                in_departments.add(subject)
        assert subject in inside, f"{type_} of {subject}, who is not there"
        if type_ in ("mh.admitted", "s136.arrived", "mh.placed_out_of_area", "mh.left", "s136.left"):
            where.pop(subject, None)
            away.discard(subject)
            if "unit" in data:
                where[subject] = data["unit"]
                assert sum(code == data["unit"] for code in where.values()) <= UNITS[data["unit"]].capacities[-1].core
            elif type_ == "mh.placed_out_of_area":
                away.add(subject)
        if type_ in ("mh.left", "s136.left"):
            inside.remove(subject)
            gone.add(subject)
    assert {name for name in PRODUCED if name.startswith(("mh.", "s136."))} - set(passed) <= {"mh.placed_out_of_area"}
    assert passed["mh.left"] > 40
    assert 24 <= len(where) <= 33
    came = passed["mh.referred"] + passed["s136.arrived"] - passed["moved"]
    assert len(inside) == came - passed["mh.left"] - passed["s136.left"]


def test_urgent_response_answers_each_referral_once_and_most_within_two_hours(
    nine_days: tuple[list[Event], list[Event]],
) -> None:
    referred = {e["subject"]: e for e in nine_days[1] if e["type"] == "ucr.referred"}
    answers = [e for e in nine_days[1] if e["type"] == "ucr.responded" and e["subject"] in referred]
    assert len({e["subject"] for e in answers}) == len(answers)
    assert len(referred) - len(answers) < 15, "nearly all are answered by the end"
    waits = [
        (at(e["time"]) - at(referred[e["subject"]]["time"])) / timedelta(hours=1)
        for e in answers
        if referred[e["subject"]]["data"]["urgency"] == "two_hour" and e["data"]["outcome"] != "not_seen"
    ]
    assert len(waits) > 25
    assert 0.65 < sum(wait <= 2 for wait in waits) / len(waits) < 0.98
    conveyed = {e["subject"] for e in answers if e["data"]["outcome"] == "conveyed"}
    followed = {e["follows"] for e in nine_days[1] if e["type"] == "ed.arrived" and "follows" in e}
    assert conveyed
    assert len(conveyed - followed) <= 2, "who is conveyed comes to a department"


def test_who_waits_in_a_department_for_mental_health_leaves_it_when_the_trust_has_done(
    nine_days: tuple[list[Event], list[Event]],
) -> None:
    events = [*nine_days[0], *nine_days[1]]
    liaison = {
        e["subject"]: e["follows"] for e in events if e["type"] == "mh.referred" and e["data"]["setting"] == "ed"
    }
    departed = {e["subject"]: e for e in events if e["type"] == "ed.departed"}
    left = {e["subject"] for e in events if e["type"] == "mh.left"}
    done = [departed.get(visit) for subject, visit in liaison.items() if subject in left]
    assert len(done) > 20
    assert all(done)
    placed = {e["subject"] for e in events if e["type"] in ("mh.admitted", "mh.placed_out_of_area")}
    reasons = {departed[visit]["data"]["reason"] for subject, visit in liaison.items() if subject in placed}
    assert reasons <= {"transferred"}


def test_everybody_who_departs_an_ed_had_arrived_and_departs_once(nine_days: tuple[list[Event], list[Event]]) -> None:
    inside: set[str] = set()
    departed: set[str] = set()
    for event in in_order_of_time([*nine_days[0], *nine_days[1]]):
        if event["type"] == "ed.arrived":
            assert event["subject"] not in inside | departed
            inside.add(event["subject"])
        elif event["type"] == "ed.departed":
            inside.remove(event["subject"])
            departed.add(event["subject"])
    assert 5 < len(inside) < 150


def test_milestones_of_an_attendance_come_in_their_order(nine_days: tuple[list[Event], list[Event]]) -> None:
    order = ["ed.arrived", "ed.triaged", "ed.seen", "ed.decision_to_admit", "ed.bed_allocated", "ed.departed"]
    journeys: dict[str, dict[str, str]] = defaultdict(dict)
    for event in [*nine_days[0], *nine_days[1]]:
        if event["type"] in order:
            journeys[event["subject"]][event["type"]] = event["time"]
    for subject, times in journeys.items():
        passed = [times[name] for name in order if name in times]
        if "ed.triaged" in times and "ed.seen" in times and times["ed.seen"] < times["ed.triaged"]:
            continue  # resus: seen before anybody sits down to triage
        assert passed == sorted(passed), subject


STEPS_IN_ORDER = (
    ("ambulance.called", "ambulance.assigned", "ambulance.on_scene", "ambulance.conveying", "ambulance.arrived",
     "ambulance.cohorted", "ambulance.handed_over", "ambulance.cleared"),
    ("ambulance.on_scene", "ambulance.conveying", "ambulance.pre_alerted", "ambulance.arrived"),
    ("bed.admitted", "discharge.criteria_not_met", "discharge.referred_to_hub", "discharge.accepted",
     "discharge.start_agreed", "bed.left"),
    ("virtual_ward.referred", "virtual_ward.accepted", "virtual_ward.onboarded", "virtual_ward.escalated",
     "virtual_ward.discharged"),
    ("virtual_ward.referred", "virtual_ward.declined"),
)  # fmt: skip


@pytest.mark.parametrize("order", STEPS_IN_ORDER, ids=lambda order: f"{order[0]} to {order[-1]}")
def test_steps_of_a_journey_come_in_their_order(
    nine_days: tuple[list[Event], list[Event]], order: tuple[str, ...]
) -> None:
    journeys: dict[str, dict[str, str]] = defaultdict(dict)
    for event in [*nine_days[0], *nine_days[1]]:
        if event["type"] in order:
            journeys[event["subject"]].setdefault(event["type"], event["time"])
    for subject, times in journeys.items():
        passed = [times[name] for name in order if name in times]
        assert passed == sorted(passed), (subject, times)
    assert {name for times in journeys.values() for name in times} == set(order)


def test_cubicles_hold_no_more_than_they_have(nine_days: tuple[list[Event], list[Event]]) -> None:
    where: dict[str, str] = {}
    count: Counter[str] = Counter()
    for event in sorted(
        [*nine_days[0], *nine_days[1]], key=lambda event: (event["time"], event["type"] != "ed.departed", event["id"])
    ):
        if event["type"] in ("ed.departed", "ed.moved") and event["subject"] in where:
            count[where.pop(event["subject"])] -= 1
        if event["type"] == "ed.moved":
            where[event["subject"]] = event["data"]["unit"]
            count[event["data"]["unit"]] += 1
            capacity = UNITS[event["data"]["unit"]].capacities[-1]
            assert count[event["data"]["unit"]] <= capacity.core + capacity.escalation, event
    assert max(count.values()) > 0
