"""Figures that NHS England publishes by trust and day, read from CSV into `gauge.reported` events.

A mistake in a row costs that row or that cell, never the file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from services.configuration import PublishedFile, PublishedMapping
from services.errors import ConfigurationError

NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]+)?")  # counts of people: no sign, no exponent, no thousands separator


@dataclass(frozen=True)
class PublishedRow:
    """One figure as an event, or what was refused and why; raw is the line it stood on."""

    event: dict[str, Any] | None
    raw: bytes
    reason: str | None = None  # never repeats what the file said
    field: str | None = None  # the column, or None for the whole row


def read_published(path: Path, mapping: PublishedMapping) -> Iterator[PublishedRow]:
    """Each figure of the file in the file's order; a cell that says nothing was reported yields nothing.

    A zero stays a zero. The same file always gives the same events. Raises ConfigurationError at once where the
    mapping has no entry for the file's name or header.
    """
    try:
        with path.open("rb") as lines:
            header = _cells(lines.readline())
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from None
    except csv.Error:
        header = []
    return _rows(path, _entry(path, header, mapping), header, mapping)


def _entry(path: Path, header: list[str], mapping: PublishedMapping) -> PublishedFile:
    named = [entry for entry in mapping.files if fnmatchcase(path.name, entry.file_name)]
    if not named:
        patterns = ", ".join(entry.file_name for entry in mapping.files)
        raise ConfigurationError(f"{path.name}: published.yaml has no entry for this name; it knows {patterns}")
    for entry in named:
        if {entry.date_column, entry.organisation_column} <= set(header) and entry.columns.keys() & set(header):
            return entry
    wanted = " or ".join(
        f"{entry.date_column}, {entry.organisation_column} and any of {', '.join(entry.columns)}" for entry in named
    )
    raise ConfigurationError(
        f"{path.name}: the first line is not a header that published.yaml knows; expected {wanted}"
    )


def _rows(path: Path, entry: PublishedFile, header: list[str], mapping: PublishedMapping) -> Iterator[PublishedRow]:
    with path.open("rb") as lines:
        first = _line(lines.readline())
        for column in entry.columns:
            if column not in header:
                yield PublishedRow(None, first, "the header does not have this column", column)
        for line in lines:
            if raw := _line(line):
                yield from _figures(raw, entry, header, mapping)


def _figures(raw: bytes, entry: PublishedFile, header: list[str], mapping: PublishedMapping) -> Iterator[PublishedRow]:
    try:
        cells = _cells(raw)
    except csv.Error:
        yield PublishedRow(None, raw, "not readable as CSV: check the quotation marks of this line")
        return
    if len(cells) != len(header):
        yield PublishedRow(None, raw, f"has {len(cells)} cells where the header has {len(header)}")
        return
    row = dict(zip(header, cells, strict=True))
    organisation = row[entry.organisation_column]
    if organisation not in mapping.senders:
        yield PublishedRow(None, raw, "is not an organisation of this system", entry.organisation_column)
        return
    try:
        day = datetime.strptime(row[entry.date_column], entry.date_format).replace(tzinfo=UTC).date()
        as_of = datetime.combine(day, entry.as_of, mapping.timezone).astimezone(UTC)
        until = _until(day, entry, mapping.timezone)
    except (ValueError, OverflowError):
        yield PublishedRow(None, raw, f"is not a date written as {entry.date_format}", entry.date_column)
        return
    for column, measure in entry.columns.items():
        cell = row.get(column)
        if cell is None or cell in mapping.no_reading:
            continue
        if not NUMBER.fullmatch(cell):
            yield PublishedRow(None, raw, "is not a number of zero or more", column)
            continue
        data = {"organisation": organisation, "measure": measure, "value": float(cell), "until": until.isoformat()}
        yield PublishedRow(_event(mapping.senders[organisation], day, as_of, data), raw)


def _event(sender: str, day: date, as_of: datetime, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"published:{day}",
        "source": f"urn:nhs:ods:{sender}",
        "type": "gauge.reported",
        "subject": f"{data['organisation']}/{data['measure']}",
        "time": as_of.isoformat(),
        "sentat": as_of.isoformat(),
        "data": dict(data),
    }


def _until(day: date, entry: PublishedFile, zone: ZoneInfo) -> datetime:
    """The next holds_until on the local clock after as_of; counted in dates, so that a 23-hour day comes out right."""
    days = 0 if entry.holds_until > entry.as_of else 1
    return datetime.combine(day + timedelta(days), entry.holds_until, zone).astimezone(UTC)


def _line(line: bytes) -> bytes:
    return line.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n")


def _cells(line: bytes) -> list[str]:
    """The cells of one line. Published figures have no cell of several lines; one stray quote costs one line."""
    text = _line(line).decode("utf-8", "replace")
    return [cell.strip() for cell in next(csv.reader([text], strict=True), [])]
