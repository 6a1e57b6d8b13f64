"""What is to be known of a database without changing it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.rows import tuple_row

from services.errors import StoreError
from services.store import offsets
from services.store.database import MIGRATIONS, TIMESCALE, names_in

CONNECT_SECONDS = 5


#: Who holds the picture, and for how long they have not found how things are.
_KEEPING = "select holder, extract(epoch from clock_timestamp() - looked_at)::float from picture"
#: TimescaleDB's jobs on our tables. Its two views name the table of a continuous aggregate differently.
_POLICIES = """
select proc_name::text, hypertable_name::text, last_run_status = 'Failed',
    isfinite(last_successful_finish) and last_successful_finish is not null
from timescaledb_information.jobs
left join (select job_id, last_run_status, last_successful_finish from timescaledb_information.job_stats) as ran
using (job_id)
where proc_name like 'policy%' and hypertable_name is not null order by 1, 2
"""
#: Whether TimescaleDB is in the database, and whether it is installed and we may put it there.
_TIMESCALE = """
select
    exists (select from pg_extension where extname = 'timescaledb'),
    exists (
        select from pg_available_extensions join pg_available_extension_versions as each using (name)
        join pg_roles on rolname = current_user
        where name = 'timescaledb' and each.version = default_version
          and (rolsuper or trusted and has_database_privilege(current_database(), 'create'))
    )
"""


@dataclass(frozen=True)
class Diagnosis:
    """version: as 160004. ahead_seconds: of this machine's clock. missing: migrations that are not applied.

    gained: of TimescaleDB's own, those that the next migration applies because the extension may be made here.
    """

    version: int
    ahead_seconds: float
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    size_bytes: int
    gained: tuple[str, ...] = ()


def look(url: str) -> Diagnosis:
    """Raises StoreError where the database cannot be reached."""
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS, row_factory=tuple_row) as connection:
            before = datetime.now(UTC)
            row = connection.execute(
                """
                select clock_timestamp(), pg_database_size(current_database()), to_regclass('_yoyo_migration')::text
                """
            ).fetchone()
            assert row is not None
            here = before + (datetime.now(UTC) - before) / 2
            there, size, table = row
            applied: set[str] = set()
            if table:
                applied = {found[0] for found in connection.execute("select migration_id from _yoyo_migration")}
            version = connection.info.server_version
            row = connection.execute(_TIMESCALE).fetchone()
            assert row is not None
            extended, extensible = row
    except psycopg.Error as error:
        raise StoreError(f"The database cannot be reached ({type(error).__name__}).") from error
    known, of_timescale = names_in(MIGRATIONS), names_in(TIMESCALE)
    wanted = known | of_timescale if extended else known
    return Diagnosis(
        version=version, ahead_seconds=(there - here).total_seconds(), missing=tuple(sorted(wanted - applied)),
        unknown=tuple(sorted(applied - known - of_timescale)), size_bytes=size,
        gained=tuple(sorted(of_timescale - applied)) if extensible and not extended else (),
    )  # fmt: skip


@dataclass(frozen=True)
class Policy:
    """One of TimescaleDB's jobs. failed: its last run; has_run: with success, at any time."""

    name: str
    table: str
    failed: bool
    has_run: bool


def keeping(url: str) -> tuple[str | None, float | None]:
    """Who holds the lease of the live picture, and how many seconds ago it was last known to be how things are.

    Raises StoreError where the database cannot be asked.
    """
    with _asked(url, "who keeps the picture") as connection:
        row = connection.execute(_KEEPING).fetchone()
    assert row is not None
    return row[0], row[1]


def policies(url: str) -> list[Policy]:
    """TimescaleDB's jobs on our tables; none without it. Raises StoreError where the database cannot be asked."""
    with _asked(url, "how its policies run") as connection:
        if not connection.execute("select from pg_extension where extname = 'timescaledb'").fetchall():
            return []
        return [Policy(name, table, bool(failed), has_run) for name, table, failed, has_run in
                connection.execute(_POLICIES).fetchall()]  # fmt: skip


def topics(url: str) -> list[offsets.Topic]:
    """Kafka's topics, as far as the store knows them. Raises StoreError where it cannot be asked."""
    with _asked(url, "what was read of Kafka") as connection:
        return offsets.topics(connection)


@contextlib.contextmanager
def _asked(url: str, what: str) -> Iterator[Connection[Any]]:
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
            yield connection
    except psycopg.Error as error:
        raise StoreError(f"The database does not say {what} ({type(error).__name__}).") from error
