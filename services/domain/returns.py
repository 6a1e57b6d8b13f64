"""Returns that people type for an organisation without a feed: which gauges, what a value may be, what is surprising.

A typed value is an ordinary `gauge.reported`; these rules are the page's, on top of those of the door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from services.domain.catalogue import CATALOGUE, GAUGES
from services.domain.measures import Measure
from services.domain.system import Provider

#: What each kind of provider reports, by the first word of a measure or by its whole name.
REPORTED_BY: Mapping[str, tuple[str, ...]] = {
    "acute": ("reported", "maternity", "staffing"),
    "community": ("community", "staffing"),
    "mental_health": ("mental_health", "staffing"),
    "ambulance": ("reported.reap_level", "reported.csp_level", "nhs111", "staffing"),
    "council": ("social_care",),
    "other": ("primary_care", "nhs111", "social_care"),
}
#: Of an ambulance service, though their names begin as an acute trust's do.
_OF_AMBULANCE = frozenset(["reported.reap_level", "reported.csp_level"])
#: How long a typed value may stand at most; it never stands without an end, so that none is shown for ever.
LONGEST_HOLD = timedelta(days=31)


@dataclass(frozen=True)
class Range:
    """What a value may be, both ends included. whole: without a fraction."""

    least: float
    most: float
    whole: bool = False


_BY_UNIT: Mapping[str, Range] = {
    "people": Range(0, 100_000, whole=True),
    "beds": Range(0, 100_000, whole=True),
    "count": Range(0, 1_000_000, whole=True),
    "minutes": Range(0, 14 * 1440),
    "hours": Range(0, 1_000_000),
    "days": Range(0, 100_000),
    "share": Range(0, 1),
}
_BY_NAME: Mapping[str, Range] = {
    "maternity.women_per_midwife": Range(0, 100),
    "reported.reap_level": Range(1, 4, whole=True),
    "reported.csp_level": Range(0, 6, whole=True),
    # More people than open beds, and attendances beyond those expected.
    "mental_health.adult_occupancy": Range(0, 1.5),
    "mental_health.picu_occupancy": Range(0, 1.5),
    "reported.ed_attendance_variation": Range(-1, 5),
}
#: What a value may move by before somebody is asked whether it is right: this, or half of the last if that is more.
#: Assumption: small counts jump by a handful, a share by a seventh, without anybody having mistyped.
_MOVES: Mapping[str, float] = {
    "people": 10,
    "beds": 10,
    "count": 10,
    "minutes": 15,
    "hours": 24,
    "days": 7,
    "share": 0.15,
}


def gauges_of(provider: Provider) -> tuple[Measure, ...]:
    """The gauges that a provider of this kind may report, in the order of the catalogue."""
    words = REPORTED_BY.get(provider.kind, ())
    return tuple(
        measure for name, measure in CATALOGUE.items()
        if name in GAUGES and (name in words or (name.partition(".")[0] in words and name not in _OF_AMBULANCE))
    )  # fmt: skip


def range_of(measure: Measure) -> Range:
    return _BY_NAME.get(measure.name, _BY_UNIT[measure.unit])


def wrong(measure: Measure, value: float) -> str | None:
    """Why a value cannot be; None where it can."""
    allowed = range_of(measure)
    if allowed.whole and value != int(value):
        return "is a whole number"
    if not allowed.least <= value <= allowed.most:
        return f"lies between {_said(measure, allowed.least)} and {_said(measure, allowed.most)}"
    return None


def surprising(measure: Measure, value: float, last: float | None) -> str | None:
    """Why somebody should look again before a value is sent; None where it is like the last, or there is none."""
    if last is None or abs(value - last) <= max(_MOVES[measure.unit], abs(last) / 2):
        return None
    return f"is far from the last, {_said(measure, last)}"


def _said(measure: Measure, value: float) -> str:
    return f"{value * 100:g}%" if measure.unit == "share" else f"{value:g}"
