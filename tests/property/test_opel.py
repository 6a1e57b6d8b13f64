"""What must hold of a level whatever the readings are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.catalogue import CATALOGUE
from services.domain.clock import local_midnight
from services.domain.facts import Fact
from services.domain.fold import fold
from services.domain.measures import World, combine, configured_capacity, evaluate
from services.domain.opel import Absence, Reading, score
from services.domain.opel_tables import Parameter
from services.domain.phases import phases
from tests.measure_cases import fact
from tests.opel_cases import NEW, OLD, WILLIAM_HARVEY, assessed, edition, parameters, points_of
from tests.worlds import small_system

SYSTEM = small_system()
EVERY = [parameter for code in (OLD, NEW) for parameter in parameters(code).values()]
RESETS = [parameter for parameter in EVERY if parameter.since_midnight]
codes = st.sampled_from([OLD, NEW])
values = st.integers(0, 40_000).map(lambda n: n / 100)


@given(st.sampled_from(EVERY), values, values)
def test_a_worse_value_never_gives_fewer_points(parameter: Parameter, one: float, other: float) -> None:
    better, worse = sorted((one, other), reverse=parameter.direction == "higher")
    assert points_of(parameter, better) <= points_of(parameter, worse)


absences: st.SearchStrategy[Absence | None] = st.sampled_from(("feed_silent", "not_due", "not_provided"))


@st.composite
def readings(draw: st.DrawFn) -> dict[str, Reading]:
    """The measures of both editions, some of them absent."""
    found: dict[str, Reading] = {}
    for name in WILLIAM_HARVEY:
        if draw(st.integers(0, 5)) == 0:
            found[name] = Reading(None, absent=draw(absences), reason="x")
        elif CATALOGUE[name].kind == "share":
            out_of = draw(st.integers(1, 60))
            have = draw(st.integers(0, 60))
            found[name] = Reading(have / out_of, have, out_of)
        elif CATALOGUE[name].kind == "gauge":
            found[name] = Reading(draw(st.integers(-20, 40)) / 100)
        else:
            found[name] = Reading(draw(st.integers(0, 300)) / 1, n=draw(st.integers(1, 30)))
    return found


@given(codes, readings())
def test_absent_is_never_zero_a_reading_that_comes_only_narrows_the_range(code: str, known: dict[str, Reading]) -> None:
    whole = WILLIAM_HARVEY | {name: reading for name, reading in known.items() if reading.absent is None}
    less = assessed(known, code)
    more = assessed(whole, code)
    assert more.span is not None
    assert more.span.score is not None
    if less.span is None:
        assert all(each.points is None for each in less.parameters)
        return
    if all(each.window == full.window for each, full in zip(less.parameters, more.parameters, strict=True)):
        assert less.span.score_least <= more.span.score <= less.span.score_most
    missing = sum(each.parameter.most_points for each in less.parameters if each.points is None)
    assert less.span.score_most - less.span.score_least == missing


@given(codes, readings())
def test_the_breakdown_adds_up_and_the_evidence_only_ever_takes_certainty_away(
    code: str, known: dict[str, Reading]
) -> None:
    found = assessed(known, code)
    if found.span is None or found.without_placeholders is None or found.without_unconfirmed is None:
        return
    assert found.span.score_least == sum(each.points or 0 for each in found.parameters)
    spans = (found.span, found.without_placeholders, found.without_unconfirmed)
    for inner, outer in pairwise(spans):
        assert outer.score_least <= inner.score_least <= inner.score_most <= outer.score_most
        assert outer.level_least <= inner.level_least <= inner.level_most <= outer.level_most


MIDNIGHTS = [
    datetime(2026, 1, 13, tzinfo=UTC),
    datetime(2026, 3, 29, tzinfo=UTC),  # the day that begins has 23 hours
    datetime(2026, 3, 29, 23, tzinfo=UTC),  # the day that ends had 23 hours
    datetime(2026, 10, 24, 23, tzinfo=UTC),  # the day that begins has 25 hours
    datetime(2026, 10, 26, tzinfo=UTC),  # the day that ends had 25 hours
]


@st.composite
def days(draw: st.DrawFn) -> tuple[datetime, list[Fact], Parameter]:
    """People handed over, or seen and gone, in the day and a half before a midnight, and nothing at it."""
    midnight, parameter = draw(st.sampled_from(MIDNIGHTS)), draw(st.sampled_from(RESETS))
    facts: list[Fact] = []
    # Long and short waits at either end of a day, so that an hour too many or too few is met often.
    for number in range(draw(st.integers(9, 14))):
        ended = midnight - draw(st.sampled_from([0.5, 12, 22.5, 23.5, 24.5, 30])) * timedelta(hours=1)
        started = ended - draw(st.sampled_from([5, 70, 300])) * timedelta(minutes=1)
        at: dict[str, Any] = {"site": "RVV01"}
        if parameter.code == "handover_mean":
            facts += [fact("ambulance.arrived", f"j_a{number}", started, **at),
                      fact("ambulance.handed_over", f"j_a{number}", ended, **at)]  # fmt: skip
        else:
            facts += [fact("ed.arrived", f"j_e{number}", started, department_type=1, **at),
                      fact("ed.seen", f"j_e{number}", ended, **at),
                      fact("ed.departed", f"j_e{number}", ended, reason="discharged", **at)]  # fmt: skip
    return midnight, facts, parameter


def scored(facts: list[Fact], t: datetime, parameter: Parameter, least_n: int) -> tuple[int | None, str]:
    by_subject: dict[str, list[Fact]] = {}
    for each in facts:
        by_subject.setdefault(each.subject, []).append(each)
    subjects = [folded for held in by_subject.values() if (folded := fold(held)) is not None]
    world = World([(each, phases(each)) for each in subjects], SYSTEM, configured_capacity(SYSTEM))
    names = [name for name in (parameter.measure, parameter.measure_last_24h) if name is not None]
    measures = [CATALOGUE[name] for name in names]
    atoms = evaluate(world, [atom for measure in measures for atom in measure.atoms()], t)
    found: dict[str, Reading] = {}
    for measure in measures:
        places = {place for atom in measure.atoms() for place in atoms[atom]}
        value = combine(measure, atoms, places)
        found[measure.name] = Reading(value.value, value.numerator, value.denominator, value.n, value.absent)
    made = score(parameter, found, least_n)
    return made.points, made.window


@settings(max_examples=300)
@given(days(), codes)
def test_a_reset_at_midnight_never_lowers_a_parameters_points_by_itself(
    day: tuple[datetime, list[Fact], Parameter], code: str
) -> None:
    midnight, facts, parameter = day
    assert local_midnight(midnight) == midnight
    least_n = edition(code).since_midnight_least_n
    before, _ = scored(facts, midnight - timedelta(microseconds=1), parameter, least_n)
    after, window = scored(facts, midnight, parameter, least_n)
    assert window == "last_24h"
    if before is not None:
        assert after is not None
        assert after >= before
