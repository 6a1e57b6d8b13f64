"""`lightship import`: files through the same door as everything else."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from services.configuration import load_published
from services.errors import LightshipError, RefusedEvent
from services.ingest.body import RawItem, read_body
from services.ingest.intake import Intake, Taken, take_stream
from services.ingest.published import read_published
from services.store.feeds import read_clock

HISTORY_DAYS = 3650  # `--history` and published files reach back ten years
LARGEST_ARRAY = 64 * 1024 * 1024
LONGEST_LINE = 1024 * 1024
PROBED_BYTES = 64
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def import_file(intake: Intake, path: Path, system_name: str, taken: Taken) -> Iterator[float]:
    """Take one file in, counting into `taken`; yields the share of the file that is durable.

    .csv: a published daily file by the mapping in configuration. Anything else: events as NDJSON of any length or a
    JSON array of 64 MiB at most, gzip accepted. Raises LightshipError for a file that cannot be read.
    """
    if not path.is_file():
        raise LightshipError(f"There is no file {path}. Check the name and the folder.")
    published = path.suffix == ".csv"
    items = _published(path, system_name) if published else _events(path)
    whole = max(1, path.stat().st_size)
    read = 0

    def counted() -> Iterator[RawItem]:
        nonlocal read
        for item in items:
            read += len(item.raw) + 1
            yield item

    with intake.database.connection() as connection:
        now = read_clock(connection).at(datetime.now(UTC))
    content_type = "text/csv" if published else "application/x-ndjson"
    for _ in take_stream(intake, counted(), taken, now=now, content_type=content_type):
        yield min(1.0, read / whole)


def _published(path: Path, system_name: str) -> Iterator[RawItem]:
    for index, row in enumerate(read_published(path, load_published(system_name))):
        refusal = None if row.event is not None else RefusedEvent(row.reason or "cannot be read", row.field)
        yield RawItem(index, row.raw, row.event, refusal)


def _events(path: Path) -> Iterator[RawItem]:
    with path.open("rb") as probe:
        packed = probe.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path, "rb") if packed else path.open("rb") as stream:
            if stream.read(PROBED_BYTES).lstrip(BYTE_ORDER_MARK + b" \t\r\n").startswith(b"["):
                stream.seek(0)
                body = stream.read(LARGEST_ARRAY + 1)
                yield from read_body(
                    body, content_type="application/json", content_encoding=None, max_bytes=LARGEST_ARRAY,
                    max_events=10**9,
                )  # fmt: skip
                return
            stream.seek(0)
            yield from _lines(stream)
    except (OSError, EOFError) as error:
        raise LightshipError(f"{path.name} cannot be read: {type(error).__name__}. Is it whole?") from error


def _lines(stream: gzip.GzipFile | IO[bytes]) -> Iterator[RawItem]:
    """NDJSON of any length, a line at a time."""
    index = 0
    while line := stream.readline(LONGEST_LINE):
        text = (line.removeprefix(BYTE_ORDER_MARK) if index == 0 else line).strip()
        if not text:
            continue
        yield RawItem(index, text)
        index += 1
