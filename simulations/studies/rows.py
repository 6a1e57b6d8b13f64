"""One figure of the engine beside the one that is known, and when the two agree."""

from __future__ import annotations

import math
from dataclasses import dataclass

from services.flow_model.engine.replications import margin

#: A closed form: ours is known to a hundredth of it, and lies within three standard errors.
PRECISION = 0.01
ERRORS = 3.0


@dataclass(frozen=True)
class Row:
    """measure: what and of which case. low, high: the 95 % interval of ours. tolerance: how far ours may be off.

    exact: theirs is a closed form, so ours must also be precise; otherwise it is published, rounded.
    """

    measure: str
    ours: float
    standard_error: float
    low: float
    high: float
    theirs: float
    tolerance: float
    exact: bool

    @property
    def difference(self) -> float:
        return self.ours - self.theirs

    @property
    def is_precise(self) -> bool:
        return not self.exact or self.standard_error <= PRECISION * abs(self.theirs)

    @property
    def passed(self) -> bool:
        """NaN passes nothing."""
        return self.is_precise and abs(self.difference) <= self.tolerance

    @property
    def says(self) -> str:
        """What is wrong, in a word; empty where nothing is."""
        if self.passed:
            return ""
        return "not precise" if abs(self.difference) <= self.tolerance else "too far"


def beside(
    measure: str, estimate: tuple[float, float], replications: int, theirs: float, within: float | None = None
) -> Row:
    """A row of our mean and its standard error. within: the bound of a published figure; without it theirs is exact."""
    ours, error = estimate
    half = margin(error, replications) if not math.isnan(error) else math.nan
    tolerance = ERRORS * error if within is None else within
    return Row(measure, ours, error, ours - half, ours + half, theirs, tolerance, within is None)
