"""A row that keeps the last days of what stands for ever says of every moment what all of its facts say."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection
from psycopg.rows import dict_row, tuple_row

from services.domain.events import EVENT_TYPES, UNTIL_THE_NEXT
from services.domain.facts import Fact
from services.domain.fold import fold
from services.domain.measures import LONGEST_WINDOW, evaluate
from services.domain.phases import phases
from services.store import kept, picture
from services.store.database import Database
from services.store.events import commit, drafted, ingest, rebuild
from services.store.gauges import newest_facts
from services.store.recent import Recent
from tests.conftest import empty
from tests.property.test_measures import ATOMS, SYSTEM, world
from tests.property.test_readings import assert_rebuilt_is_live, few_measures  # noqa: F401 - a fixture of the module
from tests.worlds import START, event

GAUGE = "XMCH/community.p1_slots_free"
HOURS = 120
DAYS_KEPT = kept.KEPT


@pytest.fixture(autouse=True)
def short() -> Iterator[None]:
    with mock.patch.object(kept, "KEPT", timedelta(hours=6)):
        yield


@st.composite
def told(draw: st.DrawFn) -> list[Fact]:
    """Five days of a gauge, a unit and two beds; some of it late, said again, corrected, taken back."""
    facts: list[Fact] = []
    for number in range(draw(st.integers(1, 24))):
        sort = draw(st.sampled_from(["gauge", "capacity", "list", "count", "bed", "bed"]))
        hour = draw(st.integers(0, HOURS))
        late = draw(st.sampled_from([0, 0, 0, 0, 1, 40]))
        unit: dict[str, Any] = {"site": "RVV01", "unit": "RVV01-WARD"}
        if sort == "gauge":
            type_, subject = "gauge.reported", GAUGE
            data: dict[str, Any] = {"organisation": "XMCH", "measure": GAUGE.partition("/")[2], "value": number}
        elif sort == "bed":
            type_, subject = "bed.status", f"RVV01-WARD/{draw(st.sampled_from(['A1', 'A2']))}"
            data = unit | {"clean": draw(st.booleans()), "staffed": True}
        else:
            subject = "RVV01-WARD"
            type_ = "unit.capacity" if sort == "capacity" else "unit.census"
            said: dict[str, dict[str, Any]] = {
                "capacity": {"core": number, "closed": 0}, "list": {"visits": ["j_a"]}, "count": {"count": number},
            }  # fmt: skip
            data = unit | said[sort]
        minute = 60 * hour
        facts.append(
            event(type_, subject, minute, data, id=f"f{number}", sent=minute, recorded=minute + 60 * late)
        )  # fmt: skip
    for number in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        about = draw(st.sampled_from(facts))
        minute = 60 * draw(st.integers(0, HOURS))
        how = draw(st.sampled_from(["again", "replaced", "cancelled", "selected"]))
        more: dict[str, Any] = {"id": f"x{number}", "sent": minute, "recorded": minute}
        if how == "again":  # under its own name, of another time
            more["id"] = draw(st.sampled_from([f"f{n}" for n, each in enumerate(facts) if each is about]))
        elif how == "replaced":
            more["replaces"] = draw(st.sampled_from([f"f{n}" for n, each in enumerate(facts) if each is about]))
        elif how == "selected":
            more["cancels"] = f"select:{about.type}"
        else:
            more["cancels"] = draw(st.sampled_from([f"f{n}" for n, each in enumerate(facts) if each is about]))
        type_ = "event.cancelled" if "cancels" in more else about.type
        data = {} if "cancels" in more else dict(about.data)
        facts.append(event(type_, about.subject, minute, data, **more))
    return facts


def put(connection: Connection[Any], facts: list[Fact], size: int, shuffler: random.Random) -> None:
    """By several doors, two of which remember something."""
    memories = [Recent(), Recent(30), None]
    for start in range(0, len(facts), size):
        memory = shuffler.choice(memories) or Recent()
        commit(connection, drafted(facts[start : start + size], memory), memory)


ORDERS = st.sampled_from(["told", "time", "any"])


@settings(max_examples=200)
@given(told(), ORDERS, st.integers(1, 9), st.randoms(use_true_random=False))
def test_a_row_is_what_its_facts_say_of_the_last_days(
    database: Database, facts: list[Fact], order: str, size: int, shuffler: random.Random
) -> None:
    sent = in_order(facts, order, shuffler)
    with database.connection() as connection:
        empty(connection)
        put(connection, sent + shuffler.sample(sent, len(sent) // 3), size, shuffler)
        compare(connection, facts)
        for _ in rebuild(connection):
            pass
        compare(connection, facts)


def in_order(facts: list[Fact], order: str, shuffler: random.Random) -> list[Fact]:
    sent = list(facts)
    shuffler.shuffle(sent)
    if order == "told":
        sent.sort(key=lambda fact: fact.recorded_at)
    elif order == "time":
        sent.sort(key=lambda fact: fact.time)
    return sent


def compare(connection: Connection[Any], facts: list[Fact]) -> None:
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = {row["key"]: row for row in cursor.execute(
            "select key, kind, source, started_at, first_recorded_at, last_recorded_at, kept_from, moments,"
            " to_jsonb(phases) as phases from subject"
        )}  # fmt: skip
    assert rows.keys() == {fact.subject for fact in facts}
    for key, row in rows.items():
        own = {fact.digest: fact for fact in facts if fact.subject == key}
        subject = fold(own.values())
        assert subject is not None
        made = phases(subject)
        if row["kept_from"] is not None:
            last = subject.milestones[-1].time
            assert row["kept_from"] == last - kept.KEPT
            made = tuple(each for each in made if each.to_at is None or each.to_at >= row["kept_from"])
        assert [(p["name"], datetime.fromisoformat(p["from_at"])) for p in row["phases"] or []] == [
            (p.name, p.from_at) for p in made
        ]
        assert [p["to_at"] and datetime.fromisoformat(p["to_at"]) for p in row["phases"] or []] == [
            p.to_at for p in made
        ]
        assert (row["kind"], row["source"]) == (subject.kind, subject.source)
        assert row["first_recorded_at"] == subject.first_recorded_at
        assert row["last_recorded_at"] == subject.last_recorded_at
        if made:
            assert row["started_at"] == min(phases(subject)[0].from_at, subject.earliest_at)


@settings(max_examples=150)
@given(told(), ORDERS, st.integers(1, 9), st.integers(0, HOURS + 24), st.integers(0, HOURS + 24), st.booleans(),
       st.randoms(use_true_random=False))  # fmt: skip
def test_every_moment_is_measured_as_all_facts_say(
    database: Database, facts: list[Fact], order: str, size: int, hour: int, known_hour: int, now: bool,
    shuffler: random.Random,
) -> None:  # fmt: skip
    t = START + timedelta(hours=hour)
    known_at = None if now else START + timedelta(hours=known_hour)
    with database.connection() as connection:
        empty(connection)
        put(connection, in_order(facts, order, shuffler), size, shuffler)
        found = picture.read_atoms(connection, SYSTEM, t, known_at=known_at)[None]
        newest = newest_facts(connection, [GAUGE], t)
    assert found == evaluate(world(facts, known_at=known_at), ATOMS, t)
    subject = fold([fact for fact in facts if fact.subject == GAUGE], as_at=t)
    if subject is not None and subject.milestones:
        last = fold(newest[GAUGE], as_at=t)
        assert last is not None
        assert last.milestones[-1] == subject.milestones[-1]


@settings(max_examples=4)
@given(told(), st.lists(st.sampled_from([5, 15, 60, 700]), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_readings_rebuilt_equal_those_written_live(
    database: Database, facts: list[Fact], minutes: list[int], shuffler: random.Random
) -> None:
    assert_rebuilt_is_live(database, facts, minutes, shuffler)


def bed(hour: float, clean: bool, id: str) -> Fact:
    data = {"site": "RVV01", "unit": "RVV01-WARD", "clean": clean, "staffed": True}
    minute = int(60 * hour)
    return event("bed.status", "RVV01-WARD/A1", minute, data, id=id, sent=minute, recorded=minute)


@pytest.mark.parametrize("remembers", [True, False])
def test_an_id_said_again_days_later_takes_back_what_it_said(connection: Connection[Any], remembers: bool) -> None:
    facts = [bed(hour, hour % 2 == 0, f"b{hour}") for hour in range(100)]
    facts.append(bed(99.5, True, "b10"))  # so at ten o'clock of the first day nothing was said
    memory = Recent()
    for fact in facts:
        memory = memory if remembers else Recent()
        commit(connection, drafted([fact], memory), memory)
    t = START + timedelta(hours=10, minutes=30)
    assert picture.read_atoms(connection, SYSTEM, t)[None] == evaluate(world(facts), ATOMS, t)


@pytest.mark.parametrize("remembers", [True, False])
def test_an_id_said_twice_in_one_batch_leaves_the_whole_story(connection: Connection[Any], remembers: bool) -> None:
    facts = [bed(hour, hour % 2 == 0, f"b{hour}") for hour in range(100)]
    memory = Recent()
    for fact in facts:
        commit(connection, drafted([fact], memory), memory)
    twice = [bed(100, True, "b100"), bed(100, False, "b100")]
    commit(connection, drafted(twice, memory if remembers else Recent()), memory)
    compare(connection, facts + twice)


def test_of_a_year_s_story_what_is_read_and_written_for_one_more_fact_is_little(connection: Connection[Any]) -> None:
    def status(hour: int) -> Fact:
        data = {"site": "RVV01", "unit": "RVV01-WARD", "clean": hour % 2 == 0, "staffed": True}
        return event("bed.status", "RVV01-WARD/A1", 60 * hour, data, id=f"b{hour}", sent=60 * hour, recorded=60 * hour)

    ingest(connection, [status(hour) for hour in range(500)])
    (before,) = connection.execute("select cardinality(moments) from subject").fetchone() or (0,)
    assert before <= 8
    with mock.patch("services.store.events.read_facts", side_effect=AssertionError("all of it was read")):
        assert ingest(connection, [status(500)]).accepted == 1
    (after,) = connection.execute("select cardinality(moments) from subject").fetchone() or (0,)
    assert after <= 8
    assert ingest(connection, [status(3)]).accepted == 0  # said long ago already


def test_days_kept_are_more_than_any_window_reaches() -> None:
    assert DAYS_KEPT > 2 * LONGEST_WINDOW


def test_the_index_is_of_the_types_that_are_kept(connection: Connection[Any]) -> None:
    assert {EVENT_TYPES[name].kind for name in kept.TYPES} == UNTIL_THE_NEXT
    made = connection.execute("select indexdef from pg_indexes where indexname = 'event_standing'").fetchone()
    assert made is not None
    assert set(made[0].split("'")[1::2]) == set(kept.TYPES)


@settings(max_examples=20, deadline=None)
@given(facts=told())
def test_every_name_of_what_is_kept_is_found(database: Database, facts: list[Fact]) -> None:
    with database.connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
        empty(connection)
        ingest(connection, facts)
        found = kept.said_before(cursor, {fact.uid for fact in facts})
    assert found == {fact.uid for fact in facts if fact.type in kept.TYPES}
