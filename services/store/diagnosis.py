"""What is to be known of a database without changing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from psycopg.rows import tuple_row

from services.errors import StoreError
from services.store.database import MIGRATIONS, TIMESCALE, names_in

CONNECT_SECONDS = 5


@dataclass(frozen=True)
class Diagnosis:
    """version: as 160004. ahead_seconds: of this machine's clock. missing: migrations that are not applied."""

    version: int
    ahead_seconds: float
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    size_bytes: int


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
    except psycopg.Error as error:
        raise StoreError(f"The database cannot be reached ({type(error).__name__}).") from error
    known = names_in(MIGRATIONS)
    return Diagnosis(
        version=version, ahead_seconds=(there - here).total_seconds(), missing=tuple(sorted(known - applied)),
        unknown=tuple(sorted(applied - known - names_in(TIMESCALE))), size_bytes=size,
    )  # fmt: skip
