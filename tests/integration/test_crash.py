"""A sender killed between and inside batches, and a server that goes away: nothing lost, doubled or left half done."""

from __future__ import annotations

import contextlib
import os
import pickle
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection

from services.domain.events import SELECT
from services.domain.facts import Fact
from services.store.database import Database
from services.store.events import ingest
from tests.property.test_fold import as_stored, folded, stored
from tests.worlds import event, union

SENDER = Path(__file__).with_name("sender.py")
BATCH = 12
LOCK = 4_711  # of the scratch trigger that holds a sender inside its transaction
PATIENCE = 20  # seconds until a test that waits gives up


def known_facts() -> list[Fact]:
    """Some 700 facts of 90 journeys with corrections, in a fixed disorder; many journeys span several batches."""
    facts: list[Fact] = []
    ward = {"site": "RVV01", "unit": "RVV01-WARD"}

    def say(type_: str, key: str, minute: int, data: dict[str, Any], id: str = "", **more: Any) -> None:
        facts.append(
            event(type_, key, minute, data, id=id or f"{type_} {minute}", sent=minute, recorded=minute, **more)
        )

    for number in range(45):
        key, start = f"j_ed{number}", number * 7
        say("ed.arrived", key, start, {"site": "RVV01", "department_type": 1}, id="arrival")
        say("ed.triaged", key, start + 10, {"site": "RVV01", "acuity": 3})
        say("ed.seen", key, start + 40, {"site": "RVV01"}, id="seen")
        say("ed.seen", key, start + 45, {"site": "RVV01"}, id="seen again", replaces="seen")
        say("ed.moved", key, start + 50, {"site": "RVV01", "unit": "RVV01-MAJORS"})
        say("ed.departed", key, start + 200, {"site": "RVV01", "reason": "admitted"}, id="departure")
        if number % 3 == 0:
            say("event.cancelled", key, start + 210, {}, cancels="departure")
        stay = f"j_st{number}"
        say("bed.admitted", stay, start + 200, ward | {"bed_kind": "ga_adult", "admission": "emergency"}, follows=key)
        say("discharge.criteria_not_met", stay, start + 900, {"site": "RVV01", "pathway": 1})
        say("bed.transferred", stay, start + 1000, ward | {"bed_kind": "ga_adult", "escalation": True})
        say("bed.left", stay, start + 1500, ward | {"reason": "discharged"})
        if number % 4 == 0:
            say("event.cancelled", stay, start + 1510, {}, cancels=SELECT + "bed.transferred")
        say("bed.status", f"RVV01-WARD/B{number % 5}", start, ward | {"clean": True, "staffed": number % 2 == 0})
        say("unit.capacity", "RVV01-WARD", start, ward | {"core": 20 + number})
    random.Random(7).shuffle(facts)
    return facts


class Sender:
    """The process of sender.py."""

    def __init__(self, url: str, facts_file: Path, batch: int = BATCH) -> None:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        self.process = subprocess.Popen(
            [sys.executable, str(SENDER), url, str(facts_file), str(batch)],
            env=environment, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        word, _, pid = self.line().partition(" ")
        assert word == "ready", "the sender did not start"
        self.backend_pid = int(pid)

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        """SIGKILL: no handler runs, nothing is flushed."""
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def facts_file(tmp_path: Path) -> Path:
    path = tmp_path / "facts.pickle"
    path.write_bytes(pickle.dumps(known_facts()))
    return path


def until(happened: Callable[[], bool], what: str) -> None:
    limit = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < limit, f"waited in vain: {what}"
        time.sleep(0.005)


def backend_gone(connection: Connection[Any], pid: int) -> bool:
    return connection.execute("select from pg_stat_activity where pid = %s", (pid,)).fetchone() is None


def waits_for_the_lock(connection: Connection[Any], pid: int) -> bool:
    query = "select from pg_locks where pid = %s and locktype = 'advisory' and not granted"
    return connection.execute(query, (pid,)).fetchone() is not None


def counted(connection: Connection[Any], table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    assert row is not None
    return int(row[0])


def contents(connection: Connection[Any]) -> dict[str, Any]:
    return {
        table: connection.execute(f"select to_jsonb(t) from {table} as t order by 1").fetchall()
        for table in ("event", "subject", "feed")
    }


@contextlib.contextmanager
def held_after(connection: Connection[Any], table: str, action: str) -> Iterator[None]:
    """Whoever has done `action` on `table` waits there, inside its transaction, until the block ends."""
    connection.execute(
        f"create function scratch_wait() returns trigger language plpgsql as "
        f"$$ begin perform pg_advisory_xact_lock_shared({LOCK}); return null; end $$"
    )
    try:
        connection.execute(f"create trigger scratch after {action} on {table} execute function scratch_wait()")
        connection.execute("select pg_advisory_lock(%s)", (LOCK,))
        try:
            yield
        finally:
            connection.execute("select pg_advisory_unlock(%s)", (LOCK,))
    finally:
        connection.execute("drop function scratch_wait cascade")


def assert_exactly(database: Database, facts: list[Fact]) -> None:
    """The store holds these facts, each once, and the picture that the pure fold gives of them."""
    expected = {(str(UUID(uid)), str(UUID(digest))) for uid, digest in union(facts)}
    with database.connection() as connection:
        events = connection.execute("select uid::text, digest::text from event").fetchall()
        told = connection.execute("select coalesce(sum(facts), 0) from feed").fetchone()
    assert set(events) == expected, "facts were lost or invented"
    assert len(events) == len(expected), "facts were doubled"
    assert told == (len(expected),), "the feed counts other facts than there are"
    assert stored(database) == as_stored(database, folded(facts))


def test_a_sender_killed_at_random_moments_and_started_again_loses_and_doubles_nothing(
    database: Database, connection: Connection[Any], database_url: str, facts_file: Path
) -> None:
    facts, chance, reached = known_facts(), random.Random(20260328), []
    batches = -(-len(facts) // BATCH)
    for _ in range(7):
        sender = Sender(database_url, facts_file)
        for _ in range(chance.randrange(0, batches * 3 // 4)):
            sender.line()
        time.sleep(chance.uniform(0, 0.006))  # a batch takes a few milliseconds: into the next one, or between
        sender.kill()
        until(partial(backend_gone, connection, sender.backend_pid), "the killed sender's backend")
        reached.append(counted(connection, "event"))
        assert counted(connection, "event") == reached[-1]
        assert reached[-1] % BATCH == 0, "a batch is half in"
        if reached[-1]:
            with connection.cursor() as cursor:
                subjects = [row[0] for row in cursor.execute("select distinct subject from event")]
            assert len(subjects) == counted(connection, "subject")
    assert 0 < max(reached) < len(facts), "no kill fell into the middle"
    assert reached == sorted(reached)
    last = Sender(database_url, facts_file)
    accepted = [int(last.line().split()[1]) for _ in range(batches)]
    assert last.process.wait(PATIENCE) == 0
    last.kill()
    assert sum(accepted) == len(facts) - reached[-1]
    assert_exactly(database, facts)


@pytest.mark.parametrize(
    ("table", "action"),
    [("subject", "insert"), ("event", "insert"), ("subject", "update"), ("feed", "insert")],
)
def test_a_sender_killed_inside_a_batch_leaves_nothing_of_it_and_the_batch_comes_again(
    database: Database, connection: Connection[Any], database_url: str, facts_file: Path, table: str, action: str
) -> None:
    facts = known_facts()
    ingest(connection, facts[: 3 * BATCH])
    before = contents(connection)
    facts_file.write_bytes(pickle.dumps(facts[BATCH:]))  # what it sends first is known already in part
    with held_after(connection, table, action):
        sender = Sender(database_url, facts_file, batch=4 * BATCH)
        until(lambda: waits_for_the_lock(connection, sender.backend_pid), f"the sender to {action} into {table}")
        sender.kill()
    until(lambda: backend_gone(connection, sender.backend_pid), "the killed sender's backend")
    assert contents(connection) == before
    ingest(connection, facts)
    assert_exactly(database, facts)


@pytest.mark.parametrize(("table", "action"), [("event", "insert"), ("subject", "update"), ("feed", "insert")])
def test_a_server_that_ends_the_connection_is_an_error_and_leaves_nothing_half_done(
    database: Database, connection: Connection[Any], database_url: str, table: str, action: str
) -> None:
    facts = known_facts()
    ingest(connection, facts[:BATCH])
    before = contents(connection)
    met: list[BaseException] = []
    with psycopg.connect(database_url, autocommit=True) as doomed:
        pid = doomed.info.backend_pid

        def send() -> None:
            try:
                ingest(doomed, facts)
            except BaseException as error:  # looked at below
                met.append(error)

        with held_after(connection, table, action):
            thread = threading.Thread(target=send)
            thread.start()
            until(lambda: waits_for_the_lock(connection, pid), f"the batch to {action} into {table}")
            connection.execute("select pg_terminate_backend(%s)", (pid,))
            thread.join(PATIENCE)
        assert not thread.is_alive()
    assert [type(error).__mro__ for error in met if isinstance(error, psycopg.Error)], f"it should fail, and met {met}"
    until(lambda: backend_gone(connection, pid), "the ended backend")
    assert contents(connection) == before
    ingest(connection, facts)
    assert_exactly(database, facts)
