"""Kept forecasts in TimescaleDB: read as they were said from packed chunks too, and dropped with them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from services.store import forecasts
from services.store.database import Database
from tests import forecast_cases

AS_AT = datetime(2026, 1, 20, 10, tzinfo=UTC)


def test_a_packed_forecast_is_read_as_it_was_said_and_dropped_with_its_chunk(timescale: Database) -> None:
    ids = {AS_AT - timedelta(days=30 * months): uuid4() for months in range(3)}
    with timescale.connection() as connection:
        for as_at, id_ in ids.items():
            forecasts.keep(connection, id_, forecast_cases.document(as_at), as_at)
        connection.execute("select compress_chunk(c) from show_chunks('forecast') c")
        late = uuid4()  # of a moment long ago, asked for afterwards
        forecasts.keep(connection, late, forecast_cases.document(AS_AT - timedelta(days=30), more=1), AS_AT)
        for as_at, id_ in ids.items():
            found = forecasts.read(connection, forecasts.find(connection, str(id_)))
            assert json.dumps(found) == json.dumps(forecast_cases.document(as_at))
        before = connection.execute("select show_chunks('forecast')").fetchall()
        assert len(before) == 3
        assert forecasts.purge(connection, AS_AT + timedelta(days=forecasts.KEPT_DAYS)) == 3
        assert [each.id for each in forecasts.list_(connection)] == [ids[AS_AT]]
        assert len(connection.execute("select show_chunks('forecast')").fetchall()) == 1
