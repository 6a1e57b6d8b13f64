"""Statistical process control by the Making Data Count rules: XmR charts of daily figures.

Limits are mean ± 2.66 times the mean moving range; special causes are looked for in the order of NHSRplotthedots
(`ptd_calculate_point_type`, MIT): a point outside the limits, a trend of seven, two of three near a limit, seven on one
side of the mean. A point on the mean is on no side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

SCALE = 2.66  # 3 / d2 of two points
NEAR = SCALE * 2 / 3
SCREEN = 3.267  # D4 of two points
RUN = 7
LEAST_POINTS = 12  # fewer give trial limits

Cause = Literal["astronomical", "trend", "two_of_three", "shift"]
Variation = Literal["common", "improvement", "concern", "neutral"]
Assurance = Literal["passes", "fails", "hit_and_miss"]
Direction = Literal["lower", "higher", "neutral"]


@dataclass(frozen=True)
class Point:
    """side: 1 above the mean, -1 below, 0 on it. variation says which way a special cause points."""

    value: float
    side: int
    cause: Cause | None
    variation: Variation


@dataclass(frozen=True)
class Chart:
    """trial: fewer than twelve points, so the limits may still move much. assurance: None without a target."""

    mean: float
    lower: float
    upper: float
    near_lower: float
    near_upper: float
    mean_moving_range: float
    trial: bool
    points: tuple[Point, ...]
    variation: Variation
    assurance: Assurance | None


def chart(
    values: Sequence[float], *, direction: Direction = "neutral", target: float | None = None, screen: bool = False
) -> Chart | None:
    """The chart of successive values, oldest first; None with fewer than two, which have no moving range.

    screen: leave moving ranges of 3.267 times their mean and more out of it, once (the NHS tool does not).
    """
    if len(values) < 2:
        return None
    mean = sum(values) / len(values)
    ranges = [abs(after - before) for before, after in pairwise(values)]
    moving = sum(ranges) / len(ranges)
    if screen:
        within = [each for each in ranges if each < SCREEN * moving] or ranges
        moving = sum(within) / len(within)
    lower, upper = mean - SCALE * moving, mean + SCALE * moving
    near = (mean - NEAR * moving, mean + NEAR * moving)
    sides = [(value > mean) - (value < mean) for value in values]
    causes = _causes(values, sides, (lower, upper), near)
    points = tuple(
        Point(value, side, cause[0], _variation(cause[1], direction)) if cause else Point(value, side, None, "common")
        for value, side, cause in zip(values, sides, causes, strict=True)
    )  # fmt: skip
    return Chart(
        mean, lower, upper, *near, moving, len(values) < LEAST_POINTS, points, points[-1].variation,
        _assurance(lower, upper, target, direction),
    )  # fmt: skip


def _causes(
    values: Sequence[float], sides: Sequence[int], limits: tuple[float, float], near: tuple[float, float]
) -> list[tuple[Cause, int] | None]:
    """For each value the first rule it breaks, and which way: 1 up, -1 down."""
    found: list[tuple[Cause, int] | None] = [None] * len(values)

    def mark(first: int, last: int, cause: Cause, way: int, only: Sequence[bool] | None = None) -> None:
        for index in range(first, last):
            if found[index] is None and (only is None or only[index]):
                found[index] = (cause, way)

    for index, value in enumerate(values):
        if value > limits[1] or value < limits[0]:
            mark(index, index + 1, "astronomical", 1 if value > limits[1] else -1)
    steps = [(after > before) - (after < before) for before, after in pairwise(values)]
    for start in range(len(values) - RUN + 1):
        way = steps[start]
        if way and all(step == way for step in steps[start : start + RUN - 1]):
            mark(start, start + RUN, "trend", way)
    beyond = [
        (value > near[1]) - (value < near[0]) if limits[0] <= value <= limits[1] else 0 for value in values
    ]  # fmt: skip
    for start in range(len(values) - 2):
        way = sides[start]
        three = range(start, start + 3)
        if way and all(sides[index] == way for index in three) and sum(beyond[index] == way for index in three) >= 2:
            mark(start, start + 3, "two_of_three", way, [each == way for each in beyond])
    for start in range(len(values) - RUN + 1):
        way = sides[start]
        if way and all(side == way for side in sides[start : start + RUN]):
            mark(start, start + RUN, "shift", way)
    return found


def _variation(way: int, direction: Direction) -> Variation:
    if direction == "neutral":
        return "neutral"
    return "improvement" if (way > 0) == (direction == "higher") else "concern"


def _assurance(lower: float, upper: float, target: float | None, direction: Direction) -> Assurance | None:
    """Whether the process, left alone, meets its target: from the limits, never from single points."""
    if target is None or direction == "neutral":
        return None
    if lower <= target <= upper:
        return "hit_and_miss"
    above = target > upper
    return "fails" if above == (direction == "higher") else "passes"
