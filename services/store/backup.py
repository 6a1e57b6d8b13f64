"""A backup: one file that holds a dump of the store and, of the same snapshot, what a restored store must equal.

The file is a zip of `store.dump` (pg_dump's custom format) and `manifest.json` (`Manifest`). It is written beside its
name and gets it when it is whole and on disk, readable by its owner alone. It never holds the key files.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import Connection, sql
from psycopg.rows import tuple_row

from services.errors import StoreError
from services.store import equality
from services.store.feeds import read_clock
from services.store.programs import access, programs

FORMAT = 1
DUMP, MANIFEST = "store.dump", "manifest.json"
CHUNK = 1 << 20  # bytes
CONNECT_SECONDS = 10

#: How far it is: what is being done, and the share of it (None where that is not known) or the bytes so far.
Progress = Callable[[str, float | None, int], None]


class NotABackup(StoreError):
    """The file is no backup of Lightship, or not a whole one."""


@dataclass(frozen=True)
class Manifest:
    """made_at: wall time; system_at: by the store's own clock. lightship: the version that made it. system: the
    configuration's name. postgresql: of the server, as 180001; programs: the major version of pg_dump.

    tables: each with its columns, rows and digest. kafka_offsets: the rows of that table, None where there is none.
    keys: fingerprints of the key files by name, None where there were none. dump_bytes, dump_sha256: of the dump.
    """

    made_at: datetime
    system_at: datetime
    lightship: str
    system: str
    postgresql: int
    programs: int
    timescaledb: str | None
    migrations: tuple[str, ...]
    tables: Mapping[str, equality.Table]
    kafka_offsets: list[dict[str, Any]] | None
    keys: Mapping[str, str] | None
    dump_bytes: int
    dump_sha256: str

    @property
    def facts(self) -> int:
        return self.tables["event"].rows if "event" in self.tables else 0

    def to_json(self) -> str:
        told = {"format": FORMAT} | asdict(self)
        return json.dumps(told, default=lambda value: value.isoformat(), indent=1)

    @classmethod
    def from_json(cls, text: bytes) -> Manifest:
        """Raises NotABackup where it is of another format, ValueError, KeyError, TypeError where it is no manifest."""
        told = json.loads(text)
        if told.pop("format") != FORMAT:
            raise NotABackup("This backup is of a format that this version does not read: use the one that made it.")
        for name in ("made_at", "system_at"):
            told[name] = datetime.fromisoformat(told[name])
        told["migrations"] = tuple(told["migrations"])
        told["tables"] = {
            name: equality.Table(tuple(table["columns"]), table["rows"], table["digest"])
            for name, table in told["tables"].items()
        }
        return cls(**told)


def back_up(
    url: str, target: Path, *, lightship: str, system: str, keys: Mapping[str, str] | None, progress: Progress,
    overwrite: bool = False,
) -> Manifest:  # fmt: skip
    """Write a backup of the store, which may be in use. Everything in it is of one moment: the dump and the digests are
    read in one snapshot.

    Raises StoreError where the file is there already (without overwrite), cannot be written, or the store cannot be
    read; then nothing is left under the name.
    """
    if target.is_dir() or (target.exists() and not overwrite):
        raise StoreError(f"{target} is there already: choose another name, or overwrite it with --overwrite.")
    with _one_snapshot(url) as (connection, snapshot), _whole(target, overwrite) as file:
        said = _about(connection)
        if not said["migrations"]:
            raise StoreError("There is no Lightship store in this database: nothing to back up.")
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            with archive.open(DUMP, "w", force_zip64=True) as into:
                used, size, digest = _dump(url, snapshot, said["postgresql"] // 10000, into, progress)
            manifest = Manifest(
                **said, lightship=lightship, system=system, keys=keys, tables=_tables(connection, progress),
                programs=used, dump_bytes=size, dump_sha256=digest,
            )  # fmt: skip
            archive.writestr(MANIFEST, manifest.to_json())
    return manifest


@contextlib.contextmanager
def _one_snapshot(url: str) -> Iterator[tuple[Connection[Any], str]]:
    """A transaction that sees one moment, and the name under which others see the same."""
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
            connection.execute("set transaction isolation level repeatable read, read only")
            connection.execute("set local idle_in_transaction_session_timeout = 0")
            row = connection.execute("select pg_export_snapshot()").fetchone()
            assert row is not None
            yield connection, row[0]
    except psycopg.Error as error:
        raise StoreError(f"The database cannot be read: {error}. Nothing was written.") from error


def _about(connection: Connection[Any]) -> dict[str, Any]:
    with connection.cursor(row_factory=tuple_row) as cursor:
        extension = cursor.execute("select extversion from pg_extension where extname = 'timescaledb'").fetchone()
    made_at = datetime.now(UTC)
    applied = migrations(connection)
    return {
        "made_at": made_at,
        "system_at": read_clock(connection).at(made_at) if applied else made_at,
        "postgresql": connection.info.server_version,
        "timescaledb": extension[0] if extension else None,
        "migrations": applied,
        "kafka_offsets": _rows(connection, "kafka_offset"),
    }


def migrations(connection: Connection[Any]) -> tuple[str, ...]:
    """Those that are applied, by name; none where the database is no store."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        if cursor.execute("select to_regclass('public._yoyo_migration')").fetchone() == (None,):
            return ()
        return tuple(row[0] for row in cursor.execute("select migration_id from _yoyo_migration order by 1"))


def _rows(connection: Connection[Any], table: str) -> list[dict[str, Any]] | None:
    with connection.cursor(row_factory=tuple_row) as cursor:
        if cursor.execute("select to_regclass(%s)", (f"public.{table}",)).fetchone() == (None,):
            return None
        query = sql.SQL("select to_jsonb(told) from {} as told order by told").format(sql.Identifier(table))
        return [row[0] for row in cursor.execute(query)]


def _tables(connection: Connection[Any], progress: Progress) -> dict[str, equality.Table]:
    connection.execute(equality.SETTINGS)
    found = equality.columns(connection)
    made = {}
    for done, (table, columns) in enumerate(found.items()):
        progress("Checking what is in it", done / len(found), 0)
        made[table] = equality.digest(connection, table, columns)
    return made


def _dump(url: str, snapshot: str, server: int, into: IO[bytes], progress: Progress) -> tuple[int, int, str]:
    """The major version of the program, and the bytes and SHA-256 of what it wrote."""
    used = programs(server)
    database, environment = access(url)
    command = used.command(
        "pg_dump", "--format=custom", "--compress=gzip:1", "--no-password", f"--snapshot={snapshot}", "-d", database
    )
    digest, size = sha256(), 0
    with running(command, environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as (process, complaint):
        assert process.stdout is not None
        while chunk := process.stdout.read(CHUNK):
            into.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            progress("Copying the store", None, size)
        if process.wait():
            raise StoreError(f"PostgreSQL could not be copied: {complaint()}")
    return used.version, size, digest.hexdigest()


@contextlib.contextmanager
def running(
    command: list[str], environment: dict[str, str], **streams: Any
) -> Iterator[tuple[subprocess.Popen[bytes], Callable[[], str]]]:
    """A program in a session of its own, so that Ctrl-C is ours to answer; it never outlives the block. With it, how
    to ask what it complained of.
    """
    with tempfile.TemporaryFile() as errors:

        def complaint() -> str:
            errors.seek(0)
            lines = [line for line in errors.read().decode(errors="replace").splitlines() if line.strip()]
            return "; ".join(lines[:3]) or "it said nothing"

        process = subprocess.Popen(command, env=environment, stderr=errors, start_new_session=True, **streams)
        try:
            yield process, complaint
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with contextlib.suppress(BrokenPipeError):
                        stream.close()


@contextlib.contextmanager
def _whole(target: Path, overwrite: bool) -> Iterator[IO[bytes]]:
    """A file that has its name only when the block has ended well and its bytes are on disk."""
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            _name(part, target, overwrite)
        finally:
            part.unlink(missing_ok=True)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except FileExistsError:
        raise StoreError(f"{target} was made meanwhile by somebody else: choose another name.") from None
    except OSError as error:
        raise StoreError(
            f"The backup cannot be written to {target} ({error.strerror}): choose another place."
        ) from error


def _name(part: Path, target: Path, overwrite: bool) -> None:
    """Raises FileExistsError where somebody else has made the target meanwhile, where the disk can tell."""
    if not overwrite:
        try:
            os.link(part, target)
        except FileExistsError:
            raise
        except OSError:  # a disk without links, such as a share of Windows
            if target.exists():
                raise FileExistsError from None
        else:
            return
    part.replace(target)


def read_manifest(file: Path, progress: Progress) -> Manifest:
    """What the backup says of itself, once every byte of it was seen to be as it was written. Raises NotABackup."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = Manifest.from_json(archive.read(MANIFEST))
            digest, size = sha256(), 0
            with archive.open(DUMP) as dump:
                while chunk := dump.read(CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    progress("Reading the backup", min(1.0, size / max(1, manifest.dump_bytes)), size)
    except FileNotFoundError:
        raise NotABackup(f"There is no file {file}.") from None
    except IsADirectoryError:
        raise NotABackup(f"{file} is a folder; a backup is one file.") from None
    except PermissionError:
        raise NotABackup(f"{file} may not be read by you.") from None
    except NotABackup:
        raise
    except Exception as error:  # zipfile raises whatever the damaged bytes lead it to
        raise NotABackup(
            f"{file} is no backup made by `lightship db backup`, or is damaged or cut short ({error}): use another."
        ) from error
    if (size, digest.hexdigest()) != (manifest.dump_bytes, manifest.dump_sha256):
        raise NotABackup(f"{file} is damaged: it is not what was written. Use another copy.")
    return manifest
