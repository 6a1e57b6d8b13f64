"""What nobody asks for but everybody relies on: sealed bytes go after 30 days, and a lost key can be closed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from psycopg import Connection
from typer.testing import CliRunner

from services.cli import app
from services.configuration import load_system
from services.housekeeping import Housekeeping
from services.ingest.identity import KeyRing
from services.store import feeds, forecasts, keys, quarantine, readings
from services.store.database import Database

SYSTEM = load_system()


def test_a_running_server_drops_the_sealed_bytes_after_thirty_days(
    database: Database, connection: Connection[Any], tmp_path: Path
) -> None:
    connection.execute("truncate quarantine")
    ring = KeyRing.load(tmp_path / "keys", create=True)
    then = datetime(2026, 1, 1, tzinfo=UTC)
    refused = quarantine.Refused(b"{}", "why", None, None, None, {}, "application/json", then)
    quarantine.put(connection, ring, [refused])

    def sealed_on(day: datetime) -> int:
        assert Housekeeping(database, SYSTEM, lambda: day).tidy()
        row = connection.execute("select count(ciphertext) from quarantine").fetchone()
        assert row is not None
        return int(row[0])

    assert sealed_on(then + timedelta(days=29)) == 1
    assert sealed_on(then + timedelta(days=31)) == 0


def test_a_chore_that_fails_is_said_and_the_others_are_done(
    database: Database, connection: Connection[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.execute("truncate quarantine")
    then = datetime(2026, 1, 1, tzinfo=UTC)
    refused = quarantine.Refused(b"{}", "why", None, None, None, {}, "application/json", then)
    quarantine.put(connection, KeyRing.load(tmp_path / "keys", create=True), [refused])

    def fault(*_: Any) -> None:
        raise ValueError

    monkeypatch.setattr(readings, "purge", fault)
    monkeypatch.setattr(forecasts, "purge", fault)
    learned: list[datetime] = []

    def learn(_: Any, __: Any, now: datetime) -> int:
        learned.append(now)
        return 1

    monkeypatch.setattr(feeds, "learn_rhythms", learn)
    now = then + timedelta(days=31)
    with structlog.testing.capture_logs() as logs:
        assert not Housekeeping(database, SYSTEM, lambda: now).tidy()
    assert [(each["event"], each["chore"]) for each in logs] == [
        ("house.failed", "readings"), ("house.failed", "forecasts"),
    ]  # fmt: skip
    assert connection.execute("select count(ciphertext) from quarantine").fetchone() == (0,)
    assert learned == [now]


def test_an_api_key_can_be_listed_and_revoked_from_the_command_line(
    database_url: str, connection: Connection[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIGHTSHIP_DATABASE_URL", database_url)
    connection.execute("truncate api_key")
    run = CliRunner()
    assert run.invoke(app, ["keys", "create", "pas", "--scope", "events:write"]).exit_code == 0
    (key,) = keys.list_(connection)
    listed = run.invoke(app, ["keys", "list"])
    assert str(key.id) in listed.output
    assert "until" in listed.output
    assert run.invoke(app, ["keys", "revoke", str(key.id)]).exit_code == 0
    assert "revoked" in run.invoke(app, ["keys", "list"]).output
