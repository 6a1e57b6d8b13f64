"""A line of the calibration report."""

from __future__ import annotations

from dataclasses import dataclass

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
