"""Amounts that change with time: arrivals, servers, slots. A number, a figure an hour of the day or week, or steps.

Inside the engine an amount is two arrays: the times at which it changes, the first of them 0, and what it is then.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from services.flow_model.engine.draws import Floats

DAY_HOURS = 24
WEEK_HOURS = 168
MOST_STEPS = 20_000

Figure = Annotated[float, Field(strict=True, ge=0, le=1e7, allow_inf_nan=False)]
Time = Annotated[float, Field(strict=True, ge=0, le=1e9, allow_inf_nan=False)]


class ByHour(BaseModel):
    """24 figures, one an hour of the day, or 168, one an hour of the week from Monday 00:00 on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by_hour: Annotated[tuple[Figure, ...], Field(min_length=DAY_HOURS, max_length=WEEK_HOURS)]

    @model_validator(mode="after")
    def _a_day_or_a_week(self) -> ByHour:
        if len(self.by_hour) not in (DAY_HOURS, WEEK_HOURS):
            raise ValueError(f"`by_hour` has 24 figures or 168, not {len(self.by_hour)}")
        return self


class Steps(BaseModel):
    """`[time, figure]` pairs in order of time; the first is at time 0, the last holds to the end."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    steps: Annotated[tuple[tuple[Time, Figure], ...], Field(min_length=1, max_length=MOST_STEPS)]

    @model_validator(mode="after")
    def _in_order(self) -> Steps:
        times = [time for time, _ in self.steps]
        if times[0] != 0:
            raise ValueError("the first of `steps` is at time 0")
        if any(later <= earlier for earlier, later in pairwise(times)):
            raise ValueError("the times of `steps` rise from one to the next")
        return self


def _shape(value: Any) -> str:
    if isinstance(value, ByHour) or (isinstance(value, dict) and "steps" not in value):
        return "by_hour"
    return "steps" if isinstance(value, Steps | dict) else "number"


Amount = Annotated[
    Annotated[Figure, Tag("number")] | Annotated[ByHour, Tag("by_hour")] | Annotated[Steps, Tag("steps")],
    Discriminator(_shape),
]


@dataclass(frozen=True)
class Course:
    """An amount over a run: values[i] holds from times[i] until times[i + 1], the last for ever. times[0] is 0."""

    times: Floats
    values: Floats

    def at(self, time: Floats) -> Floats:
        """The amount at each time; before 0 as at 0."""
        return self.values[np.maximum(np.searchsorted(self.times, time, side="right") - 1, 0)]

    def integral(self, begin: float, end: float) -> float:
        """The amount times time between two moments."""
        edges = np.append(self.times, np.inf)
        inside = np.clip(edges[1:], begin, end) - np.clip(edges[:-1], begin, end)
        return float(np.sum(inside * self.values))

    @property
    def greatest(self) -> float:
        return float(self.values.max())


def course(amount: float | ByHour | Steps, hour_length: float, starts_at_hour: float, length: float) -> Course:
    """An amount laid over a run.

    hour_length: an hour in the network's unit. starts_at_hour: the hour of the week at time 0. length: of the run.
    """
    if isinstance(amount, Steps):
        return Course(*(np.array(column, dtype=float) for column in zip(*amount.steps, strict=True)))
    if isinstance(amount, ByHour):
        hours = np.arange(np.floor(starts_at_hour), starts_at_hour + length / hour_length + 1)
        times = np.maximum((hours - starts_at_hour) * hour_length, 0.0)
        return Course(times, np.array(amount.by_hour, dtype=float)[hours.astype(int) % len(amount.by_hour)])
    return Course(np.zeros(1), np.array([float(amount)]))
