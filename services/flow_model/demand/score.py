"""How good forecasts were: mean pinball, coverage, bias."""

from __future__ import annotations

import numpy as np

from services.flow_model.demand.calendar import Floats

LEVELS: Floats = np.arange(1, 20) / 20  # 0.05 .. 0.95


def pinball(quantiles: Floats, observed: Floats, levels: Floats = LEVELS) -> Floats:
    """(levels, points): (q - 1[y < f]) (y - f), without the factor two that others use. quantiles: (levels, points)."""
    off = observed[None, :] - quantiles
    lost: Floats = np.where(off < 0, (levels[:, None] - 1) * off, levels[:, None] * off)
    return lost
