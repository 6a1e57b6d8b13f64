"""TimescaleDB: its own migrations, and every question of the store answered as plain PostgreSQL answers it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import psycopg
import pytest
from psycopg import Connection

from services.domain.catalogue import CATALOGUE
from services.domain.clock import Clock
from services.domain.facts import Fact
from services.live import feeds, overview
from services.live.readings import fill
from services.store import ageing, arrivals, diagnosis, event_log, history, quarantine, readings
from services.store import state as state_store
from services.store.database import Database
from services.store.events import OF_SUBJECTS, ingest
from services.store.recent import Recent
from tests import ageing_cases, sql_page
from tests.conftest import empty, forget_readings
from tests.misbehaving import EVERYTHING, KEYS, SYSTEM, folded, told

BEGIN, END = datetime(2026, 3, 26, 6, tzinfo=UTC), datetime(2026, 3, 29, 0, tzinfo=UTC)  # London's clock is UTC
TABLES = ("series", "reading", "reading_hour", "reading_progress")
ROWS = 2000  # of a statement
HYPERTABLES = ("event", "reading", "reading_hour", "forecast")
REFUSED = [
    quarantine.Refused(bytes([n]), f"why {n}", None, None, None, {}, "application/json", BEGIN + timedelta(hours=n))
    for n in range(5)
]


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
            connection.execute("truncate quarantine")
            quarantine.put(connection, KEYS, REFUSED)
        for _ in fill(one, SYSTEM, END, BEGIN):
            pass
        for table in TABLES:
            _copied(one, other, table)
        yield one, other
        empty(one)
        forget_readings(one)


def taken_in(connection: Connection[Any], facts: Sequence[Fact]) -> int:
    recent = Recent()
    return sum(
        ingest(connection, facts[start : start + ROWS], recent).accepted for start in range(0, len(facts), ROWS)
    )  # fmt: skip


def _copied(one: Connection[Any], other: Connection[Any], table: str) -> None:
    """By INSERT: this build takes no COPY."""
    rows = one.execute(f"select to_jsonb(t) from {table} t").fetchall()
    other.execute(f"delete from {table}")
    for start in range(0, len(rows), ROWS):
        batch = orjson.dumps([row[0] for row in rows[start : start + ROWS]]).decode()
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
        found[f"state {hours}"] = state_store.read(connection, SYSTEM, t, t)
        found[f"site {hours}"] = overview.read_site(connection, SYSTEM, SYSTEM.sites[0].code, t)
    for measure in ("ed.in_department", "ed.over_12h", "beds.occupied_share"):
        series = history.series_of(connection, measure, "system", SYSTEM.code) if measure in CATALOGUE else None
        if series is not None:
            asked = (connection, series), (BEGIN, END, END)
            found[f"marks {measure}"] = history.marks(*asked[0], *asked[1])
            found[f"hours {measure}"] = history.hours(*asked[0], *asked[1])
            found[f"days {measure}"] = history.days(*asked[0], CATALOGUE[measure], *asked[1])
    page, _ = event_log.list_(connection, event_log.Wanted(as_at=END), limit=200)
    found["log"] = page
    found["quarantine"], _ = quarantine.list_(connection)
    found["arrivals"] = arrivals.read(connection, BEGIN, END, END)
    found["day"] = connection.execute("select * from reading_day order by series, day").fetchall()
    return found


def packed(connection: Connection[Any]) -> int:
    """Compress every chunk, as the policies would; returns how many of events there are."""
    for table in HYPERTABLES:
        connection.execute(
            "select compress_chunk(c, if_not_compressed => true) from show_chunks(%s::regclass) c", (table,)
        )
    row = connection.execute(
        "select count(*) filter (where is_compressed) from timescaledb_information.chunks"
        " where hypertable_name = 'event'"
    ).fetchone()
    assert row is not None
    return int(row[0])


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
    assert {name for proc, name in jobs if proc == "policy_retention"} == {"reading_hour"}
    assert [proc for proc, _ in jobs].count("policy_refresh_continuous_aggregate") == 1
    assert aggregates == [("reading_day_told", False)]  # real time, on purpose


def test_doctor_sees_the_policies(timescale_url: str) -> None:
    policies = diagnosis.policies(timescale_url)
    names = [each.name for each in policies]
    assert names.count("policy_compression") == len(HYPERTABLES)
    assert names.count("policy_retention") == names.count("policy_refresh_continuous_aggregate") == 1
    assert {(each.failed, each.has_run) for each in policies} == {(False, False)}, "no background workers here"
    told = """
        insert into _timescaledb_internal.bgw_job_stat
        select id, now(), now(), now(), case when %(well)s then now() else '-infinity' end, %(well)s, 1, '1 s', '0 s',
            1, 0, 0, 0, 0
        from _timescaledb_config.bgw_job where (proc_name <> 'policy_refresh_continuous_aggregate') = %(well)s
    """
    with psycopg.connect(timescale_url, autocommit=True) as connection:
        for well in (True, False):
            connection.execute(told, {"well": well})
    ran = {(each.name, each.table): (each.failed, each.has_run) for each in diagnosis.policies(timescale_url)}
    with psycopg.connect(timescale_url, autocommit=True) as connection:
        connection.execute("truncate _timescaledb_internal.bgw_job_stat")
    assert ran.pop(("policy_refresh_continuous_aggregate", "reading_day_told")) == (True, False)
    assert set(ran.values()) == {(False, True)}


def test_more_of_a_packed_chunk_is_written_again_than_timescaledb_unpacks_by_default(timescale: Database) -> None:
    """The readings of two weeks are dropped and written again when configuration changes."""
    day = datetime(2025, 1, 1, tzinfo=UTC)
    with timescale.connection() as connection:
        connection.execute(
            """
            insert into reading (series, mark, known_at, value, absent)
            select series, mark, mark, 1, 0 from generate_series(1, 400) as series,
                generate_series(%(day)s::timestamptz, %(day)s + interval '23:55', interval '5 minutes') as mark
            """,
            {"day": day},
        )
        packed(connection)
        readings.clear(connection, day + timedelta(hours=12), day + timedelta(days=1))
        left = connection.execute("select count(*) from reading where mark < '2025-01-02 00:00Z'").fetchone()
        assert left == (400 * 144,)
        assert readings.purge(connection, day + timedelta(days=14, hours=23)) == 0
        assert readings.purge(connection, day + timedelta(days=15)) == 400 * 144
        chunks = connection.execute("select show_chunks('reading', older_than => '2025-01-02 00:00Z'::timestamptz)")
        assert chunks.fetchall() == [], "an empty chunk a day would be looked through for ever"


def test_every_question_is_answered_as_plain_postgresql_does(both: tuple[Connection[Any], Connection[Any]]) -> None:
    plain, extended = (answers(connection) for connection in both)
    assert plain.keys() == extended.keys()
    for question, answer in plain.items():
        assert extended[question] == answer, question
    assert len(plain["day"]) > 100
    assert len(plain["log"]) > 50
    assert len(plain["quarantine"]) == len(REFUSED)
    assert len(plain["arrivals"]) > 50


def test_the_daily_aggregate_is_the_days_of_the_boards(both: tuple[Connection[Any], Connection[Any]]) -> None:
    """Refreshed by hand, as the policy would; of days on which London keeps UTC."""
    both[1].execute("call refresh_continuous_aggregate('reading_day_told', null, null)")
    materialised = (
        both[1]
        .execute(
            "select format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name)"
            " from timescaledb_information.continuous_aggregates"
        )
        .fetchone()
    )
    assert materialised is not None
    rows = both[1].execute(f"select count(*) from {materialised[0]}").fetchone()
    assert rows is not None
    assert rows[0] > 100
    for connection in both:
        _days_are_those_of_the_boards(connection)
    asked = []
    for connection in both:
        connection.execute(sql_page.GRANTS)
        connection.execute(f"set role {sql_page.ROLE}")
        asked.append([connection.execute(query).fetchall() for query in sql_page.QUERIES])
        connection.execute("reset role")
        connection.execute(f"drop owned by {sql_page.ROLE}")
        connection.execute(f"drop role {sql_page.ROLE}")
    assert asked[0] == asked[1], "what analysts ask by SQL"
    assert len(asked[0][0]) > 5


def _days_are_those_of_the_boards(extended: Connection[Any]) -> None:
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


def test_packed_chunks_answer_alike_and_take_in_what_comes_late(
    both: tuple[Connection[Any], Connection[Any]], facts: list[Fact]
) -> None:  # fmt: skip
    """Each tenth fact, and all of its journey, comes when everything before is compressed: corrections, cancels,
    and copies that were received earlier than those that are in.
    """
    plain, extended = both
    subjects = {fact.subject for fact in facts if int(fact.uid[:4], 16) % 10 == 0}
    for subject in subjects:
        extended.execute("delete from event where subject = %s", (subject,))
        extended.execute("delete from subject where key = %s", (subject,))
    extended.execute("update feed set facts = (select count(*) from event where event.source = feed.source)")
    assert packed(extended) > 0
    again = [fact for fact in facts if fact.subject in subjects]
    assert {fact.rank for fact in again} == {0, 1, 2}, "corrections and cancels are among them"
    assert taken_in(extended, again) == len({(fact.uid, fact.digest) for fact in again})
    assert taken_in(extended, again) == 0
    assert packed(extended) > 0
    earlier = [fact._replace(recorded_at=fact.recorded_at - timedelta(minutes=1)) for fact in facts[::50]]
    for connection in both:
        assert taken_in(connection, earlier) == 0
        received = connection.execute(
            "select count(*) from event where recorded_at = any(%s) and uid = any(%s)",
            ([fact.recorded_at for fact in earlier], [fact.uid for fact in earlier]),
        ).fetchone()
        assert received is not None
        assert received[0] >= len(earlier)
    one, other = answers(plain), answers(extended)
    for question, answer in one.items():
        assert other[question] == answer, question


def test_a_journey_is_found_in_packed_chunks_without_reading_all_of_them(
    both: tuple[Connection[Any], Connection[Any]], facts: list[Fact]
) -> None:  # fmt: skip
    extended = both[1]
    assert packed(extended) > 0
    with extended.transaction():
        extended.execute("set local enable_seqscan = off")  # so few rows would be read whole
        plan = extended.execute(f"explain {OF_SUBJECTS}", {"keys": [facts[0].subject, facts[-1].subject]}).fetchall()
    lines = [row[0] for row in plan if "compress_hyper" in row[0]]
    assert lines
    assert all("Index" in line or "Bitmap Heap" in line for line in lines), lines


def test_old_journeys_go_from_packed_chunks_as_from_plain_tables(
    both: tuple[Connection[Any], Connection[Any]],
) -> None:  # fmt: skip
    """Last: it leaves nothing of the scenario."""
    extended = both[1]
    empty(extended)
    taken_in(extended, ageing_cases.facts())
    packed(extended)
    assert sum(ageing.drop(extended, ageing_cases.BEFORE)) == sum(map(len, ageing_cases.GONE.values()))
    assert ageing_cases.held(extended) == {key: len(told) for key, told in ageing_cases.KEPT.items()}
