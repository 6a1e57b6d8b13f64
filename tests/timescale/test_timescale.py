"""TimescaleDB: its own migrations, and every question of the store answered as plain PostgreSQL answers it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from psycopg import Connection

from services.domain.catalogue import CATALOGUE
from services.domain.clock import Clock
from services.domain.facts import Fact
from services.live import feeds, overview
from services.live.readings import again
from services.store import event_log, history
from services.store import state as state_store
from services.store.database import Database
from services.store.events import ingest
from services.store.recent import Recent
from tests.conftest import empty, forget_readings
from tests.misbehaving import EVERYTHING, SYSTEM, folded, told

BEGIN, END = datetime(2026, 3, 26, 6, tzinfo=UTC), datetime(2026, 3, 29, 0, tzinfo=UTC)  # London's clock is UTC
TABLES = ("series", "reading", "reading_hour", "reading_progress")
SMALL = 60  # rows of a statement: this build falls over a message that does not come in one piece of 64 KiB
HYPERTABLES = ("event", "reading", "reading_hour")


@pytest.fixture(scope="module")
def facts() -> list[Fact]:
    return folded(told(EVERYTHING, days=2.75).delivered).facts


@pytest.fixture(scope="module")
def both(database_url: str, timescale_url: str, facts: list[Fact]) -> Iterator[tuple[Connection[Any], Connection[Any]]]:
    """The same facts and readings in a plain store and in TimescaleDB."""
    with (
        Database(database_url) as plain, Database(timescale_url, size=1) as extended,
        plain.connection() as one, extended.connection() as other,
    ):  # fmt: skip
        empty(one)
        forget_readings(one)
        for connection in (one, other):
            taken_in(connection, facts)
        for _ in again(one, SYSTEM, END):
            pass
        for table in TABLES:
            _copied(one, other, table)
        yield one, other
        empty(one)
        forget_readings(one)


def taken_in(connection: Connection[Any], facts: Sequence[Fact]) -> int:
    recent = Recent()
    return sum(
        ingest(connection, facts[start : start + SMALL], recent).accepted for start in range(0, len(facts), SMALL)
    )  # fmt: skip


def _copied(one: Connection[Any], other: Connection[Any], table: str) -> None:
    """By INSERT: this build takes no COPY."""
    rows = one.execute(f"select to_jsonb(t) from {table} t").fetchall()
    other.execute(f"delete from {table}")
    for start in range(0, len(rows), SMALL):
        batch = orjson.dumps([row[0] for row in rows[start : start + SMALL]]).decode()
        other.execute(f"insert into {table} select * from jsonb_populate_recordset(null::{table}, %s::jsonb)", (batch,))


def answers(connection: Connection[Any]) -> dict[str, Any]:
    """What boards and people ask of a store."""
    found: dict[str, Any] = {}
    for hours in (12, 40, 64):
        t = BEGIN + timedelta(hours=hours)
        for known in (None, t):
            found[f"overview {hours} {known}"] = overview.read(
                connection, SYSTEM, t, known_at=known, clock=Clock.wall(END), wall=END, synthetic=True
            )
            found[f"feeds {hours} {known}"] = feeds.read_board(connection, SYSTEM, t, known_at=known, past=True)
        found[f"state {hours}"] = repr(state_store.read(connection, SYSTEM, t, t))
        found[f"site {hours}"] = overview.read_site(connection, SYSTEM, SYSTEM.sites[0].code, t)
    for measure in ("ed.in_department", "ed.over_12h", "beds.occupied_share"):
        series = history.series_of(connection, measure, "system", SYSTEM.code) if measure in CATALOGUE else None
        if series is not None:
            asked = (connection, series), (BEGIN, END, END)
            found[f"marks {measure}"] = history.marks(*asked[0], *asked[1])
            found[f"hours {measure}"] = history.hours(*asked[0], *asked[1])
            found[f"days {measure}"] = history.days(*asked[0], CATALOGUE[measure], *asked[1])
    page, _ = event_log.list_(connection, event_log.Wanted(as_at=END), limit=200)
    found["log"] = sorted(map(repr, page))
    found["day"] = connection.execute("select * from reading_day order by series, day").fetchall()
    return found


def test_its_own_migrations_make_hypertables_policies_and_a_daily_aggregate(timescale: Database) -> None:
    with timescale.connection() as connection:
        tables = connection.execute(
            "select hypertable_name::text from timescaledb_information.hypertables where compression_enabled"
        ).fetchall()
        jobs = connection.execute(
            "select proc_name::text, hypertable_name::text from timescaledb_information.jobs"
            " where hypertable_name is not null"
        ).fetchall()
        aggregates = connection.execute(
            "select view_name::text, materialized_only from timescaledb_information.continuous_aggregates"
        ).fetchall()
    assert {row[0] for row in tables} >= set(HYPERTABLES)
    assert {name for proc, name in jobs if proc == "policy_compression"} == set(HYPERTABLES)
    assert {name for proc, name in jobs if proc == "policy_retention"} == {"reading", "reading_hour"}
    assert [proc for proc, _ in jobs].count("policy_refresh_continuous_aggregate") == 1
    assert aggregates == [("reading_day_told", False)]  # real time, on purpose


def test_every_question_is_answered_as_plain_postgresql_does(both: tuple[Connection[Any], Connection[Any]]) -> None:
    plain, extended = (answers(connection) for connection in both)
    assert plain.keys() == extended.keys()
    for question, answer in plain.items():
        assert extended[question] == answer, question
    assert len(plain["day"]) > 100
    assert len(plain["log"]) > 50


def test_the_daily_aggregate_is_the_days_of_the_boards(both: tuple[Connection[Any], Connection[Any]]) -> None:
    """Refreshed by hand, as the policy would; of days on which London keeps UTC."""
    _, extended = both
    extended.execute("call refresh_continuous_aggregate('reading_day_told', null, null)")
    days = {(row[0], row[1]): row for row in extended.execute("select * from reading_day").fetchall()}
    compared = 0
    for measure, level, code, series in extended.execute("select measure, level, code, id from series").fetchall():
        if measure not in CATALOGUE or level != "site":
            continue
        for day in history.days(extended, series, CATALOGUE[measure], END - timedelta(days=2), END, END):
            _, _, marks, _, closes, mean, least, greatest, numerator, denominator = days[series, day.at]
            assert marks == day.marks, (measure, code)
            assert (least, greatest) == (day.least, day.greatest)
            if history.closes(CATALOGUE[measure]):
                assert closes == day.value
            elif CATALOGUE[measure].kind == "share":
                assert (numerator / denominator if denominator else None) == pytest.approx(day.value)
            else:
                assert mean == pytest.approx(day.mean)
            compared += 1
    assert compared > 100


def test_late_facts_and_corrections_go_into_packed_chunks(
    both: tuple[Connection[Any], Connection[Any]], facts: list[Fact]
) -> None:  # fmt: skip
    """The last facts of each tenth subject come when everything before is compressed."""
    extended = both[1]
    before = answers(extended)
    late = [fact for fact in facts if int(fact.uid[:4], 16) % 10 == 0]
    subjects = {fact.subject for fact in late}
    for subject in subjects:
        extended.execute("delete from event where subject = %s", (subject,))
        extended.execute("delete from subject where key = %s", (subject,))
    for table in HYPERTABLES:
        extended.execute(
            "select compress_chunk(c, if_not_compressed => true) from show_chunks(%s::regclass) c", (table,)
        )
    again_ = [fact for fact in facts if fact.subject in subjects]
    assert taken_in(extended, again_) == len({(fact.uid, fact.digest) for fact in again_})
    assert taken_in(extended, again_) == 0
    after = answers(extended)
    for question, answer in before.items():
        assert after[question] == answer, question
