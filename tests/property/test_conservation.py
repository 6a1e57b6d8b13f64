"""People are conserved in the synthetic system, whatever the seed, the start and the scale."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.clock import LONDON
from services.domain.system import System
from simulations.conservation import Conservation, Verdict
from simulations.feed import SyntheticSystem
from simulations.journeys import DOORS
from tests.hospitals import SYSTEM as HOSPITALS  # its hospitals have many wards, so that people are moved between them
from tests.worlds import small_system

SYSTEM = small_system()
MIDNIGHT = datetime(2026, 3, 26, tzinfo=LONDON)  # the clocks change three days later
Event = dict[str, Any]


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    after=st.integers(0, 300),
    scale=st.sampled_from([0.3, 1.0, 2.0]),
    system=st.sampled_from([SYSTEM, HOSPITALS]),
    days=st.integers(1, 4),
)
def test_every_day_balances_in_every_service(seed: int, after: int, scale: float, system: System, days: int) -> None:
    start = MIDNIGHT + timedelta(days=after)
    feed = SyntheticSystem(system, start, seed=seed, scale=scale)
    verdict = judged(feed.opening(), feed.advance(start + timedelta(days=days, hours=1)), start, days)
    assert verdict.faults == ()
    assert [balance for balance in verdict.balances if not balance.holds] == []
    assert sum(balance.arrivals for balance in verdict.balances) > 0
    assert verdict.censuses > 0


@pytest.fixture(scope="module")
def events() -> tuple[list[Event], list[Event]]:
    feed = SyntheticSystem(SYSTEM, MIDNIGHT, seed=1)
    return list(feed.opening()), list(feed.advance(MIDNIGHT + timedelta(days=4)))


def judged(opening: Iterable[Event], sent: Iterable[Event], start: datetime = MIDNIGHT, days: int = 3) -> Verdict:
    reader = Conservation(start, days)
    for event in (*opening, *sent):
        reader.take(event)
    return reader.finish()


def test_the_events_as_they_are_hold(events: tuple[list[Event], list[Event]]) -> None:
    assert judged(*events).holds


@pytest.mark.parametrize("type_", ["ed.arrived", "bed.admitted", "ambulance.arrived"])
def test_somebody_who_never_came_is_seen(events: tuple[list[Event], list[Event]], type_: str) -> None:
    opening, sent = events
    ends = {"ed.departed", "bed.left", "ambulance.handed_over", "virtual_ward.discharged"}
    left = {event["subject"] for event in sent if event["type"] in ends}
    lost = next(event for event in sent if event["type"] == type_ and event["subject"] in left)
    verdict = judged(opening, [event for event in sent if event is not lost])
    assert any("without having come" in fault for fault in verdict.faults)
    assert not all(balance.holds for balance in verdict.balances)


def test_somebody_in_two_beds_is_seen(events: tuple[list[Event], list[Event]]) -> None:
    opening, sent = events
    first, second = [event for event in opening if event["type"] == "bed.admitted"][:2]
    twin = [event | {"nhsnumber": first["nhsnumber"]} if event is second else event for event in opening]
    assert any("in two places at once" in fault for fault in judged(twin, sent).faults)


def test_a_bed_left_that_somebody_else_is_in_is_seen(events: tuple[list[Event], list[Event]]) -> None:
    opening, sent = events
    left = next(event for event in sent if event["type"] == "bed.left")
    elsewhere = "RVV01-WARD" if left["data"]["unit"] == "RVV09-WARD" else "RVV09-WARD"
    other = left | {"data": left["data"] | {"unit": elsewhere}}
    verdict = judged(opening, [other if event is left else event for event in sent])
    assert any("from where they were not" in fault for fault in verdict.faults)


def test_a_census_that_names_somebody_who_has_gone_is_seen(events: tuple[list[Event], list[Event]]) -> None:
    opening, sent = events
    last = [event for event in sent if event["type"] == "unit.census"][-1]
    more = last | {"data": last["data"] | {"visits": [*last["data"]["visits"], "RVV/V-never"]}}
    verdict = judged(opening, [more if event is last else event for event in sent])
    assert any("census" in fault for fault in verdict.faults)


@pytest.mark.parametrize("type_", ["ucr.referred", "s136.arrived"])
def test_an_end_without_a_beginning_is_seen_of_the_community_too(
    events: tuple[list[Event], list[Event]], type_: str
) -> None:
    opening, sent = events
    ended = {event["subject"] for event in sent if event["type"] in ("ucr.responded", "s136.left")}
    lost = next(event for event in sent if event["type"] == type_ and event["subject"] in ended)
    verdict = judged(opening, [event for event in sent if event is not lost])
    assert any("without having come" in fault for fault in verdict.faults)
    assert not all(balance.holds for balance in verdict.balances)


def test_a_mental_health_ward_that_nobody_was_admitted_to_is_seen_by_its_census(
    events: tuple[list[Event], list[Event]],
) -> None:
    opening, sent = events
    lost = next(event for event in opening if event["type"] == "mh.admitted")
    verdict = judged([event for event in opening if event is not lost], sent)
    assert any(lost["data"]["unit"] in fault for fault in verdict.faults)


def of(subject: str, hour: float, type_: str, **data: Any) -> Event:
    at = (MIDNIGHT + timedelta(hours=hour)).astimezone(UTC).isoformat()
    return {
        "id": f"{subject}-{hour}", "subject": subject, "type": type_, "time": at, "sentat": at,
        "nhsnumber": "9990000018", "data": {"site": "RVV09", **data},
    }  # fmt: skip


MOVED = [
    of("M1", 1, "mh.referred"),
    of("M1", 5, "mh.placed_out_of_area"),
    of("M1", 30, "mh.admitted", unit="RVV09-PICU"),
    of("M1", 40, "mh.admitted", unit="RVV09-ACUTE"),
    of("M1", 60, "mh.left", reason="discharged"),
]


def test_moves_between_mental_health_wards_and_from_out_of_area_balance_place_by_place() -> None:
    verdict = judged([], MOVED)
    assert verdict.holds
    places = ("out_of_area", "RVV09"), ("mental_health", "RVV09-PICU"), ("mental_health", "RVV09-ACUTE")
    days = {
        place: [(b.before, b.arrivals, b.departures, b.after) for b in verdict.balances if b.place == place]
        for place in places
    }
    assert days == {
        places[0]: [(0, 1, 0, 1), (1, 0, 1, 0), (0, 0, 0, 0)],
        places[1]: [(0, 0, 0, 0), (0, 1, 1, 0), (0, 0, 0, 0)],
        places[2]: [(0, 0, 0, 0), (0, 1, 0, 1), (1, 0, 1, 0)],
    }


@pytest.mark.parametrize(
    ("other", "is_fault"),
    [
        (of("P1", 29, "s136.arrived", place="suite", unit="RVV09-SUITE"), True),
        (of("U1", 35, "ucr.referred", unit="RVV09-UCR"), True),
        (of("E1", 59, "ed.arrived"), True),
        (of("E1", 61, "ed.arrived"), False),
        (of("P1", 29, "s136.arrived", place="ed"), False),  # held in a department is beside being in it
    ],
)
def test_nobody_in_a_mental_health_bed_is_somewhere_else_too(other: Event, is_fault: bool) -> None:
    sent = sorted([*MOVED, other], key=lambda event: str(event["sentat"]))
    assert any("in two places at once" in fault for fault in judged([], sent).faults) == is_fault


def test_the_systems_that_are_judged_have_every_service() -> None:
    """With more to do than suites and wards hold, so that departments and out of area are among them."""
    services = set()
    for system in (SYSTEM, HOSPITALS):
        feed = SyntheticSystem(system, MIDNIGHT, seed=7, scale=2.0)
        verdict = judged(feed.opening(), feed.advance(MIDNIGHT + timedelta(days=4)), days=4)
        assert verdict.holds
        services |= {balance.place[0] for balance in verdict.balances if balance.arrivals and balance.departures}
    missing = {service for service, _ in DOORS.values()} | {"s136_ed"}
    assert missing - services <= {"out_of_area"}, "out of area nobody leaves within days"


def test_a_cancelled_arrival_is_no_arrival(events: tuple[list[Event], list[Event]]) -> None:
    """With its departure cancelled too, everything balances and one person fewer came."""
    opening, sent = events
    came = next(
        event for event in sent
        if event["type"] == "ed.arrived" and any(
            other["type"] == "ed.departed" and other["subject"] == event["subject"]
            and other["data"]["reason"] == "discharged" for other in sent
        )
    )  # fmt: skip
    cancels = [
        came | {"type": "event.cancelled", "id": f"x{number}", "data": {}, "cancels": named}
        for number, named in enumerate((came["id"], "select:ed.departed"))
    ]
    at = max(number for number, event in enumerate(sent) if event["subject"] == came["subject"])
    verdict = judged(opening, sent[: at + 1] + cancels + sent[at + 1 :])
    assert verdict.holds
    arrivals = [sum(b.arrivals for b in v.balances if b.place[0] == "ed") for v in (judged(opening, sent), verdict)]
    assert arrivals[0] - arrivals[1] == 1
