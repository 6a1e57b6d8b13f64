"""A line of the calibration report."""

from __future__ import annotations

from dataclasses import dataclass

#: What a planner calls each measure, and each kind of holiday.
NAMES = {
    "attendances": "A&E attendances a day",
    "within_4_hours": "Left A&E within 4 hours",
    "emergency_admissions": "Emergency admissions a day",
    "ga_open": "G&A beds open",
    "ga_occupied": "G&A beds occupied",
    "critical_occupied": "Adult critical care occupied",
    "no_criteria_to_reside": "No criteria to reside",
    "discharges": "SitRep discharges a day",
    "waits_over_4_hours": "Over 4 hours from decision to admit",
    "long_stays": "In a G&A bed for 21 days or more",
    "handovers_30_60": "Handovers of 30 to 60 minutes",
    "handovers_over_60": "Handovers over 60 minutes",
    "beds_closed": "Beds closed by infection",
    "unbalanced": "Services a day out of balance",
    "faults": "People where they cannot be",
    "flu": "Beds with flu",
    "good_friday": "Good Friday",
    "christmas": "25 and 26 December",
    "bank_holiday": "Other bank holidays",
}
#: Where something is said beside it.
SHORT = {
    "discharges": "Discharges",
    "no_criteria_to_reside": "No criteria",
    "handovers_30_60": "Handovers 30-60 min",
    "handovers_over_60": "Handovers over 60 min",
}
SHARES = ("within_4_hours",)
ALL = "all"  # the organisation of a line about the whole system


@dataclass(frozen=True)
class Line:
    """One comparison. detail: which weekday or holiday; spread: standard deviation over seeds (levels)."""

    part: str
    organisation: str
    measure: str
    detail: str
    simulated: float | None
    published: float
    low: float
    high: float
    spread: float | None = None
    excuse: str | None = None

    @property
    def ratio(self) -> float | None:
        return self.simulated / self.published if self.simulated is not None and self.published else None

    @property
    def passes(self) -> bool:
        return self.simulated is not None and self.low <= self.simulated <= self.high


def shown(line: Line, value: float | None) -> str:
    """A figure of that line as a planner writes it."""
    if value is None:
        return "–"
    if line.measure in SHARES or (line.part == "winter" and line.high < 1):
        return f"{value:.1%}"
    if line.part == "daily" or (line.part == "winter" and "a week" in line.detail):
        return f"{value:.2f}"
    return f"{value:,.1f}" if line.part in ("levels", "tails") and abs(value) < 100 else f"{value:,.0f}"
