"""`lightship doctor`: each thing that can be wrong is found, and how to mend it is said."""

from __future__ import annotations

import json
import socket
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection
from typer.testing import CliRunner

from services import doctor
from services.cli import app
from services.doctor import Finding
from services.ingest.identity import KeyRing
from services.settings import Settings
from services.store import lease
from services.store.diagnosis import Diagnosis, Policy
from tests.integration.test_up import Up, free_port


def only(found: Any) -> Finding:
    (finding,) = found
    assert isinstance(finding, Finding)
    assert (finding.mend is None) == (finding.state == "ok"), "what is wrong says how to mend it"
    return finding


def settings(tmp_path: Path, **given: Any) -> Settings:
    return Settings(data_dir=tmp_path / "data", **given)


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("LIGHTSHIP_DATABASE_URL", database_url)
    monkeypatch.setenv("LIGHTSHIP_DATA_DIR", str(tmp_path / "data"))
    KeyRing.load(tmp_path / "data" / "keys", create=True)
    port = str(free_port())
    return lambda *more: CliRunner().invoke(app, ["doctor", "--port", port, *more])


def test_a_good_installation_is_good(run: Any) -> None:
    told = run("--json")
    assert told.exit_code == 0, told.output
    answer = json.loads(told.output)
    assert answer["ok"] is True
    states = {each["check"]: each["state"] for each in answer["checks"]}
    states.pop("boards")
    assert states.pop("picture") == "warning", "no process runs"
    assert states == dict.fromkeys(
        ("python", "libraries", "configuration", "disk", "keys", "database", "migrations", "clock", "port"), "ok"
    )
    assert "postgres" in run().output.lower()


def test_what_fails_gives_exit_code_1_and_how_to_mend_it(run: Any, tmp_path: Path) -> None:
    (tmp_path / "data" / "keys" / "pseudonym.key").chmod(0o644)
    told = run()
    assert told.exit_code == 1
    assert "chmod" in told.output
    assert json.loads(run("--json").output)["ok"] is False


def test_a_database_that_is_not_there_is_said_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql://someone:hunter2@127.0.0.1:{free_port()}/nothing"
    finding = only(doctor.database(settings(tmp_path, database_url=url)))
    assert finding.state == "failing"
    assert "hunter2" not in str(finding)
    assert "LIGHTSHIP_DATABASE_URL" in (finding.mend or "")


def test_the_embedded_database_is_examined_and_left_as_it_was(tmp_path: Path) -> None:
    assert only(doctor.database(settings(tmp_path))).says.startswith("none yet")
    assert not (tmp_path / "data").exists(), "it changes nothing"
    up = Up(tmp_path / "data", "--no-feed")
    try:
        up.ready()
        found = {each.check: each.state for each in doctor.database(settings(tmp_path))}
        assert found == {"database": "ok", "migrations": "ok", "clock": "ok"}
        assert only(doctor.listening(up.port)).says == f"Lightship listens on {up.port}"
        assert up.get("/health/ready") == {"status": "ready", "picture": "kept"}
        assert up.end() == 0
    finally:
        up.kill()
    assert {each.state for each in doctor.database(settings(tmp_path))} == {"ok"}


def test_migrations_that_are_missing_or_of_a_newer_lightship_are_named(
    database_url: str, connection: Connection[Any], tmp_path: Path
) -> None:
    def migrations() -> Finding:
        found = doctor.database(settings(tmp_path, database_url=database_url))
        return next(each for each in found if each.check == "migrations")

    assert migrations().state == "ok"
    with connection.transaction(force_rollback=False):
        connection.execute("update _yoyo_migration set migration_id = '9999.later' where migration_id = '0005.audit'")
    try:
        assert (migrations().state, "9999.later" in migrations().says) == ("failing", True)
    finally:
        connection.execute("update _yoyo_migration set migration_id = '0005.audit' where migration_id = '9999.later'")
    missing = doctor._migrations(Diagnosis(170000, 0.0, ("0005.audit",), (), 1))
    assert (missing.state, "0005.audit" in missing.says, "db migrate" in (missing.mend or "")) == (
        "warning",
        True,
        True,
    )


@pytest.mark.parametrize(("ahead", "state"), [(0.5, "ok"), (-1.9, "ok"), (2.5, "failing"), (-60.0, "failing")])
def test_a_clock_that_is_off_is_found(ahead: float, state: str) -> None:
    finding = doctor._clock(Diagnosis(170000, ahead, (), (), 1))
    assert finding.state == state
    assert (finding.mend is None) == (state == "ok")


def test_who_keeps_the_picture_is_said_and_who_only_holds_it(
    database_url: str, connection: Connection[Any], tmp_path: Path
) -> None:
    def found() -> Finding:
        return only(doctor.keeping(settings(tmp_path, database_url=database_url)))

    connection.execute("update picture set holder = null, expires_at = null, looked_at = null")
    assert (found().state, found().says) == ("warning", "nobody keeps the live picture")
    lease.take(connection, "ward/7")
    assert found().says == "ward/7 holds it, and found how things are not yet"
    lease.take(connection, "ward/7", looked=True)
    assert (found().state, found().says) == ("ok", "kept by ward/7")
    connection.execute("update picture set looked_at = clock_timestamp() - interval '90 s'")
    assert found().says == "ward/7 holds it, and found how things are 90 s ago"
    lease.release(connection, "ward/7")
    assert list(doctor.keeping(settings(tmp_path))) == [], "the embedded one has a process of its own"
    nowhere = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    assert list(doctor.keeping(settings(tmp_path, database_url=nowhere))) == []


@pytest.mark.parametrize(
    ("runs", "state", "says"),
    [
        ([(False, False), (False, False)], "warning", "none of TimescaleDB's 2 has run yet"),
        ([(False, True), (False, False)], "ok", "TimescaleDB's 2, the last run of each without failure"),
        ([(False, True), (True, True)], "warning", "TimescaleDB's last run failed: compression of t1"),
    ],
)
def test_timescaledbs_jobs_that_fail_or_never_run_are_found(
    runs: list[tuple[bool, bool]], state: str, says: str
) -> None:
    policies = [Policy("policy_compression", f"t{n}", *run) for n, run in enumerate(runs)]
    finding = only([doctor._policies(policies)])
    assert (finding.state, finding.says) == (state, says)


def test_an_old_server_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.doctor.diagnosis.look", lambda _: Diagnosis(150004, 0.0, (), (), 1))
    first = next(doctor.database(settings(tmp_path, database_url="postgresql://x")))
    assert (first.state, first.says) == ("failing", "PostgreSQL 15.4")


def test_another_programs_port_is_found() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert only(doctor.listening(port)).state == "failing"
    assert only(doctor.listening(port)).state == "ok"


@pytest.mark.parametrize(("free_gib", "state"), [(50, "ok"), (4, "warning"), (0.5, "failing")])
def test_a_full_disk_is_found_before_it_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_gib: float, state: str
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("services.doctor.shutil.disk_usage", lambda _: usage(0, 0, int(free_gib * doctor.GIB)))
    assert only(doctor.disk(tmp_path / "a" / "b")).state == state


def test_a_folder_that_is_a_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert only(doctor.disk(tmp_path / "file" / "data")).state == "failing"


@pytest.mark.parametrize(("changed", "mode"), [("pseudonym.key", 0o640), ("", 0o755)])
def test_keys_that_others_may_read_are_found(tmp_path: Path, changed: str, mode: int) -> None:
    given = settings(tmp_path)
    assert only(doctor.keys(given)).says.startswith("none yet")
    KeyRing.load(given.keys, create=True)
    given.keys.chmod(0o700)
    assert only(doctor.keys(given)).state == "ok"
    (given.keys / changed).chmod(mode)
    assert only(doctor.keys(given)).state == "failing"


def test_keys_that_are_lost_are_found(tmp_path: Path) -> None:
    given = settings(tmp_path, database_url="postgresql://x")
    assert only(doctor.keys(given)).state == "failing", "a production database without its keys"
    KeyRing.load(given.keys, create=True)
    given.keys.chmod(0o700)
    (given.keys / "pseudonym.key").write_bytes(b"short")
    (given.keys / "pseudonym.key").chmod(0o600)
    assert only(doctor.keys(given)).state == "failing"


def test_a_mistake_in_the_configuration_is_found(tmp_path: Path) -> None:
    finding = only(doctor.configuration(settings(tmp_path, system="kent_and_medwey")))
    assert (finding.state, "kent_and_medway" in finding.says) == ("failing", True)


def test_a_library_that_is_missing_or_old_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert only(doctor.libraries()).state == "ok"
    monkeypatch.setattr(doctor, "_needed", lambda: {"fastapi": "999.0", "no-such-library": "1"})
    says = only(doctor.libraries()).says
    assert "fastapi is" in says
    assert "no-such-library is missing" in says
    assert doctor._numbers("0.9.1") < doctor._numbers("0.10")


def test_boards_that_are_not_built_are_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "frontend", lambda: None)
    assert only(doctor.boards()).state == "warning"
