"""Readings and hours rebuilt from the events equal those written live, and both equal the plain evaluation."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection

from services.domain.facts import Fact
from services.domain.versions import MARK, ceil_to, floor_to
from services.live.readings import DAY, advance, fill
from services.store import readings as store
from services.store.database import Database
from services.store.events import ingest
from tests.conftest import empty
from tests.property.test_measures import SYSTEM
from tests.worlds import START, worlds

BEGIN = floor_to(START, DAY)


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


@settings(max_examples=6)
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
