"""Histories in the store: written, imported, killed in the middle and gone on with - always the same store."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest
from psycopg import Connection

from services.store.database import Database
from tests.conftest import empty
from tests.property.test_fold import stored

PATIENCE = 60  # seconds until a test that waits gives up
SPAN = ("--days", "0.3", "--start", "2026-01-12T06:00", "--scale", "0.5", "--seed", "7")
INCIDENTS = """
incidents:
  - {kind: surge, at: "2026-01-12 08:00", hours: 3, organisation: RVV01, size: 2}
  - {kind: major_incident, at: day 1 09:00, hours: 3, organisation: RN707, size: 20}
"""
MISBEHAVIOUR = """
late: [{share: 0.05}]
duplicate: [{share: 0.05}]
corrected: [{share: 0.05}]
dummy_values: [{share: 0.5}]
"""


class Store(NamedTuple):
    """All that a history leaves behind, without what is drawn anew each time."""

    subjects: dict[str, dict[str, Any]]
    events: list[Any]
    feeds: list[Any]
    quarantined: list[Any]

    @classmethod
    def of(cls, database: Database) -> Store:
        with database.connection() as connection:
            events = connection.execute(
                "select md5(e::text) from (select * from event order by uid, digest, recorded_at) as e"
            ).fetchall()
            feeds = connection.execute("select * from feed order by source").fetchall()
            quarantined = connection.execute(
                "select source, type, reason, field, times, count(*) from quarantine group by 1, 2, 3, 4, 5 "
                "order by 1, 2, 3, 4, 5"
            ).fetchall()
        return cls(stored(database), events, feeds, quarantined)


class Lightship:
    """The command in processes of its own, which can be killed."""

    def __init__(self, url: str, folder: Path) -> None:
        self._environment = os.environ | {
            "LIGHTSHIP_DATABASE_URL": url, "LIGHTSHIP_DATA_DIR": str(folder / "data"),
            "LIGHTSHIP_KEYS_DIR": str(folder / "keys"), "PYTHONPATH": os.pathsep.join(sys.path),
        }  # fmt: skip

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "services.cli", *map(str, arguments)], env=self._environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *arguments: object, code: int = 0) -> str:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        assert process.returncode == code, err
        return out if code == 0 else err

    def killed(self, when: Callable[[], bool], *arguments: object) -> None:
        """Started, and killed with no time to tidy up as soon as something is so."""
        process = self.start(*arguments)
        limit = time.monotonic() + PATIENCE
        while not when():
            assert process.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < limit, "waited in vain"
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate()


def value(database: Database, query: str) -> Any:
    with database.connection() as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def clear(connection: Connection[Any]) -> None:
    empty(connection)
    connection.execute("truncate quarantine")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("histories")
    (made / "incidents.yaml").write_text(INCIDENTS)
    (made / "misbehaviour.yaml").write_text(MISBEHAVIOUR)
    return made


@pytest.fixture(scope="module")
def lightship(database_url: str, folder: Path) -> Lightship:
    return Lightship(database_url, folder)


@pytest.fixture(scope="module")
def history(folder: Path) -> tuple[object, ...]:
    return (
        "feed", "history", *SPAN, "--incidents", folder / "incidents.yaml",
        "--misbehave", folder / "misbehaviour.yaml", "--quiet",
    )  # fmt: skip


@pytest.fixture(scope="module")
def written(database: Database, lightship: Lightship, history: tuple[object, ...]) -> Store:
    """The store of one run that nothing disturbed."""
    with database.connection() as connection:
        clear(connection)
    lightship.run(*history)
    found = Store.of(database)
    assert value(database, "select share from synthetic") == 1
    assert len(found.events) > 5000
    assert found.quarantined, "nothing misbehaved"
    return found


@pytest.fixture
def cleared(written: Store, connection: Connection[Any]) -> Iterator[Store]:
    clear(connection)
    yield written
    clear(connection)


def killed_while_it_writes(lightship: Lightship, database: Database, history: tuple[object, ...]) -> None:
    lightship.killed(lambda: (value(database, "select batches from synthetic") or 0) >= 2, *history)
    at_work = """
        select count(*) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'
    """
    limit = time.monotonic() + PATIENCE
    while value(database, at_work):  # the database ends what it was told before it knows that nobody listens
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.01)


def test_a_history_killed_in_the_middle_goes_on_and_ends_as_one_run_would_have(
    cleared: Store, lightship: Lightship, history: tuple[object, ...], database: Database
) -> None:
    killed_while_it_writes(lightship, database, history)
    assert 0.2 < value(database, "select share from synthetic") < 1
    lightship.run(*history)
    assert value(database, "select share from synthetic") == 1
    assert Store.of(database) == cleared


def test_what_is_in_is_not_written_again(
    cleared: Store, lightship: Lightship, history: tuple[object, ...], database: Database
) -> None:
    killed_while_it_writes(lightship, database, history)
    before = Store.of(database).events
    assert 0 < len(before) < len(cleared.events)
    with database.connection() as connection:
        connection.execute("truncate event, subject, feed")
    lightship.run(*history)
    again = Store.of(database).events
    # Who says a thing twice, in two batches, is heard the second time.
    assert 0 <= len(again) + len(before) - len(cleared.events) < 0.02 * len(before)


def test_going_on_with_other_options_is_refused_and_with_a_whole_one_changes_nothing(
    cleared: Store, lightship: Lightship, history: tuple[object, ...], database: Database
) -> None:
    lightship.killed(lambda: (value(database, "select batches from synthetic") or 0) >= 1, *history)
    said = lightship.run("feed", "history", "--days", "1", "--start", "2026-02-01", "--quiet", code=1)
    assert "another synthetic history already (seed 7" in said
    with database.connection() as connection:
        connection.execute("update synthetic set digest = 'other'")
    assert "does not make again" in lightship.run(*history, code=1)


def test_a_file_of_the_same_history_gives_the_same_store_also_when_its_import_is_killed(
    cleared: Store, lightship: Lightship, history: tuple[object, ...], database: Database, folder: Path
) -> None:
    file, truth = folder / "history.ndjson", folder / "truth.ndjson"
    lightship.run(*history, "--output", file, "--truth", truth)
    kinds = {orjson.loads(line)["kind"] for line in truth.read_bytes().splitlines()}
    assert {"incident", "incident_over", "count", "late", "corrected"} <= kinds
    lightship.killed(
        lambda: (value(database, "select max(items) from import") or 0) > 3000, "import", "--history", file
    )
    before = value(database, "select max(items) from import")
    assert value(database, "select array_agg(synthetic) from origin") == [True]
    told = orjson.loads(lightship.run("import", "--json", "--history", file))
    assert told["resumed"] >= before > 3000
    assert told["resumed"] + told["accepted"] + told["duplicate"] + told["quarantined"] == len(
        file.read_bytes().splitlines()
    )
    assert value(database, "select count(*) from import") == 0
    found = Store.of(database)
    assert found.subjects == cleared.subjects
    assert found.events == cleared.events
    assert found.feeds == cleared.feeds
    assert found.quarantined == cleared.quarantined
