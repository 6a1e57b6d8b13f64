"""A store that an older version made: its readings are dropped by the migration, and kept again behind the boards."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection
from yoyo import get_backend, read_migrations

from services.domain.clock import Clock
from services.live.readings import Keeper, fill
from services.store import history, lease
from services.store import readings as store
from services.store.database import MIGRATIONS, Database, migrate
from services.store.embedded import embedded
from services.store.events import ingest
from services.store.feeds import set_clock
from tests.conftest import forget_readings
from tests.measure_cases import HOUR, attended
from tests.worlds import small_system

SYSTEM = small_system()
BEGIN = datetime(2026, 4, 1, tzinfo=UTC)
UNTIL = BEGIN + timedelta(days=9)  # more than one block
PATIENCE = 60  # seconds

#: As version 0010 kept them, and wrong, so that they would be seen.
OLD_READINGS = """
insert into series (measure, level, code) values ('ed.in_department', 'site', 'RVV01');
insert into reading (series, mark, known_at, value, absent)
select id, '2026-04-09T12:00Z', '2026-04-09T12:00Z', 999, 0 from series;
insert into reading_hour (series, hour, known_at, value, absent, marks)
select id, '2026-04-02T06:00Z', '2026-04-02T07:00Z', 999, 0, 12 from series;
update reading_progress
set begin_at = '2026-04-01T00:00Z', from_at = '2026-04-01T00:00Z', until = '2026-04-10T00:00Z', facts = 40;
"""


@pytest.fixture
def at_0010(tmp_path: Path) -> Iterator[str]:
    """The address of a store with facts and readings that stands at migration 0010.

    Today's ingest needs today's tables, so it is brought forward and taken back.
    """
    with embedded(tmp_path / "postgres") as url:
        migrate(url)
        with psycopg.connect(url, autocommit=True) as connection:
            ingest(connection, [
                fact
                for number in range(20)
                for fact in attended(f"j_{number}", BEGIN + number * 10 * HOUR, (number % 5 + 1) * HOUR)
            ])  # fmt: skip
        backend = get_backend("postgresql+psycopg://" + url.partition("://")[2])
        try:
            later = read_migrations(str(MIGRATIONS)).filter(lambda migration: migration.id >= "0011")
            backend.rollback_migrations(backend.to_rollback(later))
        finally:
            backend.connection.close()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(OLD_READINGS)
        yield url


def contents(connection: Connection[Any]) -> dict[str, Any]:
    connection.execute("update reading_progress set fence = 0")
    named = "select measure, level, code, {table}.* from {table} join series on series.id = {table}.series"
    return {
        "progress": connection.execute("select * from reading_progress").fetchall(),
        **{table: sorted(map(repr, connection.execute(named.format(table=table)).fetchall()))
           for table in ("reading", "reading_hour")},
    }  # fmt: skip


def test_the_readings_of_an_older_version_are_written_again_behind_the_first_board(at_0010: str) -> None:
    assert migrate(at_0010) > 0
    with Database(at_0010) as database, database.connection() as connection:
        assert store.progress(connection) == store.Progress(None, None, None, 0)
        assert connection.execute("select count(*) from reading").fetchall() == [(0,)]
        set_clock(connection, Clock(UNTIL, datetime.now(UTC), 0.001))
        fence = lease.take(connection, "keeper")
        connection.execute("update picture set expires_at = 'infinity'")
        keeper = Keeper(database, SYSTEM, fence=lambda: fence, begin=lambda: store.earliest(connection))
        keeper.start()
        try:
            end = time.monotonic() + PATIENCE
            while (reached := store.progress(connection).from_at) is None or reached > BEGIN:
                assert time.monotonic() < end, f"readings are kept from {reached} on"
                time.sleep(0.1)
        finally:
            keeper.stop()
        until = store.progress(connection).until
        assert until is not None
        number = history.series_of(connection, "ed.in_department", "site", "RVV01")
        assert number is not None
        then = BEGIN + 30 * HOUR
        (hour,) = history.hours(connection, number, then, then + HOUR, until)
        assert hour.value == 1, "somebody came as it began, for four hours"
        kept = contents(connection)
        forget_readings(connection)
        for _ in fill(connection, SYSTEM, until, BEGIN):
            pass
        assert contents(connection) == kept
        assert len(kept["reading_hour"]) > 100
