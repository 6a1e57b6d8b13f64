"""Measures by the plain evaluator, at the exact edges of their definitions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.domain.catalogue import CATALOGUE
from services.domain.measures import LONGEST_WINDOW, Atoms, combine, evaluate, window_start
from services.domain.sweep import sweep
from services.domain.versions import Grid, settled
from tests.bed_cases import CASES as BED_CASES
from tests.measure_cases import CASES, HOUR, Case, T, arrived, attended, check, reading, world

ATOMS = tuple(dict.fromkeys(atom for measure in CATALOGUE.values() for atom in measure.atoms()))
MEDIAN = CATALOGUE["ed.time_to_treatment_today"]


@pytest.mark.parametrize("case", [*CASES, *BED_CASES], ids=lambda case: case.says)
def test_a_little_world_reads_as_the_definition_says(case: Case) -> None:
    check(case, evaluate(world(case.facts, case.known_at), ATOMS, case.t))


@pytest.mark.parametrize("case", [*CASES, *BED_CASES], ids=lambda case: case.says)
def test_a_sweep_reads_a_little_world_as_the_definition_says(case: Case) -> None:
    told = world(case.facts, case.known_at)
    grid = Grid.at([case.t - HOUR, case.t])
    check(case, sweep(settled(told.subjects, grid), told.configured, told.system, grid, ATOMS).at(1))


def test_every_case_says_something_of_its_own() -> None:
    assert len({case.says for case in (*CASES, *BED_CASES)}) == len(CASES) + len(BED_CASES)


@pytest.mark.parametrize(
    ("moment", "midnight"),
    [
        ("2026-03-28T23:59:59+00:00", "2026-03-28T00:00:00+00:00"),
        ("2026-03-29T00:00:00+00:00", "2026-03-29T00:00:00+00:00"),
        ("2026-03-29T22:59:59+00:00", "2026-03-29T00:00:00+00:00"),
        ("2026-03-29T23:00:00+00:00", "2026-03-29T23:00:00+00:00"),
        ("2026-10-24T22:59:59+00:00", "2026-10-23T23:00:00+00:00"),
        ("2026-10-25T00:30:00+00:00", "2026-10-24T23:00:00+00:00"),
        ("2026-10-25T01:30:00+00:00", "2026-10-24T23:00:00+00:00"),
        ("2026-10-25T23:59:59+00:00", "2026-10-24T23:00:00+00:00"),
        ("2026-10-26T00:00:00+00:00", "2026-10-26T00:00:00+00:00"),
    ],
)
def test_today_begins_at_londons_midnight_also_when_the_clocks_change(moment: str, midnight: str) -> None:
    assert window_start("today", datetime.fromisoformat(moment)) == datetime.fromisoformat(midnight)


@pytest.mark.parametrize(
    ("moment", "yesterday"),
    [
        ("2026-01-13T06:30:00+00:00", "2026-01-12T06:30:00+00:00"),
        ("2026-03-29T23:00:00+00:00", "2026-03-29T00:00:00+00:00"),
        ("2026-03-30T06:30:00+00:00", "2026-03-29T06:30:00+00:00"),
        ("2026-10-26T00:00:00+00:00", "2026-10-24T23:00:00+00:00"),
    ],
)
def test_the_last_24_hours_begin_at_the_same_time_yesterday_also_when_the_clocks_change(
    moment: str, yesterday: str
) -> None:
    assert window_start("last_24h", datetime.fromisoformat(moment)) == datetime.fromisoformat(yesterday)


def test_no_day_of_a_year_is_longer_than_the_longest_window() -> None:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    hours = [first + timedelta(hours=hour) for hour in range(366 * 24)]
    assert max(hour + HOUR - (window_start("today", hour) or hour) for hour in hours) == LONGEST_WINDOW
    assert max(hour - (window_start("last_24h", hour) or hour) for hour in hours) == LONGEST_WINDOW


def test_a_share_of_two_sites_is_not_the_mean_of_their_shares() -> None:
    facts = (
        *attended("j_a", T - 6 * HOUR, HOUR, "RVV01"),
        *(each for n in range(3) for each in attended(f"j_b{n}", T - 6 * HOUR, 5 * HOUR, "RVV09")),
    )
    atoms = evaluate(world(facts), ATOMS, T)
    first, second = (reading("ed.within_4h_today", atoms, site).value for site in ("RVV01", "RVV09"))
    assert (first, second) == (1, 0)
    assert reading("ed.within_4h_today", atoms).value == 0.25


@pytest.mark.parametrize(
    ("minutes", "quantile", "expected"),
    [
        ([10.0, 20.0, 30.0, 100.0], 0.5, 25.0),
        ([10.0, 20.0, 30.0, 100.0], 0.9, 79.0),
        ([10.0, 20.0, 30.0, 100.0], 0.25, 17.5),
        ([10.0, 20.0, 30.0], 0.5, 20.0),
        ([10.0, 20.0, 30.0], 1.0, 30.0),
        ([7.0], 0.9, 7.0),
    ],
)
def test_a_quantile_interpolates_between_order_statistics_by_type_7(
    minutes: list[float], quantile: float, expected: float
) -> None:
    here, there = ("RVV01", None), ("RVV09", None)
    atoms: Atoms = {MEDIAN.numerator[0]: {here: sorted(minutes[::2]), there: sorted(minutes[1::2])}}
    found = combine(replace(MEDIAN, quantile=quantile), atoms, [here, there])
    assert found.value == pytest.approx(expected)
    assert found.n == len(minutes)


def test_no_reading_says_which_kind_of_nothing_it_is() -> None:
    atoms = evaluate(world(()), ATOMS, T)
    found = {name: reading(name, atoms) for name in CATALOGUE}
    for name, value in found.items():
        if value.value is None:
            sent = CATALOGUE[name].kind != "gauge" and not CATALOGUE[name].provided_by
            expected = "not_due" if sent else "not_provided"
            assert (value.absent, bool(value.reason)) == (expected, True), name
    assert found["ed.over_12h"].denominator == 0
    counts = [name for name, measure in CATALOGUE.items() if measure.kind == "count" and not measure.provided_by]
    assert {found[name].value for name in counts} == {0.0}


def test_a_reading_carries_the_counts_behind_it() -> None:
    atoms = evaluate(world((arrived("j_a", T - 5 * HOUR), arrived("j_b", T - HOUR))), ATOMS, T)
    over = reading("ed.over_4h", atoms)
    assert (over.value, over.numerator, over.denominator, over.absent) == (0.5, 1, 2, None)
