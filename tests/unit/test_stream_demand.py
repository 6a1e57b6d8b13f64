"""The arrivals of a run: forecast by the clock of the wall, stepping down where a rule does better, deaf to silence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from services.flow_model.demand.calendar import Floats, Region
from services.flow_model.demand.naive import RULES
from services.flow_model.system.demand import MEAN_WEEK, MODEL, Demand, demand
from services.flow_model.system.demand_table import LONDON, HourlyArrivals

ENGLAND = Region("ENG", "Europe/London")
START = datetime(2026, 1, 26, tzinfo=UTC)
SHAPE = 1 + 0.8 * np.sin(2 * np.pi * (np.arange(24) - 8) / 24)  # by London's hour: least at 2, most at 14
KEY = ("A1", "walk_in")


def local_hours(start: datetime, hours: int) -> np.ndarray:
    return np.array([(start + timedelta(hours=number)).astimezone(LONDON).hour for number in range(hours)])


def counts(days: int, a_day: float = 240.0, seed: int = 1, start: datetime = START) -> Floats:
    due = a_day / 24 * SHAPE[local_hours(start, days * 24)]
    drawn: Floats = np.random.default_rng(seed).poisson(due).astype(np.float64)
    return drawn


def expected(table: dict[tuple[str, str], Floats], as_at: datetime, hours: float = 72) -> Demand:
    provider_of = {site: site[0] for site, _ in table}
    return demand(HourlyArrivals(START, table), as_at, hours, ENGLAND, provider_of)


def test_it_follows_the_clock_of_the_wall_through_a_change_of_the_clocks() -> None:
    as_at = START + timedelta(days=61, hours=18, minutes=30)  # Saturday 28 March, the night that the clocks go forward
    known = counts(62)[: 61 * 24 + 18]
    made = expected({KEY: known}, as_at, 48).streams[KEY]
    assert made.rule == MODEL
    due = 10 * SHAPE[local_hours(as_at.replace(minute=0), 49)]
    assert len(made.mean) == 49  # from 18:00 on, and 48 hours from 18:30
    assert made.mean == pytest.approx(due, rel=0.2, abs=1.0)
    assert made.mean.argmin() in (7, 8, 31, 32)  # 1 or 2 in the morning by London's summer time too


def test_a_stream_says_its_rate_from_the_very_moment_of_its_start() -> None:
    as_at = START + timedelta(days=40, hours=10, minutes=45)
    made = expected({KEY: counts(41)[: 40 * 24 + 10]}, as_at, 24)
    said = made.said(*KEY)
    assert said is not None
    steps = said["rate"]["steps"]
    assert [time for time, _ in steps[:3]] == [0, 0.25, 1.25]
    assert steps[-1][0] == pytest.approx(23.25)
    assert steps[1][1] == pytest.approx(float(made.streams[KEY].mean[1]))
    assert made.said("A1", "planned") is None


def test_the_last_two_weeks_are_what_it_is_judged_by() -> None:
    as_at = START + timedelta(days=45, hours=6)
    known = counts(46)[: 45 * 24 + 6]
    first = expected({KEY: known}, as_at).streams[KEY]
    known[-14 * 24 :] = known[-14 * 24 :][::-1]
    changed = expected({KEY: known}, as_at).streams[KEY]
    assert all(changed.lost[rule] > 1.2 * first.lost[rule] for rule in (MODEL, "hour_of_week_52"))


def test_a_stream_that_a_rule_knows_better_steps_down_to_it_and_says_by_how_much() -> None:
    week = np.random.default_rng(4).integers(0, 30, 168).astype(np.float64)
    made = expected({KEY: np.tile(week, 7)}, START + timedelta(weeks=7)).streams[KEY]
    assert made.rule in RULES
    assert made.lost[made.rule] < made.lost[MODEL]
    assert made.mean == pytest.approx(week[:72])
    assert made.dispersion == 0


def test_hours_in_which_a_feed_is_silent_are_not_hours_in_which_nobody_came() -> None:
    days, as_at = 50, START + timedelta(days=50)
    table = {KEY: counts(days), ("A2", "child"): counts(days, 48, seed=2), ("B1", "walk_in"): counts(days, seed=3)}
    whole = expected(table, as_at)
    for key in (KEY, ("A2", "child")):
        table[key][-20:] = 0  # the whole of provider A, for twenty hours until now
    silent = expected(table, as_at)
    assert silent.streams[KEY].missing_hours == silent.streams["A2", "child"].missing_hours == 20
    assert silent.streams["B1", "walk_in"].missing_hours == 0
    assert silent.streams[KEY].mean.sum() == pytest.approx(whole.streams[KEY].mean.sum(), rel=0.05)
    # One department of two that reports nobody has nobody: its provider does speak.
    table[KEY][-20:] = counts(days)[-20:]
    assert expected(table, as_at).streams["A2", "child"].missing_hours == 0


def test_the_days_of_which_only_those_still_there_are_known_are_no_history() -> None:
    known = counts(50)
    known[:48] = np.random.default_rng(8).random(48) < 0.5
    made = expected({KEY: known}, START + timedelta(days=50))
    assert made.streams[KEY].missing_hours == 48
    assert made.daily(*KEY) == pytest.approx(240, rel=0.03)
    known[48 + 24 * 20 :][:24] = 0
    known[48 + 24 * 20] = 1  # a day of nearly nobody in the middle did happen, but for its silent hours
    assert 48 + 20 < expected({KEY: known}, START + timedelta(days=50)).streams[KEY].missing_hours <= 48 + 23


def test_of_little_history_the_mean_week_is_what_there_is() -> None:
    as_at = START + timedelta(days=10, hours=8)
    made = expected({KEY: counts(11)[: 10 * 24 + 8]}, as_at).streams[KEY]
    assert made.rule == MEAN_WEEK
    assert made.lost == {}
    assert made.mean == pytest.approx(10 * SHAPE[local_hours(as_at, 72)], rel=0.5, abs=2.5)


def test_a_department_that_opened_ten_days_ago_is_as_busy_as_it_has_been_since() -> None:
    opened = counts(50)
    opened[: 40 * 24] = 0
    made = expected({KEY: opened}, START + timedelta(days=50))
    assert made.streams[KEY].rule == MEAN_WEEK
    assert made.streams[KEY].missing_hours == pytest.approx(40 * 24, abs=6)
    assert made.streams[KEY].mean.mean() == pytest.approx(10, rel=0.15)
    assert made.daily(*KEY) == pytest.approx(240, rel=0.1)


def test_totals_that_were_off_together_widen_the_whole_run() -> None:
    as_at = START + timedelta(days=56)
    calm = {(f"A{number}", "walk_in"): counts(56, seed=number) for number in range(6)}
    random = np.random.default_rng(9)
    restless = {
        key: np.floor(values * np.repeat(random.gamma(25, 1 / 25, 28), 48) + random.random(len(values)))
        for key, values in calm.items()
    }
    assert expected(calm, as_at).run_dispersion < 0.004
    assert expected(restless, as_at).run_dispersion == pytest.approx(0.04, abs=0.025)
