"""How long something lasts: distributions, drawn by their inverse, also given the time that has passed already.

`draw(u)` is the quantile at u. `remaining(u, elapsed)` is the quantile of what is left of a duration that is known to
exceed `elapsed`: the survival at (1 - u) of what survived so far. All times are in the network's own unit.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator
from scipy import special

from services.flow_model.engine.draws import Floats

_TINY = 1e-300  # a survival smaller than this is past every quantile a double can name
LONGEST = 1e9

Positive = Annotated[float, Field(strict=True, gt=0, le=LONGEST, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(strict=True, ge=0, le=LONGEST, allow_inf_nan=False)]


class Distribution(BaseModel):
    """What all share. A distribution says its quantile at a survival, and its survival at a time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def at_survival(self, survival: Floats) -> Floats:
        """The time that a share `survival` outlasts."""
        raise NotImplementedError

    def survival(self, time: Floats) -> Floats:
        """The share that lasts longer than `time`."""
        raise NotImplementedError

    def draw(self, u: Floats) -> Floats:
        """The quantile at u, an array of numbers in (0, 1)."""
        return self.at_survival(1.0 - u)

    def remaining(self, u: Floats, elapsed: Floats) -> Floats:
        """What is left, given that `elapsed` has passed; nothing is left where none lasts that long."""
        so_far = self.survival(elapsed)
        left = self.at_survival(np.maximum(so_far * (1.0 - u), _TINY)) - elapsed
        return np.where(so_far > _TINY, np.maximum(left, 0.0), 0.0)

    def lasts(self, least: float) -> bool:
        """Whether it sometimes lasts longer than `least`: one in a hundred does."""
        return bool(self.at_survival(np.array([0.01]))[0] > least)


class Exponential(Distribution):
    """Memoryless, by its mean."""

    distribution: Literal["exponential"] = "exponential"
    mean: Positive

    def at_survival(self, survival: Floats) -> Floats:
        return -self.mean * np.log(survival)

    def survival(self, time: Floats) -> Floats:
        return np.exp(-time / self.mean)


class Lognormal(Distribution):
    """By the mean and standard deviation of the duration itself, or by its median and the sigma of its logarithm."""

    distribution: Literal["lognormal"] = "lognormal"
    mean: Positive | None = None
    sd: Positive | None = None
    median: Positive | None = None
    sigma: Positive | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Lognormal:
        pairs = ((self.mean, self.sd), (self.median, self.sigma), (self.mean, self.sigma), (self.mean, self.median))
        if sum(each is not None for each in (self.mean, self.sd, self.median, self.sigma)) != 2 or not any(
            None not in pair for pair in pairs
        ):
            raise ValueError("a lognormal is said by `mean` and `sd`, `median` and `sigma`, or `mean` and one of these")
        if self.mean is not None and self.median is not None and self.mean <= self.median:
            raise ValueError("the mean of a lognormal is greater than its median")
        return self

    @cached_property
    def _log(self) -> tuple[float, float]:
        if self.median is not None and self.sigma is not None:
            return math.log(self.median), self.sigma
        if self.mean is not None and self.sigma is not None:
            return math.log(self.mean) - self.sigma**2 / 2, self.sigma
        assert self.mean is not None
        if self.median is not None:
            return math.log(self.median), math.sqrt(2 * math.log(self.mean / self.median))
        assert self.sd is not None
        variance = math.log1p((self.sd / self.mean) ** 2)
        return math.log(self.mean) - variance / 2, math.sqrt(variance)

    def at_survival(self, survival: Floats) -> Floats:
        mu, sigma = self._log
        drawn: Floats = np.exp(mu - sigma * special.ndtri(survival))
        return drawn

    def survival(self, time: Floats) -> Floats:
        mu, sigma = self._log
        with np.errstate(divide="ignore"):
            share: Floats = special.ndtr((mu - np.log(np.maximum(time, 0.0))) / sigma)
        return share


class Normal(Distribution):
    """Cut to [low, high] by inversion, so that nothing is drawn again; mean and sd are those before the cut."""

    distribution: Literal["normal"] = "normal"
    mean: Annotated[float, Field(strict=True, ge=-LONGEST, le=LONGEST, allow_inf_nan=False)]
    sd: Positive
    low: NotNegative = 0.0
    high: Positive | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Normal:
        if self.high is not None and self.high <= self.low:
            raise ValueError("`high` is greater than `low`")
        top, bottom = self._ends
        if top - bottom < 1e-12:
            raise ValueError("almost nothing of this normal lies between `low` and `high`")
        return self

    @property
    def _ends(self) -> tuple[float, float]:
        """Survival of the uncut normal at low and at high."""
        bottom = 0.0 if self.high is None else float(special.ndtr((self.mean - self.high) / self.sd))
        return float(special.ndtr((self.mean - self.low) / self.sd)), bottom

    def at_survival(self, survival: Floats) -> Floats:
        top, bottom = self._ends
        drawn: Floats = self.mean - self.sd * special.ndtri(bottom + survival * (top - bottom))
        return np.clip(drawn, self.low, self.high)

    def survival(self, time: Floats) -> Floats:
        top, bottom = self._ends
        share: Floats = np.clip((special.ndtr((self.mean - time) / self.sd) - bottom) / (top - bottom), 0.0, 1.0)
        return share


class Gamma(Distribution):
    """By mean and standard deviation, or by shape and scale; Erlang where the shape is a whole number."""

    distribution: Literal["gamma"] = "gamma"
    mean: Positive | None = None
    sd: Positive | None = None
    shape: Positive | None = None
    scale: Positive | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Gamma:
        given = tuple(each is not None for each in (self.mean, self.sd, self.shape, self.scale))
        if given not in ((True, True, False, False), (False, False, True, True)):
            raise ValueError("a gamma is said by `mean` and `sd`, or by `shape` and `scale`")
        return self

    @cached_property
    def _shape(self) -> tuple[float, float]:
        if self.shape is not None and self.scale is not None:
            return self.shape, self.scale
        assert self.mean is not None
        assert self.sd is not None
        return (self.mean / self.sd) ** 2, self.sd**2 / self.mean

    def at_survival(self, survival: Floats) -> Floats:
        shape, scale = self._shape
        drawn: Floats = scale * special.gammainccinv(shape, survival)
        return drawn

    def survival(self, time: Floats) -> Floats:
        shape, scale = self._shape
        share: Floats = special.gammaincc(shape, np.maximum(time, 0.0) / scale)
        return share


class Weibull(Distribution):
    """By shape and scale: the hazard falls with time where the shape is below 1."""

    distribution: Literal["weibull"] = "weibull"
    shape: Positive
    scale: Positive

    def at_survival(self, survival: Floats) -> Floats:
        return self.scale * (-np.log(survival)) ** (1.0 / self.shape)

    def survival(self, time: Floats) -> Floats:
        return np.exp(-((np.maximum(time, 0.0) / self.scale) ** self.shape))


class Uniform(Distribution):
    """Anything between low and high alike."""

    distribution: Literal["uniform"] = "uniform"
    low: NotNegative
    high: Positive

    @model_validator(mode="after")
    def _in_order(self) -> Uniform:
        if self.high <= self.low:
            raise ValueError("`high` is greater than `low`")
        return self

    def at_survival(self, survival: Floats) -> Floats:
        return self.high - survival * (self.high - self.low)

    def survival(self, time: Floats) -> Floats:
        return np.clip((self.high - time) / (self.high - self.low), 0.0, 1.0)


class Constant(Distribution):
    """Always the same; 0 is allowed."""

    distribution: Literal["constant"] = "constant"
    value: NotNegative

    def at_survival(self, survival: Floats) -> Floats:
        return np.full(len(survival), self.value)

    def survival(self, time: Floats) -> Floats:
        return np.where(time < self.value, 1.0, 0.0)


class Empirical(Distribution):
    """Observed durations, each as likely as its weight; no duration between them is made up."""

    distribution: Literal["empirical"] = "empirical"
    values: Annotated[tuple[NotNegative, ...], Field(min_length=1, max_length=100_000)]
    weights: Annotated[tuple[NotNegative, ...], Field(max_length=100_000)] | None = None

    @model_validator(mode="after")
    def _as_many(self) -> Empirical:
        if self.weights is not None and len(self.weights) != len(self.values):
            raise ValueError("there are as many `weights` as `values`")
        if self.weights is not None and sum(self.weights) <= 0:
            raise ValueError("at least one of `weights` is above 0")
        return self

    @cached_property
    def _table(self) -> tuple[Floats, Floats]:
        """The values in order, and the share that lies at or below each."""
        values = np.array(self.values)
        weights = np.ones(len(values)) if self.weights is None else np.array(self.weights)
        order = np.argsort(values, kind="stable")
        share = np.cumsum(weights[order])
        return values[order], share / share[-1]

    def at_survival(self, survival: Floats) -> Floats:
        values, share = self._table
        found: Floats = values[np.minimum(np.searchsorted(share, 1.0 - survival, side="left"), len(values) - 1)]
        return found

    def survival(self, time: Floats) -> Floats:
        values, share = self._table
        below = np.searchsorted(values, time, side="right")
        return 1.0 - np.where(below > 0, share[below - 1], 0.0)


Duration = Annotated[
    Exponential | Lognormal | Normal | Gamma | Weibull | Uniform | Constant | Empirical,
    Field(discriminator="distribution"),
]
