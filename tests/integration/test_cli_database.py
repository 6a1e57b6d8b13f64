"""`lightship db` on an embedded store, as a person types it."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from psycopg import connect

from services import cli, safekeeping
from services.errors import LightshipError
from services.settings import Settings
from services.store.embedded import embedded
from services.store.events import ingest
from tests.integration.installations import contents, facts, filled, quiet
from tests.measure_cases import HOUR, attended

Type = Callable[..., tuple[int, str, str]]


@pytest.fixture
def lightship(own_logs: None, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Type:
    """Types a command, with `answer` to what it asks; gives its exit code and what it said."""
    for name in ("DATABASE_URL", "DATA_DIR", "KEYS_DIR"):
        monkeypatch.delenv(f"LIGHTSHIP_{name}", raising=False)

    def run(*arguments: object, answer: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["lightship", "db", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capfd.readouterr()
        code = ended.value.code
        return code if isinstance(code, int) else 0, said.out, said.err

    return run


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The data folder of an embedded store with all sorts of things in it."""
    folder = tmp_path / "first"
    with embedded(folder / "postgres") as url:
        filled(Settings(database_url=url, data_dir=folder))
    return folder


def test_a_store_is_backed_up_and_restored_into_another_folder(lightship: Type, store: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "monday.lightship", tmp_path / "second"
    code, out, _ = lightship("backup", file, "--data-dir", store)
    assert code == 0
    assert "91 events" in out
    assert f"The key files are not in it. Keep {store}/keys" in out
    code, _, err = lightship("backup", file, "--data-dir", store)
    assert code == 1
    assert "--overwrite" in err
    code, out, _ = lightship("restore", file, "--data-dir", other)
    assert code == 0
    assert "Restored 91 events" in out
    assert "tables are equal to what was backed up" in out
    assert f"There are no key files in {other}/keys" in out

    with embedded(other / "postgres") as url, connect(url, autocommit=True) as connection:
        ingest(connection, list(attended("j_later", facts()[-1].time, HOUR)))
    assert lightship("restore", file, "--data-dir", other)[0] == 1
    shutil.copytree(store / "keys", other / "keys")
    code, _, err = lightship("restore", file, "--data-dir", other, "--replace", answer="n\n")
    assert code == 1
    assert f"Drop everything in {other}" in err
    code, out, _ = lightship("restore", file, "--data-dir", other, "--replace", "--yes", "--json")
    assert code == 0
    told: dict[str, Any] = json.loads(out)
    assert (told["events"], told["equal"], told["migrated"], told["keys"]) == (91, True, 0, [])
    assert told["tables"].items() >= rows_of(other).items()


def rows_of(folder: Path) -> dict[str, Any]:
    """What is in the facts of an embedded store, as the commands tell it."""
    with embedded(folder / "postgres") as url:
        event = contents(Settings(database_url=url))["event"]
    return {"event": {"rows": event.rows, "digest": event.digest}}


def test_an_upgrade_says_what_it_did(lightship: Type, store: Path) -> None:
    assert lightship("upgrade", "--data-dir", store)[1].strip() == "The database is up to date."
    with embedded(store / "postgres") as url, connect(url, autocommit=True) as connection:
        connection.execute(
            "drop index event_takes_back, subject_span; create index subject_ended_at on subject (ended_at)"
        )
        connection.execute("delete from _yoyo_migration where migration_id = '0018.subject_span'")
    code, out, _ = lightship("upgrade", "--data-dir", store)
    assert code == 0
    assert "Applied: 0018.subject_span" in out
    assert "The state as at" in out
    assert out.count("is equal before and after") == 2
    (saved,) = (store / "backups").iterdir()
    assert f"To go back: `lightship db restore {saved} --replace`" in out


def test_a_store_that_is_not_there_is_said_to_be_none(lightship: Type, tmp_path: Path) -> None:
    code, _, err = lightship("backup", tmp_path / "a.lightship", "--data-dir", tmp_path / "nowhere")
    assert code == 1
    assert "There is no store under" in err
    assert not (tmp_path / "nowhere").exists()


def test_the_copy_of_a_saved_moment_is_not_restored_over(store: Path, tmp_path: Path) -> None:
    (store / "jumped").mkdir()
    (store / "jumped" / "opened.json").write_text('{"name": "before the surge"}')
    with pytest.raises(
        LightshipError, match=r"copy of the saved moment 'before the surge': `lightship feed jump --back`"
    ):
        safekeeping.upgrade(Settings(database_url=None, data_dir=store), quiet, quiet)
