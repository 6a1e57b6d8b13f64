"""Which gauges people may type for whom, and what a value may be."""

from __future__ import annotations

import pytest

from services.configuration import load_system
from services.domain.catalogue import CATALOGUE, GAUGES
from services.domain.returns import REPORTED_BY, gauges_of, range_of, surprising, wrong
from services.domain.system import Provider


def provider(kind: str) -> Provider:
    return Provider("X", "X", "X", kind)  # type: ignore[arg-type]


def test_every_gauge_of_the_catalogue_can_be_typed_for_some_kind_of_provider() -> None:
    assert {measure.name for kind in REPORTED_BY for measure in gauges_of(provider(kind))} == GAUGES


def test_every_provider_of_the_system_has_something_to_report() -> None:
    assert all(gauges_of(each) for each in load_system().providers)


def test_an_ambulance_service_reports_its_own_levels_and_a_trust_does_not() -> None:
    levels = {"reported.reap_level", "reported.csp_level"}
    assert levels <= {measure.name for measure in gauges_of(provider("ambulance"))}
    assert not levels & {measure.name for measure in gauges_of(provider("acute"))}


@pytest.mark.parametrize("name", sorted(GAUGES))
def test_every_gauge_has_a_range_and_takes_its_ends(name: str) -> None:
    allowed = range_of(CATALOGUE[name])
    assert allowed.least < allowed.most
    assert wrong(CATALOGUE[name], allowed.least) is wrong(CATALOGUE[name], allowed.most) is None
    assert wrong(CATALOGUE[name], allowed.most + 1) is not None


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("community.p2_beds_free", 2.5, "is a whole number"),
        ("reported.reap_level", 5, "lies between 1 and 4"),
        ("community.ucr_within_2h", 70, "lies between 0% and 100%"),
        ("mental_health.adult_occupancy", 1.1, None),
        ("maternity.women_per_midwife", 1.5, None),
    ],
)
def test_a_value_that_cannot_be_is_told_why(name: str, value: float, words: str | None) -> None:
    assert wrong(CATALOGUE[name], value) == words


@pytest.mark.parametrize(
    ("name", "last", "value", "asked"),
    [
        ("community.p2_beds_free", None, 5000, False),
        ("community.p2_beds_free", 4, 14, False),
        ("community.p2_beds_free", 4, 15, True),
        ("staffing.absence", 400, 600, False),
        ("staffing.absence", 400, 601, True),
        ("staffing.absence", 400, 40, True),
        ("community.ucr_within_2h", 0.9, 0.09, True),
        ("community.ucr_within_2h", 0.9, 0.8, False),
    ],
)
def test_a_value_far_from_the_last_is_asked_about(name: str, last: float | None, value: float, asked: bool) -> None:
    assert (surprising(CATALOGUE[name], value, last) is not None) is asked
