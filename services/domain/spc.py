"""Statistical process control by the Making Data Count rules: XmR charts of daily figures.

Limits are mean ± 2.66 times the mean moving range; special causes are looked for in the order of NHSRplotthedots
(`ptd_calculate_point_type`, MIT): a point outside the limits, a trend of seven, two of three near a limit, seven on one
side of the mean. A point on the mean is on no side. Where a process was changed, its chart is in parts: limits are
worked out and rules looked for in each part by itself (`ptd_spc`, rebase). A part of fewer than twelve points has trial
limits (NHSRplotthedots, "Number of points required"): they are worked out to be drawn, and nothing is judged by them,
since a chart that has seen too little to find a change would say that there was none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from statistics import mean as exact_mean
from typing import Literal

SCALE = 2.66  # 3 / d2 of two points
NEAR = SCALE * 2 / 3
SCREEN = 3.267  # D4 of two points
RUN = 7
LEAST_POINTS = 12  # fewer give trial limits and judge nothing

Cause = Literal["astronomical", "trend", "two_of_three", "shift"]
Variation = Literal["common", "improvement", "concern", "neutral"]
Assurance = Literal["passes", "fails", "hit_and_miss"]
Direction = Literal["lower", "higher", "neutral"]


@dataclass(frozen=True)
class Point:
    """side: 1 above the mean, -1 below, 0 on it. variation says which way a special cause points; None: its part has
    too few points to judge.
    """

    value: float
    side: int
    cause: Cause | None
    variation: Variation | None


@dataclass(frozen=True)
class Limits:
    mean: float
    lower: float
    upper: float
    near_lower: float
    near_upper: float
    mean_moving_range: float


@dataclass(frozen=True)
class Part:
    """A stretch of one process: its first point, and how many. limits: None with one point, which has no moving range.

    trial: fewer than twelve points, so the limits may still move much and nothing is judged by them.
    """

    first: int
    points: int
    limits: Limits | None
    trial: bool


@dataclass(frozen=True)
class Advice:
    """A rebase may be considered: the chart ends in a shift. It begins at `first`; side: 1 above the mean, -1 below."""

    first: int
    points: int
    side: int


@dataclass(frozen=True)
class Chart:
    """variation, assurance, advice: of the last part, None while it has too few points to judge. assurance: None
    without a target, too.
    """

    parts: tuple[Part, ...]
    points: tuple[Point, ...]
    variation: Variation | None
    assurance: Assurance | None
    advice: Advice | None


def chart(
    values: Sequence[float], *, direction: Direction = "neutral", target: float | None = None, screen: bool = False,
    breaks: Sequence[int] = (),
) -> Chart | None:  # fmt: skip
    """The chart of successive values, oldest first; None where no part has the two values that a moving range needs.

    screen: leave moving ranges of 3.267 times their mean and more out of it, once (the NHS tool does not).
    breaks: the indices of the values at which another part begins.
    """
    edges = sorted({0, len(values), *(each for each in breaks if 0 < each < len(values))})
    parts: list[Part] = []
    points: list[Point] = []
    for first, end in pairwise(edges):
        within = values[first:end]
        limits = _limits(within, screen=screen)
        parts.append(Part(first, len(within), limits, len(within) < LEAST_POINTS))
        points += _points(within, limits, direction)
    if not any(part.limits for part in parts):
        return None
    last = parts[-1]
    if last.limits is None or last.trial:
        return Chart(tuple(parts), tuple(points), None, None, None)
    assurance = _assurance(last.limits.lower, last.limits.upper, target, direction)
    return Chart(
        tuple(parts), tuple(points), points[-1].variation, assurance, _advice(points[last.first :], last.first)
    )


def _limits(values: Sequence[float], *, screen: bool) -> Limits | None:
    if len(values) < 2:
        return None
    mean = exact_mean(values)  # a rounded one would lie beside every point of a process that does not vary
    ranges = [abs(after - before) for before, after in pairwise(values)]
    moving = exact_mean(ranges)
    if screen:
        moving = exact_mean([each for each in ranges if each < SCREEN * moving] or ranges)
    return Limits(
        mean, mean - SCALE * moving, mean + SCALE * moving, mean - NEAR * moving, mean + NEAR * moving, moving
    )  # fmt: skip


def _points(values: Sequence[float], limits: Limits | None, direction: Direction) -> list[Point]:
    if limits is None:
        return [Point(value, 0, None, None) for value in values]
    sides = [(value > limits.mean) - (value < limits.mean) for value in values]
    if len(values) < LEAST_POINTS:
        return [Point(value, side, None, None) for value, side in zip(values, sides, strict=True)]
    causes = _causes(values, sides, (limits.lower, limits.upper), (limits.near_lower, limits.near_upper))
    return [
        Point(value, side, cause[0], _variation(cause[1], direction)) if cause else Point(value, side, None, "common")
        for value, side, cause in zip(values, sides, causes, strict=True)
    ]


def _advice(points: Sequence[Point], offset: int) -> Advice | None:
    """Seven or more points on one side of the mean, up to the last: the process may have changed when they began.

    Whether it did, and is to stay so, only people know: the limits are worked out again by their word alone (the four
    questions of PQ Systems, "When should you recalculate limits?").
    """
    side = points[-1].side
    running = sum(1 for _ in takewhile(lambda point: point.side == side, reversed(points)))
    if side == 0 or running < RUN:
        return None
    return Advice(offset + len(points) - running, running, side)


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
