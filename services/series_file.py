"""A series of counts or values from a CSV file: by the hour of a wall clock, or by day. Mistakes by line."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import numpy as np

from services.errors import ConfigurationError, nearest
from services.flow_model.demand.calendar import Floats, Region
from services.flow_model.demand.daily import Days
from services.flow_model.demand.hourly import Series

SUBDIVISIONS = ("ENG", "NIR", "SCT", "WLS")
MOST_ROWS = 20_000_000
MOST_YEARS = 40
LONGEST_HOLIDAY_DAYS = 70
_NOTHING = frozenset(["", "na", "nan", "null", "none"])


def region_of(subdivision: str, timezone: str, school_holidays: Path | None = None) -> Region:
    """The region, with the school holidays of a file. Raises ConfigurationError for what is none."""
    if subdivision not in SUBDIVISIONS:
        raise ConfigurationError(f"--region {subdivision}: is not one of {', '.join(SUBDIVISIONS)}")
    if timezone not in available_timezones():
        raise ConfigurationError(f"--timezone {timezone}: is no time zone{nearest(timezone, available_timezones())}")
    school = read_school_holidays(school_holidays) if school_holidays is not None else frozenset[date]()
    return Region(subdivision, timezone, school)


def read_school_holidays(path: Path) -> frozenset[date]:
    """The days of school holidays: a CSV file with the columns first, last, name and source, both days included.

    Each row names its source: term dates differ by council and year, and no rule gives them. Raises ConfigurationError.
    """
    days: set[date] = set()
    for line, row in _read(path, ("first", "last", "name", "source")):
        first, last = (_moment(path, line, column, row[column]).date() for column in ("first", "last"))
        if not row["source"]:
            raise ConfigurationError(
                f"{path.name} line {line}: names no source; say who published these dates, and where"
            )
        if not 0 <= (last - first).days < LONGEST_HOLIDAY_DAYS:
            raise ConfigurationError(
                f"{path.name} line {line}: {first} to {last} is no holiday of 1 to {LONGEST_HOLIDAY_DAYS} days"
            )
        days.update(first + timedelta(days=number) for number in range((last - first).days + 1))
    if not days:
        raise ConfigurationError(f"{path.name}: holds no holiday; leave the option out, or write one a row")
    return frozenset(days)


def read_hourly(path: Path, time_column: str, value_column: str, region: Region) -> Series:
    """Counts by wall-clock hour: rows of one hour are added up, as are the two hours that a clock shows twice.

    Times without a zone are the wall clock's; those with one are brought to it. An hour without a row is missing.
    Raises ConfigurationError.
    """
    zone = ZoneInfo(region.timezone)
    total: dict[datetime, float] = {}
    for line, time, value in _rows(path, time_column, value_column, {}):
        moment = _moment(path, line, time_column, time)
        local = moment.astimezone(zone) if moment.tzinfo is not None else moment
        hour = local.replace(minute=0, second=0, microsecond=0, tzinfo=None, fold=0)
        if math.isnan(value):
            continue
        if value < 0:
            raise ConfigurationError(f"{path.name} line {line}: {value_column} {value:g} is below 0, and is no count")
        total[hour] = total.get(hour, 0.0) + value
    if not total:
        raise ConfigurationError(f"{path.name}: holds no value in {value_column!r}")
    first, last = min(total), max(total)
    if last - first > timedelta(days=366 * MOST_YEARS):
        raise ConfigurationError(_too_long(path, first, last))
    begin = np.datetime64(first.replace(hour=0), "h")
    hours = np.arange(begin, np.datetime64(last, "h") + 1)
    counts = np.full(len(hours), np.nan)
    for hour, value in total.items():
        counts[int((np.datetime64(hour, "h") - begin).astype(int))] = value
    return Series.of(region, hours, counts)


def read_daily(path: Path, time_column: str, value_column: str, filters: Mapping[str, str], region: Region) -> Days:
    """Values by day, of the rows that say what `filters` say; rows of one day are added up.

    Raises ConfigurationError.
    """
    total: dict[date, float] = {}
    for line, time, value in _rows(path, time_column, value_column, filters):
        day = _moment(path, line, time_column, time).date()
        if not math.isnan(value):
            total[day] = total.get(day, 0.0) + value
    if not total:
        said = " and ".join(f"{column}={value}" for column, value in filters.items())
        raise ConfigurationError(f"{path.name}: holds no value in {value_column!r}{f' where {said}' if said else ''}")
    first, last = min(total), max(total)
    if last - first > timedelta(days=366 * MOST_YEARS):
        raise ConfigurationError(_too_long(path, first, last))
    values: Floats = np.array([total.get(first + timedelta(days=n), math.nan) for n in range((last - first).days + 1)])
    return Days(region, first, values)


def _too_long(path: Path, first: date, last: date) -> str:
    return f"{path.name}: reaches from {first} to {last}, more than {MOST_YEARS} years; mend the wrong time in it"


def _rows(
    path: Path, time_column: str, value_column: str, filters: Mapping[str, str]
) -> Iterator[tuple[int, str, float]]:
    """(line, time, value) of each row; NaN where nothing is said."""
    for line, row in _read(path, (time_column, value_column, *filters)):
        if all(row[column] == wanted for column, wanted in filters.items()):
            yield line, row[time_column], _value(path, line, value_column, row)


def _read(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, those columns) of each row, stripped; empty where a row is short."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            names = reader.fieldnames or []
            if not names:
                raise ConfigurationError(f"{path.name}: is empty; its first line names the columns")
            for column in columns:
                if column not in names:
                    raise ConfigurationError(
                        f"{path.name}: has no column {column!r}{nearest(column, names)} (it has {', '.join(names)})"
                    )
            for number, row in enumerate(reader):
                if number >= MOST_ROWS:
                    raise ConfigurationError(f"{path.name}: has more than {MOST_ROWS:,} rows")
                yield reader.line_num, {column: (row[column] or "").strip() for column in columns}
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror}); name a CSV file") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(f"{path.name}: is no CSV file of UTF-8 text ({error})") from None


def _value(path: Path, line: int, column: str, row: Mapping[str, str]) -> float:
    text = row[column]
    if text.lower() in _NOTHING:
        return math.nan
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        raise ConfigurationError(f"{path.name} line {line}: {column} {text[:40]!r} is no number") from None
    if math.isinf(value):
        raise ConfigurationError(f"{path.name} line {line}: {column} is not finite")
    return value


def _moment(path: Path, line: int, column: str, text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the wall clock's, as the file says it
        except ValueError:
            continue
    raise ConfigurationError(
        f"{path.name} line {line}: {column} {text[:40]!r} is no time; write 2026-01-20 10:00 or 20/01/2026 10:00"
    )
