"""A backup back into a database: all of it, seen to be equal to what was backed up, or nothing.

The database is filled, and the digests of what is in it are compared with the manifest's, in one transaction, which is
committed only where they are equal. What it held before goes in the same transaction.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import IO, Any

import psycopg
from psycopg import Connection, sql
from psycopg.rows import tuple_row

from services.errors import StoreError
from services.store import equality
from services.store.backup import CHUNK, CONNECT_SECONDS, DUMP, Manifest, Progress, running
from services.store.database import MIGRATIONS, TIMESCALE, names_in
from services.store.feeds import settle_clock
from services.store.programs import Programs, access, programs

LEAVING_SECONDS = 3  # for sessions that have just ended to be gone from the server's list

#: Of a store: whatever is in the schema and is not an extension's.
_OURS = """
with ours as (
    select case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' else 'table' end
               as sort, oid, format('public.%I', relname) as name, 'pg_class'::regclass as catalogue
    from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S')
    union all
    select 'routine', oid, format('public.%I(%s)', proname, pg_get_function_identity_arguments(oid)),
           'pg_proc'::regclass
    from pg_proc where pronamespace = 'public'::regnamespace
    union all
    select 'type', type_.oid, format('public.%I', typname), 'pg_type'::regclass
    from pg_type as type_ left join pg_class as of_table on of_table.oid = typrelid
    where typnamespace = 'public'::regnamespace and typelem = 0 and coalesce(relkind = 'c', true) and typtype <> 'm'
)
select sort, name
from ours
where not exists (
    select from pg_depend where classid = catalogue and objid = ours.oid and deptype = 'e'
)
order by sort <> 'table', sort, name
"""
#: Of the sessions of others a role without rights sees neither what they are nor where from: whoever has a user counts,
#: but for TimescaleDB's scheduler, which has a superuser's and is known by its name.
_USERS = """
select coalesce(nullif(application_name, ''), usename) || coalesce(' from ' || host(client_addr), '')
from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and usesysid is not null
  and coalesce(backend_type, 'client backend') = 'client backend'
  and application_name is distinct from 'TimescaleDB Background Worker Scheduler'
order by 1
"""


def check(manifest: Manifest) -> None:
    """Raises StoreError where the backup is of a newer Lightship."""
    known = names_in(MIGRATIONS) | names_in(TIMESCALE)
    if newer := sorted(set(manifest.migrations) - known):
        raise StoreError(
            f"The backup was made by Lightship {manifest.lightship}, which is newer than this one (it knows "
            f"{', '.join(newer)}): restore it with that version or a later one."
        )


def nobody_else(url: str, doing: str) -> None:
    """Raises StoreError while anybody else uses the database, or holds the lease of the picture's one writer."""
    with _connected(url) as connection, connection.cursor(row_factory=tuple_row) as cursor:
        until = time.monotonic() + LEAVING_SECONDS
        while (users := [row[0] for row in cursor.execute(_USERS)]) and time.monotonic() < until:
            time.sleep(0.1)
        if users:
            raise StoreError(
                f"{len(users)} other connections use this database ({', '.join(sorted(set(users))[:5])}): stop what "
                f"runs on it before {doing}."
            )
        if cursor.execute("select to_regclass('public.picture')").fetchone() == (None,):
            return
        held = cursor.execute("select holder from picture where expires_at > clock_timestamp()").fetchone()
        if held:
            raise StoreError(
                f"{held[0]} writes the picture of this store: stop it before {doing}, and wait ten seconds."
            )


def restore(url: str, file: Path, manifest: Manifest, progress: Progress, *, replace: bool = False) -> None:
    """Fill the database from a backup whose manifest was read and checked.

    Raises StoreError where the database holds anything (without replace), is of an older PostgreSQL, has not the
    TimescaleDB of the backup, or where what was restored is not equal to what was backed up; the database is then as
    it was, but for an extension that was made for it.
    """
    check(manifest)
    with _connected(url) as connection:
        server = connection.info.server_version // 10000
        there = _ours(connection)
    if server < manifest.postgresql // 10000:
        raise StoreError(
            f"The backup is of PostgreSQL {manifest.postgresql // 10000}, this server is {server}: restore it into "
            f"{manifest.postgresql // 10000} or later."
        )
    if there and not replace:
        raise StoreError(
            f"This database is not empty ({len(there)} tables and other things): restore into an empty one, or drop "
            "what it holds with --replace."
        )
    used = programs(manifest.programs)
    with _for_timescaledb(url, manifest.timescaledb):
        _fill(url, file, manifest, used, there, progress)
    _begin_anew(url, manifest)


def _fill(
    url: str, file: Path, manifest: Manifest, used: Programs, there: list[tuple[str, str]], progress: Progress
) -> None:
    database, environment = access(url)
    shell = used.command("psql", "-XAtq", "--no-password", "-v", "ON_ERROR_STOP=1", "-d", database)
    unpack = used.command("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "-f", "-")
    with (
        running(shell, environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as (psql, psql_complaint),
        running(unpack, environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as (unpacker, unpacker_complaint),
    ):
        assert psql.stdin is not None
        assert psql.stdout is not None
        assert unpacker.stdin is not None
        assert unpacker.stdout is not None
        feeder = Thread(target=_feed, args=(file, unpacker.stdin, manifest.dump_bytes, progress), daemon=True)
        try:
            # What psql is not told to commit, it leaves: whoever of us dies on the way, nothing has changed.
            psql.stdin.write(b"begin;\n\\o /dev/null\n" + _restoring(manifest, False))
            for sort, name in there:
                psql.stdin.write(f"drop {sort} if exists {name} cascade;\n".encode())
            psql.stdin.write(_restoring(manifest, True))
            feeder.start()
            while chunk := unpacker.stdout.read(CHUNK):
                psql.stdin.write(chunk)
            feeder.join()
            if unpacker.wait():
                raise StoreError(f"The dump cannot be unpacked: {unpacker_complaint()}. The database is as it was.")
            psql.stdin.write(_restoring(manifest, False) + f"{equality.SETTINGS}\n\\o\n".encode())
            found = _digests(psql.stdin, psql.stdout, progress)
            if differing := equality.differences(manifest.tables, found):
                raise StoreError(
                    f"What was restored is not what was backed up: {'; '.join(differing)}. The database is as it was."
                )
            psql.stdin.write(b"commit;\n")
            psql.stdin.close()
            failed = psql.wait() != 0
        except (BrokenPipeError, EOFError):
            psql.wait()
            failed = True
        if failed:
            raise StoreError(f"The database refused the backup: {psql_complaint()}. The database is as it was.")


def _feed(file: Path, into: IO[bytes], size: int, progress: Progress) -> None:
    """Where it cannot be read, pg_restore meets an early end and says so."""
    done = 0
    with (
        contextlib.suppress(OSError, zipfile.BadZipFile),
        into,
        zipfile.ZipFile(file) as archive,
        archive.open(DUMP) as dump,
    ):
        while chunk := dump.read(CHUNK):
            into.write(chunk)
            done += len(chunk)
            progress("Restoring", min(1.0, done / max(1, size)), done)


def _digests(asked: IO[bytes], answered: IO[bytes], progress: Progress) -> dict[str, equality.Table]:
    """Of what the transaction of psql has written so far."""

    def ask(query: str) -> Any:
        asked.write(f"{query};\n".encode())
        asked.flush()
        line = answered.readline()
        if not line:
            raise EOFError
        return json.loads(line)

    tables = equality.columns_of(ask(equality.TABLES))
    found = {}
    for done, (table, columns) in enumerate(tables.items()):
        progress("Comparing", done / len(tables), 0)
        found[table] = equality.read(columns, ask(equality.statement(table, columns)))
    return found


def _begin_anew(url: str, manifest: Manifest) -> None:
    """What held for the server and the moment of the backup, and not here and now.

    The lease's holder is not here. The numbers of transactions in `touched` are another server's: they would look as
    if they lay ahead, for ever. The revisions of the picture are none that anybody here was sent. The clock of
    synthetic people goes on from the backup.
    """
    with _connected(url) as connection, connection.transaction():
        for table, statement in (
            ("touched", "truncate touched"),
            (
                "picture",
                """
                update picture set holder = null, expires_at = null,
                    revision = greatest(revision, (extract(epoch from clock_timestamp()) * 100)::bigint)
                """,
            ),
        ):
            if table in manifest.tables:
                connection.execute(statement)
        if manifest.tables["synthetic"].rows:
            settle_clock(connection, datetime.now(UTC), at=manifest.system_at)
    with _connected(url) as connection:
        connection.execute("analyze")


def _restoring(manifest: Manifest, on: bool) -> bytes:
    """While TimescaleDB restores, hypertables are to it as any table: packed rows are not seen, chunks not dropped."""
    return f"set local timescaledb.restoring = {on};\n".encode() if manifest.timescaledb else b""


@contextlib.contextmanager
def _for_timescaledb(url: str, version: str | None) -> Iterator[None]:
    """What TimescaleDB's documentation asks for around a restore; nothing where the backup is of plain PostgreSQL.

    https://www.tigerdata.com/docs/deploy/self-hosted/backup-and-restore/logical-backup: the extension in the version
    of the backup, and its background workers stopped.
    """
    if version is None:
        yield
        return
    _extension(url, version)
    with _connected(url) as connection:
        try:
            connection.execute("select timescaledb_pre_restore()")
        except psycopg.DatabaseError as error:
            raise StoreError(
                f"TimescaleDB cannot be made ready for a restore ({error.diag.message_primary}): restore as a "
                "superuser. The database is as it was."
            ) from error
    try:
        yield
    except BaseException as failed:
        try:
            _post_restore(url)
        except StoreError as error:
            raise StoreError(f"{failed} {error}") from failed
        raise
    _post_restore(url)


def _extension(url: str, version: str) -> None:
    """It is here in this version afterwards. Raises StoreError where it cannot be."""
    with _connected(url) as connection:
        try:
            there = connection.execute("select extversion from pg_extension where extname = 'timescaledb'").fetchone()
            if there is None:
                connection.execute(sql.SQL("create extension timescaledb version {}").format(sql.Literal(version)))
            elif there[0] != version:
                raise StoreError(
                    f"The backup is of TimescaleDB {version}, this database has {there[0]}: restore it into a database "
                    "with that version, and update the extension afterwards."
                )
        except psycopg.DatabaseError as error:
            raise StoreError(
                f"The backup needs TimescaleDB {version}, and here it cannot be made ({error.diag.message_primary}): "
                "restore into a server that has that version."
            ) from error


def _post_restore(url: str) -> None:
    try:
        with _connected(url) as connection:
            connection.execute("select timescaledb_post_restore()")
    except (StoreError, psycopg.Error) as error:
        raise StoreError(
            f"TimescaleDB still takes this database for one that is being restored ({str(error).strip()}): run `select "
            "timescaledb_post_restore()` in it before anything uses it."
        ) from error


def _ours(connection: Connection[Any]) -> list[tuple[str, str]]:
    with connection.cursor(row_factory=tuple_row) as cursor:
        return [(row[0], row[1]) for row in cursor.execute(_OURS)]


@contextlib.contextmanager
def _connected(url: str) -> Iterator[Connection[Any]]:
    try:
        connection = psycopg.connect(url, connect_timeout=CONNECT_SECONDS, autocommit=True)
    except psycopg.OperationalError as error:
        raise StoreError(f"The database cannot be reached: {error}. Check LIGHTSHIP_DATABASE_URL.") from error
    with connection:
        yield connection
