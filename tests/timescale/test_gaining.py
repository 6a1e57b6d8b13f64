"""A database that gains TimescaleDB when it is in use already."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import Connection

from services.store import database, state
from services.store.database import Database, is_migrated, migrate
from services.store.events import ingest
from tests.ageing_cases import SINCE, SYSTEM, facts
from tests.timescale.conftest import served


def test_the_next_migration_makes_hypertables_of_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def kinds(connection: Connection[Any]) -> dict[str, str]:
        rows = connection.execute(
            "select relname::text, relkind::text from pg_class where relname in ('reading_day', 'reading_day_told')"
        ).fetchall()
        tables = connection.execute("select hypertable_name::text from timescaledb_information.hypertables").fetchall()
        return {**dict(rows), **{name: "hypertable" for (name,) in tables if not name.startswith("_")}}

    with served() as url:
        with monkeypatch.context() as before:
            before.setattr(database, "_has_timescale", lambda _: False)
            assert migrate(url) > 0
            assert migrate(url) == 0
        with Database(url, size=1) as opened, opened.connection() as connection:
            assert connection.execute("select 1 from pg_extension where extname = 'timescaledb'").fetchone() is None
            assert connection.execute("select * from reading_day").fetchall() == []
            ingest(connection, facts())
            connection.execute(
                "insert into reading_hour (series, hour, known_at, value, absent, marks)"
                " values (1, '2026-03-01 00:00Z', '2026-03-01 01:00Z', 7, 0, 12)"
            )
            connection.execute("update reading_progress set until = '2026-03-02 00:00Z'")
            days = connection.execute("select * from reading_day").fetchall()
            assert [row[0] for row in days] == [1]
            told = state.read(connection, SYSTEM, SINCE, SINCE)
        assert migrate(url) == len(database.names_in(database.TIMESCALE))
        assert migrate(url) == 0
        with Database(url, size=1) as opened, opened.connection() as connection:
            assert kinds(connection) == {
                "event": "hypertable", "forecast": "hypertable", "reading": "hypertable", "reading_hour": "hypertable",
                "reading_day": "v", "reading_day_told": "v",
            }  # fmt: skip
            assert is_migrated(connection)
            assert state.read(connection, SYSTEM, SINCE, SINCE) == told
            assert connection.execute("select * from reading_day").fetchall() == days
            assert ingest(connection, facts()).accepted == 0
