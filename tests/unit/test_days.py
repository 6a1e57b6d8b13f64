"""How days differ in the synthetic system: holidays, seasons, runs of days, and the day on which somebody leaves."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise
from random import Random
from statistics import correlation, mean, pstdev

import pytest

from simulations.days import (
    ADMISSION_MONTHS,
    ATTENDANCE_MONTHS,
    CHILDREN_MONTHS,
    OCCUPANCY_MONTHS,
    WEEKDAY_FITTED,
    Leaving,
    Runs,
    bank_holiday,
    date_of,
    monthly,
    school_holiday,
)
from simulations.levers import Lever, Levers
from simulations.shape import DISCHARGE_WEEKDAYS


def day(year: int, month: int, number: int) -> int:
    return (date(year, month, number) - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    ("found", "name"),
    [
        ((2025, 4, 18), "Good Friday"),
        ((2025, 12, 25), "Christmas Day"),
        ((2026, 5, 4), "May Day"),
        ((2026, 5, 5), None),
        ((2026, 11, 30), None),  # Saint Andrew's, Scotland's alone
    ],
)
def test_bank_holidays_are_those_of_england(found: tuple[int, int, int], name: str | None) -> None:
    assert bank_holiday(day(*found)) == name


def test_schools_are_shut_in_august_and_open_in_june() -> None:
    assert school_holiday(day(2026, 8, 12))
    assert school_holiday(day(2026, 4, 8))  # Easter was the 5th
    assert not school_holiday(day(2026, 6, 17))


@pytest.mark.parametrize("months", [ATTENDANCE_MONTHS, ADMISSION_MONTHS, OCCUPANCY_MONTHS, CHILDREN_MONTHS])
def test_a_years_season_is_one_on_average_and_moves_without_a_jump(months: tuple[float, ...]) -> None:
    year = [monthly(months, day(2025, 1, 1) + n) for n in range(366)]
    assert mean(year) == pytest.approx(1.0, abs=0.015)
    assert max(abs(b - a) for a, b in pairwise(year)) < 0.02


def test_runs_of_days_have_the_mean_spread_and_memory_they_are_asked_for() -> None:
    runs = Runs(Random(3), 0.2, 0.6)
    days = [runs.of(20_000 + n) for n in range(4000)]
    assert mean(days) == pytest.approx(1.0, abs=0.03)
    assert pstdev(days) == pytest.approx(0.2, abs=0.025)
    assert correlation(days[:-1], days[1:]) == pytest.approx(0.6, abs=0.06)


def test_a_run_that_is_asked_twice_for_a_day_says_the_same() -> None:
    runs = Runs(Random(3), 0.2, 0.6)
    assert [runs.of(9), runs.of(9)] == [runs.of(9)] * 2
    later = runs.of(12)
    assert runs.of(10) == later, "a day that is past stays with the newest"


def weekdays_of(leaving: Leaving, weeks: int = 400) -> list[float]:
    """An even flow of people due, all of whom may be made ready before a weekend, by the weekday they leave on."""
    random, found = Random(5), Counter[int]()
    first = day(2001, 1, 1)
    for due in range(first, first + 7 * weeks):
        for _ in range(20):
            found[date_of(leaving.waits(random, leaving.early(random, due, 0))).weekday()] += 1
    return [7 * found[each] / found.total() for each in range(7)]


def test_the_day_of_leaving_shares_out_over_weekdays_in_their_published_order() -> None:
    found = weekdays_of(Leaving(DISCHARGE_WEEKDAYS))
    for weekday, share in enumerate(found):
        wanted = DISCHARGE_WEEKDAYS[weekday] * WEEKDAY_FITTED[weekday]
        assert share == pytest.approx(wanted, abs=0.12), (weekday, found)
    assert found[6] == min(found)
    assert found[4] == max(found)


def test_few_leave_on_a_holiday_and_more_before_christmas_than_on_it() -> None:
    leaving = Leaving(DISCHARGE_WEEKDAYS)
    spring, ordinary = day(2026, 5, 25), day(2026, 6, 1)  # both Mondays
    assert leaving.share(spring) < 0.7 * leaving.share(ordinary)
    random, christmas = Random(1), day(2026, 12, 25)
    early = sum(leaving.early(random, christmas, 0) < christmas for _ in range(1000))
    assert 250 < early < 450
    assert all(leaving.early(random, christmas, christmas) == christmas for _ in range(50)), "never before the earliest"


def test_a_lost_day_makes_people_wait_longer() -> None:
    leaving, due = Leaving(DISCHARGE_WEEKDAYS), day(2026, 6, 9)
    usual, lost = (
        mean(leaving.waits(random, due, factor) - due for _ in range(500))
        for random, factor in ((Random(1), 1.0), (Random(1), 0.3))
    )
    assert lost > usual + 1


def test_levers_multiply_by_site_provider_and_everywhere_and_leave_nothing_behind() -> None:
    levers = Levers()
    levers.pull(Lever.CALLS, 1.5, "RN707")
    levers.pull(Lever.CALLS, 0.1, "RN707")
    levers.pull(Lever.CALLS, 2.0, "RN7")
    levers.pull(Lever.CALLS, 3.0)
    assert levers.of(Lever.CALLS, "RN707", "RN7") == pytest.approx(0.9)
    assert levers.of(Lever.CALLS, "RPA02", "RPA") == 3.0
    assert levers.of(Lever.STAY, "RN707", "RN7") == 1.0
    levers.release(Lever.CALLS, 0.1, "RN707")
    levers.release(Lever.CALLS, 1.5, "RN707")
    assert levers.of(Lever.CALLS, "RN707", "RN7") == 6.0


@pytest.mark.parametrize("factor", [0.0, -1.0])
def test_a_lever_is_not_pulled_to_nothing(factor: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Levers().pull(Lever.STAY, factor)


def test_a_lever_that_was_not_pulled_cannot_be_released() -> None:
    with pytest.raises(ValueError, match="not in list"):
        Levers().release(Lever.STAY, 2.0)
