"""Readings in the store: what has no row, what stands for what, and what a late fact or a new configuration changes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from psycopg import Connection

from services.domain.catalogue import CATALOGUE
from services.domain.clock import Clock
from services.domain.facts import Fact
from services.domain.series import kept
from services.domain.system import Provider, System
from services.live.readings import DAY, Keeper, Stopped, advance, fill
from services.store import history, lease
from services.store import readings as store
from services.store.database import Database
from services.store.events import ingest
from services.store.feeds import set_clock
from services.store.history import Point
from tests.conftest import forget_readings
from tests.measure_cases import HOUR, MINUTE, attended, fact, gauge
from tests.worlds import START, event, small_system

SYSTEM = small_system()
BEGIN = datetime(2026, 4, 1, tzinfo=UTC)
NEVER_SILENT = 100_000  # gaps


@pytest.fixture(autouse=True)
def never_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.live.readings.SILENT_AFTER_GAPS", NEVER_SILENT)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("ed.in_department", "ed.over_4h", "beds.ga_open")
    monkeypatch.setattr("services.live.readings.CATALOGUE", {name: CATALOGUE[name] for name in names})


def filled(connection: Connection[Any], facts: list[Fact], until: datetime, system: System = SYSTEM) -> None:
    ingest(connection, facts)
    forget_readings(connection)
    for _ in fill(connection, system, until, BEGIN):
        pass


def series(connection: Connection[Any], measure: str, code: str = "RVV01", level: str = "site") -> int:
    found = history.series_of(connection, measure, level, code)
    assert found is not None, (measure, level, code)
    return found


def hours(connection: Connection[Any], number: int, until: datetime, known_at: datetime | None = None) -> list[Point]:
    return history.hours(connection, number, BEGIN, until, known_at or until)


def rows(connection: Connection[Any], number: int) -> list[tuple[Any, ...]]:
    found = connection.execute(
        "select extract(hour from hour at time zone 'UTC')::int, known_at, value, absent from reading_hour "
        "where series = %s order by hour, known_at", (number,),
    ).fetchall()  # fmt: skip
    return [tuple(row) for row in found]


def test_an_hour_like_the_one_before_has_no_row_and_is_read_whole(connection: Connection[Any]) -> None:
    filled(connection, list(attended("j_a", BEGIN + 7 * HOUR, 5 * HOUR)), BEGIN + 20 * HOUR)
    number = series(connection, "ed.in_department")
    assert [(row[0], row[2]) for row in rows(connection, number)] == [(0, None), (7, 1), (12, 0)]
    found = hours(connection, number, BEGIN + 20 * HOUR)
    assert [point.value for point in found] == [None] * 7 + [1] * 5 + [0] * 8
    assert {point.absent for point in found[:7]} == {"feed_silent"}, "before anything was heard"
    assert [point.marks for point in found] == [0] * 7 + [12] * 13
    assert {(point.mean, point.least, point.greatest) for point in found[7:12]} == {(1, 1, 1)}
    assert all(point.known_at >= point.at + HOUR for point in found)
    (day,) = history.days(
        connection, number, CATALOGUE["ed.in_department"], BEGIN, BEGIN + 20 * HOUR, BEGIN + 20 * HOUR
    )
    assert day.marks == 13 * 12
    assert day.mean == pytest.approx(5 / 13)


def test_an_hour_that_has_not_ended_or_was_not_kept_yet_is_not_there(connection: Connection[Any]) -> None:
    filled(connection, list(attended("j_a", BEGIN + 2 * HOUR, 2 * DAY)), BEGIN + 8 * HOUR + 25 * MINUTE)
    number = series(connection, "ed.in_department")
    assert len(hours(connection, number, BEGIN + 20 * HOUR)) == 8
    assert len(hours(connection, number, BEGIN + 20 * HOUR, BEGIN + 4 * HOUR + 59 * MINUTE)) == 4
    assert len(hours(connection, number, BEGIN + 3 * HOUR, BEGIN + 8 * HOUR)) == 3


def test_a_late_fact_changes_an_hour_and_what_the_next_inherits(connection: Connection[Any]) -> None:
    """Somebody came at 03:10 and left at 03:50, heard of at 09:00: at first 03:00 was as 02:00, and so was 04:00."""
    known = BEGIN + 9 * HOUR
    late = [
        fact("ed.arrived", "j_late", BEGIN + 3 * HOUR + 10 * MINUTE, known, site="RVV01", department_type=1),
        fact("ed.departed", "j_late", BEGIN + 3 * HOUR + 50 * MINUTE, known, site="RVV01", reason="discharged"),
    ]
    filled(connection, [*attended("j_a", BEGIN + HOUR, 9 * HOUR), *late], BEGIN + 10 * HOUR)
    number = series(connection, "ed.in_department")
    assert [(row[0], row[1]) for row in rows(connection, number)] == [
        (0, BEGIN + HOUR), (1, BEGIN + 2 * HOUR), (3, known), (4, known),
    ]  # fmt: skip
    then = hours(connection, number, BEGIN + 8 * HOUR, known - MINUTE)
    now = hours(connection, number, BEGIN + 8 * HOUR, known)
    assert [point.greatest for point in then] == [None, 1, 1, 1, 1, 1, 1, 1]
    assert [point.greatest for point in now] == [None, 1, 1, 2, 1, 1, 1, 1]
    assert [point.value for point in now] == [None, 1, 1, 1, 1, 1, 1, 1]


def test_an_hour_that_becomes_like_the_one_before_inherits_from_then_on(connection: Connection[Any]) -> None:
    cancel = event("event.cancelled", "j_b", 0, {}, id="c", sent=(BEGIN + 9 * HOUR - START) // MINUTE,
                   recorded=(BEGIN + 9 * HOUR - START) // MINUTE, cancels="select:ed.arrived")  # fmt: skip
    filled(connection, [*attended("j_a", BEGIN + HOUR, 9 * HOUR), attended("j_b", BEGIN + 3 * HOUR, HOUR)[0], cancel],
           BEGIN + 10 * HOUR)  # fmt: skip
    number = series(connection, "ed.in_department")
    assert rows(connection, number)[-1] == (3, BEGIN + 9 * HOUR, None, 9)
    assert [point.value for point in hours(connection, number, BEGIN + 8 * HOUR, BEGIN + 8 * HOUR)][3:] == [2] * 5
    assert [point.value for point in hours(connection, number, BEGIN + 8 * HOUR, BEGIN + 9 * HOUR)][3:] == [1] * 5


def test_what_nobody_provides_has_no_rows_and_what_is_no_longer_reported_ends_at_midnight(
    connection: Connection[Any],
) -> None:
    until = BEGIN + DAY + 6 * HOUR
    filled(connection, [gauge(BEGIN + 20 * HOUR, 7, BEGIN + DAY), *attended("j_a", BEGIN, HOUR)], until)
    number = series(connection, "staffing.absence", "RVV", "provider")
    told = [(point.at, point.value) for point in hours(connection, number, until)]
    assert told == [(BEGIN + hour * HOUR, 7) for hour in range(20, 24)]
    marks = history.marks(connection, number, BEGIN, until, until)
    assert [(point.at, point.value, point.absent) for point in marks] == [
        (BEGIN + 20 * HOUR, 7, None), (BEGIN + DAY, None, "not_provided"),
    ]  # fmt: skip
    reported = {row[0] for row in connection.execute(
        "select distinct measure from series join reading_hour on reading_hour.series = series.id")}  # fmt: skip
    assert "ed.in_department" in reported
    assert not reported & {"nhs111.calls_offered", "beds.usable_any", "beds.unstaffed"}, "nobody sends these"


def test_what_rests_on_what_a_provider_sends_begins_with_the_first_of_it(connection: Connection[Any]) -> None:
    data: dict[str, Any] = {
        "site": "RVV01", "unit": "RVV01-WARD", "clean": True, "staffed": True, "sex": "any", "side_room": False,
        "cohort": "none",
    }  # fmt: skip
    status = fact("bed.status", "RVV01-WARD/A1", BEGIN + 5 * HOUR, **data)
    filled(connection, [*attended("j_a", BEGIN, HOUR), status], BEGIN + 8 * HOUR)
    found = hours(connection, series(connection, "beds.usable_any"), BEGIN + 8 * HOUR)
    assert [(point.at, point.value) for point in found] == [(BEGIN + hour * HOUR, 1) for hour in (5, 6, 7)]
    assert history.series_of(connection, "beds.usable_any", "site", "RVV09") is not None
    assert hours(connection, series(connection, "beds.usable_any", "RVV09"), BEGIN + 8 * HOUR) == []


def test_a_correction_that_leaves_the_number_of_people_changes_their_median(connection: Connection[Any]) -> None:
    """Seen at 05:00, an hour after arrival; at 07:00 it is heard that the arrival was at 02:00."""
    seen = fact("ed.seen", "j_a", BEGIN + 5 * HOUR, site="RVV01")
    first = fact("ed.arrived", "j_a", BEGIN + 4 * HOUR, site="RVV01", department_type=1)
    minute = (BEGIN + 7 * HOUR - START) // MINUTE
    told = event("ed.arrived", "j_a", (BEGIN + 2 * HOUR - START) // MINUTE, {"site": "RVV01", "department_type": 1},
                 id="again", sent=minute, recorded=minute, replaces="select:ed.arrived")  # fmt: skip
    filled(connection, [first, seen, told], BEGIN + 9 * HOUR)
    number = series(connection, "ed.time_to_treatment_today")
    then = hours(connection, number, BEGIN + 7 * HOUR, BEGIN + 7 * HOUR - MINUTE)
    now = hours(connection, number, BEGIN + 7 * HOUR, BEGIN + 7 * HOUR)
    assert [(point.value, point.n) for point in then] == [(None, None)] * 4 + [(None, 0), (60, 1)]
    assert [(point.value, point.n) for point in now[5:]] == [(180, 1), (180, 1)]


def test_figures_of_the_whole_system_have_a_past(connection: Connection[Any]) -> None:
    ambulance = replace(SYSTEM, providers=(*SYSTEM.providers, Provider("RYD", "Ambulance", "Ambulance", "ambulance")))
    called = (BEGIN + HOUR - START) // MINUTE
    facts = [
        event("ambulance.called", "a_1", called, {"category": "C1"}, id="1", sent=called, recorded=called,
              source="RYD"),
        event("ambulance.on_scene", "a_1", called + 9, {}, id="2", sent=called + 9, recorded=called + 9, source="RYD"),
    ]  # fmt: skip
    filled(connection, facts, BEGIN + 4 * HOUR, ambulance)
    for name in ("ambulance.response_c1_mean_today", "ambulance.response_c1_90th_today"):
        found = hours(connection, series(connection, name, "QKS", "system"), BEGIN + 4 * HOUR)
        assert [(point.value, point.absent) for point in found] == [(None, "feed_silent")] + [(9, None)] * 3, name


def test_what_stands_for_the_same_sites_is_one_series_until_configuration_parts_them(
    connection: Connection[Any], few: None
) -> None:
    """A provider with both sites of the place; then one of them goes to another provider."""
    facts = [*attended("j_a", BEGIN + HOUR, 90 * HOUR), *attended("j_b", BEGIN + 2 * HOUR, 90 * HOUR, "RVV09")]
    filled(connection, facts, BEGIN + 4 * HOUR)
    whole = {level: series(connection, "ed.in_department", code, level)
             for level, code in (("provider", "RVV"), ("place", "east_kent"), ("system", "QKS"))}  # fmt: skip
    assert len(set(whole.values())) == 1
    first, second = SYSTEM.sites
    other = Provider("RWF", "Other", "Other", "acute")
    parted = replace(SYSTEM, providers=(*SYSTEM.providers, other), sites=(first, replace(second, provider="RWF")))
    assert advance(connection, parted, BEGIN + 6 * HOUR), "the last fourteen days are written again"
    of_provider = hours(connection, series(connection, "ed.in_department", "RVV", "provider"), BEGIN + 6 * HOUR)
    of_system = hours(connection, series(connection, "ed.in_department", "QKS", "system"), BEGIN + 6 * HOUR)
    assert [point.value for point in of_provider] == [None, 1, 1, 1, 1, 1]
    assert [point.value for point in of_system] == [None, 1, 2, 2, 2, 2]
    assert advance(connection, SYSTEM, BEGIN + 8 * HOUR)
    for level, code in (("provider", "RVV"), ("place", "east_kent"), ("system", "QKS")):
        found = hours(connection, series(connection, "ed.in_department", code, level), BEGIN + 8 * HOUR)
        assert [point.value for point in found] == [None, 1, 2, 2, 2, 2, 2, 2], level


def test_names_that_part_take_a_copy_of_what_is_older_than_is_written_again(
    connection: Connection[Any], few: None
) -> None:
    later = BEGIN + 16 * DAY
    facts = [*attended("j_a", BEGIN + HOUR, 16 * DAY), *attended("j_b", BEGIN + 2 * HOUR, 16 * DAY, "RVV09")]
    patient = replace(SYSTEM, silent_hours={})
    filled(connection, facts, later, patient)
    first, second = SYSTEM.sites
    providers = (*SYSTEM.providers, Provider("RWF", "Other", "Other", "acute"))
    parted = replace(patient, providers=providers, sites=(first, replace(second, provider="RWF")))
    assert advance(connection, parted, later + HOUR)
    for level, code, now in (("provider", "RVV", 1), ("system", "QKS", 2), ("place", "east_kent", 2)):
        found = hours(connection, series(connection, "ed.in_department", code, level), later + HOUR)
        assert [point.value for point in found] == [None, 1, *[2] * 46, *[now] * 337], level


def test_what_is_written_again_and_stopped_half_way_is_written_again_next_time(
    connection: Connection[Any], few: None
) -> None:
    patient = replace(SYSTEM, silent_hours={})
    later = BEGIN + 10 * DAY
    filled(connection, [*attended("j_a", BEGIN, 16 * DAY), *attended("j_b", BEGIN, 16 * DAY, "RVV09")], later, patient)
    providers = (*SYSTEM.providers, Provider("RWF", "Other", "Other", "acute"))
    first, second = SYSTEM.sites
    parted = replace(patient, providers=providers, sites=(first, replace(second, provider="RWF")))

    def stopped(until: datetime, begin: datetime) -> None:
        assert next(fill(connection, parted, until, begin)) < 1

    assert advance(connection, parted, later + HOUR, again_from=stopped)
    number = series(connection, "ed.in_department", "RVV", "provider")
    assert [point.value for point in hours(connection, number, later + HOUR)] == [2] * 240 + [1]
    assert advance(connection, parted, later + 2 * HOUR)
    assert [point.value for point in hours(connection, number, later + 2 * HOUR)] == [1] * 242
    assert advance(connection, parted, later + 3 * HOUR, again_from=lambda *_: pytest.fail("nothing has changed"))


EVERYTHING = ("reading", "reading_hour", "reading_progress")


def contents(connection: Connection[Any]) -> dict[str, Any]:
    return {table: connection.execute(f"select * from {table} order by 1, 2, 3").fetchall() for table in EVERYTHING}


def test_a_step_that_is_stopped_anywhere_keeps_nothing_and_is_done_again(connection: Connection[Any]) -> None:
    until, later = BEGIN + 8 * HOUR, BEGIN + 12 * HOUR
    facts = [each for number in range(5) for each in attended(f"j_{number}", BEGIN + number * HOUR, 5 * HOUR)]
    filled(connection, facts, until)
    before = contents(connection)
    asked = 0

    def stopping_at(limit: int) -> bool:
        nonlocal asked
        asked += 1
        return asked > limit

    for limit in (0, 3, 40, len(CATALOGUE)):
        asked = 0
        with pytest.raises(Stopped):
            advance(connection, SYSTEM, later, stopping=lambda limit=limit: stopping_at(limit))  # type: ignore[misc]
        assert asked == limit + 1
        assert contents(connection) == before
    assert advance(connection, SYSTEM, later, stopping=lambda: False)
    stepped = contents(connection)
    filled(connection, [], until)
    assert advance(connection, SYSTEM, later)
    assert contents(connection) == stepped != before


def test_the_keeper_ends_in_the_middle_of_a_step(
    database: Database, connection: Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(connection, list(attended("j_a", BEGIN, HOUR)), BEGIN + 8 * HOUR)
    set_clock(connection, Clock(BEGIN + 12 * HOUR, datetime.now(UTC), 1.0))
    fence = lease.take(connection, "keeper")
    keeper = Keeper(database, SYSTEM, fence=lambda: fence, begin=lambda: BEGIN)
    begun, told = threading.Event(), threading.Event()

    def slow(*asked: Any) -> Iterator[Any]:
        for pair in kept(*asked):
            begun.set()
            assert told.wait(20)
            yield pair

    monkeypatch.setattr("services.live.readings.kept", slow)
    keeper.start()
    assert begun.wait(20)
    threading.Timer(0.2, told.set).start()
    keeper.stop()
    assert not any(thread.name == "readings" for thread in threading.enumerate())
    assert store.progress(connection).until == BEGIN + 8 * HOUR


def test_the_keeper_says_so_where_the_process_that_writes_the_past_fails(
    database: Database, connection: Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(connection, list(attended("j_a", BEGIN, HOUR)))
    forget_readings(connection)
    set_clock(connection, Clock(BEGIN + 12 * HOUR, datetime.now(UTC), 1.0))
    fence = lease.take(connection, "keeper")
    monkeypatch.setattr("services.duties.FAULT_SECONDS", 0.05)
    said = threading.Semaphore(0)
    lines: list[Any] = []

    class Elsewhere:  # a process of its own finds no server there
        url, connection = "postgresql://127.0.0.1:1/nobody", database.connection

    def told(_: Any, __: str, line: Any) -> Any:
        lines.append(line["event"])
        said.release()
        raise structlog.DropEvent

    before = structlog.get_config()["processors"]
    structlog.configure(processors=[told])
    keeper = Keeper(Elsewhere(), SYSTEM, fence=lambda: fence, begin=lambda: BEGIN)  # type: ignore[arg-type]
    keeper.start()
    try:
        for _ in range(2):
            assert said.acquire(timeout=60), lines
    finally:
        keeper.stop()
        structlog.configure(processors=before)
    assert lines[:2] == ["readings.failed"] * 2
