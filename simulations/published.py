"""The published figures of a system as the yardstick of its synthetic twin: the last 24 months of each file in data/.

Read from the files, never from the generator's own tables. Dropped, and told why: cells that say nothing, zeros of a
closed feed, days of a feed that was open in part, and months that repeat other months to the last person (a file that
was filled forward or copied).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from services.configuration import load_published, system_folder
from services.domain.clock import LONDON
from services.errors import ConfigurationError
from services.ingest.published import read_published
from services.yaml_file import read_yaml
from simulations.series import Series

MONTHS = 24
ORGANISATION = "nhs_trust22_code"
DAILY = {
    "reported.discharges_total": "discharges",
    "reported.no_criteria_to_reside": "no_criteria_to_reside",
}
#: Monthly means of a daily snapshot.
BEDS = {
    "ga_open": "general_acute_beds_available",
    "ga_occupied": "general_acute_beds_occupied",
    "critical_open": "adult_critical_care_beds_available",
    "critical_occupied": "adult_critical_care_beds_occupied",
}
EMERGENCY = {
    "attendances": "total_attendances",
    "over_4_hours": "attendances_over_4hours",
    "emergency_admissions": "total_emergency_admissions",
    "waits_over_4_hours": "emergency_admissions_over_4hours",
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Partial(_Strict):
    """From `first` to `last` only a part of the organisation reported."""

    organisation: str
    measure: str
    first: date
    last: date
    reason: str


class Exception_(_Strict):
    """A line of the calibration report that may fail, and why. organisation `*` is any; part and detail narrow it."""

    organisation: str
    measure: str
    part: str | None = None
    detail: str | None = None
    reason: str


class Most(_Strict):
    """The most of a day of a published winter, beside that winter's mean."""

    organisation: str
    measure: str
    mean: float
    most: float


class Known(_Strict):
    """A day's mean that is known of another time than the season compared: it lies between two parts of that."""

    organisation: str
    measure: str
    known_of: str
    mean: float
    least: float
    most: float


class CalibrationFile(_Strict):
    partial: list[Partial] = []
    exceptions: list[Exception_] = []
    winter: list[Most] = []
    known: list[Known] = []


@dataclass(frozen=True)
class Dropped:
    organisation: str
    measure: str
    when: str
    why: str


@dataclass(frozen=True)
class Published:
    """monthly: (provider, measure) -> first of the month -> figure; what EMERGENCY names are a
    month's sums, beds its means. daily: (provider, measure) -> day -> figure.
    """

    monthly: Mapping[tuple[str, str], Mapping[date, float]]
    daily: Mapping[tuple[str, str], Series]
    dropped: tuple[Dropped, ...]
    exceptions: tuple[Exception_, ...] = ()
    winter: tuple[Most, ...] = ()
    known: tuple[Known, ...] = ()
    spans: Mapping[str, tuple[date, date]] = field(default_factory=dict)  # by file

    def providers(self) -> list[str]:
        return sorted({provider for provider, _ in (*self.monthly, *self.daily)})

    def a_day(self, provider: str, measure: str, days: Iterable[date]) -> float | None:
        """The mean of a day in the months that `days` lie in, each month as often as it has days there.

        None where nothing is published of those months. `within_4_hours` is a share.
        """
        months = [day.month for day in days]
        weights = {month: months.count(month) for month in set(months)}
        if measure == "within_4_hours":
            all_, over = (self.a_day(provider, name, days) for name in ("attendances", "over_4_hours"))
            return None if not all_ or over is None else 1 - over / all_
        daily = self.daily.get((provider, measure))
        if daily is not None:
            by_month = {m: [value for day, value in daily.items() if day.month == m] for m in weights}
        else:
            found = self.monthly.get((provider, measure), {})
            sums = measure in EMERGENCY
            by_month = {
                m: [v / (_length(first) if sums else 1) for first, v in found.items() if first.month == m]
                for m in weights
            }
        known = {m: sum(values) / len(values) for m, values in by_month.items() if values}
        total = sum(weights[m] for m in known)
        return sum(known[m] * weights[m] for m in known) / total if total else None


def published(system_name: str | Path = "kent_and_medway") -> Published:
    """The published figures of the configured system. Raises ConfigurationError."""
    folder = system_folder(system_name)
    has_notes = (folder / "calibration.yaml").exists()
    notes = read_yaml(folder, "calibration.yaml", CalibrationFile).model if has_notes else CalibrationFile()
    monthly: dict[tuple[str, str], dict[date, float]] = {}
    daily: dict[tuple[str, str], dict[date, float]] = {}
    dropped: list[Dropped] = []
    spans: dict[str, tuple[date, date]] = {}
    for pattern, columns, copied in (("*ae_monthly*.csv", EMERGENCY, _ever), ("*beds_monthly*.csv", BEDS, _just)):
        for path in sorted((folder / "data").glob(pattern)):
            spans[path.name] = _read_monthly(path, columns, copied, monthly, dropped)
    mapping = load_published(system_name)
    for path in sorted((folder / "data").glob("*daily*.csv")):
        events = [row.event for row in read_published(path, mapping) if row.event]
        read = [(_day_of(event["id"]), event["data"]) for event in events if event["data"]["measure"] in DAILY]
        if not read:
            continue
        last = max(day for day, _ in read)
        spans[path.name] = (_months_before(last, MONTHS), last)
        for day, row in read:
            provider, measure = row["organisation"], DAILY[row["measure"]]
            if day < spans[path.name][0]:
                continue
            if row["value"] == 0:
                dropped.append(Dropped(provider, measure, f"{day}", "a zero: the feed was closed"))
            else:
                daily.setdefault((provider, measure), {})[day] = row["value"]
    if not monthly and not daily:
        raise ConfigurationError(f"{folder / 'data'}: no published figures (*_monthly.csv, *_daily.csv)")
    for gap in notes.partial:
        series = daily.get((gap.organisation, gap.measure), {})
        for day in [day for day in series if gap.first <= day <= gap.last]:
            del series[day]
            dropped.append(Dropped(gap.organisation, gap.measure, f"{day}", gap.reason.strip()))
    return Published(
        monthly, daily, tuple(dropped), tuple(notes.exceptions), tuple(notes.winter), tuple(notes.known), spans
    )


def _day_of(event_id: str) -> date:
    """The day that a daily figure is of: its event is called `published:<day>`."""
    return date.fromisoformat(event_id.partition(":")[2])


def _length(first: date) -> int:
    return (_after(first) - first).days


def _after(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def _months_before(last: date, months: int) -> date:
    """The first day of the `months` months that end with that of `last`."""
    index = last.year * 12 + last.month - months
    return date(index // 12, index % 12 + 1, 1)


Row = tuple[float, ...]
Copied = Callable[[list[Row], Row], bool]


def _ever(before: list[Row], row: Row) -> bool:
    """Counts of thousands that all came out the same in any earlier month."""
    return row in before


def _just(before: list[Row], row: Row) -> bool:
    """Means of beds that are all the month before's."""
    return bool(before) and before[-1] == row


def _read_monthly(
    path: Path,
    columns: Mapping[str, str],
    copied: Copied,
    into: dict[tuple[str, str], dict[date, float]],
    dropped: list[Dropped],
) -> tuple[date, date]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    try:
        dated = sorted(
            ((datetime.strptime(row["date"], "%B %Y").replace(tzinfo=LONDON).date(), row) for row in rows),
            key=lambda pair: pair[0],
        )
        last = dated[-1][0]
    except (KeyError, ValueError, IndexError) as error:
        raise ConfigurationError(f"{path.name}: a month is not written as `April 2024` ({error})") from None
    first = _months_before(last, MONTHS)
    before: dict[str, list[Row]] = {}
    # Of a bed file the whole line of general and acute beds: two months never agree in all of them.
    whole = [name for name in rows[0] if name.startswith(("total_", "attendances_", "general_", "adult_general_"))]
    for month, row in dated:
        provider = row[ORGANISATION]
        figures = tuple(_number(row[name]) or 0.0 for name in whole)
        is_copy = any(figures) and copied(before.setdefault(provider, []), figures)
        before[provider].append(figures)
        if month < first:
            continue
        for measure, column in columns.items():
            value = _number(row.get(column, ""))
            if is_copy and not measure.startswith("critical"):
                dropped.append(Dropped(provider, measure, f"{month:%B %Y}", "repeats another month to the last person"))
            elif value is None:
                dropped.append(Dropped(provider, measure, f"{month:%B %Y}", "missing"))
            elif value == 0:
                dropped.append(Dropped(provider, measure, f"{month:%B %Y}", "a zero: nothing was reported"))
            else:
                into.setdefault((provider, measure), {})[month] = value
    return first, last


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
