"""`lightship import`: files through the same door as everything else."""

from __future__ import annotations

import contextlib
import gzip
import zlib
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

from psycopg import Connection

from services.configuration import load_published
from services.errors import LightshipError, RefusedEvent
from services.ingest.body import RawItem, read_body
from services.ingest.intake import Intake, Taken, take_stream
from services.ingest.published import read_published
from services.store import imports
from services.store.feeds import read_clock

HISTORY_DAYS = 3650  # `--history` and published files reach back ten years
LARGEST_ARRAY = 64 * 1024 * 1024
LONGEST_LINE = 1024 * 1024
PROBED_BYTES = 64
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_GZIP_MAGIC = b"\x1f\x8b"


def import_file(intake: Intake, path: Path, system_name: str, taken: Taken) -> Iterator[float]:
    """Take one file in, counting into `taken`; yields the share of the file that is durable.

    .csv: a published daily file by the mapping in configuration. Anything else: events as NDJSON of any length or a
    JSON array of 64 MiB at most, gzip accepted. An import of NDJSON that was interrupted goes on where it stopped; what
    is in already is counted in `taken.resumed`. Raises LightshipError for a file that cannot be read.
    """
    if not path.is_file():
        raise LightshipError(f"There is no file {path}. Check the name and the folder.")
    whole = max(1, path.stat().st_size)
    with intake.database.connection() as connection:
        now = read_clock(connection).at(datetime.now(UTC))
    if path.suffix == ".csv":
        read = 0

        def counted() -> Iterator[RawItem]:
            nonlocal read
            for item in _published(path, system_name):
                read += len(item.raw) + 1
                yield item

        for _ in take_stream(intake, counted(), taken, now=now, content_type="text/csv"):
            yield min(1.0, read / whole)
        return
    with _Lines(path) as lines:
        if lines.is_array:
            for _ in take_stream(intake, lines.array(), taken, now=now, content_type="application/x-ndjson"):
                yield 1.0
            return
        yield from _resumed(intake, lines, _known_by(path, intake), taken, now, whole)


def _resumed(
    intake: Intake, lines: _Lines, file: str, taken: Taken, now: datetime, whole: int
) -> Iterator[float]:  # fmt: skip
    """NDJSON from where an interrupted import of the same file stopped."""
    with intake.database.connection() as connection:
        before = imports.reached(connection, file)
    lines.go_to(before)
    taken.resumed += before.items
    share = 0.0

    def note(connection: Connection[Any], number: int) -> None:
        nonlocal share
        reached, packed = lines.after(number)
        imports.note(connection, file, reached)
        share = min(1.0, packed / whole)

    if before.items:
        yield lines.packed / whole
    for _ in take_stream(intake, lines.items(), taken, now=now, content_type="application/x-ndjson", note=note):
        yield share
    with intake.database.connection() as connection:
        imports.done(connection, file)


def _known_by(path: Path, intake: Intake) -> str:
    """A digest of what a file is known by: its size, when it was written, its first and last bytes; and of the door."""
    stat = path.stat()
    with path.open("rb") as stream:
        first = stream.read(PROBED_BYTES * 1024)
        stream.seek(-min(stat.st_size, PROBED_BYTES * 1024), 2)
        last = stream.read()
    door = f"{stat.st_size} {stat.st_mtime_ns} {intake.door.trusted} {intake.door.max_age_days}"
    return blake2b(b"\n".join((door.encode(), first, last)), digest_size=16).hexdigest()


def _published(path: Path, system_name: str) -> Iterator[RawItem]:
    for index, row in enumerate(read_published(path, load_published(system_name))):
        refusal = None if row.event is not None else RefusedEvent(row.reason or "cannot be read", row.field)
        yield RawItem(index, row.raw, row.event, refusal)


class _Lines:
    """The lines of an NDJSON file of any length, packed or not, and where each ends. Raises LightshipError where it
    cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._raw = path.open("rb")
        is_packed = self._raw.read(2) == _GZIP_MAGIC
        self._raw.seek(0)
        self._stream: gzip.GzipFile | IO[bytes] = gzip.GzipFile(fileobj=self._raw) if is_packed else self._raw
        self._begun = imports.Reached()
        self._ends: deque[tuple[int, int, int]] = deque()  # of each line: its number, and after it: bytes, packed bytes

    def __enter__(self) -> _Lines:
        return self

    def __exit__(self, *_: object) -> None:
        self._raw.close()

    @property
    def packed(self) -> int:
        """Bytes of the file that were read."""
        return self._raw.tell()

    @property
    def is_array(self) -> bool:
        with self._readable():
            first = self._stream.read(PROBED_BYTES)
            self._stream.seek(0)
        return first.lstrip(BYTE_ORDER_MARK + b" \t\r\n").startswith(b"[")

    def array(self) -> Iterator[RawItem]:
        with self._readable():
            body = self._stream.read(LARGEST_ARRAY + 1)
            yield from read_body(
                body, content_type="application/json", content_encoding=None, max_bytes=LARGEST_ARRAY,
                max_events=10**9,
            )  # fmt: skip

    def go_to(self, reached: imports.Reached) -> None:
        """Where the line after those reached begins."""
        with self._readable():
            self._stream.seek(reached.bytes)
        self._begun = reached

    def items(self) -> Iterator[RawItem]:
        number, offset = self._begun.items, self._begun.bytes
        with self._readable():
            while line := self._stream.readline(LONGEST_LINE):
                text = (line.removeprefix(BYTE_ORDER_MARK) if offset == 0 else line).strip()
                offset += len(line)
                if not text:
                    continue
                self._ends.append((number, offset, self.packed))
                yield RawItem(number, text)
                number += 1

    def after(self, number: int) -> tuple[imports.Reached, int]:
        """Where the line after that item begins, and what of the packed file was read. Asked in order."""
        while True:
            last, offset, packed = self._ends.popleft()
            if last == number:
                return imports.Reached(number + 1, offset), packed

    @contextlib.contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (OSError, EOFError, zlib.error) as error:
            raise LightshipError(f"{self._path.name} cannot be read: {type(error).__name__}. Is it whole?") from error
