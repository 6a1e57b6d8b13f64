"""Connections and migrations. SQL lives in this room only."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import orjson
import psycopg
from psycopg import Connection
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import ConnectionPool
from yoyo import get_backend, read_migrations

from services.errors import StoreError

MIGRATIONS = Path(__file__).parent / "migrations"
LOWEST_VERSION = 160000

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
    backend = get_backend(_yoyo_url(url))
    try:
        migrations = read_migrations(str(MIGRATIONS))
        with backend.lock():
            missing = backend.to_apply(migrations)
            backend.apply_migrations(missing)
            return len(missing)
    finally:
        backend.connection.close()


def is_migrated(connection: Connection[Any]) -> bool:
    """Whether every migration of this version has been applied."""
    if connection.execute("select to_regclass('_yoyo_migration')").fetchone() == (None,):
        return False
    applied = {row[0] for row in connection.execute("select migration_id from _yoyo_migration")}
    return applied >= {path.stem for path in MIGRATIONS.glob("*.sql") if not path.stem.endswith(".rollback")}


def _yoyo_url(url: str) -> str:
    scheme, _, rest = url.partition("://")
    if scheme not in ("postgresql", "postgres"):
        raise StoreError("LIGHTSHIP_DATABASE_URL must begin with postgresql://")
    return f"postgresql+psycopg://{rest}"


class Database:
    """A pool of connections to a migrated database."""

    def __init__(self, url: str, *, size: int = 8) -> None:
        self.url = url
        self._pool: ConnectionPool[Connection[Any]] = ConnectionPool(
            url, min_size=1, max_size=size, open=False, timeout=5, kwargs={"autocommit": True}
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
