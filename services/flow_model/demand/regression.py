"""A log-linear mean of counts, each column held towards 0: penalised Poisson regression by Fisher scoring."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from services.flow_model.demand.calendar import Floats

STEPS = 8
CLOSE = 1e-4


def fit(table: Floats, counts: Floats, exposure: Floats, weight: Floats, held: Floats, begin: Floats | None) -> Floats:
    """Coefficients of log(mean / exposure). weight: of each row; begin: where to start from, such as last week's.

    McCullagh and Nelder, Generalized Linear Models (1989), 2.5, with a ridge.
    """
    beta = np.zeros(table.shape[1])
    if begin is not None and len(begin) == len(beta):
        beta = begin.copy()
    else:
        beta[0] = np.log(max(float(weight @ counts) / max(float(weight @ exposure), 1e-9), 1e-6))
    penalty = np.diag(held)
    for _ in range(STEPS):
        predicted = np.clip(table @ beta, -20, 20)
        mean = exposure * np.exp(predicted)
        scale = weight * mean
        gradient = table.T @ (weight * (counts - mean)) - held * beta
        information = (table * scale[:, None]).T @ table + penalty
        step = linalg.solve(information, gradient, assume_a="pos")
        beta = beta + np.clip(step, -2, 2)
        if np.max(np.abs(step)) < CLOSE:
            break
    return beta
