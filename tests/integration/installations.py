"""Installations to back up, restore and upgrade: each a database, keys and everything that a store may hold."""

from __future__ import annotations

import contextlib
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import Connection, sql
from yoyo import read_migrations

from services import safekeeping
from services.configuration import load_system
from services.domain.declaration import Step
from services.domain.notes import Note
from services.ingest.identity import KeyRing
from services.live.readings import fill
from services.settings import Settings
from services.store import audit, declarations, equality, forecasts, keys, notes, quarantine
from services.store.database import MIGRATIONS, migrate, names_in, one_connection
from services.store.events import ingest
from services.store.picture import read_atoms
from services.store.quarantine import Refused
from services.store.state import read as read_state
from tests import forecast_cases
from tests.measure_cases import HOUR, admitted, attended, capacity
from tests.worlds import small_system

SYSTEM = load_system("kent_and_medway")
BEGIN = datetime(2026, 4, 1, tzinfo=UTC)
UNTIL = BEGIN + timedelta(days=2)
SECRET = b'{"id": "SMITH 9434765919"}'


def quiet(*_: object) -> None:
    """No progress is shown."""


Made = Callable[[], Settings]


@contextlib.contextmanager
def installations(server: str, folder: Path) -> Iterator[Made]:
    """Makes installations, each with an empty database of its own; they are gone afterwards."""
    names: list[str] = []

    def make() -> Settings:
        name = f"store_{uuid4().hex[:8]}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        names.append(name)
        url = server.replace("/postgres?", f"/{name}?")
        return Settings(database_url=url, data_dir=folder / name, keys_dir=None, system="kent_and_medway")

    try:
        yield make
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            for name in names:
                connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def connected(settings: Settings) -> Connection[Any]:
    assert settings.database_url is not None
    return psycopg.connect(settings.database_url, autocommit=True)


def facts(first: int = 0, count: int = 30) -> list[Any]:
    return [
        fact
        for number in range(first, first + count)
        for fact in (
            *attended(f"j_{number}", BEGIN + number * HOUR, (number % 5 + 1) * HOUR),
            admitted(f"s_{number}", BEGIN + number * HOUR),
        )
    ]


def filled(settings: Settings) -> KeyRing:
    """A store in which every sort of thing is: facts, readings, quarantine, a note, an API key, a declared level, a
    forecast.
    """
    assert settings.database_url is not None
    migrate(settings.database_url)
    ring = KeyRing.load(settings.keys, create=True)
    with connected(settings) as connection:
        ingest(connection, [*facts(), capacity(BEGIN, 20)])
        for _ in fill(connection, small_system(), BEGIN + 6 * HOUR, BEGIN):
            pass
        refused = Refused(SECRET, "data.site is required", "data.site", None, None, {}, "application/json", UNTIL)
        quarantine.put(connection, ring, [refused])
        notes.add(connection, Note(uuid4(), "RVV01", None, UNTIL, None, "CT è down — 14:00", UNTIL, "Ann", "operator"))
        keys.create(connection, name="PAS", scopes=["events:write"], source=None, now=UNTIL, expires_at=UNTIL + HOUR)
        declarations.add(connection, Step(uuid4(), "RVV", "proposed", 3, UNTIL, "Ann", "operator", "full", None))
        forecasts.keep(connection, uuid4(), forecast_cases.document(UNTIL), UNTIL)
        audit.write(connection, audit.By("Ann", "operator"), "note.made", system_at=UNTIL, after={"a": [1, None]})
    return ring


def contents(settings: Settings, like: Mapping[str, equality.Table] | None = None) -> dict[str, equality.Table]:
    """The digests of all tables; or of those that were there before, in the columns that they had."""
    wanted = None if like is None else {name: table.columns for name, table in like.items()}
    with connected(settings) as connection:
        return equality.digests(connection, wanted)


def seen(settings: Settings) -> Any:
    with connected(settings) as connection:
        return read_state(connection, SYSTEM, UNTIL), read_atoms(connection, SYSTEM, UNTIL)


def back_up(settings: Settings, file: Path, **changes: Any) -> Any:
    return safekeeping.back_up(settings, file, quiet, **changes)


def restore(settings: Settings, file: Path, **changes: Any) -> safekeeping.Restored:
    return safekeeping.put_back(settings, file, safekeeping.read(file, quiet), quiet, **changes)


def tables_of(settings: Settings) -> int:
    with connected(settings) as connection:
        return len(equality.columns(connection))


def rewritten(file: Path, **changes: Any) -> Path:
    """A copy of a backup whose manifest says otherwise."""
    copy = file.with_name("rewritten.lightship")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(copy, "w") as new:
        new.writestr("store.dump", old.read("store.dump"))
        new.writestr("manifest.json", json.dumps(json.loads(old.read("manifest.json")) | changes))
    return copy


def told(file: Path) -> dict[str, Any]:
    with zipfile.ZipFile(file) as archive:
        said: dict[str, Any] = json.loads(archive.read("manifest.json"))
        return said


def names() -> list[str]:
    """The migrations that every store has."""
    return sorted(names_in(MIGRATIONS))


def at(settings: Settings, last: str) -> None:
    """Take a store back to this migration."""
    assert settings.database_url is not None
    backend = one_connection(settings.database_url)
    try:
        later = read_migrations(str(MIGRATIONS)).filter(lambda migration: migration.id > last)
        backend.rollback_migrations(backend.to_rollback(later))
    finally:
        backend.connection.close()


def upgrade(settings: Settings, **changes: Any) -> safekeeping.Upgrade:
    return safekeeping.upgrade(settings, quiet, quiet, **changes)
