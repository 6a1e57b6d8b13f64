"""The state of the system: the store gives what the pure fold gives, and what came later changes nothing before."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection

from services.domain.events import JOURNEY_KINDS
from services.domain.facts import Fact
from services.domain.links import Windows
from services.domain.measures import PLACED, Atom, Selection, evaluate
from services.domain.state import FeedHealth, SystemState, build_state
from services.store import state as store_state
from services.store.database import Database
from services.store.events import ingest
from tests.conftest import empty
from tests.property.test_fold import folded
from tests.property.test_measures import world
from tests.worlds import START, event, moments, small_system, union, worlds

SYSTEM = small_system()
WIDE = Windows((-600, 1500), (-600, 1500), (-600, 1500))  # so that derived links are common


@st.composite
def linked_worlds(draw: st.DrawFn) -> list[Fact]:
    """Random worlds and pathways; some senders say what a journey follows, be it itself or one that follows it."""
    facts = draw(worlds(journeys=4))
    for number in range(draw(st.integers(1, 2))):
        facts += draw(pathways(number))
    keys = sorted({fact.subject for fact in facts if fact.subject.startswith("j_")})
    said = {key: draw(st.sampled_from([None, None, None, *keys, "j_unknown"])) for key in keys}
    return [fact._replace(follows=said.get(fact.subject)) for fact in facts]


@st.composite
def pathways(draw: st.DrawFn, number: int) -> list[Fact]:
    """A person's passage through four services, ended or not, under a few pseudonyms, not always in order."""
    bed = {"unit": "RVV01-WARD", "bed_kind": "ga_adult", "admission": "emergency"}
    virtual = {"site": "RVV09", "unit": "RVV09-VW"}
    services: list[tuple[tuple[str, dict[str, Any]], tuple[str, dict[str, Any]]]] = [
        (("ambulance.arrived", {}), ("ambulance.handed_over", {})),
        (("ed.arrived", {"department_type": 1}), ("ed.departed", {"reason": "admitted"})),
        (("bed.admitted", bed), ("bed.left", {"unit": "RVV01-WARD", "reason": "virtual_ward"})),
        (("virtual_ward.onboarded", virtual), ("virtual_ward.discharged", virtual | {"reason": "recovered"})),
    ]
    minute = draw(st.integers(0, 40)) * 15
    facts: list[Fact] = []
    for index, (opens, closes) in enumerate(services):
        key = f"j_path{number}{index}"
        person = f"p_{draw(st.sampled_from([0, 0, 1, 2]))}"
        for type_, data in (opens, closes)[: draw(st.integers(0, 2))]:
            recorded = max(0, minute) + draw(st.sampled_from([0, 0, 30, 600]))
            facts.append(event(type_, key, minute, {"site": "RVV01"} | data, id=type_, sent=minute, recorded=recorded,
                               person=person))  # fmt: skip
            minute += draw(st.integers(-4, 20)) * 15
    return facts


def newest(facts: list[Fact], as_at: datetime, known_at: datetime) -> list[FeedHealth]:
    found: dict[str, datetime] = {}
    for fact in facts:
        if fact.recorded_at <= known_at and fact.time <= as_at:
            found[fact.source] = max(fact.time, found.get(fact.source, fact.time))
    return [FeedHealth(source, moment) for source, moment in found.items()]


def reference(facts: list[Fact], as_at: datetime, known_at: datetime) -> SystemState:
    subjects = [each for each in folded(facts, as_at=as_at, known_at=known_at).values() if each is not None]
    return build_state(subjects, SYSTEM, as_at, known_at, feeds=newest(facts, as_at, known_at), windows=WIDE)


def state_bytes(state: SystemState) -> bytes:
    return orjson.dumps(state, default=tuple)  # phases are named tuples


@settings(max_examples=150)
@given(linked_worlds(), moments(), st.none() | moments(), st.randoms(use_true_random=False))
def test_the_store_gives_the_state_that_the_pure_fold_gives(
    database: Database, facts: list[Fact], t: datetime, known_at: datetime | None, shuffler: random.Random
) -> None:
    shuffler.shuffle(facts)
    with database.connection() as connection:
        empty(connection)
        ingest(connection, facts)
        found = store_state.read(connection, SYSTEM, t, known_at, windows=WIDE)
        again = store_state.read(connection, SYSTEM, t, found.known_at, windows=WIDE)
    expected = reference(facts, t, found.known_at)
    assert found == expected
    assert state_bytes(found) == state_bytes(expected) == state_bytes(again)


@settings(max_examples=120)
@given(worlds(journeys=8), moments(), st.booleans())
def test_those_in_place_are_as_many_as_the_measures_count(facts: list[Fact], t: datetime, as_known_then: bool) -> None:
    known_at = t if as_known_then else max(fact.recorded_at for fact in facts)
    atoms = [Atom(Selection(name)) for name in PLACED]
    measured = evaluate(world(facts, known_at=known_at), atoms, t)
    state = reference(facts, t, known_at)
    for atom, name in zip(atoms, PLACED, strict=True):
        counted = Counter(
            (phase.site, phase.unit) for journey in state.journeys for phase in journey.phases if phase.name == name
        )
        assert counted == measured[atom], name
    capacities = [Atom(Selection(f"capacity.{kind}"), "value_total") for kind in ("core", "escalation", "closed")]
    beds = evaluate(world(facts, known_at=known_at), capacities, t)
    for unit in state.units:
        said = tuple(beds[atom].get((unit.site, unit.code), 0) for atom in capacities)
        assert said == (unit.core, unit.escalation, unit.closed), unit.code


@settings(max_examples=80)
@given(linked_worlds(), moments(), moments(), st.randoms(use_true_random=False))
def test_what_is_recorded_after_known_at_changes_nothing(
    database: Database, facts: list[Fact], t: datetime, known_at: datetime, shuffler: random.Random
) -> None:
    before = [fact for fact in union(facts).values() if fact.recorded_at <= known_at]
    after = [fact for fact in union(facts).values() if fact.recorded_at > known_at]
    late = int((known_at - START) / timedelta(minutes=1)) + 1
    after.append(event("ed.arrived", "j_ed0", 0, {"site": "RVV01", "department_type": 1}, id="late", sent=9999,
                       recorded=late, source="RPA", person="p_0"))  # fmt: skip
    after.append(event("person.merged", "p_0", 0, {}, id="late", sent=0, recorded=late, person="p_0",
                       personmerged="p_3"))  # fmt: skip
    shuffler.shuffle(after)
    with database.connection() as connection:
        empty(connection)
        ingest(connection, before)
        first = state_bytes(store_state.read(connection, SYSTEM, t, known_at, windows=WIDE))
        ingest(connection, after)
        assert state_bytes(store_state.read(connection, SYSTEM, t, known_at, windows=WIDE)) == first


@settings(max_examples=40)
@given(worlds(journeys=8), moments())
def test_who_is_left_out_is_so_for_one_reason_and_is_nowhere_else(facts: list[Fact], t: datetime) -> None:
    known_at = max(fact.recorded_at for fact in facts)
    state = reference(facts, t, known_at)
    listed = [journey.key for journey in (*state.ghosts, *state.stale)]
    assert len(set(listed)) == len(listed)
    assert not set(listed) & {journey.key for journey in state.journeys}
    assert {journey.kind for journey in state.journeys} <= set(JOURNEY_KINDS)


def test_a_ghost_and_a_stale_journey_are_listed_apart_with_their_units(connection: Connection[Any]) -> None:
    bed = {"site": "RVV01", "unit": "RVV01-WARD", "bed_kind": "ga_adult", "admission": "emergency"}
    census = {"site": "RVV01", "unit": "RVV01-WARD", "visits": ["j_here", "j_silent"]}
    ingest(connection, [
        event("bed.admitted", "j_here", 0, bed, id="1", sent=0, recorded=0),
        event("bed.admitted", "j_gone", 0, bed, id="2", sent=0, recorded=0),
        event("bed.admitted", "j_silent", -1500, bed, id="3", sent=0, recorded=0),
        event("unit.census", "RVV01-WARD", 60, census, id="4", sent=60, recorded=60),
    ])  # fmt: skip
    t = START + timedelta(minutes=120)
    state = store_state.read(connection, SYSTEM, t)
    assert [journey.key for journey in state.journeys] == ["j_here"]
    assert [(journey.unit, journey.key) for journey in state.ghosts] == [("RVV01-WARD", "j_gone")]
    assert [(journey.unit, journey.key) for journey in state.stale] == [("RVV01-WARD", "j_silent")]


def test_merges_and_unmerges_move_person_links_but_never_a_key(connection: Connection[Any]) -> None:
    ed = {"site": "RVV01", "department_type": 1}
    bed = {"site": "RVV01", "unit": "RVV01-WARD", "bed_kind": "ga_adult", "admission": "emergency"}
    ingest(connection, [
        event("ed.arrived", "j_ed", 0, ed, id="1", sent=0, recorded=0, person="p_1"),
        event("ed.departed", "j_ed", 60, {"site": "RVV01", "reason": "admitted"}, id="2", sent=60, recorded=60,
              person="p_1"),
        event("bed.admitted", "j_stay", 70, bed, id="3", sent=70, recorded=70, person="p_2"),
        event("person.merged", "p_1", 100, {}, id="m", sent=100, recorded=100, person="p_1", personmerged="p_2"),
        event("event.cancelled", "p_1", 200, {}, id="x", sent=200, recorded=200, cancels="m"),
    ])  # fmt: skip

    def at(minute: int) -> tuple[str, str | None, str | None, bool]:
        moment = START + timedelta(minutes=minute)
        (journey,) = store_state.read(connection, SYSTEM, moment, moment).journeys
        return journey.key, journey.person, journey.follows, journey.derived

    assert at(90) == ("j_stay", "p_2", None, False)
    assert at(110) == ("j_stay", "p_1", "j_ed", True)
    assert at(210) == ("j_stay", "p_2", None, False)
    stored = connection.execute("select key, person, follows from subject where kind = 'stay'").fetchall()
    assert stored == [("j_stay", "p_2", None)], "a derived link is never stored"


def test_a_journey_in_place_is_not_said_to_follow_an_ended_one_that_began_later_and_follows_it(
    connection: Connection[Any],
) -> None:
    bed = {"site": "RVV01", "unit": "RVV01-WARD", "bed_kind": "ga_adult", "admission": "emergency"}
    ed = {"site": "RVV01", "department_type": 1}
    ingest(connection, [
        event("bed.admitted", "j_stay", 0, bed, id="1", sent=0, recorded=0, follows="j_ed"),
        event("ed.arrived", "j_ed", 10, ed, id="2", sent=10, recorded=10, follows="j_stay"),
        event("ed.departed", "j_ed", 20, {"site": "RVV01", "reason": "discharged"}, id="3", sent=20, recorded=20),
    ])  # fmt: skip
    for minute, follows in ((5, "j_ed"), (15, None), (30, None)):
        moment = START + timedelta(minutes=minute)
        state = store_state.read(connection, SYSTEM, moment, moment)
        assert {journey.key: journey.follows for journey in state.journeys}["j_stay"] == follows, minute
