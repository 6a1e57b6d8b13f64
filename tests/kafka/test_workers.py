"""Workers as processes on a real Kafka and a real PostgreSQL: sharing, dying, waiting, ending."""

from __future__ import annotations

import contextlib
import gzip
import signal
import time as wall_time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from kafka import KafkaAdminClient

from benchmarks.kafka.broker import free_port
from services.configuration import load_system
from services.domain.catalogue import GAUGES
from services.ingest.door import Door
from services.ingest.files import HISTORY_DAYS
from services.ingest.kafka.publisher import Publisher
from tests.kafka.histories import history, undisturbed
from tests.kafka.production import Production, state_of, until


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six hours of a small Kent with every misbehaviour, as a file of events."""
    return history(tmp_path_factory.mktemp("told"), days=0.25, scale=0.3)


def test_two_workers_share_and_when_one_is_killed_the_other_goes_on(line: Production, told: Path) -> None:
    first, _ = line.worker(), line.worker()
    until(lambda: line.count("kafka_offset") > 20, "both workers to have partitions")
    importing = line.command("import", "--history", str(told))
    until(lambda: line.count() > 500, "the first events")
    first.kill()
    assert importing.wait(300) == 0, line.said()
    line.drained()
    with line.connection() as connection:
        assert state_of(connection) == undisturbed(told, line)


def test_a_worker_waits_while_the_database_is_away_and_loses_nothing(line: Production, told: Path) -> None:
    assert line.run("import", "--history", str(told)) == 0, line.said()
    worker = line.worker()
    until(lambda: line.count() > 500, "the first events")
    line.server.cut_off()
    said_again(line, told)  # so that there is something to take in, however quick it was
    until(lambda: "ingest.waiting" in line.said(), "the worker to say that it waits")
    assert worker.poll() is None
    line.server.back()
    line.drained()
    with line.connection() as connection:
        assert state_of(connection) == undisturbed(told, line)


def test_a_worker_waits_while_the_brokers_are_away_and_loses_nothing(line: Production, told: Path) -> None:
    assert line.run("import", "--history", str(told)) == 0, line.said()
    worker = line.worker()
    until(lambda: line.count() > 200, "the first events")
    line.kafka.stop(signal.SIGKILL)
    wall_time.sleep(15)  # longer than a session of the group
    assert worker.poll() is None, line.said()
    line.kafka.start()
    said_again(line, told)
    line.drained()
    assert worker.poll() is None, line.said()
    with line.connection() as connection:
        assert state_of(connection) == undisturbed(told, line)


def said_again(line: Production, told: Path) -> None:
    """A few facts of the history, straight to Kafka."""
    door = Door(load_system("kent_and_medway"), line.keys, GAUGES, trusted=True, max_age_days=HISTORY_DAYS)
    now = datetime.now(UTC)
    plain = (door.plain(raw, now, now) for raw in gzip.decompress(told.read_bytes()).splitlines()[:500])
    facts = [fact for fact in plain if fact is not None]
    with contextlib.closing(Publisher(line.kafka.brokers)) as publisher:
        publisher.facts(facts, [True] * len(facts))


@pytest.mark.parametrize("away", ["nothing", "database", "brokers"])
def test_sigterm_ends_a_worker_within_ten_seconds(line: Production, told: Path, away: str) -> None:
    assert line.run("import", "--history", str(told)) == 0, line.said()
    worker = line.worker()
    until(lambda: line.count() > 200, "the first events")
    if away == "database":
        line.server.cut_off()
    elif away == "brokers":
        line.kafka.stop(signal.SIGKILL)
        wall_time.sleep(3)
    began = wall_time.monotonic()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0, line.said()
    assert wall_time.monotonic() - began < 10
    if away == "database":
        line.server.back()


def halves(file: Path, folder: Path) -> tuple[Path, Path]:
    lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    first, second = folder / "first.ndjson", folder / "second.ndjson"
    first.write_bytes(b"".join(lines[: len(lines) // 2]))
    second.write_bytes(b"".join(lines[len(lines) // 2 :]))
    return first, second


def test_a_database_restored_from_a_backup_is_given_again_what_came_since(line: Production, told: Path) -> None:
    backup = str(line.folder / "store.backup")
    worker = line.worker()
    before, since = halves(told, line.folder)
    assert line.run("import", "--history", str(before)) == 0, line.said()
    line.drained()
    assert line.run("db", "backup", backup) == 0, line.said()
    assert line.run("import", "--history", str(since)) == 0, line.said()
    line.drained()
    with line.connection() as connection:
        whole = state_of(connection)
    worker.terminate()
    assert worker.wait(30) == 0
    assert line.run("db", "restore", backup, "--replace", "--yes") == 0, line.said()
    assert line.count() < whole["facts"][0]
    line.worker()
    line.drained()
    with line.connection() as connection:
        assert state_of(connection) == whole
    assert "behind Kafka's record: they are read again" in line.said()


def test_a_database_set_back_under_a_running_worker_is_given_again_what_it_lacks(line: Production, told: Path) -> None:
    assert line.run("import", "--history", str(told)) == 0, line.said()
    worker = line.worker()
    line.drained()
    with line.connection() as connection:
        whole = state_of(connection)
        # As a backup from before these messages: half of the facts and how far each partition was then.
        connection.execute("truncate event, subject, feed, touched")
        connection.execute("update kafka_offset set next_offset = 0")
    assert line.run("import", "--history", str(told)) == 0, line.said()  # what the running worker reads next shows it
    line.drained()
    with line.connection() as connection:
        assert state_of(connection) == whole
        rewound = connection.execute("select sum(rewound) from kafka_offset").fetchone()
    assert worker.poll() is None
    assert rewound is not None
    assert rewound[0] > 0
    assert "behind Kafka's record: they are read again" in line.said()


def test_what_is_not_there_yet_is_waited_for_and_said_and_what_is_no_address_is_refused(line: Production) -> None:
    admin = KafkaAdminClient(bootstrap_servers=line.kafka.address)
    admin.delete_topics(["flow.ed"])
    admin.close()
    worker = line.worker()
    until(lambda: "Kafka has no flow.ed: run `lightship topics create`" in line.said(), "it to be said")
    assert line.run("topics", "create") == 0
    until(lambda: "Taking events in from Kafka" in line.said(), "the worker to begin")
    assert worker.poll() is None
    away = line.command("ingest", LIGHTSHIP_KAFKA=f"127.0.0.1:{free_port()}")
    until(lambda: "No Kafka broker answers" in line.said(), "it to be said")
    away.kill()
    assert line.run("ingest", LIGHTSHIP_KAFKA="no address") == 1
    assert "LIGHTSHIP_KAFKA is a list of host:port" in line.said()
