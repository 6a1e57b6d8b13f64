"""What is kept in memory of now follows what is written, however late it is committed, and is held to the store."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
import structlog
from psycopg import Connection

from services.domain.catalogue import CATALOGUE
from services.domain.facts import Fact
from services.live import detail_writer as details
from services.live import writer as writing
from services.live.detail_writer import Reader
from services.live.present import Notes, Present
from services.live.writer import Writer
from services.store import lease, touched
from services.store.database import Database
from services.store.events import ingest, rebuild
from tests.worlds import START, event, small_system

NOW = START + timedelta(hours=2)
FEED = "urn:nhs:ods:RVV"
IN_DEPARTMENT = CATALOGUE["ed.in_department"]


def arrived(number: int) -> Fact:
    """Of a source of its own, whose row in `feed` no other transaction waits for."""
    data = {"site": "RVV01", "department_type": 1}
    return event("ed.arrived", f"j_{number}", 30, data, id=f"a{number}", sent=None, recorded=30, source=f"S0{number}")


def departed(number: int) -> Fact:
    data = {"site": "RVV01", "reason": "discharged"}
    return event("ed.departed", f"j_{number}", 60, data, id=f"d{number}", sent=None, recorded=60, source=f"S0{number}")


def people(present: Present, connection: Connection[Any], t: datetime = NOW) -> float:
    (atom,) = IN_DEPARTMENT.numerator
    return sum(float(str(number)) for number in present.atoms(connection, t, [IN_DEPARTMENT])[atom].values())


def test_a_transaction_that_commits_after_later_ones_is_not_missed(
    connection: Connection[Any], database_url: str
) -> None:
    present = Present(small_system())
    with psycopg.connect(database_url) as slow, psycopg.connect(database_url) as undone:
        for other, number in ((slow, 1), (undone, 2)):
            other.execute("select 1")  # begins a transaction that stays open; what follows is a savepoint in it
            ingest(other, [arrived(number)])
        ingest(connection, [arrived(3)])
        assert people(present, connection) == 1
        ingest(connection, [arrived(4)])
        assert people(present, connection) == 2
        touched.forget(connection, present.snapshot or "")
        undone.rollback()
        slow.commit()
        assert people(present, connection) == 3


def test_notes_that_are_read_are_dropped_and_the_others_stay(connection: Connection[Any]) -> None:
    present = Present(small_system())
    ingest(connection, [arrived(1)])
    assert people(present, connection) == 1
    ingest(connection, [arrived(2)])
    touched.forget(connection, present.snapshot or "")
    assert connection.execute("select keys from touched").fetchall() == [(["j_2"],)]
    assert people(present, connection) == 2


def test_a_journey_that_no_window_reaches_any_more_is_let_go_of(connection: Connection[Any]) -> None:
    present = Present(small_system())
    ingest(connection, [arrived(1)])
    assert people(present, connection) == 1
    cancelled = event("event.cancelled", "j_1", 61, {}, id="c1", sent=61, recorded=61, cancels="a1", source="S01")
    ingest(connection, [cancelled])
    assert people(present, connection) == 0


def test_a_replay_is_followed(connection: Connection[Any]) -> None:
    present = Present(small_system())
    ingest(connection, [arrived(1), departed(2), arrived(2)])
    connection.execute("update subject set phases = '{}', ended_at = null")
    assert people(present, connection) == 0
    list(rebuild(connection))
    assert people(present, connection) == 1


def test_what_was_changed_behind_its_back_is_logged_and_mended(connection: Connection[Any]) -> None:
    present = Present(small_system(), checked_seconds=3600)
    watchful = Present(small_system(), checked_seconds=0)
    ingest(connection, [arrived(1), arrived(2)])
    assert (people(present, connection), people(watchful, connection)) == (2, 2)
    with structlog.testing.capture_logs() as quiet:
        assert people(watchful, connection) == 2
    assert quiet == []
    connection.execute("delete from subject where key = 'j_1'")
    assert people(present, connection) == 2, "nobody noted it, and it does not look"
    with structlog.testing.capture_logs() as logs:
        assert people(watchful, connection) == 1
    assert [log["event"] for log in logs] == ["picture.differs"]
    assert people(watchful, connection) == 1


def test_a_clock_that_goes_back_and_one_that_leaps_begin_anew(connection: Connection[Any]) -> None:
    present = Present(small_system())
    ingest(connection, [arrived(1), departed(1)])
    assert people(present, connection) == 0
    assert people(present, connection, START + timedelta(minutes=45)) == 1
    assert people(present, connection, NOW + timedelta(days=3)) == 0


def test_an_error_on_the_way_makes_it_begin_anew(connection: Connection[Any], database_url: str) -> None:
    present = Present(small_system())
    ingest(connection, [arrived(1)])
    assert people(present, connection) == 1
    with psycopg.connect(database_url) as closed:
        closed.close()
        with pytest.raises(psycopg.OperationalError):
            people(present, closed)
    connection.execute("delete from subject")
    assert people(present, connection) == 0


def test_a_first_reading_that_takes_longer_than_the_lease_is_published_all_the_same(
    database: Database, connection: Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.execute("update picture set holder = null, expires_at = null")
    monkeypatch.setattr(lease, "SECONDS", 0.2)
    monkeypatch.setattr(writing, "RENEWED_SECONDS", 0.1)
    published = threading.Event()

    def history() -> None:
        threading.Event().wait(0.4)

    writer = Writer(database, small_system(), lambda *_: published.set(), history=history)
    writer.start()
    try:
        assert published.wait(timeout=20)
    finally:
        writer.stop()


def test_who_takes_the_lease_anew_reads_all_again(database: Database, connection: Connection[Any]) -> None:
    """Meanwhile another may have held it, and dropped the notes of what it read."""
    connection.execute("update picture set holder = null, expires_at = null")
    figures: list[float] = []
    ring = threading.Event()

    def publish(_: int, picture: dict[str, Any]) -> None:
        figures.append(picture["totals"]["ed.in_department"]["value"])
        ring.set()

    def next_figure() -> float:
        assert ring.wait(timeout=20), figures
        ring.clear()
        return figures[-1]

    now = datetime.now(UTC)
    writer = Writer(database, small_system(), publish)
    ingest(connection, [arrived(1)._replace(time=now, sent_at=now, source=FEED)])
    writer.start()
    try:
        assert next_figure() == 1
        connection.execute("update picture set holder = 'another', fence = fence + 1, expires_at = 'infinity'")
        ingest(connection, [arrived(2)._replace(time=now, sent_at=now, source=FEED)])
        connection.execute("truncate touched")
        connection.execute("update picture set expires_at = '-infinity'")
        connection.execute("notify lightship")
        assert next_figure() == 2
    finally:
        writer.stop()


def in_department(read: Reader) -> float:
    value = read("site:RVV01")["measures"]["ed.in_department"]["value"]
    assert isinstance(value, float | int)
    return value


def sent(number: int) -> Fact:
    return arrived(number)._replace(source=FEED)


def test_a_note_stays_until_all_who_read_have_read_it(connection: Connection[Any]) -> None:
    notes = Notes()
    first, second = (Present(small_system(), notes=notes, drops=drops) for drops in (True, False))
    ingest(connection, [arrived(1)])
    assert (people(first, connection), people(second, connection)) == (1, 1)
    ingest(connection, [arrived(2)])
    assert people(first, connection) == 2
    touched.forget(connection, *notes.by_all())
    assert people(second, connection) == 2
    touched.forget(connection, *notes.by_all())
    assert connection.execute("select from touched").fetchall() == []
    notes.begins(second)
    assert notes.by_all() == [], "it may be reading everything at this moment"
    second.forget()
    assert notes.by_all() == [first.snapshot]


def test_a_topic_comes_from_memory_only_under_the_lease_of_the_picture(
    database: Database, connection: Connection[Any]
) -> None:
    connection.execute("update picture set holder = null, expires_at = null")
    held = [lease.take(connection, "here")]
    reader = Reader(database, small_system(), lambda: NOW, fence=lambda: held[0])
    ingest(connection, [sent(1)])
    assert in_department(reader) == 1
    connection.execute("delete from subject")
    assert in_department(reader) == 1, "from memory"
    connection.execute("update picture set holder = 'another', fence = fence + 1, expires_at = 'infinity'")
    assert in_department(reader) == 0, "another holds it, though that is not known here yet"
    ingest(connection, [sent(2)])
    connection.execute("truncate touched")
    held[0] = None
    assert in_department(reader) == 1
    connection.execute("update picture set holder = null")
    held[0] = lease.take(connection, "here")
    assert in_department(reader) == 1


def test_what_nobody_asks_for_is_let_go_of(
    database: Database, connection: Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.execute("update picture set holder = null, expires_at = null")
    fence, notes = lease.take(connection, "here"), Notes()
    reader = Reader(database, small_system(), lambda: NOW, fence=lambda: fence, notes=notes)
    ingest(connection, [sent(1)])
    assert in_department(reader) == 1
    reader.rest()
    assert len(notes.by_all()) == 1
    monkeypatch.setattr(details, "RESTS_AFTER_SECONDS", -1)
    reader.rest()
    assert notes.by_all() == []
