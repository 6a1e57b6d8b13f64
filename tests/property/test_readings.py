"""Readings and hours rebuilt from the events equal those written live, and both equal the plain evaluation."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection

from services.domain.catalogue import CATALOGUE
from services.domain.clock import local_midnight
from services.domain.facts import Fact
from services.domain.measures import combine, evaluate
from services.domain.versions import MARK, MICROSECOND, ceil_to, floor_to
from services.live.overview import collapse
from services.live.readings import DAY, advance, fill
from services.store import history
from services.store import readings as store
from services.store.database import Database
from services.store.events import ingest
from tests.conftest import empty
from tests.property.test_measures import SYSTEM, world
from tests.worlds import START, worlds

BEGIN = floor_to(START, DAY)
PLACES = [(site.code, None) for site in SYSTEM.sites]
LOOKED_UP = ("ed.in_department", "ed.over_4h", "ed.within_4h_today", "ed.time_to_treatment_today")
#: One measure of each way of being counted, and of units: all two hundred would only take longer.
FEW = {(each.kind, each.window, each.needs == "unit"): each for each in CATALOGUE.values()}.values()


@pytest.fixture(scope="module", autouse=True)
def few_measures() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        chosen = {each.name: each for each in (*FEW, *(CATALOGUE[name] for name in LOOKED_UP))}
        patch.setattr("services.live.readings.CATALOGUE", chosen)
        yield


def rows(connection: Connection[Any]) -> tuple[list[Any], list[Any]]:
    named = "select measure, level, code, r.* from {} as r join series on series.id = r.series"
    return tuple(connection.execute(named.format(table)).fetchall() for table in ("reading", "reading_hour"))  # type: ignore[return-value]


def played(connection: Connection[Any], facts: list[Fact], end: datetime, steps: list[timedelta]) -> None:
    """The facts as they were received, the keeper waking at uneven times between."""
    waiting = sorted(facts, key=lambda fact: fact.recorded_at)
    store.forget(connection)
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
    end = ceil_to(max(fact.recorded_at for fact in facts), MARK) + timedelta(minutes=20)
    with database.connection() as connection:
        empty(connection)
        played(connection, facts, end, [timedelta(minutes=each) for each in (*minutes, 60)])
        store.purge(connection, end)
        live = rows(connection)
        empty(connection)
        shuffler.shuffle(facts)
        ingest(connection, facts)
        store.forget(connection)
        for _ in fill(connection, SYSTEM, end, BEGIN):
            pass
        store.purge(connection, end)
        rebuilt = rows(connection)
    for one, other in zip(live, rebuilt, strict=True):
        assert set(one) ^ set(other) == set()


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
        store.forget(connection)
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
