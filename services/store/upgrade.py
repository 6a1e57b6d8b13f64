"""An upgrade: what the migrations did not mean to change is read before and after, and must be equal."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import Connection

from services.domain.system import System
from services.errors import StoreError
from services.store import equality
from services.store.backup import migrations
from services.store.database import migrate
from services.store.feeds import read_clock
from services.store.picture import read_atoms
from services.store.state import read as read_state

#: What follows from the facts, or is of the running server: a migration may drop it, to be made again. Everything else
#: was received or written by somebody and is nowhere else. event_key: of stores before 0006.
DERIVED = frozenset(
    ["event_key", "standing_uid", "subject", "feed", "feed_rhythm", "series", "reading", "reading_hour",
     "reading_progress", "picture", "touched"]
)  # fmt: skip
_BOOKS = frozenset(["_yoyo_log", "_yoyo_migration", "_yoyo_version", "yoyo_lock"])


@dataclass(frozen=True)
class Before:
    """What is compared. read: "state", "picture" -> what this version read of them; without those whose tables are too
    old for it.
    """

    tables: Mapping[str, equality.Table]
    as_at: datetime
    read: Mapping[str, object]


@dataclass(frozen=True)
class Upgraded:
    """applied: migrations by name. equal: tables that hold what they held; changed: derived ones that do not.

    read: of "state" and "picture", those that were equal before and after, as at as_at; the others could not be read
    before, by this version.
    """

    applied: tuple[str, ...]
    equal: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    as_at: datetime | None = None


#: The state is folded from the facts, the picture is measured on the stored rows: what leaves both alone does no harm.
_READERS: Mapping[str, Callable[[Connection[Any], System, datetime], object]] = {
    "state": lambda connection, system, as_at: read_state(connection, system, as_at, as_at),
    "picture": lambda connection, system, as_at: read_atoms(connection, system, as_at),
}


def upgrade(url: str, system: System, say: Callable[[str], None], back: str) -> Upgraded:
    """Apply the migrations that are missing, while nobody else writes.

    back: a sentence on how to go back. Raises StoreError, with it, where a migration fails, where anything that is not
    derived differs afterwards, in the columns that it had, or where the state or the picture of the newest moment do.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        had = migrations(connection)
        say("Reading what is there")
        before = _before(connection, system)
    say("Applying the migrations")
    try:
        migrate(url)
    except psycopg.Error as error:
        why = error.diag.message_primary or type(error).__name__
        raise StoreError(f"A migration failed, and those after it were not applied: {why}. {back}") from error
    with psycopg.connect(url, autocommit=True) as connection:
        applied = tuple(name for name in migrations(connection) if name not in had)
        say("Comparing")
        after = equality.digests(connection, {name: table.columns for name, table in before.tables.items()})
        wrong = equality.differences(_kept(before.tables), _kept(after))
        wrong += [
            f"the {name} as at {before.as_at:%Y-%m-%d %H:%M:%S} UTC is another"
            for name, was in before.read.items()
            if _READERS[name](connection, system, before.as_at) != was
        ]
    if wrong:
        raise StoreError(
            f"After {', '.join(applied)} the store is not equal to what it was: {'; '.join(wrong)}. {back}"
        )
    changed = {name for name, table in before.tables.items() if after.get(name) != table}
    equal = before.tables.keys() - changed
    return Upgraded(applied, tuple(sorted(equal)), tuple(sorted(changed)), tuple(before.read), before.as_at)


def _kept(tables: Mapping[str, equality.Table]) -> dict[str, equality.Table]:
    return {name: table for name, table in tables.items() if name not in DERIVED}


def _before(connection: Connection[Any], system: System) -> Before:
    tables = {name: columns for name, columns in equality.columns(connection).items() if name not in _BOOKS}
    row = connection.execute("select max(last_receipt_at) from feed").fetchone()
    now = read_clock(connection).at(datetime.now(UTC))
    as_at = min(now, row[0]) if row and row[0] else now  # the newest moment that anything is known of
    found = {}
    for name, reader in _READERS.items():
        with contextlib.suppress(psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedTable):
            found[name] = reader(connection, system, as_at)
    return Before(equality.digests(connection, tables), as_at, found)
