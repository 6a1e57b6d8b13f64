"""`lightship db upgrade`, on a real PostgreSQL: what the migrations did not mean to change is equal, or it is said."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from services import safekeeping
from services.errors import StoreError
from services.store.database import MIGRATIONS, migrate
from services.store.events import ingest
from tests.integration.installations import (
    BEGIN,
    Made,
    at,
    back_up,
    connected,
    contents,
    facts,
    filled,
    names,
    quiet,
    restore,
    seen,
    upgrade,
)  # fmt: skip
from tests.measure_cases import capacity


def test_an_upgrade_from_the_previous_migration_keeps_the_state_equal(made: Made) -> None:
    settings = made()
    filled(settings)
    before, pictured = contents(settings), seen(settings)
    *_, previous, last = names()
    at(settings, previous)
    result = upgrade(settings)
    assert result.done is not None
    assert result.done.applied == (last,)
    assert {"event", "quarantine", "note", "api_key", "audit"} <= set(result.done.equal)
    assert contents(settings)["event"] == before["event"]
    assert seen(settings) == pictured
    assert result.backup is not None
    assert result.backup.parent == settings.data_dir / "backups"
    assert safekeeping.read(result.backup, quiet).migrations[-1] == previous
    assert upgrade(settings) == safekeeping.Upgrade(None, None), "there is nothing more to do"


@pytest.mark.parametrize("version", ["0002.quarantine", "0010.opel_step"])
def test_an_old_store_is_upgraded_and_restored_to_the_state_of_its_facts(
    made: Made, tmp_path: Path, version: str
) -> None:
    settings, fresh, restored, file = made(), made(), made(), tmp_path / "old.lightship"
    filled(settings)
    at(settings, version)
    facts_then = contents(settings)["event"]
    back_up(settings, file)
    result = upgrade(settings, backing_up=False)
    assert result.done is not None
    assert result.backup is None
    assert contents(settings)["event"] == facts_then
    assert restore(restored, file).migrated == len(names()) - names().index(version) - 1
    assert fresh.database_url is not None
    migrate(fresh.database_url)
    with connected(fresh) as connection:
        ingest(connection, [*facts(), capacity(BEGIN, 20)])
    assert seen(settings) == seen(fresh) == seen(restored)


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        ("update event set person = 'p_x' where subject = 'j_1'", "event has other values in its 91 rows"),
        ("delete from note", "note is missing|note has 0 rows rather than 1"),
        ("update subject set phases = null where key = 's_29'", "the picture as at .* is another"),
        ("alter table quarantine drop reason", "quarantine is missing, or columns of it"),
    ],
)
def test_a_migration_that_does_harm_is_found(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: str, says: str
) -> None:
    settings = made()
    filled(settings)
    with connected(settings) as connection:
        connection.execute("drop trigger note_append_only on note")
    before = contents(settings)
    harmful = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, harmful)
    (harmful / "9999.harm.sql").write_text(harm)
    with monkeypatch.context() as patched:
        for module in ("database", "diagnosis", "restore"):
            patched.setattr(f"services.store.{module}.MIGRATIONS", harmful)
        with pytest.raises(StoreError, match=rf"After 9999.harm the store is not equal .*({says})") as failed:
            upgrade(settings)
        assert "lightship db restore" in str(failed.value)
    (saved,) = (settings.data_dir / "backups").iterdir()
    restore(settings, saved, replace=True)
    assert {name: table for name, table in contents(settings).items() if name not in ("picture", "touched")} == {
        name: table for name, table in before.items() if name not in ("picture", "touched")
    }


def test_state_and_picture_are_compared_where_the_tables_can_be_read(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = made()
    filled(settings)
    harmless = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, harmless)
    (harmless / "9999.harmless.sql").write_text("create table another (a int); alter table event add b int")
    for module in ("database", "diagnosis", "restore"):
        monkeypatch.setattr(f"services.store.{module}.MIGRATIONS", harmless)
    done = upgrade(settings).done
    assert done is not None
    assert (done.applied, done.changed) == (("9999.harmless",), ())
    assert (done.read, done.as_at) == (("state", "picture"), BEGIN + timedelta(hours=34)), "as at the newest receipt"


def test_a_migration_that_fails_says_how_to_go_back(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = made()
    filled(settings)
    before = contents(settings)
    failing = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, failing)
    (failing / "9999.failing.sql").write_text("delete from audit")  # which is append-only
    for module in ("database", "diagnosis", "restore"):
        monkeypatch.setattr(f"services.store.{module}.MIGRATIONS", failing)
    with pytest.raises(StoreError, match=r"A migration failed.*append-only.*To go back.*lightship db restore"):
        upgrade(settings)
    assert contents(settings)["audit"] == before["audit"]


def test_a_store_of_a_newer_version_is_not_upgraded(made: Made) -> None:
    settings = made()
    filled(settings)
    with connected(settings) as connection:
        connection.execute("update _yoyo_migration set migration_id = '9999.tomorrow' where migration_id = %s",
                           (names()[-1],))  # fmt: skip
    with pytest.raises(StoreError, match=r"newer Lightship .*9999.tomorrow"):
        upgrade(settings)
