"""What the overview says where there is nothing, and how sites sort."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from services.domain.catalogue import CATALOGUE, OVERVIEW
from services.domain.clock import Clock
from services.domain.measures import World, evaluate
from services.live.feeds import health
from services.live.overview import build, need
from services.store.feeds import FeedRow
from tests.worlds import small_system

NOW = datetime(2026, 1, 12, 18, 40, tzinfo=UTC)
SYSTEM = small_system()


def overview(*sources: str) -> dict[str, Any]:
    atoms = evaluate(World((), SYSTEM), [atom for name in OVERVIEW for atom in CATALOGUE[name].atoms()], NOW)
    feeds = health([FeedRow(f"urn:nhs:ods:{source}", NOW, NOW, NOW, NOW, 1) for source in sources], SYSTEM, NOW)
    return build(SYSTEM, atoms, feeds, t=NOW, known_at=None, clock=Clock.wall(NOW), wall=NOW, synthetic=False)


def at(picture: dict[str, Any], site: str, measure: str) -> dict[str, Any]:
    row = next(row for row in picture["sites"] if row["code"] == site)
    found: dict[str, Any] = row["measures"][measure]
    return found


def test_a_feed_that_never_sent_anything_gives_no_figure_at_all() -> None:
    for measure in ("ed.in_department", "ed.within_4h_today", "ed.over_12h"):
        value = at(overview(), "RVV01", measure)
        assert (value["value"], value["absent"]) == (None, "feed_silent"), measure


def test_a_feed_that_is_there_gives_a_zero_that_is_a_count_and_a_share_that_is_not_due() -> None:
    picture = overview("RVV")
    assert at(picture, "RVV01", "ed.in_department")["value"] == 0
    share = at(picture, "RVV01", "ed.within_4h_today")
    assert (share["value"], share["absent"]) == (None, "not_due")


def test_what_does_not_apply_says_so_whether_or_not_the_feed_is_there() -> None:
    for sources in ((), ("RVV",)):
        value = at(overview(*sources), "RVV01", "virtual_ward.occupancy")
        assert (value["value"], value["absent"]) == (None, "not_applicable")


def test_spare_beds_never_make_a_site_seem_less_in_need() -> None:
    busy = {"ed.decision_to_admit_waiting": {"value": 10.0}, "beds.ga_free": {"value": 80.0}}
    assert need(busy) == need({"ed.decision_to_admit_waiting": {"value": 10.0}, "beds.ga_free": {"value": 10.0}})
    assert need(busy) < need({"ed.decision_to_admit_waiting": {"value": 10.0}, "beds.ga_free": {"value": 2.0}})


def test_a_feed_grows_late_and_then_silent() -> None:
    def state(minutes: int) -> str:
        then = NOW - timedelta(minutes=minutes)
        return health([FeedRow("urn:nhs:ods:RVV", then, then, then, then, 1)], SYSTEM, NOW)["RVV"].state

    assert [state(0), state(20), state(21), state(61)] == ["live", "live", "delayed", "silent"]
