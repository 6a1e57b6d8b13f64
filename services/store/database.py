"""Connections and migrations. SQL lives in this room only."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import orjson
import psycopg
import structlog
from psycopg import Connection
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import ConnectionPool
from yoyo import read_migrations
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.connections import parse_uri

from services.errors import StoreError

MIGRATIONS = Path(__file__).parent / "migrations"
#: What is TimescaleDB's own, applied after the others where the extension is in the database.
TIMESCALE = Path(__file__).parent / "migrations_timescale"
LOWEST_VERSION = 160000
_MIGRATING = 0x11647  # an advisory lock: one process migrates

_EMPTIED = """
select drop_chunks(format('%%I.%%I', hypertable_schema, hypertable_name)::regclass, older_than => %s::timestamptz)
from timescaledb_information.hypertables where hypertable_name = %s
"""

_log = structlog.get_logger(__name__)
set_json_loads(orjson.loads)
set_json_dumps(lambda value: orjson.dumps(value).decode())


def migrate(url: str) -> int:
    """Apply the migrations that are missing; returns how many were applied.

    Raises StoreError where the server cannot be reached or is older than PostgreSQL 16.
    """
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            version = connection.info.server_version
    except psycopg.OperationalError as error:
        raise StoreError(f"The database cannot be reached: {error}. Check LIGHTSHIP_DATABASE_URL.") from error
    if version < LOWEST_VERSION:
        raise StoreError(f"PostgreSQL 16 or later is needed; this server is {version // 10000}.")
    logging.getLogger("yoyo").setLevel(logging.WARNING)
    backend = one_connection(url)
    try:
        applied = 0
        # The server lets go of it however this ends; a row that says so would have to be broken by hand.
        backend.execute("select pg_advisory_lock(:number)", {"number": _MIGRATING})
        for folder in (MIGRATIONS, TIMESCALE):
            if folder == TIMESCALE and not _has_timescale(backend):
                continue
            missing = backend.to_apply(read_migrations(str(folder)))
            backend.apply_migrations(missing)
            applied += len(missing)
        return applied
    finally:
        backend.connection.close()


def one_connection(url: str) -> PostgresqlPsycopgBackend:
    """yoyo's backend; whoever asks for it closes its connection."""
    return _OneConnection(parse_uri(_yoyo_url(url)), "_yoyo_migration")


class _OneConnection(PostgresqlPsycopgBackend):  # type: ignore[misc]
    """yoyo on one connection, under a lock of the caller's."""

    def copy(self) -> Any:
        return contextlib.nullcontext(self)

    @contextlib.contextmanager
    def lock(self, timeout: int = 0) -> Iterator[None]:  # noqa: ARG002
        yield


def _has_timescale(backend: PostgresqlPsycopgBackend) -> bool:
    """Whether TimescaleDB is in this database; put there where it is installed and we may."""
    if backend.execute("select 1 from pg_extension where extname = 'timescaledb'").fetchone():
        return True
    if not backend.execute("select 1 from pg_available_extensions where name = 'timescaledb'").fetchone():
        return False
    try:
        backend.execute("create extension timescaledb")
    except psycopg.Error as error:
        # Its own words say why; with `create extension timescaledb` by an administrator the next migration goes on.
        _log.warning("migrate.timescale_not_created", error=str(error).strip(), do="create extension timescaledb")
        return False
    return True


def names_in(folder: Path) -> set[str]:
    """The names of the migrations in a folder."""
    return {path.name.removesuffix(".sql") for path in folder.glob("*.sql") if "rollback" not in path.name}


def is_migrated(connection: Connection[Any]) -> bool:
    """Whether every migration of this version has been applied, but for TimescaleDB's own."""
    if connection.execute("select to_regclass('_yoyo_migration')").fetchone() == (None,):
        return False
    applied = {row[0] for row in connection.execute("select migration_id from _yoyo_migration")}
    return applied >= names_in(MIGRATIONS)


def drop_emptied_chunks(connection: Connection[Any], table: str, before: datetime) -> None:
    """Where TimescaleDB is, drop the chunks whose rows of times before were deleted: they would be looked through for
    ever. By the one clock: a retention policy of its own would go by wall time, which synthetic people do not.
    """
    if connection.execute("select 1 from pg_extension where extname = 'timescaledb'").fetchone():
        connection.execute(_EMPTIED, (before, table))


def _yoyo_url(url: str) -> str:
    scheme, _, rest = url.partition("://")
    if scheme not in ("postgresql", "postgres"):
        raise StoreError("LIGHTSHIP_DATABASE_URL must begin with postgresql://")
    return f"postgresql+psycopg://{rest}"


def _unlimited(connection: Connection[Any]) -> None:
    """Let a transaction change as many rows of packed chunks as it has to.

    TimescaleDB's limit of 100,000 unpacked rows is met by writing two weeks of readings again, and by one event that is
    received again as recorded earlier: what it then refuses would be refused for ever. Plain PostgreSQL takes the name
    for a setting of nobody's.
    """
    connection.execute("set timescaledb.max_tuples_decompressed_per_dml_transaction = 0")


class Database:
    """A pool of connections to a migrated database."""

    def __init__(self, url: str, *, size: int = 8) -> None:
        self.url = url
        self._pool: ConnectionPool[Connection[Any]] = ConnectionPool(
            url, min_size=1, max_size=size, open=False, timeout=5, kwargs={"autocommit": True}, configure=_unlimited
        )

    def __enter__(self) -> Self:
        self._pool.open(wait=True, timeout=15)
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()

    @contextlib.contextmanager
    def connection(self) -> Iterator[Connection[Any]]:
        """A connection in autocommit: use connection.transaction() for more than one statement."""
        with self._pool.connection() as connection:
            yield connection

    def doorbell(self) -> Connection[Any]:
        """A connection of its own, for LISTEN."""
        return psycopg.connect(self.url, autocommit=True)


class Transaction(Database):
    """One open transaction, as a database: what is done through it stands or falls as a whole."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    @contextlib.contextmanager
    def connection(self) -> Iterator[Connection[Any]]:
        yield self._connection
