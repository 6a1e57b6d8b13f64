"""Marks of people: as many as the measures count, the same from the store as from the pure fold, and nameless."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection

from services.domain.facts import Fact
from services.domain.measures import Atom, Selection, evaluate
from services.domain.state import SystemState, build_state
from services.live import marks
from services.store.database import Database
from services.store.events import ingest
from tests.conftest import empty
from tests.property.test_fold import folded
from tests.property.test_measures import world
from tests.worlds import SITES, START, event, moments, small_system, worlds

SYSTEM = small_system()
COUNTED = {
    ("ed", "here"): "ed.department", ("bed", "here"): "bed.place", ("virtual_ward", "here"): "virtual_ward.stay",
    ("mental_health", "here"): "mh.place", ("s136", "here"): "s136.place",
    ("ambulance", "here"): "ambulance.handover", ("ambulance", "due_in"): "ambulance.conveying",
}  # fmt: skip
BED = {"site": "RVV01", "unit": "RVV01-WARD", "bed_kind": "ga_adult", "admission": "emergency"}


def reference(facts: list[Fact], t: datetime, known_at: datetime) -> SystemState:
    subjects = [each for each in folded(facts, as_at=t, known_at=known_at).values() if each is not None]
    return build_state(subjects, SYSTEM, t, known_at)


@settings(max_examples=120)
@given(worlds(journeys=8), moments(), st.none() | moments(), st.randoms(use_true_random=False))
def test_the_store_gives_the_marks_of_the_pure_fold_and_they_are_as_many_as_are_counted(
    database: Database, facts: list[Fact], t: datetime, known_at: datetime | None, shuffler: random.Random
) -> None:
    shuffler.shuffle(facts)
    known = known_at or max([t, *(fact.recorded_at for fact in facts)])
    whole = reference(facts, t, known)
    atoms = {kind: Atom(Selection(phase)) for kind, phase in COUNTED.items()}
    counted = evaluate(world(facts, known_at=known), atoms.values(), t)
    with database.connection() as connection:
        empty(connection)
        ingest(connection, facts)
        for site in SITES:
            found = marks.read(connection, SYSTEM, site, t, known_at=known_at, keyed=True)
            assert found["people"] == [marks.shown(mark, t, keyed=True) for mark in marks.marks_of(whole, site)]
            assert found["left_out"] == {
                "ghosts": marks.left_out(whole.ghosts, site), "stale": marks.left_out(whole.stale, site),
            }  # fmt: skip
            drawn = Counter((each["service"], each["state"]) for each in found["people"])
            for kind, atom in atoms.items():
                assert drawn[kind] == sum(float(str(n)) for place, n in counted[atom].items() if place[0] == site), kind


def test_a_person_in_ed_has_their_area_acuity_and_decision(connection: Connection[Any]) -> None:
    at = {"site": "RVV01"}
    arrived = at | {"department_type": 1, "age_band": "75-84", "unit": "RVV01-RESUS"}
    ingest(connection, [
        event("ed.arrived", "j_1", 0, arrived, id="1", sent=0, recorded=0),
        event("ed.triaged", "j_1", 10, at | {"acuity": 2}, id="2", sent=10, recorded=10),
        event("ed.moved", "j_1", 30, at | {"unit": "RVV01-MAJORS"}, id="3", sent=30, recorded=30),
        event("ed.decision_to_admit", "j_1", 90, at, id="4", sent=90, recorded=90),
    ])  # fmt: skip
    read = marks.read(connection, SYSTEM, "RVV01", START + timedelta(minutes=120))
    assert read["people"] == [{
        "service": "ed", "unit": "RVV01-MAJORS", "state": "here", "since": START.astimezone(UTC), "minutes": 120.0,
        "acuity": 2, "decision_to_admit": True, "decided_minutes": 30.0, "no_criteria_to_reside": False,
        "no_criteria_minutes": None, "pathway": None, "age_band": "75-84", "escalation": False, "category": None,
        "expected_at": None, "key": None,
    }]  # fmt: skip
    (earlier,) = marks.read(connection, SYSTEM, "RVV01", START + timedelta(minutes=20))["people"]
    assert (earlier["unit"], earlier["decision_to_admit"], earlier["decided_minutes"]) == ("RVV01-RESUS", False, None)
    assert marks.read(connection, SYSTEM, "RVV09", START + timedelta(minutes=120))["people"] == []


def test_a_person_in_a_bed_keeps_the_time_of_admission_and_says_what_they_wait_for(connection: Connection[Any]) -> None:
    ready = {"site": "RVV01", "pathway": 2}
    moved = {"site": "RVV01", "unit": "RVV01-ICU", "bed_kind": "critical_care", "escalation": True}
    ingest(connection, [
        event("bed.admitted", "j_1", 0, BED, id="1", sent=0, recorded=0),
        event("bed.transferred", "j_1", 60, moved, id="2", sent=60, recorded=60),
        event("discharge.criteria_not_met", "j_1", 90, ready, id="3", sent=90, recorded=90),
    ])  # fmt: skip
    (mark,) = marks.read(connection, SYSTEM, "RVV01", START + timedelta(minutes=120))["people"]
    assert (mark["service"], mark["unit"], mark["minutes"], mark["escalation"]) == ("bed", "RVV01-ICU", 120.0, True)
    assert (mark["no_criteria_to_reside"], mark["no_criteria_minutes"], mark["pathway"]) == (True, 30.0, 2)


def test_an_ambulance_is_due_in_where_it_is_going_until_it_arrives(connection: Connection[Any]) -> None:
    at = {"site": "RVV01"}
    due = at | {"expected_at": (START + timedelta(minutes=40)).isoformat()}
    ingest(connection, [
        event("ambulance.called", "j_1", 0, {"category": "C2"}, id="1", sent=0, recorded=0),
        event("ambulance.conveying", "j_1", 20, due, id="2", sent=20, recorded=20),
        event("ambulance.arrived", "j_1", 45, at, id="3", sent=45, recorded=45),
    ])  # fmt: skip
    (mark,) = marks.read(connection, SYSTEM, "RVV01", START + timedelta(minutes=30))["people"]
    assert (mark["state"], mark["category"], mark["minutes"]) == ("due_in", "C2", 10.0)
    assert mark["expected_at"] == START + timedelta(minutes=40)
    (mark,) = marks.read(connection, SYSTEM, "RVV01", START + timedelta(minutes=50))["people"]
    assert (mark["state"], mark["minutes"], mark["expected_at"]) == ("here", 5.0, None)


def test_ghosts_and_the_stale_are_left_out_and_their_number_is_said(connection: Connection[Any]) -> None:
    census = {"site": "RVV01", "unit": "RVV01-WARD", "visits": ["j_here", "j_silent"]}
    ingest(connection, [
        event("bed.admitted", "j_here", 0, BED, id="1", sent=0, recorded=0),
        event("bed.admitted", "j_gone", 0, BED, id="2", sent=0, recorded=0),
        event("bed.admitted", "j_silent", -1500, BED, id="3", sent=0, recorded=0),
        event("unit.census", "RVV01-WARD", 60, census, id="4", sent=60, recorded=60),
    ])  # fmt: skip
    read = marks.read(connection, SYSTEM, "RVV01", START + timedelta(minutes=120), keyed=True)
    assert [mark["key"] for mark in read["people"]] == ["j_here"]
    assert read["left_out"] == {"ghosts": 1, "stale": 1}
    elsewhere = marks.read(connection, SYSTEM, "RVV09", START + timedelta(minutes=120))
    assert elsewhere["left_out"] == {"ghosts": 0, "stale": 0}


def test_without_keys_nothing_leads_back_to_a_journey(connection: Connection[Any]) -> None:
    ingest(connection, [event("bed.admitted", "j_secret", 0, BED, id="1", sent=0, recorded=0, person="p_secret")])
    t = START + timedelta(minutes=5)
    assert b"secret" not in orjson.dumps(marks.read(connection, SYSTEM, "RVV01", t))
    assert b"j_secret" in orjson.dumps(marks.read(connection, SYSTEM, "RVV01", t, keyed=True))
