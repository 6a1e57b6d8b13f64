"""The catalogue is whole: enough measures, over every service, and each says all that "explain this number" needs."""

from __future__ import annotations

import pytest

from services.api.schemas import Definition
from services.domain.catalogue import CATALOGUE, GAUGES
from services.domain.measures import Measure
from services.live.overview import describe

SERVICES = {
    "ed", "sdec", "ambulance", "beds", "discharge", "virtual_ward", "nhs111", "primary_care", "social_care",
    "community", "mental_health", "maternity", "staffing", "reported", "unit",
}  # fmt: skip
EACH = pytest.mark.parametrize("measure", CATALOGUE.values(), ids=str)


def test_there_are_at_least_sixty_measures_over_every_service() -> None:
    assert len(CATALOGUE) >= 60
    assert {name.partition(".")[0] for name in CATALOGUE} >= SERVICES
    assert len(GAUGES) >= 40


@EACH
def test_a_measure_says_all_that_explains_it(measure: Measure) -> None:
    told = Definition.model_validate(describe(measure))
    assert len(told.definition) >= 20
    assert told.definition.endswith(".")
    assert told.source
    assert told.missing.endswith(".")
    assert told.numerator
    assert told.window
    assert (told.denominator is not None) == (measure.kind in ("share", "mean"))
    if told.target is not None:
        assert told.target_source
        assert told.direction != "neutral", "a line without a right side of it"


@EACH
def test_a_share_lies_between_nought_and_one_and_so_does_its_target(measure: Measure) -> None:
    if measure.unit == "share" and measure.target is not None:
        assert 0 < measure.target <= 1


@pytest.mark.parametrize("name", sorted(GAUGES))
def test_what_is_reported_is_never_made_from_journeys(name: str) -> None:
    (atom,) = CATALOGUE[name].numerator
    assert (atom.selection.phase, atom.selection.labels, atom.aggregate) == ("gauge", (name,), "value_latest")


def test_what_providers_may_not_send_is_missing_and_not_nought() -> None:
    assert "does not send" in CATALOGUE["beds.usable_side_rooms"].missing
    assert "is 0" in CATALOGUE["beds.adult_free"].missing
