"""Hourly arrivals as known at a moment, and what they say of each hour of the week to come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from services.flow_model.engine.draws import Floats

Slots = NDArray[np.int64]
HOUR = timedelta(hours=1)
WEEK_HOURS = 168
PRIOR_WEEKS = 2.0  # how many weeks of the whole profile's word an hour of the week is held to
LONDON = ZoneInfo("Europe/London")


class Expected(Protocol):
    """What is expected of each way in at each site: a history's mean week, or a forecast."""

    def daily(self, site: str, way: str) -> float: ...

    def said(self, site: str, way: str) -> dict[str, Any] | None: ...

    def by_hour_of_week(self, site: str, way: str) -> Floats: ...


@dataclass(frozen=True)
class HourlyArrivals:
    """Counts of arrivals by site and way in, hour by hour. counts[key][i]: between start + i h and start + (i + 1) h.

    The hours are whole, the last ends at or before the moment of the state. NaN: nothing is known of that hour.
    """

    start: datetime
    counts: Mapping[tuple[str, str], Floats]

    @property
    def hours(self) -> int:
        return max((len(each) for each in self.counts.values()), default=0)

    def daily(self, site: str, way: str) -> float:
        """The mean number a day."""
        counts = self.counts.get((site, way))
        return 0.0 if counts is None or np.isnan(counts).all() else float(np.nanmean(counts)) * 24

    def said(self, site: str, way: str) -> dict[str, Any] | None:
        """The rate of a stream as a document says it: the same each week; None where nobody has come."""
        expected = self.by_hour_of_week(site, way)
        return {"rate": {"by_hour": [round(float(each), 6) for each in expected]}} if expected.any() else None

    def by_hour_of_week(self, site: str, way: str) -> Floats:
        """Expected arrivals in each of the 168 hours of London's week, from Monday 00:00 on.

        Each hour's own mean, drawn towards weekday times hour of the day by PRIOR_WEEKS: few weeks say little.
        """
        counts = self.counts.get((site, way))
        if counts is None or np.isnan(counts).all():
            return np.zeros(WEEK_HOURS)
        first = self.start.astimezone(UTC)
        known = np.flatnonzero(~np.isnan(counts))
        slots = np.array([_hour_of_week(first, number) for number in known.tolist()])
        total = np.asarray(np.bincount(slots, weights=counts[known], minlength=WEEK_HOURS), dtype=np.float64)
        number = np.asarray(np.bincount(slots, minlength=WEEK_HOURS), dtype=np.float64)
        mean = float(total.sum() / number.sum())
        if mean == 0:
            return np.zeros(WEEK_HOURS)
        hours: Slots = np.arange(WEEK_HOURS, dtype=np.int64)
        of_day, of_week = hours % 24, hours // 24
        hour = _factor(total, number, of_day, mean, PRIOR_WEEKS)
        day = _factor(total, number, of_week, mean, PRIOR_WEEKS * 24)
        product = mean * hour[of_day] * day[of_week]
        expected: Floats = (total + PRIOR_WEEKS * product) / (number + PRIOR_WEEKS)
        return expected


#: The way in of a stay, by the admission and the kind of bed.
_ADMISSIONS = {
    ("emergency", "ga_adult"): "emergency", ("emergency", "critical_care"): "emergency",
    ("emergency", "ga_paediatric"): "emergency_child", ("elective", "ga_adult"): "planned",
    ("maternity", "maternity"): "maternity", ("birth", "neonatal"): "neonatal",
}  # fmt: skip


def way_in(type_: str, said: Mapping[str, Any]) -> str | None:
    """By which way somebody came, from the type and payload of their first event; None where no stream is of it."""
    if type_ == "ed.arrived":
        if said["department_type"] != 1:
            return "urgent_care"
        if said["arrival_mode"] == "ambulance":
            return "ambulance"
        return "child" if said["child"] else "walk_in"
    if type_ == "sdec.arrived":
        return "sdec_from_ed" if said["from_ed"] else "sdec"
    if type_ == "bed.admitted":
        return _ADMISSIONS.get((str(said["admission"]), str(said["bed_kind"])))
    return "virtual" if type_ == "virtual_ward.onboarded" else None


def hourly(arrived: Iterable[tuple[str, str, datetime, float]], start: datetime, until: datetime) -> HourlyArrivals:
    """The table of (site, way in, moment, how many), of whole hours from `start` on that had ended by `until`."""
    hours = int((until - start) // HOUR)
    counts: dict[tuple[str, str], Floats] = {}
    for site, way, moment, number in arrived:
        slot = int((moment - start) // HOUR)
        if 0 <= slot < hours:
            counts.setdefault((site, way), np.zeros(hours))[slot] += number
    return HourlyArrivals(start, dict(sorted(counts.items())))


def _hour_of_week(first: datetime, number: int) -> int:
    at = (first + timedelta(hours=number)).astimezone(LONDON)
    return at.weekday() * 24 + at.hour


def _factor(total: Floats, number: NDArray[np.float64], group: Slots, mean: float, prior: float) -> Floats:
    """Each group's mean against the whole's, drawn towards 1 by `prior` hours."""
    seen = np.bincount(group, weights=total)
    hours = np.bincount(group, weights=number)
    factor: Floats = (seen + prior * mean) / ((hours + prior) * mean)
    return factor
