"""docs/how-to/ask-the-store-by-sql.md: its queries answer, by a role that reads nothing about a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from services.live.readings import fill
from services.store.events import ingest
from tests.conftest import forget_readings
from tests.measure_cases import HOUR, attended
from tests.sql_page import GRANTS, QUERIES, ROLE
from tests.worlds import START, small_system

BEGIN = START.replace(hour=0, minute=0)


@pytest.fixture
def analyst(connection: Connection[Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection[Any]]:
    """Two days: somebody came at 02:00 on the first and stayed for six hours. Asked by the role of the page."""
    monkeypatch.setattr("services.live.readings.SILENT_AFTER_GAPS", 100_000)
    ingest(connection, list(attended("j_a", BEGIN + 2 * HOUR, 6 * HOUR)))
    forget_readings(connection)
    for _ in fill(connection, small_system(), BEGIN + timedelta(days=2), BEGIN):
        pass
    connection.execute(GRANTS)
    connection.execute(f"set role {ROLE}")
    try:
        yield connection
    finally:
        connection.execute("reset role")
        connection.execute(f"drop owned by {ROLE}; drop role {ROLE}")


def rows(connection: Connection[Any], query: str) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        return cursor.execute(query).fetchall()


def test_every_query_of_the_page_answers(analyst: Connection[Any]) -> None:
    people, attendances, share, whole, forecasts = QUERIES
    first: dict[tuple[datetime, str], Any] = {(row["day"], row["site"]): row for row in rows(analyst, people)}
    day = BEGIN.replace(tzinfo=None)
    at_rvv01 = first[day, "RVV01"]
    assert (float(at_rvv01["mean"]), at_rvv01["greatest"], at_rvv01["marks"]) == (0.3, 1, 264)  # 6 of 22 hours
    assert first[day + timedelta(days=1), "RVV01"]["greatest"] == 0
    found = rows(analyst, attendances.replace("now()", f"timestamptz '{BEGIN + timedelta(days=3)}'"))
    assert {(row["day"], row["attendances"]) for row in found if row["site"] == "RVV01"} >= {(day, 1.0)}
    assert {row["occupied"] is None or 0 <= row["occupied"] <= 1 for row in rows(analyst, share)} == {True}
    counted = {row["measure"]: (row["whole"], row["broken"]) for row in rows(analyst, whole)}
    assert counted["ed.in_department"] == (1, 1), "nothing was heard in the first two hours"
    assert rows(analyst, forecasts) == []


@pytest.mark.parametrize("table", ["event", "subject", "quarantine", "audit", "api_key", "note"])
def test_who_may_read_these_may_read_nothing_else(analyst: Connection[Any], table: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        analyst.execute(f"select * from {table}")
