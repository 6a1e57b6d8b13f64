"""Forecasts that are kept: as they were said, for as long as they are compared, never edited."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import Connection
from typer.testing import CliRunner

from services.cli import app
from services.errors import StoreError
from services.flow_model.forecast import LEVELS
from services.store import forecasts
from tests import forecast_cases

AS_AT = datetime(2026, 1, 20, 10, tzinfo=UTC)
MADE_AT = AS_AT + timedelta(minutes=2)
run = CliRunner()


@pytest.fixture
def commands(connection: Connection[Any], database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIGHTSHIP_DATABASE_URL", database_url)


def kept(connection: Connection[Any], as_at: datetime = AS_AT, id_: UUID | None = None) -> UUID:
    id_ = id_ or uuid4()
    forecasts.keep(connection, id_, forecast_cases.document(as_at), MADE_AT)
    return id_


def test_it_is_read_as_it_was_said(connection: Connection[Any]) -> None:
    id_ = kept(connection)
    other = uuid4()
    forecasts.keep(connection, other, forecast_cases.document(AS_AT, more=5), MADE_AT)
    issue = forecasts.find(connection, str(id_)[:8])
    assert (issue.id, issue.as_at, issue.length_hours) == (id_, AS_AT, forecast_cases.HOURS)
    assert json.dumps(forecasts.read(connection, issue)) == json.dumps(forecast_cases.document(AS_AT))
    assert forecasts.read(connection, forecasts.find(connection, str(other))) == forecast_cases.document(AS_AT, more=5)


def test_there_is_a_column_of_every_quantile_that_a_forecast_gives(connection: Connection[Any]) -> None:
    assert list(forecasts.COLUMNS) == [f"{level:g}" for level in LEVELS]
    document = forecast_cases.document(AS_AT)
    document["rows"][0]["quantiles"]["0.99"] = document["rows"][0]["quantiles"]["0.95"]
    with pytest.raises(ValueError, match="no columns"):
        forecasts.keep(connection, uuid4(), document, MADE_AT)
    assert forecasts.list_(connection) == []


def test_it_is_not_edited(connection: Connection[Any]) -> None:
    kept(connection)
    for statement in ("update forecast set mean = 0", "update forecast_issue set seed = 2"):
        with pytest.raises(psycopg.errors.RaiseException, match="not edited"):
            connection.execute(statement)


def test_the_latest_moment_is_first_and_the_old_are_dropped_by_the_one_clock(connection: Connection[Any]) -> None:
    early, late = kept(connection, AS_AT - timedelta(days=1)), kept(connection)
    assert [each.id for each in forecasts.list_(connection)] == [late, early]
    assert [each.id for each in forecasts.list_(connection, limit=1)] == [late]
    days = timedelta(days=forecasts.KEPT_DAYS)
    assert forecasts.purge(connection, AS_AT - timedelta(days=1) + days) == 0
    assert forecasts.purge(connection, AS_AT + days) == 1
    assert [each.id for each in forecasts.list_(connection)] == [late]
    assert connection.execute("select distinct issue from forecast").fetchall() == [(late,)]


@pytest.mark.parametrize(
    ("asked", "said"),
    [("abc", "first 4 or more"), ("../../etc", "is no id"), ("a' or true --", "is no id"), ("", "is no id"),
     ("abcdef99", "No forecast abcdef99 is kept"), ("abcd", "More than one")],
)  # fmt: skip
def test_a_wrong_id_is_told(connection: Connection[Any], asked: str, said: str) -> None:
    kept(connection, id_=UUID("abcd0000-0000-4000-8000-000000000001"))
    kept(connection, id_=UUID("abcd0000-0000-4000-8000-000000000002"))
    with pytest.raises(StoreError, match=said):
        forecasts.find(connection, asked)


@pytest.mark.usefixtures("commands")
def test_commands_list_and_show_what_is_kept(connection: Connection[Any]) -> None:
    assert "forecast run --keep" in run.invoke(app, ["forecast", "list"]).stdout
    id_ = kept(connection)
    (listed,) = json.loads(run.invoke(app, ["forecast", "list", "--json"]).stdout)
    assert (listed["id"], listed["as_at"], listed["hours"]) == (str(id_), AS_AT.isoformat(), forecast_cases.HOURS)
    assert str(id_)[:8] in run.invoke(app, ["forecast", "list"]).stdout
    shown = json.loads(run.invoke(app, ["forecast", "show", str(id_)[:8], "--json"]).stdout)
    assert shown == {"id": str(id_), **forecast_cases.document(AS_AT)}
    text = run.invoke(app, ["forecast", "show", str(id_)]).stdout
    assert "20 Jan 2026 10:00 UTC, 50 replications of 12 people" in text
    assert "24 (24–25)" in text  # +24 h: 24.5 between 24.1 and 24.9
    assert "of 1 sites" in text
