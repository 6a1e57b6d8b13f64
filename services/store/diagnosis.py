"""What is to be known of a database without changing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from psycopg.rows import tuple_row

from services.errors import StoreError
from services.store import offsets
from services.store.database import MIGRATIONS, TIMESCALE, names_in

CONNECT_SECONDS = 5


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


def topics(url: str) -> list[offsets.Topic]:
    """Kafka's topics, as far as the store knows them. Raises StoreError where it cannot be asked."""
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
            return offsets.topics(connection)
    except psycopg.Error as error:
        raise StoreError(f"The database does not say what was read of Kafka ({type(error).__name__}).") from error
