"""OPEL by the reconstructed tables: points, distances, absence, the midnight rule, provider to system."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.domain.opel import (
    Assessment,
    Member,
    ParameterScore,
    Reading,
    Step,
    aggregate,
    assess,
    level_of,
)
from tests.opel_cases import NEW, OLD, TABLES, WILLIAM_HARVEY, assessed, edition, parameters, points_of, share


def part(found: Assessment, code: str) -> ParameterScore:
    return next(each for each in found.parameters if each.parameter.code == code)


# The reconstruction tables


@pytest.mark.parametrize(
    ("code", "score", "level"),
    [
        (OLD, 0, 1), (OLD, 11, 1), (OLD, 12, 2), (OLD, 22, 2), (OLD, 23, 3), (OLD, 33, 3), (OLD, 34, 4), (OLD, 44, 4),
        (NEW, 0, 1), (NEW, 6, 1), (NEW, 7, 2), (NEW, 12, 2), (NEW, 13, 3), (NEW, 18, 3), (NEW, 19, 4), (NEW, 24, 4),
    ],
)  # fmt: skip
def test_a_score_is_a_level(code: str, score: int, level: int) -> None:
    assert level_of(edition(code), score) == level


@pytest.mark.parametrize(
    ("parameter", "edges", "old", "new"),
    [
        ("majors_resus_occupancy", (80, 100, 120), (0, 2, 4, 6), (0, 1, 2, 3)),
        ("over_12_hours", (2, 5, 10), (0, 1, 2, 4), (0, 1, 2, 3)),
        ("time_to_treatment", (60, 90, 120), (0, 1, 2, 4), (0, 1, 2, 3)),
        ("handover_mean", (15, 30, 60), (0, 2, 4, 6), (0, 1, 2, 3)),
        ("ga_occupancy", (92, 95, 98), (0, 2, 4, 6), (0, 1, 2, 3)),
        ("attendance_variation", (2, 10, 20), (0, 1, 2, 4), None),
        ("escalation_beds", (2, 4, 6), (0, 1, 2, 4), None),
        ("no_criteria_to_reside", (10, 13, 15), (0, 1, 2, 4), (0, 1, 2, 3)),
        ("referred", (20, 30, 40), None, (0, 1, 2, 3)),
    ],
)
def test_a_band_begins_at_its_edge(
    parameter: str, edges: tuple[int, ...], old: tuple[int, ...] | None, new: tuple[int, ...] | None
) -> None:
    for code, points in ((OLD, old), (NEW, new)):
        if points is None:
            assert parameter not in parameters(code)
            continue
        scored = parameters(code)[parameter]
        assert points_of(scored, 0) == points[0]
        for n, edge in enumerate(edges):
            assert (points_of(scored, edge - 0.01), points_of(scored, edge)) == (points[n], points[n + 1])


@pytest.mark.parametrize(("code", "points"), [(OLD, (0, 2, 4, 6)), (NEW, (0, 1, 2, 3))])
def test_four_hour_performance_is_worse_below_its_edges(code: str, points: tuple[int, ...]) -> None:
    scored = parameters(code)["four_hour"]
    assert [points_of(scored, value) for value in (100, 95, 94.9, 76, 75.9, 60, 59.9, 0)] == [
        points[0], points[0], points[1], points[1], points[2], points[2], points[3], points[3],
    ]  # fmt: skip


def test_the_editions_have_the_parameters_and_totals_of_the_frameworks() -> None:
    assert (len(parameters(OLD)), edition(OLD).pillar("acute").most_points) == (9, 44)
    assert sorted(each.most_points for each in parameters(OLD).values()) == [4] * 5 + [6] * 4
    assert (len(parameters(NEW)), edition(NEW).pillar("acute").most_points) == (8, 24)
    for code in (OLD, NEW):
        assert [pillar.code for pillar in edition(code).pillars] == ["acute", "community", "mental_health", "nhs111"]


def test_the_edition_in_use_is_the_last_that_began_and_stays_past_its_end() -> None:
    assert TABLES.on(date(2023, 3, 31)) is None
    days = (date(2024, 3, 11), date(2025, 6, 17), date(2025, 6, 18), date(2027, 1, 1))
    assert [found.code for day in days if (found := TABLES.on(day))] == [OLD, OLD, NEW, NEW]


# The worked site


def test_the_worked_site_has_17_points_level_3_and_every_distance_in_its_own_unit() -> None:
    found = assessed()
    assert found.span is not None
    assert (found.span.score, found.level, found.indicative) == (17, 3, True)
    shown = {each.parameter.code: (each.points, each.to_worse) for each in found.parameters}
    assert shown == {
        "handover_mean": (1, Step(1, "minutes", 2)),
        "four_hour": (2, Step(4, "people", 3)),
        "majors_resus_occupancy": (2, Step(2, "people", 3)),
        "time_to_treatment": (2, Step(3, "minutes", 3)),
        "over_12_hours": (3, None),
        "referred": (2, Step(5, "people", 3)),
        "ga_occupancy": (2, Step(9, "beds", 3)),
        "no_criteria_to_reside": (3, None),
    }


def test_without_the_placeholder_it_is_level_3_either_way_and_without_anything_unconfirmed_it_could_be_any() -> None:
    found = assessed()
    assert found.without_placeholders is not None
    assert found.without_unconfirmed is not None
    spared, bare = found.without_placeholders, found.without_unconfirmed
    assert (spared.score_least, spared.score_most, spared.level) == (15, 18, 3)
    assert (bare.score_least, bare.score_most, bare.level, bare.level_least, bare.level_most) == (0, 24, None, 1, 4)


@pytest.mark.parametrize("code", [OLD, NEW])
def test_taking_the_step_crosses_the_edge_and_one_less_does_not(code: str) -> None:
    found = assessed(code=code)
    crossed = 0
    for each in found.parameters:
        for step, better in ((each.to_worse, False), (each.to_better, True)):
            if step is None or step.unit not in ("people", "beds"):
                continue
            assert step.amount >= 1
            worse = step.amount - 1
            for amount, expected in ((step.amount, step.points), (worse, each.points)):
                have, out_of = each.reading.numerator, each.reading.denominator
                assert have is not None
                assert out_of is not None
                up = better == (each.parameter.direction == "higher")
                if each.parameter.since_midnight:
                    moved = share(have + amount if up else have, out_of + amount)
                else:
                    moved = share(have + amount if up else have - amount, out_of)
                assert part(assessed({each.measure: moved}, code), each.parameter.code).points == expected
                crossed += 1
    assert crossed >= 12


def test_a_step_in_minutes_is_to_the_edge() -> None:
    handover = part(assessed(), "handover_mean")
    assert (handover.to_worse, handover.to_better) == (Step(1.0, "minutes", 2), Step(14.0, "minutes", 0))


def test_a_share_exactly_on_its_edge_is_not_moved_by_rounding() -> None:
    found = part(assessed({"ed.within_4h_today": share(171, 285)}), "four_hour")
    assert (found.points, found.to_worse) == (2, Step(1, "people", 3))


# Absence


ABSENCES = (
    Reading(None, n=0, absent="not_due", reason="nobody yet"),
    Reading(None, absent="feed_silent", reason="nothing received yet"),
    Reading(None, absent="not_provided", reason="nobody has reported this figure"),
)


@pytest.mark.parametrize("reading", ABSENCES, ids=lambda each: str(each.absent))
def test_an_absent_parameter_makes_the_score_a_range_and_says_which_kind_of_nothing(reading: Reading) -> None:
    found = assessed({"beds.ga_occupancy": reading})
    assert found.span is not None
    assert (found.span.score_least, found.span.score_most, found.span.score) == (15, 18, None)
    assert found.level == 3, "both ends of the range are the same level"
    scored = part(found, "ga_occupancy")
    assert (scored.points, scored.absent, scored.reason) == (None, reading.absent, reading.reason)


def test_a_range_over_two_levels_has_no_level() -> None:
    found = assessed({"beds.ga_occupancy": ABSENCES[1], "discharge.no_criteria_share": ABSENCES[1]})
    assert found.span is not None
    assert (found.level, found.span.level_least, found.span.level_most) == (None, 2, 3)


def test_what_rests_on_a_silent_feed_keeps_its_last_value_and_scores_nothing() -> None:
    held = replace(WILLIAM_HARVEY["ed.over_12h"], freshness="lost")
    scored = part(assessed({"ed.over_12h": held}), "over_12_hours")
    assert (scored.points, scored.absent, scored.reading.value) == (None, "feed_silent", 17 / 118)


def test_a_site_without_a_type_1_department_has_no_score_whatever_its_beds_read() -> None:
    lacks = Reading(None, absent="not_applicable", reason="no type 1 emergency department")
    needing = [p for p in parameters(NEW).values() if p.needs == "type_1_ed"]
    names = [name for p in needing for name in (p.measure, p.measure_last_24h) if name]
    found = assessed(dict.fromkeys(names, lacks))
    assert (found.span, found.level, found.why) == (None, None, "no type 1 emergency department")
    assert part(found, "ga_occupancy").points == 2, "what does apply is still shown"


def test_where_nothing_is_known_nothing_is_scored() -> None:
    silent = ABSENCES[1]
    found = assessed(dict.fromkeys(WILLIAM_HARVEY, silent))
    assert (found.span, found.why) == (None, "nothing received yet")


# The counters that start at midnight


def test_while_fewer_than_ten_are_counted_since_midnight_the_last_24_hours_score_and_it_says_so() -> None:
    few = part(assessed({"ed.time_to_treatment_today": Reading(20.0, n=9)}), "time_to_treatment")
    assert (few.window, few.measure, few.points) == ("last_24h", "ed.time_to_treatment_last_24h", 2)
    assert few.note is not None
    assert "n 9" in few.note
    enough = part(assessed({"ed.time_to_treatment_today": Reading(20.0, n=10)}), "time_to_treatment")
    assert (enough.window, enough.points, enough.note) == ("since_midnight", 0, None)


def test_nobody_counted_since_midnight_scores_the_last_24_hours_too() -> None:
    found = part(assessed({"ed.within_4h_today": Reading(None, 0, 0, absent="not_due", reason="x")}), "four_hour")
    assert (found.window, found.points) == ("last_24h", 2)


def test_a_silent_feed_is_not_mistaken_for_a_counter_that_was_reset() -> None:
    found = part(assessed({"ambulance.handover_mean_today": ABSENCES[1]}), "handover_mean")
    assert (found.window, found.absent) == ("since_midnight", "feed_silent")


# Provider to system


def members(*given: tuple[float, Assessment]) -> list[Member]:
    return [Member(f"P{n}", weight, found) for n, (weight, found) in enumerate(given)]


def test_the_system_is_the_weighted_mean_of_its_providers() -> None:
    old, acute = edition(OLD), edition(OLD).pillar("acute")
    worse = assessed(code=OLD)
    better = assessed({"ed.over_12h": share(0, 100), "beds.ga_occupancy": share(80, 100)}, OLD)
    assert worse.span is not None
    assert better.span is not None
    found = aggregate(old, acute, members((0.516, worse), (0.178, better), (0.306, better)))
    assert found.span is not None
    expected = 0.516 * (worse.span.score or 0) + 0.484 * (better.span.score or 0)
    assert found.span.score == pytest.approx(expected)
    heavier = aggregate(old, acute, members((5.16, worse), (1.78, better), (3.06, better)))
    assert heavier.span == found.span, "weights are shares of their sum"
    assert found.indicative


@pytest.mark.parametrize(("score", "level"), [(11.0, 1), (11.4, 2), (22.0, 2), (22.01, 3), (33.5, 4)])
def test_a_mean_between_two_cut_offs_is_the_worse_level(score: float, level: int) -> None:
    assert level_of(edition(OLD), score) == level


def test_a_provider_that_nothing_is_known_of_widens_the_systems_range() -> None:
    silent = assessed(dict.fromkeys(WILLIAM_HARVEY, ABSENCES[1]))
    found = aggregate(edition(NEW), edition(NEW).pillar("acute"), members((1, assessed()), (1, silent)))
    assert found.span is not None
    assert (found.span.score_least, found.span.score_most, found.level) == (8.5, 20.5, None)


def test_a_provider_without_a_type_1_department_takes_no_part() -> None:
    lacks = Reading(None, absent="not_applicable", reason="no type 1 emergency department")
    community = assessed(dict.fromkeys(WILLIAM_HARVEY, lacks))
    found = aggregate(edition(NEW), edition(NEW).pillar("acute"), members((1, assessed()), (1, community)))
    assert found.span is not None
    assert (found.span.score, [member.code for member in found.members]) == (17, ["P0"])


def test_a_pillar_without_a_table_is_not_scored_and_says_why() -> None:
    for code in ("community", "mental_health", "nhs111"):
        pillar = edition(NEW).pillar(code)
        found = aggregate(edition(NEW), pillar, [])
        assert (found.span, found.why) == (None, pillar.not_scored)
        assert found.why


def test_a_level_stops_being_indicative_when_every_band_that_scores_is_confirmed() -> None:
    table = edition(NEW)
    settled = replace(table.cuts[0].evidence, basis="published", confidence="confirmed")
    acute = table.pillar("acute")
    acute = replace(acute, parameters=tuple(
        replace(p, bands=tuple(replace(band, evidence=settled) for band in p.bands)) for p in acute.parameters
    ))  # fmt: skip
    found = assess(replace(table, cuts=tuple(replace(cut, evidence=settled) for cut in table.cuts)), acute,
                   WILLIAM_HARVEY)  # fmt: skip
    assert not found.indicative
    assert found.without_unconfirmed == found.span
