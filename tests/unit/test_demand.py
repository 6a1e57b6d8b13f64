"""Demand: the calendar, the rules to beat, forecasts that see nothing of what comes, and their scores."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

from services.cli import app
from services.errors import ConfigurationError, LightshipError
from services.flow_model.demand.backtest import hourly
from services.flow_model.demand.calendar import SPECIAL, Floats, Region, lengths, special
from services.flow_model.demand.daily import Days, backtest, candidates, naive
from services.flow_model.demand.hourly import LEAST_SHARE, SLOW_DAYS, Series, fitted, forecast
from services.flow_model.demand.naive import RULES, same_hours
from services.flow_model.demand.predictive import Counts
from services.flow_model.demand.score import LEVELS, pinball
from services.series_file import read_daily, read_hourly, region_of

ENGLAND = Region("ENG", "Europe/London")
DISCHARGES = Path(__file__).parents[2] / "config/kent_and_medway/data/kent_discharges_daily.csv"


def a_department(days: int, seed: int = 1, mean: float = 12.0) -> tuple[Series, Floats]:
    """Hourly counts of a made-up department and their true means: hours, weekdays, seasons, good days and bad ones."""
    random = np.random.default_rng(seed)
    hours = np.arange(np.datetime64("2015-01-01T00", "h"), np.datetime64("2015-01-01T00", "h") + days * 24)
    day = hours.astype("datetime64[D]").astype(np.int64)
    hour, weekday = np.arange(len(hours)) % 24, (day + 3) % 7
    shape = np.log(1 + 0.75 * np.sin(2 * np.pi * (hour - 8) / 24)) + 0.06 * (weekday == 0)
    season = 0.06 * np.sin(2 * np.pi * day / 365.25)
    level = np.repeat(np.cumsum(random.normal(0, 0.006, days)) + random.normal(0, 0.04, days), 24)
    true = mean * np.exp(shape + season + level)
    counts = random.negative_binomial(true / 0.2, 1 / 1.2).astype(np.float64)
    length = lengths(ENGLAND, hours)
    counts[length == 0] = np.nan
    return Series.of(ENGLAND, hours, counts), true


def test_pinball_is_the_one_without_a_factor_two() -> None:
    lost = pinball(np.array([[8.0], [12.0]]), np.array([10.0]), np.array([0.05, 0.95]))
    assert lost[:, 0] == pytest.approx([0.05 * 2, 0.05 * 2])
    assert pinball(np.array([[12.0]]), np.array([10.0]), np.array([0.05]))[0, 0] == pytest.approx(0.95 * 2)
    assert len(LEVELS) == 19


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2018, 12, 25), "christmas_day"), (date(2018, 12, 28), "between_the_years"),
        (date(2019, 4, 19), "good_friday"), (date(2019, 4, 22), "easter_monday"), (date(2019, 5, 27), "bank_holiday"),
        (date(2019, 5, 26), "before_bank_holiday"), (date(2019, 5, 28), "after_bank_holiday"),
        (date(2022, 9, 19), "bank_holiday"),  # the funeral of a queen, known since then
    ],
)  # fmt: skip
def test_a_day_is_what_the_calendar_of_england_says(day: date, kind: str) -> None:
    assert SPECIAL[special(ENGLAND, day)] == kind
    assert special(ENGLAND, date(2019, 6, 5)) == -1


def test_an_hour_is_skipped_in_march_and_twice_as_long_in_october() -> None:
    spring = np.arange(np.datetime64("2019-03-31T00", "h"), np.datetime64("2019-03-31T05", "h"))
    autumn = np.arange(np.datetime64("2019-10-27T00", "h"), np.datetime64("2019-10-27T05", "h"))
    assert lengths(ENGLAND, spring).tolist() == [1, 0, 1, 1, 1]
    assert lengths(ENGLAND, autumn).tolist() == [1, 2, 1, 1, 1]


def test_the_naive_rules_say_what_their_names_say() -> None:
    counts = np.arange(60 * 168, dtype=np.float64)
    issue = len(counts)
    year = same_hours(counts, 48, 52)
    assert year.shape == (52, 48)
    assert year[0].tolist() == [issue - 168 + lead for lead in range(48)]
    assert year[51, 0] == issue - 52 * 168
    middle = LEVELS.tolist().index(0.5)
    assert RULES["hour_of_week_52"](counts, 48, LEVELS)[middle, 0] == pytest.approx(np.median(year[:, 0]))
    assert RULES["hour_of_week_8"](counts, 48, LEVELS)[middle, 3] == pytest.approx(issue + 3 - 4.5 * 168)
    # Counts that rise by one an hour: the last day's are 24 too low, and so the rule has learnt.
    assert RULES["persistence"](counts, 48, LEVELS)[:, 0] == pytest.approx(np.full(19, issue))


def test_a_rule_takes_the_quantiles_of_the_weeks_that_are_there() -> None:
    counts = np.random.default_rng(1).poisson(9, 20 * 168).astype(np.float64)
    counts[np.random.default_rng(2).random(len(counts)) < 0.1] = np.nan
    counts[-168:-160] = np.nan
    weeks = same_hours(counts, 48, 8)
    expected = np.nanquantile(weeks, LEVELS, axis=0)
    assert RULES["hour_of_week_8"](counts, 48, LEVELS) == pytest.approx(expected)
    assert np.isnan(RULES["seasonal_naive"](counts, 48, LEVELS)[:, :8]).all()


def test_counts_are_drawn_and_their_quantiles_lie_where_the_distribution_is() -> None:
    made = Counts(np.full(200_000, 14.0), np.full(200_000, 21.0))
    drawn = made.draw((np.arange(200_000) + 0.5) / 200_000)
    assert drawn.mean() == pytest.approx(14, rel=0.001)
    assert drawn.var() == pytest.approx(21, rel=0.01)
    one = Counts(np.array([14.0]), np.array([21.0]))
    said = one.quantiles(LEVELS)[:, 0]
    shares = stats.nbinom.pmf(np.arange(200), 28, 2 / 3)
    upto = np.cumsum(shares)
    assert said.tolist() == [int(np.flatnonzero(upto >= level - 1e-12)[0]) for level in LEVELS]
    # No other number loses less pinball, whole or not.
    for level, told in zip(LEVELS, said, strict=True):
        lost = [
            float(shares @ pinball(np.full((1, 200), each), np.arange(200.0), np.array([level]))[0])
            for each in (told, told - 0.5, told + 0.5, told - 1, told + 1)
        ]
        assert min(lost) == lost[0]


def test_a_level_is_weighed_over_the_ways_that_did_about_as_well() -> None:
    series, _ = a_department(400)
    follow = fitted(series, 390 * 24).follow
    assert len(follow.shares) > 1
    assert sum(share for _, share in follow.shares) == pytest.approx(1)
    assert all(share >= LEAST_SHARE for _, share in follow.shares)
    # Of a series whose level wanders far from day to day the quick ways alone are left.
    wandering = np.cumsum(np.random.default_rng(2).normal(0, 0.15, 400))
    counts = np.floor(series.counts * np.repeat(np.exp(wandering - wandering.mean()), 24))
    jumping = fitted(Series(series.region, series.hours, counts, series.length), 390 * 24).follow
    assert {way.slow_days for way, _ in jumping.shares} <= set(SLOW_DAYS[:2])


def test_a_forecast_sees_nothing_of_what_comes_after_its_issue() -> None:
    series, _ = a_department(300)
    issue = 280 * 24
    first = forecast(series, fitted(series, issue), issue, 48)
    later = series.counts.copy()
    later[issue:] = 999.0
    changed = Series(series.region, series.hours, later, series.length)
    second = forecast(changed, fitted(changed, issue), issue, 48)
    assert np.array_equal(first.mean, second.mean)
    assert np.array_equal(first.variance, second.variance)
    earlier = series.counts.copy()
    earlier[issue - 1] += 50
    moved = Series(series.region, series.hours, earlier, series.length)
    assert not np.array_equal(forecast(moved, fitted(moved, issue), issue, 48).mean, first.mean)


def test_it_comes_near_to_what_can_be_known_and_beats_every_naive_rule() -> None:
    series, true = a_department(800)
    issues = range(700 * 24, 790 * 24, 36)
    made = hourly(series, issues, 48)
    best = min(made["naive"].values())
    assert made["mean_pinball"] < 0.975 * best
    at = np.concatenate([np.arange(issue, issue + 48) for issue in issues])
    known = ~np.isnan(series.counts[at])
    oracle = stats.nbinom.ppf(LEVELS[:, None], true[at] / 0.2, 1 / 1.2)
    assert made["mean_pinball"] < 1.04 * float(pinball(oracle, series.counts[at])[:, known].mean())
    assert made["coverage"] == pytest.approx(0.9, abs=0.03)
    assert abs(made["bias"]) < 0.4
    assert made["n_points"] == int(known.sum())
    assert made["stepped_down"] == []


def test_after_a_sudden_fall_it_is_back_within_days_and_steps_down_where_a_rule_does_better() -> None:
    series, _ = a_department(500)
    counts = series.counts.copy()
    counts[400 * 24 :] = np.floor(counts[400 * 24 :] * 0.5)
    fallen = Series(series.region, series.hours, counts, series.length)
    issue = 410 * 24
    made = forecast(fallen, fitted(fallen, issue), issue, 24 * 7)
    assert made.mean.sum() == pytest.approx(np.nansum(counts[issue : issue + 168]), rel=0.12)
    # A series that is the same each week: the rule of eight weeks knows it exactly, the model does not.
    week = np.random.default_rng(3).integers(0, 30, 168).astype(np.float64)
    same = Series(series.region, series.hours, np.tile(week, 72)[: len(counts)], series.length)
    told = hourly(same, range(430 * 24, 480 * 24, 24), 48)
    assert told["stepped_down"]
    assert told["mean_pinball"] < told["own_mean_pinball"]


def test_a_missing_hour_is_neither_counted_as_nothing_nor_scored() -> None:
    series, _ = a_department(300)
    counts = series.counts.copy()
    counts[200 * 24 : 230 * 24] = np.nan
    holed = Series(series.region, series.hours, counts, series.length)
    whole, less = (forecast(each, fitted(each, 280 * 24), 280 * 24, 48) for each in (series, holed))
    assert less.mean == pytest.approx(whole.mean, rel=0.15)
    assert hourly(holed, [228 * 24], 48)["n_points"] == 0


def test_the_published_discharges_are_forecast_better_than_by_the_weekdays_mean() -> None:
    days = read_daily(DISCHARGES, "date", "discharged_total", {"nhs_trust22_code": "RPA"}, ENGLAND)
    end = len(days.values)
    made = backtest(days, range(end - 200, end), 2)
    for lead in (0, 1):
        assert made["mae_by_lead"][lead] < 0.95 * made["naive"]["day_of_week_8"]["mae_by_lead"][lead]


def test_a_day_that_repeats_last_weeks_is_left_to_the_rule_that_knows_it_and_that_is_said() -> None:
    week = np.random.default_rng(5).integers(50, 150, (60, 7)).astype(np.float64)
    week[30:] = week[29]  # from then on each week is the last again
    made = backtest(Days(ENGLAND, date(2021, 1, 4), week.reshape(-1)), range(39 * 7, 45 * 7), 1)
    late = [each for each in made["stepped_down"] if each["issue"] > "2021-11-01"]
    assert {each["rule"] for each in late} == {"seasonal_naive"}
    assert late[0] == {"issue": late[0]["issue"], "lead": 1, "rule": "seasonal_naive"}


def test_a_weekday_that_is_far_from_the_others_is_known_whichever_day_comes_last() -> None:
    values = np.tile([50.0, 60, 70, 80, 90, 20, 10], 30)
    for end in range(180, 187):
        days = Days(ENGLAND, date(2022, 1, 31), values[:end])  # Mondays are 50
        assert candidates(days, end, 1)[0, 0] == pytest.approx(values[end], abs=5)


def test_a_daily_forecast_sees_nothing_of_its_own_day() -> None:
    days = read_daily(DISCHARGES, "date", "discharged_total", {"nhs_trust22_code": "RN7"}, ENGLAND)
    values = days.values.copy()
    issue = 400
    before = backtest(days, [issue], 7)["mae_by_lead"][0]
    said = days.values[issue]
    values[issue:] = said + 1000
    after = backtest(Days(days.region, days.first, values), [issue], 7)["mae_by_lead"][0]
    assert {round(abs(said - before), 6), round(abs(said + before), 6)} & {round(abs(said + 1000 - after), 6)}
    assert naive(values, issue, 0) == naive(days.values, issue, 0)


def test_a_file_is_read_by_the_wall_clock(tmp_path: Path) -> None:
    file = tmp_path / "hours.csv"
    file.write_text(
        "at,n\n2019-10-26T23:30:00Z,2\n2019-10-27 01:10,3\n27/10/2019 01:50,4\n2019-10-27T01:15:00+00:00,5\n"
        "2019-10-27 03:00,\n2019-10-27 04:00,6\n"
    )
    series = read_hourly(file, "at", "n", ENGLAND)
    told = {str(hour): count for hour, count in zip(series.hours, series.counts, strict=True) if not np.isnan(count)}
    assert told == {"2019-10-27T00": 2, "2019-10-27T01": 12, "2019-10-27T04": 6}


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("at,n\n2019-10-27 01:00,x\n", "n", "line 2: n 'x' is no number"),
        ("at,n\nyesterday,1\n", "n", "line 2: at 'yesterday' is no time"),
        ("at,count\n2019-10-27 01:00,1\n", "cuont", "has no column 'cuont'; did you mean 'count'?"),
        ("at,n\n2019-10-27 01:00,-1\n", "n", "below 0"),
        ("at,n\n2019-10-27 01:00,\n", "n", "holds no value"),
        ("at,n\n1019-10-27 01:00,1\n2019-10-27 01:00,1\n", "n", "more than 40 years"),
        ("at,n\n2019-10-27 01:00,inf\n", "n", "not finite"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(tmp_path: Path, text: str, column: str, expected: str) -> None:
    file = tmp_path / "hours.csv"
    file.write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        read_hourly(file, "at", column, ENGLAND)
    assert expected in str(caught.value)
    with pytest.raises(ConfigurationError, match="is no time zone; did you mean 'Europe/London'"):
        region_of("ENG", "Europe/Londn")


def test_school_holidays_come_from_a_file_that_names_its_source_and_have_an_effect_of_their_own(tmp_path: Path) -> None:
    file = tmp_path / "school.csv"
    file.write_text(
        "first,last,name,source\n2015-04-02,2015-04-17,Easter,made up\n"
        "2015-07-23,2015-09-01,summer,made up\n2015-10-26,2015-10-30,half term,made up\n"
    )
    region = region_of("ENG", "Europe/London", file)
    assert len(region.school) == 16 + 41 + 5
    plain, _ = a_department(300)
    free = np.array([day in region.school for day in plain.hours.astype("datetime64[D]").astype(object)])
    working = (plain.hours.astype("datetime64[D]").astype(np.int64) + 3) % 7 < 5
    counts = np.where(free & working, np.floor(plain.counts * 0.6), plain.counts)
    told = Series.of(region, plain.hours, counts)
    issue = int((np.datetime64("2015-10-26T00", "h") - plain.hours[0]).astype(int))  # the half term's Monday
    issued = forecast(told, fitted(told, issue), issue, 24).mean.sum()
    without = Series.of(ENGLAND, plain.hours, counts)
    assert issued < 0.9 * forecast(without, fitted(without, issue), issue, 24).mean.sum()
    for text, expected in (
        ("first,last,name,source\n2015-04-02,2015-04-17,Easter,\n", "line 2: names no source"),
        ("first,last,name,source\n2015-04-17,2015-04-02,Easter,x\n", "is no holiday of 1 to 70 days"),
        ("first,last,name\n2015-04-17,2015-04-18,Easter\n", "has no column 'source'"),
        ("first,last,name,source\n", "holds no holiday"),
    ):
        file.write_text(text)
        with pytest.raises(ConfigurationError, match=expected):
            region_of("ENG", "Europe/London", file)


def test_backtest_demand_answers_as_others_call_it(tmp_path: Path) -> None:
    import json

    series, _ = a_department(150)
    file = tmp_path / "hours.csv"
    rows = [
        f"{str(h).replace('T', ' ')}:00,{n:.0f}" for h, n in zip(series.hours, series.counts, strict=True) if n == n
    ]
    file.write_text("\n".join(["time,attendances", *rows]))
    first = date(2015, 1, 1) + timedelta(days=100)
    options: dict[str, Any] = {
        "--csv": file, "--time-column": "time", "--value-column": "attendances", "--timezone": "Europe/London",
        "--issue-at": "00:00,12:00", "--horizon": "48h", "--from": first, "--to": first + timedelta(days=2),
        "--region": "ENG",
    }  # fmt: skip

    def call(**changed: Any) -> list[str]:
        said = options | {f"--{key}": value for key, value in changed.items()}
        return ["backtest", "demand", *(str(each) for pair in said.items() for each in pair), "--json"]

    told = CliRunner().invoke(app, call(), catch_exceptions=False)
    made = json.loads(told.output)
    assert {"mean_pinball", "n_points", "coverage", "bias", "seconds", "naive"} <= made.keys()
    assert made["issues"] == 6
    assert made["n_points"] == 6 * 48
    assert set(made["naive"]) == set(RULES)
    for wrong in ({"horizon": "2 days"}, {"issue-at": "12:30"}, {"to": "2015-01-01"}, {"from": "first"}):
        with pytest.raises(LightshipError):
            CliRunner().invoke(app, call(**wrong), catch_exceptions=False)
