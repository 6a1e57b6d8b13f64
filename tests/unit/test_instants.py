"""The axis of single microseconds says what a list of every one of them would say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from services.domain.instants import Instants
from services.domain.versions import Grid, microseconds, moment, yesterday

SECOND = timedelta(seconds=1)
LENGTH = timedelta(hours=6)
#: An ordinary day, and the nights in which the clocks go forward and back with the days after them.
BEGINNINGS = [
    datetime(2026, 6, 10, 9, 7, 31, 5, tzinfo=UTC),
    datetime(2026, 3, 28, 22, 50, tzinfo=UTC),
    datetime(2026, 3, 29, 22, 59, 59, tzinfo=UTC),
    datetime(2026, 10, 24, 22, 10, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 22, 45, tzinfo=UTC),
]


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_a_day_on_is_the_first_instant_at_which_the_same_time_yesterday_is_later(beginning: datetime) -> None:
    axis = Instants.following(beginning, LENGTH)
    first = beginning - timedelta(hours=27)
    since = [first + step * timedelta(minutes=7, seconds=13, microseconds=1) for step in range(300)]
    places = axis.a_day_on(np.array([microseconds(each) for each in since], np.int64)).tolist()
    for each, place in zip(since, places, strict=True):
        at = beginning + timedelta(microseconds=place)
        if place < axis.end:
            assert yesterday(at) > microseconds(each)
        if place > 0:
            assert yesterday(at - timedelta(microseconds=1)) <= microseconds(each)


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_an_axis_of_instants_agrees_with_a_grid_of_some_of_them(beginning: datetime) -> None:
    axis = Instants.following(beginning, LENGTH)
    marks = [at for at in (beginning + step * timedelta(seconds=97) for step in range(200)) if axis.covers(at)]
    grid = Grid.at(marks)
    places = np.array([axis.place(each) for each in marks])
    asked = np.array([microseconds(beginning + step * 41 * SECOND) for step in range(-3000, 900)], np.int64)
    for name in ("left", "right", "a_day_on"):
        by_instant = np.searchsorted(places, getattr(axis, name)(asked), "left")
        assert by_instant.tolist() == getattr(grid, name)(asked).tolist(), name


def test_an_axis_goes_on_through_the_night_in_which_the_clocks_go_back() -> None:
    axis = Instants.following(datetime(2026, 10, 24, 22, 10, tzinfo=UTC), LENGTH)
    assert axis.covers(datetime(2026, 10, 24, 22, 10, tzinfo=UTC) + LENGTH - SECOND)
    assert not axis.covers(datetime(2026, 10, 24, 22, 10, tzinfo=UTC) + LENGTH)


def test_the_same_time_yesterday_never_goes_back_and_is_a_day_before_at_midnight() -> None:
    for night in (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 3, 28, 12, tzinfo=UTC)):
        told = [yesterday(night + step * timedelta(minutes=7)) for step in range(500)]
        assert told == sorted(told)
    twice = [datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
             datetime(2026, 10, 25, 2, 0, tzinfo=UTC)]  # fmt: skip
    first, again, after = (moment(yesterday(each)) for each in twice)
    assert first == datetime(2026, 10, 24, 0, 59, 59, tzinfo=UTC)
    assert again == after == datetime(2026, 10, 24, 1, 0, tzinfo=UTC)
    assert moment(yesterday(datetime(2026, 10, 26, tzinfo=UTC))) == datetime(2026, 10, 24, 23, tzinfo=UTC)
