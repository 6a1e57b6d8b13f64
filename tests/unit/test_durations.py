"""Distributions are inverses of their own survival, have the mean they say, and remember time already spent."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from services.flow_model.engine.durations import Distribution, Duration, Exponential

READ: TypeAdapter[Distribution] = TypeAdapter(Duration)
U = (np.arange(200_000) + 0.5) / 200_000
CASES: list[tuple[dict[str, Any], float, float]] = [
    ({"distribution": "exponential", "mean": 5}, 5, 5),
    ({"distribution": "lognormal", "mean": 7.4, "sd": 8.61}, 7.4, 8.61),
    ({"distribution": "lognormal", "median": 2, "sigma": 0.5}, 2 * math.exp(0.125), 1.2071),
    ({"distribution": "lognormal", "mean": 18.1, "median": 9}, 18.1, 31.58),
    ({"distribution": "lognormal", "mean": 3, "sigma": 0.5}, 3, 3 * math.sqrt(math.exp(0.25) - 1)),
    ({"distribution": "normal", "mean": 16, "sd": 2}, 16, 2),
    ({"distribution": "normal", "mean": 0, "sd": 1}, math.sqrt(2 / math.pi), math.sqrt(1 - 2 / math.pi)),
    ({"distribution": "gamma", "mean": 6, "sd": 3}, 6, 3),
    ({"distribution": "gamma", "shape": 2, "scale": 4}, 8, math.sqrt(32)),
    ({"distribution": "weibull", "shape": 2, "scale": 3}, 3 * math.gamma(1.5), 1.3896),
    ({"distribution": "uniform", "low": 2, "high": 6}, 4, 4 / math.sqrt(12)),
    ({"distribution": "constant", "value": 3}, 3, 0),
    ({"distribution": "empirical", "values": [1, 2, 6], "weights": [1, 1, 2]}, 3.75, math.sqrt(20.25 - 3.75**2 - 1)),
]


def named(case: tuple[dict[str, Any], float, float]) -> str:
    return " ".join(f"{value}" for value in case[0].values())


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_distribution_has_the_mean_and_deviation_it_says(case: tuple[dict[str, Any], float, float]) -> None:
    said, mean, sd = case
    drawn = READ.validate_python(said).draw(U)
    assert drawn.mean() == pytest.approx(mean, rel=0.003)
    assert drawn.std() == pytest.approx(sd, rel=0.02, abs=1e-9)


@pytest.mark.parametrize("case", [each for each in CASES if each[0]["distribution"] not in ("constant", "empirical")],
                         ids=named)  # fmt: skip
def test_a_quantile_is_the_inverse_of_the_survival(case: tuple[dict[str, Any], float, float]) -> None:
    made = READ.validate_python(case[0])
    survival = np.array([1e-12, 1e-6, 0.01, 0.3, 0.5, 0.9, 0.999])
    assert made.survival(made.at_survival(survival)) == pytest.approx(survival, rel=1e-5)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_what_is_left_is_what_those_who_lasted_that_long_had_left(case: tuple[dict[str, Any], float, float]) -> None:
    said, mean, _ = case
    made = READ.validate_python(said)
    elapsed = mean * 0.7
    drawn = made.draw(U)
    lasting = drawn[drawn > elapsed] - elapsed
    left = made.remaining(U, np.full(len(U), elapsed))
    assert left.mean() == pytest.approx(lasting.mean(), rel=0.01)
    assert np.quantile(left, 0.9) == pytest.approx(np.quantile(lasting, 0.9), rel=0.02)
    assert np.all(left >= 0)


def test_an_exponential_forgets() -> None:
    made = Exponential(mean=5)
    assert made.remaining(U, np.full(len(U), 40.0)) == pytest.approx(made.draw(U), rel=1e-6)


def test_nothing_is_left_where_nobody_lasts_that_long() -> None:
    for said in ({"distribution": "constant", "value": 3}, {"distribution": "uniform", "low": 0, "high": 3}):
        assert READ.validate_python(said).remaining(U[:5], np.full(5, 4.0)).tolist() == [0.0] * 5


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"distribution": "lognormal", "mean": 3}, "a lognormal is said by"),
        ({"distribution": "lognormal", "sd": 3, "sigma": 1}, "a lognormal is said by"),
        ({"distribution": "lognormal", "mean": 3, "median": 4}, "greater than its median"),
        ({"distribution": "gamma", "mean": 3, "shape": 4}, "a gamma is said by"),
        ({"distribution": "normal", "mean": -50, "sd": 1}, "almost nothing"),
        ({"distribution": "normal", "mean": 5, "sd": 1, "low": 3, "high": 2}, "greater than `low`"),
        ({"distribution": "uniform", "low": 3, "high": 3}, "greater than `low`"),
        ({"distribution": "empirical", "values": [1, 2], "weights": [1]}, "as many"),
        ({"distribution": "empirical", "values": [1, 2], "weights": [0, 0]}, "above 0"),
        ({"distribution": "empirical", "values": []}, "at least 1"),
        ({"distribution": "exponential", "mean": float("inf")}, "finite"),
        ({"distribution": "exponential", "mean": 0}, "greater than 0"),
    ],
)
def test_a_distribution_that_cannot_be_says_why(said: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        READ.validate_python(said)
