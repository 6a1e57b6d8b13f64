"""Fixtures shared by the folders: a real PostgreSQL, one a session."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings
from psycopg import Connection

from services.store import readings
from services.store.database import Database, migrate
from services.store.embedded import embedded

settings.register_profile("lightship", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("lightship")

TABLES = (
    "event, standing_uid, subject, feed, feed_rhythm, clock, synthetic, opel_step, touched, note, note_withdrawal, "
    "rebase, rebase_withdrawal, trainer, injection, silence, import, origin, "
    "forecast, forecast_issue"
)


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """The database under test: LIGHTSHIP_TEST_DATABASE_URL where given, else the embedded one."""
    given = os.environ.get("LIGHTSHIP_TEST_DATABASE_URL")
    if given:
        migrate(given)
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="lightship-test-") as folder, embedded(Path(folder)) as url:
        migrate(url)
        yield url


@pytest.fixture(scope="session")
def database(database_url: str) -> Iterator[Database]:
    with Database(database_url) as opened:
        yield opened


@pytest.fixture
def connection(database: Database) -> Iterator[Connection[Any]]:
    """An empty store."""
    with database.connection() as opened:
        empty(opened)
        yield opened


def empty(connection: Connection[Any]) -> None:
    connection.execute(f"truncate {TABLES}")


def forget_readings(connection: Connection[Any]) -> None:
    """Drop every reading, as if none had been written yet."""
    connection.execute("truncate reading, reading_hour, series")
    readings.note(connection, readings.Progress(None, None, None, 0))


@pytest.fixture
def own_logs() -> Iterator[None]:
    """For a test that configures the logs of the process: they are put back after it."""
    root, configured = logging.getLogger(), structlog.get_config()
    handlers, level, hooks = list(root.handlers), root.level, (sys.excepthook, threading.excepthook)
    yield
    root.handlers, root.level = handlers, level
    sys.excepthook, threading.excepthook = hooks
    structlog.configure(**configured)
