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
        """(levels, hours): the least whole count that at least that share of the distribution does not exceed.

        Counts are whole, so a quantile between two of them loses more pinball than the better of the two.
        """
        size, share = self._shape
        found: Floats = stats.nbinom.ppf(levels[:, None], size, share)
        return found

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
