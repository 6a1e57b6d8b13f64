"""Readings and hours rebuilt from the events equal those written live, and both equal the plain evaluation."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection

from services.configuration import load_system
from services.domain.catalogue import CATALOGUE
from services.domain.clock import Clock, local_midnight
from services.domain.facts import Fact
from services.domain.measures import combine, evaluate
from services.domain.versions import MARK, MICROSECOND, floor_to
from services.live import overview
from services.live.figures import collapse
from services.live.readings import DAY, advance, again, fill
from services.store import history
from services.store import readings as store
from services.store.database import Database
from services.store.events import ingest, rebuild
from tests.conftest import empty, forget_readings
from tests.property.test_measures import SYSTEM, world
from tests.worlds import START, event, worlds

BEGIN = floor_to(START, DAY)
#: With the real tables of OPEL, so that there is a level to compare.
SCORED = replace(SYSTEM, opel=load_system().opel)
PLACES = [(site.code, None) for site in SYSTEM.sites]
LOOKED_UP = ("ed.in_department", "ed.over_4h", "ed.within_4h_today", "ed.time_to_treatment_today")
REPORTED = ("staffing.absence", "system.declared_level", "system.proposed_level")  # what worlds report
#: One measure of each way of being counted, and of units: all two hundred would only take longer.
FEW = {(each.kind, each.window, each.needs == "unit"): each for each in CATALOGUE.values()}.values()


@pytest.fixture(scope="module", autouse=True)
def few_measures() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        chosen = {each.name: each for each in (*(CATALOGUE[name] for name in (*REPORTED, *LOOKED_UP)), *FEW)}
        patch.setattr("services.live.readings.CATALOGUE", chosen)
        yield


def rows(connection: Connection[Any]) -> tuple[list[Any], list[Any]]:
    """Readings and hours by what they are of. A series' number is left out: it says only in which order names were
    first met, and who reports a figure is met live when they report it."""
    named = "select measure, level, code, r.* from {} as r join series on series.id = r.series"
    asked = (connection.execute(named.format(table)).fetchall() for table in ("reading", "reading_hour"))
    return tuple([(*each[:3], *each[4:]) for each in found] for found in asked)  # type: ignore[return-value]


def played(connection: Connection[Any], facts: list[Fact], end: datetime, steps: list[timedelta]) -> None:
    """The facts as they were received, the keeper waking at uneven times between."""
    waiting = sorted(facts, key=lambda fact: fact.recorded_at)
    forget_readings(connection)
    for _ in fill(connection, SYSTEM, BEGIN, BEGIN):
        pass
    now, turn = BEGIN, 0
    while now < end:
        now = min(end, now + steps[turn % len(steps)]) if turn < 12 else end
        turn += 1
        heard = [fact for fact in waiting if fact.recorded_at <= now]
        waiting = waiting[len(heard) :]
        ingest(connection, heard)
        while advance(connection, SYSTEM, now):
            pass


@st.composite
def late(draw: st.DrawFn) -> list[Fact]:
    """A world some facts of which are recorded up to 14 days late."""
    facts = draw(worlds(journeys=4))
    hours = st.sampled_from([0, 0, 0, 1, 30, 13 * 24])
    return [fact._replace(recorded_at=fact.recorded_at + timedelta(hours=draw(hours))) for fact in facts]


@settings(max_examples=4)
@given(late(), st.lists(st.sampled_from([5, 15, 60, 700]), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_readings_rebuilt_from_the_events_equal_those_written_live(
    database: Database, facts: list[Fact], minutes: list[int], shuffler: random.Random
) -> None:
    assert_rebuilt_is_live(database, facts, minutes, shuffler)


def test_what_is_said_again_for_the_next_day_stood_on_the_day_before_until_then(database: Database) -> None:
    data = {"site": "RVV01", "department_type": 1}
    facts = [
        event("ed.arrived", "j_a", minute, data, id="a", sent=minute, recorded=minute) for minute in (0, 12 * 60 + 30)
    ]
    assert facts[0].uid == facts[1].uid
    assert_rebuilt_is_live(database, facts, [60], random.Random(1))


@pytest.mark.parametrize(
    ("type_", "subject", "data"),
    [
        ("gauge.reported", f"RVV/{REPORTED[0]}", {"organisation": "RVV", "measure": REPORTED[0], "value": 3}),
        ("opel.declared", "RVV", {"level": 3}),
        ("opel.proposed", "RVV01", {"level": 2}),
    ],
)
def test_a_figure_first_reported_once_readings_are_kept_is_read_as_if_it_had_always_been(
    database: Database, type_: str, subject: str, data: dict[str, Any]
) -> None:
    called = {"category": "C1", "age_band": "65-74", "high_intensity": False, "neighbourhood": "ashford_1"}
    facts = [
        event("ambulance.called", "j_am", 0, called, id="a", sent=0, recorded=0),
        event(type_, subject, 30, data, id="r", sent=30, recorded=45),
    ]
    live, _ = assert_rebuilt_is_live(database, facts, [60], random.Random(1))
    assert any(row[0] in REPORTED for row in live), "no reported figure was compared"


def assert_rebuilt_is_live(
    database: Database, facts: list[Fact], minutes: list[int], shuffler: random.Random
) -> tuple[list[Any], list[Any]]:
    """Returns the readings and the hours, which are the same either way."""
    end = floor_to(max(fact.recorded_at for fact in facts) + MARK - MICROSECOND, MARK) + timedelta(minutes=20)
    with database.connection() as connection:
        empty(connection)
        played(connection, facts, end, [timedelta(minutes=each) for each in (*minutes, 60)])
        store.purge(connection, end)
        live = rows(connection)
        empty(connection)
        shuffler.shuffle(facts)
        ingest(connection, facts)
        forget_readings(connection)
        for _ in fill(connection, SYSTEM, end, BEGIN):
            pass
        store.purge(connection, end)
        rebuilt = rows(connection)
    for one, other in zip(live, rebuilt, strict=True):
        assert set(one) ^ set(other) == set()
    return live


@st.composite
def later(draw: st.DrawFn) -> tuple[list[Fact], list[Fact]]:
    """Facts, some recorded weeks late; and some recorded when they happened that come in only after all others."""
    facts = draw(worlds(journeys=4))
    days = st.sampled_from([0, 0, 15, 16])
    told = [fact._replace(recorded_at=fact.recorded_at + draw(days) * DAY) for fact in facts]
    behind = [index for index in range(len(told)) if draw(st.integers(0, 4)) == 0]
    return [fact for index, fact in enumerate(told) if index not in behind], [told[index] for index in behind]


def levels(connection: Connection[Any], end: datetime) -> list[Any]:
    """Of every organisation, every ten hours, as known then and as known in the end."""
    found: list[Any] = []
    moment = START  # a silent feed has no level
    while moment < BEGIN + timedelta(days=3):
        for known_at in (moment, end):
            made = overview.read(
                connection, SCORED, moment, known_at=known_at, clock=Clock(end, end), wall=end, synthetic=False
            )
            places = (made["sites"], made["places"], made["providers"])
            of_each = [(row["code"], row["opel"]) for each in places for row in each]
            found.append((moment, known_at, made["opel"], of_each))
        moment += timedelta(hours=10)
    return found


@settings(max_examples=3)
@given(later())
def test_after_a_replay_the_past_of_any_age_is_as_if_it_had_been_known_all_along(
    database: Database, facts: tuple[list[Fact], list[Fact]]
) -> None:
    known, behind = facts
    known += [event("ed.arrived", "j_ed", 0, {"site": "RVV01", "department_type": 1}, id="a", sent=0, recorded=0)]
    end = BEGIN + timedelta(days=19, hours=2)
    with database.connection() as connection:
        empty(connection)
        played(connection, known, end, [timedelta(hours=5), timedelta(days=2)])
        ingest(connection, behind)
        while advance(connection, SYSTEM, end + MARK):
            pass
        for _ in rebuild(connection):
            pass
        for _ in again(connection, SYSTEM, end + MARK):
            pass
        store.purge(connection, end)
        replayed = (*rows(connection), levels(connection, end))
        empty(connection)
        ingest(connection, [*behind, *known])
        forget_readings(connection)
        for _ in fill(connection, SYSTEM, end + MARK, BEGIN):
            pass
        store.purge(connection, end)
        all_along = (*rows(connection), levels(connection, end))
    for one, other in zip(replayed[:2], all_along[:2], strict=True):
        assert set(one) ^ set(other) == set()
    assert replayed[2] == all_along[2]
    assert any(opel is not None for *_, made in all_along[2] for _, opel in made), "no level was compared"


@settings(max_examples=4)
@given(late(), st.lists(st.integers(1, 60), min_size=3, max_size=3))
def test_every_hour_as_known_at_any_time_is_that_of_its_twelve_marks(
    database: Database, facts: list[Fact], known_after: list[int]
) -> None:
    names = ("ed.in_department", "ed.over_4h", "ed.time_to_treatment_today")
    asked = [atom for name in names for atom in CATALOGUE[name].atoms()]
    end = BEGIN + timedelta(days=3)
    with database.connection() as connection, pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.live.readings.SILENT_AFTER_GAPS", 100_000)
        empty(connection)
        ingest(connection, facts)
        forget_readings(connection)
        for _ in fill(connection, SYSTEM, end, BEGIN):
            pass
        for hours_on in known_after:
            known = BEGIN + timedelta(hours=hours_on, minutes=25)
            told = world(facts, known_at=known)
            found = {
                name: history.hours(connection, number, BEGIN, end, known)
                for name in names
                if (number := history.series_of(connection, name, "system", SYSTEM.code)) is not None
            }
            assert {len(each) for each in found.values()} <= {hours_on}
            for hour in range(max(0, hours_on - 24), hours_on):
                at = BEGIN + timedelta(hours=hour)
                marks = [collapse(evaluate(told, asked, at + step * MARK)) for step in range(12)]
                close = collapse(evaluate(told, asked, at + timedelta(hours=1) - MICROSECOND))
                for name, points in found.items():
                    point, measure = points[hour], CATALOGUE[name]
                    if point.absent == "feed_silent" or 0 < (point.marks or 0) < 12 or point.marks == 0:
                        continue
                    plain = combine(measure, close, PLACES)
                    each = [value for one in marks if (value := combine(measure, one, PLACES).value) is not None]
                    assert (point.at, point.n, point.marks) == (at, plain.n, len(each)), (name, known)
                    assert (point.numerator, point.denominator) == (plain.numerator, plain.denominator), (name, at)
                    numbers = (point.value, point.mean, point.least, point.greatest)
                    expected = (plain.value, sum(each) / 12, min(each), max(each))
                    assert numbers == pytest.approx(expected), (name, at, known)


@settings(max_examples=4)
@given(late(), st.sampled_from([0, 0, 10]))
def test_what_is_looked_up_equals_a_plain_computation_over_the_journeys(
    database: Database, facts: list[Fact], days_on: int
) -> None:
    """Marks and London days, over the night in which the clocks change, as known at a moment."""
    end = BEGIN + timedelta(days=3 + days_on)
    known = BEGIN + timedelta(days=3)
    with database.connection() as connection:
        empty(connection)
        ingest(connection, facts)
        forget_readings(connection)
        for _ in fill(connection, SYSTEM, end, BEGIN):
            pass
        told = world(facts, known_at=known)
        marks = [BEGIN + timedelta(hours=18) + 7 * MARK * step for step in range(16)]
        for name in LOOKED_UP:
            measure = CATALOGUE[name]
            series = history.series_of(connection, name, "system", SYSTEM.code)
            assert series is not None
            points = history.marks(connection, series, marks[0], known, known)
            for mark in marks:
                stood = [point for point in points if point.at <= mark][-1]
                plain = combine(measure, collapse(evaluate(told, measure.atoms(), mark)), PLACES)
                assert stood.absent == "feed_silent" or stood.value == pytest.approx(plain.value), (name, mark)
            days = history.days(connection, series, measure, BEGIN, known, known)
            for point in days:
                following = local_midnight(point.at + timedelta(hours=30))
                if point.until != following or point.marks == 0 or point.absent == "feed_silent":
                    continue
                if history.closes(measure):
                    last = evaluate(told, measure.atoms(), following - MICROSECOND)
                    assert point.value == pytest.approx(combine(measure, collapse(last), PLACES).value), (name, point)
                    continue
                each = [
                    combine(measure, collapse(evaluate(told, measure.atoms(), stood.at + step * MARK)), PLACES)
                    for stood in history.hours(connection, series, point.at, following, known)
                    for step in range(12)
                    if stood.marks == 12
                ]
                if len(each) != point.marks:
                    continue  # the feed was silent for a part of an hour
                if measure.kind == "share":
                    top, bottom = (sum(v.numerator or 0 for v in each), sum(v.denominator or 0 for v in each))
                    assert point.value == pytest.approx(top / bottom if bottom else None), (name, point)
                else:
                    assert point.value == pytest.approx(sum(v.value or 0 for v in each) / len(each)), (name, point)
