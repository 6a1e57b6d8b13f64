"""The one writer of the picture, and the one clock."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog
from psycopg import Connection

from services.domain.clock import Clock
from services.errors import LeaseLost
from services.live.overview import read
from services.live.writer import Writer
from services.store import feeds, lease
from services.store.database import Database
from services.store.events import ingest
from tests.worlds import event, small_system


@pytest.fixture(autouse=True)
def free(connection: Connection[Any]) -> Iterator[None]:
    connection.execute("update picture set holder = null, expires_at = null")
    yield
    connection.execute("update picture set holder = null, expires_at = null")


def test_a_second_writer_gets_no_lease_while_the_first_holds_it(connection: Connection[Any]) -> None:
    assert lease.take(connection, "first") is not None
    assert lease.take(connection, "second") is None
    lease.release(connection, "first")
    assert lease.take(connection, "second") is not None


def test_a_writer_that_lost_its_lease_cannot_write(connection: Connection[Any]) -> None:
    fence = lease.take(connection, "first")
    assert fence is not None
    connection.execute("update picture set expires_at = clock_timestamp() - interval '1 second'")
    newer = lease.take(connection, "second")
    assert newer is not None
    assert newer > fence
    with pytest.raises(LeaseLost):
        lease.write(connection, fence, "{}")
    assert lease.write(connection, newer, "{}") < lease.write(connection, newer, "{}")


def test_a_writer_that_holds_the_lease_without_looking_is_not_vouched_for(connection: Connection[Any]) -> None:
    connection.execute("update picture set looked_at = null")
    fence = lease.take(connection, "first")
    assert fence is not None
    assert not lease.read(connection, None).is_kept
    lease.write(connection, fence, "{}")
    assert lease.read(connection, None).is_kept
    connection.execute("update picture set looked_at = looked_at - interval '1 minute'")
    assert lease.take(connection, "first") == fence
    assert not lease.read(connection, None).is_kept, "it only tries"
    assert lease.take(connection, "second", looked=True) is None
    assert not lease.read(connection, None).is_kept, "who has no lease may look"
    lease.take(connection, "first", looked=True)
    assert lease.read(connection, None).is_kept
    lease.release(connection, "first")
    assert not lease.read(connection, None).is_kept


def test_a_fault_in_making_the_picture_is_said_and_it_is_kept_again_when_it_is_over(
    database: Database, connection: Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.duties.FAULT_SECONDS", 0.05)
    connection.execute("update picture set looked_at = null")
    failed, published, vouched = threading.Semaphore(0), threading.Event(), threading.Event()
    is_faulty = True

    def faulty(*asked: Any, **more: Any) -> dict[str, Any]:
        if is_faulty:
            failed.release()
            raise KeyError("a fault")
        return read(*asked, **more)

    monkeypatch.setattr("services.live.overview.read", faulty)
    writer = Writer(database, small_system(), lambda *_: published.set(), vouch=lambda _: vouched.set())
    with structlog.testing.capture_logs() as logs:
        writer.start()
        try:
            for _ in range(3):
                assert failed.acquire(timeout=20)
                assert not lease.read(connection, None).is_kept
            assert not published.is_set()
            assert not vouched.is_set()
            is_faulty = False
            assert published.wait(timeout=20)
            assert vouched.wait(timeout=20)
            assert lease.read(connection, None).is_kept
        finally:
            writer.stop()
    assert "picture.failed" in [each["event"] for each in logs]


def test_the_clock_never_goes_back(connection: Connection[Any]) -> None:
    now = datetime(2026, 1, 12, 12, 0, tzinfo=UTC)
    feeds.set_clock(connection, Clock(now, now, 60))
    later = now + timedelta(minutes=1)
    assert feeds.read_clock(connection).at(later) == now + timedelta(hours=1)
    feeds.set_clock(connection, Clock(now, later, 1))
    assert feeds.read_clock(connection).at(later) == now + timedelta(hours=1)


def test_an_event_rings_the_writer_who_publishes_the_changed_figure(
    database: Database, connection: Connection[Any]
) -> None:
    seen: list[float | None] = []
    changed = threading.Event()

    def publish(_: int, picture: dict[str, Any]) -> None:
        site = next(site for site in picture["sites"] if site["code"] == "RVV01")
        seen.append(site["measures"]["ed.in_department"]["value"])
        if seen[-1] == 1:
            changed.set()

    writer = Writer(database, small_system(), publish)
    writer.start()
    try:
        data = {"site": "RVV01", "department_type": 1}
        arrived = event("ed.arrived", "j_ring", 0, data, id="ring", sent=None, recorded=0)
        now = datetime.now(UTC)
        with database.connection() as other:
            ingest(other, [arrived._replace(time=now, sent_at=now)])
        assert changed.wait(timeout=20), seen
    finally:
        writer.stop()
    assert connection.execute("select holder from picture").fetchone() == (None,)


def test_what_is_declared_and_stood_down_is_in_the_picture_and_out_of_it(
    database: Database, connection: Connection[Any]
) -> None:
    seen: list[list[str]] = []
    came = threading.Condition()

    def publish(_: int, picture: dict[str, Any]) -> None:
        with came:
            seen.append([each["reference"] for each in picture["agreed"]])
            came.notify_all()

    def tell(type_: str, **data: Any) -> None:
        told = event(type_, "RVV", 0, {"reference": "I1", **data}, id=type_, sent=None, recorded=0)
        now = datetime.now(UTC)
        with database.connection() as other:
            ingest(other, [told._replace(time=now, sent_at=now)])

    def waited(last: list[str]) -> bool:
        with came:
            return came.wait_for(lambda: seen[-1:] == [last], timeout=20)

    writer = Writer(database, small_system(), publish)
    writer.start()
    try:
        assert waited([]), seen
        tell("incident.declared", kind="critical")
        assert waited(["I1"]), seen
        tell("incident.stood_down")
        assert waited([]), seen
    finally:
        writer.stop()
