"""Backups and restores, on a real PostgreSQL: what comes back equals what was there, or nothing comes back."""

from __future__ import annotations

import json
import shutil
import threading
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from services import safekeeping
from services.domain.clock import Clock
from services.errors import LightshipError, StoreError
from services.holding import only_one
from services.ingest.identity import KeyRing
from services.store import audit, equality, lease, programs, quarantine, synthetic
from services.store.backup import NotABackup
from services.store.events import ingest
from services.store.feeds import read_clock, set_clock
from services.store.restore import nobody_else
from tests.conftest import empty
from tests.integration.installations import (
    BEGIN,
    SECRET,
    UNTIL,
    Made,
    back_up,
    connected,
    contents,
    facts,
    filled,
    quiet,
    restore,
    rewritten,
    seen,
    tables_of,
    told,
)  # fmt: skip


def test_a_restored_store_equals_the_one_that_was_backed_up(made: Made, tmp_path: Path) -> None:
    source, target, file = made(), made(), tmp_path / "a.lightship"
    ring = filled(source)
    before = contents(source)
    assert {name for name in ("event", "subject", "reading_hour", "quarantine", "note", "api_key", "opel_step", "audit")
            if before[name].rows} == {"event", "subject", "reading_hour", "quarantine", "note", "api_key", "opel_step",
                                      "audit"}, "each sort of thing is in the store"  # fmt: skip
    manifest = back_up(source, file)
    assert manifest.tables == before
    assert file.stat().st_mode & 0o777 == 0o600
    assert SECRET not in file.read_bytes()
    shutil.copytree(source.keys, target.keys)
    assert restore(target, file).keys == ()
    after = contents(target)
    there = equality.differences(
        {name: table for name, table in before.items() if name not in ("picture", "touched")},
        {name: table for name, table in after.items() if name not in ("picture", "touched")},
    )
    assert there == []
    assert seen(target) == seen(source)
    with connected(target) as connection:
        (held,) = connection.execute("select id from quarantine").fetchall()
        assert quarantine.open_bytes(connection, ring, held[0]) == SECRET
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            connection.execute("delete from audit")
        audit.write(connection, audit.By("Ann", "operator"), "note.made", system_at=UNTIL)  # its numbers go on
        ingest(connection, facts(100, 2))


def test_what_held_for_the_server_of_then_does_not_hold_for_the_restored_one(made: Made, tmp_path: Path) -> None:
    source, target, file = made(), made(), tmp_path / "a.lightship"
    filled(source)
    with connected(source) as connection:
        synthetic.begin(connection, synthetic.Run(1, 1.0, BEGIN, BEGIN, BEGIN))
        set_clock(connection, Clock(UNTIL, datetime.now(UTC) - timedelta(hours=1), 1.0))
        lease.take(connection, "the server of then")
        (revision,) = connection.execute("select revision from picture").fetchone() or (0,)
    manifest = back_up(source, file)
    assert timedelta(hours=1) <= manifest.system_at - UNTIL < timedelta(hours=2)
    restore(target, file)
    with connected(target) as connection:
        assert lease.take(connection, "the server of now") is not None, "nobody from then holds the lease"
        assert connection.execute("select count(*) from touched").fetchone() == (0,), "numbers of another server"
        assert (connection.execute("select revision from picture").fetchone() or (0,))[0] > revision
        clock = read_clock(connection)
        assert (clock.rate, clock.origin) == (0, manifest.system_at), "it stands until it is resumed"


def test_a_backup_of_a_store_in_use_is_of_one_moment(made: Made, tmp_path: Path) -> None:
    source, target, file = made(), made(), tmp_path / "a.lightship"
    filled(source)
    ending, batches = threading.Event(), 0

    def write() -> None:
        nonlocal batches
        with connected(source) as connection:
            while not ending.is_set():
                ingest(connection, facts(1000 + 2 * batches, 2))
                batches += 1

    writer = threading.Thread(target=write)
    writer.start()
    begun: dict[str, int] = {}

    def progress(what: str, _: float | None, __: int) -> None:
        if what not in begun:
            begun[what] = batches
            while batches < begun[what] + 5 and writer.is_alive():
                pass

    try:
        manifest = safekeeping.back_up(source, file, progress)
    finally:
        ending.set()
        writer.join()
    assert begun["Checking what is in it"] > begun["Copying the store"], "it was written to between dump and digests"
    assert manifest.facts < contents(source)["event"].rows
    restore(target, file)
    after = contents(target)
    assert (after["event"], after["subject"]) == (manifest.tables["event"], manifest.tables["subject"])
    with connected(target) as connection:
        orphans = connection.execute(
            "select count(*) from event where not exists (select from subject where key = event.subject)"
        ).fetchone()
        assert orphans == (0,)


def test_a_store_that_comes_back_otherwise_is_not_kept(made: Made, tmp_path: Path) -> None:
    source, target, file = made(), made(), tmp_path / "a.lightship"
    filled(source)
    back_up(source, file)
    tables = told(file)["tables"]
    tables["event"]["digest"] = "0" * 16
    tables["note"]["rows"] = 2
    del tables["audit"]
    with pytest.raises(StoreError, match=r"audit is new; event has other values in its 91 rows; note has 1 rows"):
        restore(target, rewritten(file, tables=tables))
    assert tables_of(target) == 0, "the empty database is empty again"
    before = contents(source)
    with pytest.raises(StoreError, match="The database is as it was"):
        restore(source, rewritten(file, tables=tables), replace=True)
    assert contents(source) == before


def test_a_damaged_or_cut_file_is_refused_before_anything_is_touched(made: Made, tmp_path: Path) -> None:
    source, file = made(), tmp_path / "a.lightship"
    filled(source)
    back_up(source, file)
    whole = file.read_bytes()
    damaged = tmp_path / "damaged.lightship"
    inside = [whole.index(b"PGDMP"), len(whole) // 4, len(whole) // 2, whole.index(b'"migrations"') + 3]
    for place in inside:
        damaged.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(NotABackup, match="damaged"):
            safekeeping.read(damaged, quiet)
    for length in (0, 10, len(whole) // 2, len(whole) - 1):
        damaged.write_bytes(whole[:length])
        with pytest.raises(NotABackup, match="damaged or cut short"):
            safekeeping.read(damaged, quiet)


def test_what_is_no_backup_is_said_to_be_none(tmp_path: Path) -> None:
    text, archive = tmp_path / "text", tmp_path / "archive.zip"
    text.write_text("Dear diary")
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("notes.txt", "Dear diary")
    for path in (text, archive):
        with pytest.raises(NotABackup, match="no backup made by `lightship db backup`"):
            safekeeping.read(path, quiet)
    with pytest.raises(NotABackup, match="There is no file"):
        safekeeping.read(tmp_path / "nothing", quiet)
    with pytest.raises(NotABackup, match="is a folder"):
        safekeeping.read(tmp_path, quiet)


def test_a_backup_of_what_this_version_cannot_read_is_refused(made: Made, tmp_path: Path) -> None:
    source, file = made(), tmp_path / "a.lightship"
    filled(source)
    back_up(source, file)
    newer = [*told(file)["migrations"], "9999.tomorrow"]
    with pytest.raises(StoreError, match=r"newer than this one \(it knows 9999.tomorrow\): restore it with"):
        safekeeping.read(rewritten(file, migrations=newer), quiet)
    with pytest.raises(NotABackup, match="of a format"):
        safekeeping.read(rewritten(file, format=2), quiet)
    with pytest.raises(StoreError, match="restore it into 99 or later"):
        restore(made(), rewritten(file, postgresql=990001))
    with pytest.raises(StoreError, match="postgresql-client-99"):
        programs.programs(99)


def test_other_keys_than_those_of_the_backup_are_said(made: Made, tmp_path: Path) -> None:
    source, target, file = made(), made(), tmp_path / "a.lightship"
    filled(source)
    manifest = back_up(source, file)
    assert list(safekeeping.told_of_keys(manifest, source.keys)) == []
    assert "There are no key files" in " ".join(restore(target, file).keys)
    KeyRing.load(target.keys, create=True)
    people, sealed = safekeeping.told_of_keys(manifest, target.keys)
    assert "is not the key of this backup: people and journeys would be new ones" in people
    assert "seal-0001.key" in sealed
    shutil.copy(source.keys / "pseudonym.key", target.keys)
    assert list(safekeeping.told_of_keys(manifest, target.keys)) == [sealed]
    for key in source.keys.glob("*.key"):
        assert key.read_bytes() not in file.read_bytes()
        assert key.read_bytes().hex() not in json.dumps(told(file))


def test_keys_that_cannot_be_read_are_no_reason_not_to_back_up(made: Made, tmp_path: Path) -> None:
    source = made()
    filled(source)
    (source.keys / "pseudonym.key").chmod(0o644)
    assert back_up(source, tmp_path / "a.lightship").keys is None
    assert "can be read by everybody" in str(safekeeping.keys_missing(source.keys))


def test_the_password_is_not_where_others_on_the_machine_can_read_it() -> None:
    database, environment = programs.access("postgresql://ship:kept%20back@db.example:5433/kent?sslmode=require")
    assert "kept" not in database
    assert "db.example" in database
    assert "sslmode=require" in database
    assert environment["PGPASSWORD"] == "kept back"


def test_a_store_is_not_dropped_unasked(made: Made, tmp_path: Path) -> None:
    source, target, file = made(), made(), tmp_path / "a.lightship"
    filled(source)
    back_up(source, file)
    filled(target)
    with connected(target) as connection:
        empty(connection)
        ingest(connection, facts(500, 1))
    before = contents(target)
    with pytest.raises(StoreError, match=r"not empty .* --replace"):
        restore(target, file)
    assert contents(target) == before
    restore(target, file, replace=True)
    assert contents(target)["event"] == contents(source)["event"]
    assert contents(target).keys() == contents(source).keys()


def test_a_store_in_use_is_not_restored_into(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.store.restore.LEAVING_SECONDS", 0.5)  # nobody leaves here
    source, target, file = made(), made(), tmp_path / "a.lightship"
    filled(source)
    back_up(source, file)
    with (
        only_one(target.data_dir, "http://127.0.0.1:8080"),
        pytest.raises(LightshipError, match=r"runs on .* already, at http://127.0.0.1:8080"),
    ):
        restore(target, file)
    with connected(target) as connection:
        connection.execute("set application_name = 'worker'")
        with pytest.raises(StoreError, match=r"1 other connections use this database \(worker"):
            restore(target, file)
    assert target.database_url is not None
    with connected(target) as connection:
        connection.execute("set application_name = 'TimescaleDB Background Worker Scheduler'")
        nobody_else(target.database_url, "restoring")  # the extension's own, in every database that has it
    owner = f"owner_{target.database_url.partition('?')[0][-8:]}"
    with connected(source) as connection:
        connection.execute(f"create role {owner} login")
    theirs = target.database_url.replace("postgres:@", f"{owner}:secret@")
    with connected(target), pytest.raises(StoreError, match=r"1 other connections use this database \(postgres\)"):
        nobody_else(theirs, "restoring")  # a role that may not see what the sessions of others are
    with connected(source) as connection:
        lease.take(connection, "the server of then")
    with pytest.raises(StoreError, match="the server of then writes the picture"):
        restore(source, file, replace=True)
    with connected(source) as connection:
        lease.clear(connection)
    restore(source, file, replace=True)


def test_an_interrupt_leaves_nothing_half_done(made: Made, tmp_path: Path) -> None:
    source, target, file = made(), made(), tmp_path / "a.lightship"
    filled(source)

    def interrupted(at: str) -> Callable[[str, float | None, int], None]:
        def progress(what: str, *_: object) -> None:
            if what == at:
                raise KeyboardInterrupt

        return progress

    for step in ("Copying the store", "Checking what is in it"):
        with pytest.raises(KeyboardInterrupt):
            safekeeping.back_up(source, file, interrupted(step))
        assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []
    manifest = back_up(source, file)
    with pytest.raises(KeyboardInterrupt):
        safekeeping.put_back(target, file, manifest, interrupted("Comparing"))
    assert tables_of(target) == 0
    assert manifest.tables.keys() == contents(source).keys()


def test_a_backup_is_not_written_over_unasked(made: Made, tmp_path: Path) -> None:
    source, file = made(), tmp_path / "a.lightship"
    filled(source)
    file.write_text("another")
    with pytest.raises(StoreError, match="--overwrite"):
        back_up(source, file)
    assert file.read_text() == "another"
    back_up(source, file, overwrite=True)
    assert safekeeping.read(file, quiet).facts == 91
    with pytest.raises(StoreError, match="cannot be written"):
        back_up(source, tmp_path / "nowhere" / "a.lightship")
    with pytest.raises(StoreError, match="nothing to back up"):
        back_up(made(), tmp_path / "b.lightship")
    assert not (tmp_path / "b.lightship").exists()


def test_a_digest_hangs_on_the_rows_alone(made: Made) -> None:
    settings = made()
    with connected(settings) as connection:
        connection.execute("create table told (b float8, a timestamptz, c bytea)")
        rows = [(0.1 + 0.2, UNTIL, b"\x00\xff"), (1e300, None, None), (1e300, None, None)]
        for row in rows:
            connection.execute("insert into told (b, a, c) values (%s, %s, %s)", row)
        first = equality.digests(connection)["told"]
        assert (first.columns, first.rows) == (("a", "b", "c"), 3)
        connection.execute("drop table told")
        connection.execute("create table told (gone int, c bytea, a timestamptz, b float8)")
        connection.execute("alter table told drop gone")
        for setting in ("timezone = 'Asia/Tokyo'", "datestyle = 'German'", "extra_float_digits = 0"):
            connection.execute(f"set {setting}")
        connection.execute("set bytea_output = 'escape'")
        for row in reversed(rows):
            connection.execute("insert into told (b, a, c) values (%s, %s, %s)", row)
        assert equality.digests(connection)["told"] == first
        connection.execute("update told set b = 0.3 where b < 1")  # one bit less than 0.1 + 0.2
        assert equality.digests(connection)["told"] != first
        connection.execute("delete from told where b < 1")
        assert equality.digests(connection)["told"].digest != f"{0:016x}", "a row that is there twice counts twice"


def test_how_far_kafka_was_read_comes_back_with_the_store(made: Made, tmp_path: Path) -> None:
    source, target, file = made(), made(), tmp_path / "a.lightship"
    filled(source)
    with connected(source) as connection:
        connection.execute("create table if not exists kafka_offset (topic text, partition int, next_offset bigint)")
        connection.execute("insert into kafka_offset (topic, partition, next_offset) values ('flow.ed', 3, 4711)")
    (told_of,) = back_up(source, file).kafka_offsets
    assert (told_of["topic"], told_of["partition"], told_of["next_offset"]) == ("flow.ed", 3, 4711)
    restore(target, file)
    with connected(target) as connection:
        rows = connection.execute("select topic, partition, next_offset from kafka_offset").fetchall()
    assert rows == [("flow.ed", 3, 4711)]


def test_a_backup_with_timescaledb_needs_a_server_that_has_it(made: Made, tmp_path: Path) -> None:
    source, file = made(), tmp_path / "a.lightship"
    filled(source)
    back_up(source, file)
    told_so = rewritten(file, timescaledb="2.23.0")
    target = made()
    with pytest.raises(StoreError, match=r"needs TimescaleDB 2.23.0, and here it cannot be made \(extension"):
        restore(target, told_so)
    assert tables_of(target) == 0
    before = contents(source)
    with pytest.raises(StoreError, match=r"needs TimescaleDB 2.23.0"):
        restore(source, told_so, replace=True)
    assert contents(source) == before
