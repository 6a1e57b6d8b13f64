"""Events past their years go by whole journeys, and nothing that an open one needs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from psycopg import Connection
from pydantic import ValidationError

from services.housekeeping import Housekeeping
from services.settings import Settings
from services.store import ageing, equality, state
from services.store.database import Database
from services.store.events import ingest, rebuild
from services.store.recent import Recent
from tests.ageing_cases import BEFORE, GONE, KEPT, SINCE, SYSTEM, facts, held


@pytest.mark.parametrize("most", [1, 100])
def test_journeys_that_are_over_go_whole_and_what_open_ones_need_stays(connection: Connection[Any], most: int) -> None:
    ingest(connection, facts())
    before = state.read(connection, SYSTEM, SINCE, SINCE)
    dropped = sum(ageing.drop(connection, BEFORE, most=most))
    assert dropped == sum(map(len, GONE.values()))
    assert held(connection) == {key: len(told) for key, told in KEPT.items()}
    assert state.read(connection, SYSTEM, SINCE, SINCE) == before
    assert list(ageing.drop(connection, BEFORE)) == []


def test_replay_makes_the_same_of_what_is_left(connection: Connection[Any]) -> None:
    ingest(connection, facts())
    for _ in ageing.drop(connection, BEFORE):
        pass
    columns = tuple(name for name in equality.columns(connection)["subject"] if name != "stamp")
    before = equality.digest(connection, "subject", columns)
    for _ in rebuild(connection):
        pass
    assert equality.digest(connection, "subject", columns) == before


def test_who_remembers_a_dropped_journey_takes_its_next_fact_for_a_new_one(connection: Connection[Any]) -> None:
    """A worker has in memory what it folded; the row it would go on from is gone."""
    recent = Recent()
    ingest(connection, facts(), recent)
    for _ in ageing.drop(connection, BEFORE):
        pass
    for key, memory in (("over", recent), ("stay", Recent())):
        assert ingest(connection, GONE[key][:1], memory).accepted == 1
        assert held(connection)[key] == 1


def test_a_journey_that_somebody_writes_is_left_for_the_next_time(
    database: Database, connection: Connection[Any]
) -> None:
    ingest(connection, facts())
    with database.connection() as other, other.transaction():
        other.execute("select from subject where key = 'over' for update")
        for _ in ageing.drop(connection, BEFORE):
            pass
        assert held(connection).keys() - KEPT.keys() == {"over"}
    assert sum(ageing.drop(connection, BEFORE)) == len(GONE["over"])


@pytest.mark.parametrize(("years", "left"), [(None, {*GONE, *KEPT}), (1.0, set(KEPT)), (2.0, {*GONE, *KEPT})])
def test_a_running_server_drops_what_is_older_than_events_are_kept(
    database: Database, connection: Connection[Any], years: float | None, left: set[str]
) -> None:
    ingest(connection, facts())
    now, kept = BEFORE + timedelta(days=365.25), Settings(events_kept_years=years).events_kept
    assert Housekeeping(database, SYSTEM, lambda: now, kept).tidy()
    assert set(held(connection)) == left


def test_events_are_kept_a_year_at_least() -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        Settings(events_kept_years=0.5)
