"""Charts by the Making Data Count rules, beside a plain reading of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.spc import Chart, Direction, Limits, chart

WAYS: tuple[Direction, ...] = ("lower", "higher", "neutral")
FLAT = [10.0, 12.0] * 8  # mean 11, moving range 2: limits 11 ± 5.32, near limits 11 ± 3.55


def limits_of(made: Chart | None, part: int = -1) -> Limits:
    assert made is not None
    limits = made.parts[part].limits
    assert limits is not None
    return limits


def causes(values: list[float]) -> list[str | None]:
    made = chart(values)
    assert made is not None
    return [point.cause for point in made.points]


def test_limits_are_the_mean_and_2_66_mean_moving_ranges() -> None:
    made = chart(FLAT)
    limits = limits_of(made)
    assert (limits.mean, limits.mean_moving_range) == (11, 2)
    assert (limits.lower, limits.upper) == pytest.approx((5.68, 16.32))
    assert (limits.near_lower, limits.near_upper) == pytest.approx((11 - 2 * 2.66 * 2 / 3, 11 + 2 * 2.66 * 2 / 3))
    assert set(causes(FLAT)) == {None}
    assert made is not None
    assert not made.parts[-1].trial


def test_a_point_outside_the_limits_is_special_and_alone() -> None:
    assert causes([*FLAT, 40.0, *FLAT])[len(FLAT)] == "astronomical"
    assert causes([*FLAT, 40.0, *FLAT]).count("astronomical") == 1


def test_seven_rising_are_a_trend_and_six_are_not() -> None:
    swing = [0.0, 60.0] * 8  # wide limits, so that nothing else is special
    seven = [*swing, 20.0, 21.0, 22.0, 33.0, 34.0, 35.0, 36.0, *swing]
    assert causes(seven)[16:23] == ["trend"] * 7
    assert "trend" not in causes([*swing, 20.0, 21.0, 22.0, 33.0, 34.0, 35.0, *swing])


def test_seven_on_one_side_are_a_shift_and_a_point_on_the_mean_breaks_it() -> None:
    low, high = [8.0, 9.0] * 4, [11.0, 12.0] * 4
    made = chart([*low, *high])
    assert made is not None
    assert {point.cause for point in made.points} <= {"shift", "trend", "two_of_three", "astronomical"}
    balanced = [9.0, 11.0] * 6 + [11.0, 9.0, 10.0, 11.0, 9.0] + [11.0, 11.5, 11.0, 10.0, 9.0, 8.5, 9.0]
    assert "shift" not in causes(balanced)


def test_two_of_three_near_a_limit_on_one_side_are_special_and_only_they() -> None:
    values = [*FLAT, 15.8, 11.6, 15.8, 6.8, *FLAT]
    made = chart(values)
    assert made is not None
    limits = limits_of(made)
    assert limits.near_upper < 15.8 < limits.upper
    assert limits.mean < 11.6 < limits.near_upper
    assert [point.cause for point in made.points[16:20]] == ["two_of_three", None, "two_of_three", None]


@pytest.mark.parametrize(
    ("direction", "target", "assurance"),
    [
        ("higher", 30.0, "fails"), ("higher", 1.0, "passes"), ("higher", 11.0, "hit_and_miss"),
        ("lower", 30.0, "passes"),
        ("lower", 1.0, "fails"), ("lower", 16.0, "hit_and_miss"), ("neutral", 30.0, None), ("higher", None, None),
    ],
)  # fmt: skip
def test_assurance_is_read_off_the_limits(direction: str, target: float | None, assurance: str | None) -> None:
    made = chart(FLAT, direction=direction, target=target)  # type: ignore[arg-type]
    assert made is not None
    assert made.assurance == assurance


def test_a_special_cause_is_improvement_or_concern_by_the_measures_direction() -> None:
    made = {way: chart([*FLAT, 40.0], direction=way) for way in WAYS}
    found = {way: each.variation for way, each in made.items() if each is not None}
    assert found == {"lower": "concern", "higher": "improvement", "neutral": "neutral"}


def test_screening_leaves_the_great_moving_ranges_out_once() -> None:
    values = [*FLAT, 60.0, *FLAT]
    assert limits_of(chart(values, screen=True)).mean_moving_range == 2
    assert limits_of(chart(values)).mean_moving_range > 4


@pytest.mark.parametrize("days", range(2, 12))
def test_fewer_than_twelve_points_give_trial_limits_and_are_too_few_to_judge(days: int) -> None:
    for values in (FLAT[:days], [1.0] * (days - 1) + [99.0], [float(each) for each in range(days)]):
        made = chart(values, direction="lower", target=1.0)
        assert made is not None
        assert made.parts[-1].trial
        assert made.parts[-1].limits is not None
        assert {(point.cause, point.variation) for point in made.points} == {(None, None)}
        assert (made.variation, made.assurance, made.advice) == (None, None, None)


def test_twelve_points_are_judged_and_one_has_no_limits() -> None:
    made = chart(FLAT[:12], direction="lower", target=1.0)
    assert made is not None
    assert (made.parts[-1].trial, made.variation, made.assurance) == (False, "common", "fails")
    assert chart([1.0]) is None
    assert chart([1.0, 2.0], breaks=[1]) is None


@given(st.floats(0, 1e6), st.integers(2, 60))
def test_a_process_that_does_not_vary_has_no_special_cause(value: float, days: int) -> None:
    assert set(causes([value] * days)) == {None}


def test_a_rebase_gives_each_part_its_own_limits_and_no_rule_looks_across_it() -> None:
    low, high = [10.0, 12.0] * 6, [20.0, 22.0] * 6
    made = chart([*low, *high], breaks=[12])
    assert made is not None
    assert [(part.first, part.points, part.trial) for part in made.parts] == [(0, 12, False), (12, 12, False)]
    assert (limits_of(made, 0).mean, limits_of(made, 1).mean) == (11, 21)
    assert {point.cause for point in made.points} == {None}
    assert "shift" in causes([*low, *high]), "as one process it is a shift"


def test_a_part_of_one_day_has_no_limits_and_judges_nothing() -> None:
    made = chart([*FLAT, 40.0], direction="lower", target=5.0, breaks=[len(FLAT)])
    assert made is not None
    assert made.parts[-1].limits is None
    assert (made.points[-1].cause, made.points[-1].side) == (None, 0)
    assert (made.variation, made.assurance, made.advice) == (None, None, None)
    assert limits_of(made, 0) == limits_of(chart(FLAT)), "what was before keeps its limits"


def test_assurance_is_of_the_last_part() -> None:
    values = [*FLAT, *(each + 20 for each in FLAT)]
    made = chart(values, direction="lower", target=20.0, breaks=[len(FLAT)])
    assert made is not None
    assert made.assurance == "fails"


def test_a_rebase_is_advised_where_the_chart_ends_in_a_shift_and_never_done() -> None:
    rise = [12.0, 13.5, 12.5, 13.0, 14.0, 12.0, 13.0]
    made = chart([*FLAT, 8.0, *rise])
    assert made is not None
    assert made.advice is not None
    assert (made.advice.first, made.advice.points, made.advice.side) == (17, 7, 1)
    assert len(made.parts) == 1
    over = chart([*FLAT, 8.0, *rise, 10.0])
    assert over is not None
    assert over.advice is None, "a shift that has ended is no new process"
    done = chart([*FLAT, 8.0, *rise], breaks=[17])
    assert done is not None
    assert done.advice is None


def plainly(values: list[float]) -> tuple[tuple[float, float, float] | None, list[str | None]]:
    """Mean and limits of one process, and the first rule that each of its points breaks, as a person would look: at
    twelve points, before which nobody would.
    """
    if len(values) < 2:
        return None, [None] * len(values)
    mean = sum(values) / len(values)
    moving = sum(abs(values[i] - values[i - 1]) for i in range(1, len(values))) / (len(values) - 1)
    upper, lower = mean + 2.66 * moving, mean - 2.66 * moving
    if len(values) < 12:
        return (mean, lower, upper), [None] * len(values)
    return (mean, lower, upper), [_rule(values, i, mean, moving, (lower, upper)) for i in range(len(values))]


def _rule(values: list[float], i: int, mean: float, moving: float, limits: tuple[float, float]) -> str | None:
    runs = [range(s, s + 7) for s in range(max(0, i - 6), min(i, len(values) - 7) + 1)]
    threes = [range(s, s + 3) for s in range(max(0, i - 2), min(i, len(values) - 3) + 1)]

    def near(j: int, way: int) -> bool:
        return (values[j] - mean) * way > 2.66 * 2 / 3 * moving and limits[0] <= values[j] <= limits[1]

    if not limits[0] <= values[i] <= limits[1]:
        return "astronomical"
    if any(all((values[j] - values[j - 1]) * w > 0 for j in list(r)[1:]) for r in runs for w in (1, -1)):
        return "trend"
    if any(
        near(i, w) and sum(near(j, w) for j in r) >= 2 and all((values[j] - mean) * w > 0 for j in r)
        for r in threes for w in (1, -1)
    ):  # fmt: skip
        return "two_of_three"
    if any(all((values[j] - mean) * w > 0 for j in r) for r in runs for w in (1, -1)):
        return "shift"
    return None


SERIES = st.lists(st.integers(0, 12).map(float), min_size=2, max_size=60)


@given(SERIES)
def test_it_agrees_with_a_plain_reading_of_the_rules(values: list[float]) -> None:
    made, (limits, rules) = chart(values), plainly(values)
    assert made is not None
    found = limits_of(made)
    assert (found.mean, found.lower, found.upper) == limits
    assert [point.cause for point in made.points] == rules


@given(SERIES, st.lists(st.integers(-2, 62), max_size=4), st.sampled_from(WAYS), st.integers(0, 12))
def test_each_part_agrees_with_a_plain_reading_of_it_alone(
    values: list[float], breaks: list[int], direction: Direction, target: int
) -> None:  # fmt: skip
    made = chart(values, direction=direction, target=target, breaks=breaks)
    parts: list[list[float]] = [[]]
    for index, value in enumerate(values):
        if index in breaks and parts[-1]:
            parts.append([])
        parts[-1].append(value)
    read = [plainly(part) for part in parts]
    if all(limits is None for limits, _ in read):
        assert made is None
        return
    assert made is not None
    found = [part.limits and (part.limits.mean, part.limits.lower, part.limits.upper) for part in made.parts]
    assert found == [limits for limits, _ in read]
    assert [point.cause for point in made.points] == [rule for _, rules in read for rule in rules]
    assert [part.trial for part in made.parts] == [len(part) < 12 for part in parts]
    alone = chart(parts[-1], direction=direction, target=target)
    assert (made.variation, made.assurance) == ((alone.variation, alone.assurance) if alone else (None, None))
    assert (made.variation is None) == (len(parts[-1]) < 12)
    mean = sum(parts[-1]) / len(parts[-1])
    sides = [(value > mean) - (value < mean) for value in parts[-1]]
    running = next((count for count, side in enumerate(reversed(sides)) if side != sides[-1]), len(sides))
    judged = len(parts[-1]) >= 12
    expected = (len(values) - running, running, sides[-1]) if judged and sides[-1] and running >= 7 else None
    advice = made.advice and (made.advice.first, made.advice.points, made.advice.side)
    assert advice == expected
