"""Charts by the Making Data Count rules, beside a plain reading of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.spc import Direction, chart

WAYS: tuple[Direction, ...] = ("lower", "higher", "neutral")
FLAT = [10.0, 12.0] * 8  # mean 11, moving range 2: limits 11 ± 5.32, near limits 11 ± 3.55


def causes(values: list[float]) -> list[str | None]:
    made = chart(values)
    assert made is not None
    return [point.cause for point in made.points]


def test_limits_are_the_mean_and_2_66_mean_moving_ranges() -> None:
    made = chart(FLAT)
    assert made is not None
    assert (made.mean, made.mean_moving_range) == (11, 2)
    assert (made.lower, made.upper) == pytest.approx((5.68, 16.32))
    assert (made.near_lower, made.near_upper) == pytest.approx((11 - 2 * 2.66 * 2 / 3, 11 + 2 * 2.66 * 2 / 3))
    assert set(causes(FLAT)) == {None}
    assert not made.trial


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
    assert made.near_upper < 15.8 < made.upper
    assert made.mean < 11.6 < made.near_upper
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
    plain, screened = chart(values), chart(values, screen=True)
    assert plain is not None
    assert screened is not None
    assert screened.mean_moving_range == 2
    assert plain.mean_moving_range > 4


def test_few_points_give_trial_limits_and_one_gives_none() -> None:
    made = chart(FLAT[:11])
    assert made is not None
    assert made.trial
    assert chart([1.0]) is None


@given(st.lists(st.integers(0, 12).map(float), min_size=2, max_size=60))
def test_it_agrees_with_a_plain_reading_of_the_rules(values: list[float]) -> None:
    made = chart(values)
    assert made is not None
    mean = sum(values) / len(values)
    moving = sum(abs(values[i] - values[i - 1]) for i in range(1, len(values))) / (len(values) - 1)
    upper, lower = mean + 2.66 * moving, mean - 2.66 * moving
    assert (made.upper, made.lower) == (upper, lower)
    for i, point in enumerate(made.points):
        runs = [range(s, s + 7) for s in range(max(0, i - 6), min(i, len(values) - 7) + 1)]
        threes = [range(s, s + 3) for s in range(max(0, i - 2), min(i, len(values) - 3) + 1)]

        def near(j: int, way: int) -> bool:
            beyond = (values[j] - mean) * way > 2.66 * 2 / 3 * moving
            return beyond and lower <= values[j] <= upper

        if values[i] > upper or values[i] < lower:
            expected = "astronomical"
        elif any(all((values[j] - values[j - 1]) * w > 0 for j in list(r)[1:]) for r in runs for w in (1, -1)):
            expected = "trend"
        elif any(
            near(i, w) and sum(near(j, w) for j in r) >= 2 and all((values[j] - mean) * w > 0 for j in r)
            for r in threes for w in (1, -1)
        ):  # fmt: skip
            expected = "two_of_three"
        elif any(all((values[j] - mean) * w > 0 for j in r) for r in runs for w in (1, -1)):
            expected = "shift"
        else:
            expected = None
        assert point.cause == expected, (i, values)
