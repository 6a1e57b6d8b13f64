"""A forecast as a whole distribution of counts: negative binomial, so that days differ by more than chance alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from services.flow_model.demand.calendar import Floats


@dataclass(frozen=True)
class Counts:
    """Counts of several hours. mean, variance: arrays of the same length; a variance is at least its mean."""

    mean: Floats
    variance: Floats

    def quantiles(self, levels: Floats) -> Floats:
        """(levels, hours), between the whole numbers: where the distribution, drawn as a line through the middles of
        its steps, reaches each level. Of a mean that is itself not known exactly this loses less than whole numbers."""
        size, share = self._shape
        whole = stats.nbinom.ppf(levels[:, None], size, share)
        upto = stats.nbinom.cdf(whole, size, share)
        at = stats.nbinom.pmf(whole, size, share)
        before = stats.nbinom.pmf(np.maximum(whole - 1, 0), size, share) * (whole > 0)
        after = stats.nbinom.pmf(whole + 1, size, share)
        middle = upto - at / 2
        down = levels[:, None] < middle
        gap = np.where(down, (at + before) / 2, (at + after) / 2)
        moved: Floats = whole + np.clip((levels[:, None] - middle) / np.maximum(gap, 1e-12), -1.0, 1.0)
        return np.maximum(moved, 0.0)

    def draw(self, u: Floats) -> Floats:
        """Whole counts at uniforms u of the same length: the inverse of the distribution."""
        size, share = self._shape
        drawn: Floats = stats.nbinom.ppf(u, size, share)
        return drawn

    def cdf(self, counts: Floats) -> Floats:
        size, share = self._shape
        upto: Floats = stats.nbinom.cdf(counts, size, share)
        return upto

    @property
    def _shape(self) -> tuple[Floats, Floats]:
        mean = np.maximum(self.mean, 1e-9)
        more = np.maximum(self.variance - mean, 1e-4 * mean)
        size = mean**2 / more
        return size, size / (size + mean)


def poisson_log(counts: Floats, mean: Floats) -> Floats:
    """The negative log likelihood of counts, without what does not depend on the mean."""
    found: Floats = mean - special.xlogy(counts, mean)
    return found
