"""Steering a synthetic store through the API: who and what is refused, the clock, the audit, a feed that follows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services import training
from services.configuration import load_system
from services.domain.catalogue import GAUGES
from services.domain.clock import Clock
from services.ingest.door import Door
from services.moments import Moments, NoSuchMoment
from services.store import audit, feeds, synthetic
from services.store import training as store
from services.store.audit import By
from services.store.database import Database
from services.training import rate_at_start
from simulations.writer import Feed, Settings
from tests.conftest import empty
from tests.integration.doors import NOW, RING, Ask, Wheel, is_problem

ENGINEER = "feed-engineer"


@pytest.fixture
def trainer(ask: Ask, database: Database) -> Callable[..., Any]:
    """Ask as the feed engineer, of a store with synthetic people."""
    with database.connection() as connection:
        began = NOW - timedelta(days=1)
        synthetic.begin(connection, synthetic.Run(1, 1.0, began, NOW, NOW, drawable=True, share=1.0))
        feeds.set_clock(connection, Clock.wall(NOW))

    def call(method: str, address: str = "", body: Any = None, status: int = 200) -> Any:
        answer = ask(ENGINEER, method, f"/trainer{address}", body)
        assert answer.status_code == status, answer.text
        return answer.json()

    return call


def test_real_people_are_never_steered(ask: Ask, database: Database) -> None:
    with database.connection() as connection:
        feeds.set_clock(connection, Clock.wall(NOW))
    for method, address, body in (
        ("GET", "", None), ("POST", "/clock", {"paused": True}), ("POST", "/silences", {"source": "RVV", "hours": 1}),
        ("POST", "/incidents", {"kind": "surge", "organisation": "RVV01"}),
    ):  # fmt: skip
        assert "synthetic" in is_problem(ask(ENGINEER, method, f"/trainer{address}", body), 409)["detail"]
    with database.connection() as connection:
        assert feeds.read_clock(connection).rate == 1
        assert store.read_speed(connection) is None
        assert audit.list_(connection)[0] == [] or audit.list_(connection)[0][0].what != "trainer.clock"


def test_the_clock_is_slowed_paused_and_goes_on_and_never_back(
    trainer: Callable[..., Any], database: Database, clock: Wheel
) -> None:  # fmt: skip
    shown = []

    def now() -> datetime:
        with database.connection() as connection:
            shown.append(feeds.read_clock(connection).at(clock()))
        return shown[-1]

    now()
    assert trainer("POST", "/clock", {"speed": 60})["speed"] == 60
    clock.now += timedelta(minutes=1)
    assert now() == NOW + timedelta(hours=1)
    told = trainer("POST", "/clock", {"paused": True})
    assert (told["speed"], told["paused"]) == (60, True)
    clock.now += timedelta(minutes=1)
    assert now() == NOW + timedelta(hours=1)
    with database.connection() as connection:
        assert rate_at_start(connection, None) == 0  # a restart stays paused
    trainer("POST", "/clock", {"paused": False, "speed": 0.5})
    clock.now += timedelta(minutes=1)
    assert now() == NOW + timedelta(hours=1, seconds=30)
    assert shown == sorted(shown)
    trainer("POST", "/clock", {"speed": 5000}, 422)
    with database.connection() as connection:
        entry = audit.list_(connection)[0][0]
        assert (entry.what, entry.who, entry.before, entry.after) == (
            "trainer.clock", ENGINEER, {"speed": 60, "paused": True}, {"speed": 0.5, "paused": False},
        )  # fmt: skip
        assert rate_at_start(connection, 10) == 10
        assert store.read_speed(connection) == (10, False)


def test_an_incident_is_asked_for_and_ended_or_refused_with_reasons(
    trainer: Callable[..., Any], database: Database
) -> None:  # fmt: skip
    made = trainer("POST", "/incidents", {"kind": "surge", "organisation": "RVV01"}, 201)
    assert (made["size"], made["state"], made["name"]) == (1.5, "under_way", "William Harvey Hospital")
    assert made["until"] == "2026-03-10T18:00:00Z"
    later = trainer(
        "POST", "/incidents", {"kind": "ward_closed", "organisation": "RVV01-MED1", "at": "2026-03-11T12:00:00Z"}, 422
    )
    assert "a ward" in later["detail"]
    assert "a ward" in trainer("POST", "/incidents", {"kind": "ward_closed", "organisation": "RVV01"}, 422)["detail"]
    assert "at most 5" in trainer(
        "POST", "/incidents", {"kind": "surge", "organisation": "RVV01", "size": 9}, 422
    )["detail"]  # fmt: skip
    ended = trainer("POST", f"/incidents/{made['id']}/end")["incidents"]
    assert [each["state"] for each in ended] == ["over"]
    assert "no incident" in trainer("POST", f"/incidents/{made['id']}/end", status=404)["detail"].lower()
    with database.connection() as connection:
        entries = audit.list_(connection)[0]
        assert [entry.what for entry in entries[:2]] == ["trainer.end", "trainer.inject"]


@pytest.mark.parametrize(("address", "body", "words"), [
    ("/clock", {"speed": "60"}, "speed must be a number"),
    ("/clock", {"speed": True}, "speed must be a number"),
    ("/clock", {"speed": 0}, "speed must be at least 0.1"),
    ("/clock", {"speed": 1e308}, "speed must be at most 3600"),
    ("/clock", {"paused": "yes"}, "paused must be true or false"),
    ("/clock", {"9434765919": 1}, "a name in it that is not known"),
    ("/incidents", {"organisation": "RVV01"}, "kind is required"),
    ("/incidents", {"kind": "earthquake", "organisation": "RVV01"}, "kind must be 'surge'"),
    ("/incidents", {"kind": "surge", "organisation": "RVV01", "hours": True}, "hours must be a number"),
    ("/incidents", {"kind": "surge", "organisation": "RVV01", "hours": -1}, "hours must be above 0"),
    ("/incidents", {"kind": "surge", "organisation": "RVV01\0"}, "did you mean 'RVV01'"),
    ("/incidents", {"kind": "surge", "organisation": "RVV01", "at": "2026-03-10T12:00:00"}, "at has no time zone"),
    ("/incidents", {"kind": "surge", "organisation": "RVV01", "at": "0001-01-01T00:00:00Z"}, "in the past"),
    ("/incidents", {"kind": "surge", "organisation": "RVV01", "at": 0}, "in the past"),
    ("/incidents", {"kind": "surge", "organisation": "RVV01", "at": "9999-12-31T23:00:00Z"}, "within 60 days"),
    ("/silences", {"source": "QKS", "hours": 1}, "No provider of this code sends a feed"),
    ("/silences", {"source": "rvv", "hours": 1}, "No provider of this code sends a feed"),
])  # fmt: skip
def test_what_nobody_expects_is_refused_with_what_to_do(
    trainer: Callable[..., Any], database: Database, address: str, body: dict[str, Any], words: str
) -> None:
    told = trainer("POST", address, body, 422)["detail"]
    assert words in told
    assert "9434765919" not in told  # nothing of the sender's is said again
    found = trainer("GET")
    assert (found["speed"], found["paused"], found["incidents"], found["silences"]) == (1, False, [], [])


@pytest.mark.parametrize("name", ["a\0b", "../one", "", "\u202e", "one\n"])
def test_a_name_that_no_moment_can_have_is_none(
    trainer: Callable[..., Any], database: Database, tmp_path: Path, name: str
) -> None:
    moments = Moments(tmp_path)
    with database.connection() as connection, pytest.raises(NoSuchMoment, match="No moment of this name"):
        training.jump(connection, By("somebody", "operator"), moments, name, NOW)
    assert not moments.is_asked


def test_a_database_of_ones_own_has_no_moments(trainer: Callable[..., Any]) -> None:
    assert trainer("GET")["may_save"] is False
    assert "yours" in trainer("POST", "/moments", {"name": "one"}, 409)["detail"]
    assert "yours" in trainer("POST", "/jump", {"name": None}, 409)["detail"]
    trainer("POST", "/moments", {"name": "../one"}, 422)


@pytest.fixture
def running(database: Database, tmp_path: Path) -> Iterator[Callable[[], Feed]]:
    """A feed of a few people that runs in a thread, ten minutes a second; begun again it resumes."""
    with database.connection() as connection:
        empty(connection)
    system = load_system("kent_and_medway")
    threads: list[tuple[Feed, threading.Thread]] = []

    def start() -> Feed:
        feed = Feed(
            database, system, Door(system, RING, GAUGES, trusted=True),
            Settings(seed=1, scale=0.1, history_days=0.2, speed=600), tmp_path,
        )  # fmt: skip
        thread = threading.Thread(target=feed.run, daemon=True)
        threads.append((feed, thread))
        thread.start()
        return feed

    def stop() -> None:
        for feed, thread in threads:
            feed.stopping.set()
            thread.join(timeout=30)
            assert not thread.is_alive()

    start.stop = stop  # type: ignore[attr-defined]
    yield start
    stop()


def test_a_silent_feed_is_late_and_a_feed_that_stops_meanwhile_loses_nothing(
    running: Any, database: Database, ask: Ask
) -> None:  # fmt: skip
    running()
    with database.connection() as connection:

        def until(true: Callable[[], bool], seconds: float = 40) -> None:
            end = time.monotonic() + seconds
            while not true():
                assert time.monotonic() < end
                time.sleep(0.2)

        def reached() -> datetime | None:
            run = synthetic.read(connection)
            return run.reached_at if run and run.share == 1 and run.reached_at > run.live_from else None

        def late() -> tuple[int, int]:
            row = connection.execute(
                "select count(*) filter (where recorded_at > time + interval '1 h'), count(*) from event "
                "where source = 'urn:nhs:ods:RVV' and time >= %s", (asked_at,)
            ).fetchone()  # fmt: skip
            assert row
            return row[0], row[1]

        until(lambda: reached() is not None)
        asked_at = feeds.read_clock(connection).at(datetime.now(UTC)) + timedelta(minutes=20)
        now = feeds.read_clock(connection).at(datetime.now(UTC))
        store.add_silence(connection, _silence(asked_at, now))
        until(lambda: (at := reached()) is not None and at > asked_at + timedelta(hours=1))
        assert late() == (0, 0)
        running.stop()
        running()
        until(lambda: store.silences(connection)[0].spoke_at is not None)
        came_late, came = late()
        assert came_late > 0
        silence = store.silences(connection)[0]
        assert silence.spoke_at is not None
        assert silence.spoke_at >= silence.until
        assert connection.execute(
            "select count(*) from event where source = 'urn:nhs:ods:RVV' and recorded_at > %s "
            "and recorded_at < %s", (asked_at, silence.until),
        ).fetchone() == (0,)  # fmt: skip
        assert came >= came_late


def _silence(since: datetime, now: datetime) -> Any:
    from uuid import uuid4

    from services.domain.training import Silence

    return Silence(id=uuid4(), source="RVV", since=since, until=since + timedelta(hours=3), made_at=now, who="test")
