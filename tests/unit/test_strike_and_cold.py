"""A strike, a cold snap and a closed mental health ward: what each pulls at, brings and leaves behind."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from services.domain.clock import LONDON
from simulations import cold
from simulations.feed import SyntheticSystem
from simulations.incidents import incident
from simulations.levers import Lever, Levers
from simulations.shape import DAY
from tests.hospitals import SYSTEM, Event

MONDAY = datetime(2026, 6, 8, tzinfo=LONDON)
BEGINS, ENDS = MONDAY + timedelta(days=1, hours=7), MONDAY + timedelta(days=6, hours=7)  # Tuesday to Sunday
SOON = BEGINS + timedelta(hours=8)
DAYS = 18
Asked = tuple[str, datetime, datetime, str, float | None]
STRIKE: Asked = ("strike", BEGINS, ENDS, "", 1.0)
SNAP: Asked = ("cold_snap", MONDAY, MONDAY + timedelta(days=7), "", 0.3)


class Ran:
    def __init__(self, *asked: Asked, days: int = DAYS, seed: int = 1) -> None:
        planned = [incident(SYSTEM, *each) for each in asked]
        feed = SyntheticSystem(SYSTEM, MONDAY, incidents=planned, seed=seed)
        self.events = [*feed.opening(), *feed.advance(MONDAY + timedelta(days=days))]
        self.truth = feed.truth()
        self.levers: Levers = feed.incidents._parts.world.levers

    def of(self, type_: str, begin: datetime, end: datetime, **data: Any) -> list[Event]:
        return [
            each for each in self.events
            if each["type"] == type_ and begin <= at(each) < end and data.items() <= each["data"].items()
        ]  # fmt: skip


def at(event: Event) -> datetime:
    return datetime.fromisoformat(event["time"])


@cache
def usual() -> Ran:
    return Ran()


@cache
def struck() -> Ran:
    return Ran(STRIKE)


@cache
def cold_week() -> Ran:
    return Ran(SNAP)


# A strike -----------------------------------------------------------------------------------------------------------


def called_off(ran: Ran, day: int) -> float:
    """Of those whose elective admission was to be on a day, the share that did not come."""
    began = MONDAY + timedelta(days=day)
    listed = {
        each["subject"] for each in ran.events
        if each["type"] == "bed.expected" and began <= datetime.fromisoformat(each["data"]["expected_at"])
        < began + timedelta(days=1)
    }  # fmt: skip
    came = {each["subject"] for each in ran.of("bed.admitted", began, began + timedelta(days=1), admission="elective")}
    return 1 - len(listed & came) / len(listed)


def electives(ran: Ran, first: int, last: int) -> int:
    begin, end = (MONDAY + timedelta(days=day) for day in (first, last))
    return len(ran.of("bed.admitted", begin, end, admission="elective"))


def test_of_a_strike_lists_fall_to_a_third_while_it_lasts_and_those_of_the_first_day_are_called_off_on_it() -> None:
    assert electives(struck(), 0, 1) == electives(usual(), 0, 1)
    assert electives(struck(), 2, 5) < 0.55 * electives(usual(), 2, 5)
    assert called_off(struck(), 1) > 0.4 > 0.3 > called_off(usual(), 1)
    assert electives(struck(), 7, 12) > 0.8 * electives(usual(), 7, 12)
    ((_, facts),) = [(moment, facts) for kind, moment, facts in struck().truth if kind == "incident_over"]
    assert facts["electives_kept"] == 0.35


def test_with_a_third_of_them_away_94_percent_of_lists_are_kept() -> None:
    ran = Ran(("strike", BEGINS, ENDS, "", None), days=7)
    ((_, facts),) = [(moment, facts) for kind, moment, facts in ran.truth if kind == "incident_over"]
    assert 0.93 <= facts["electives_kept"] <= 0.95  # domain.md 6.1


def minutes(ran: Ran, first: str, then: str) -> float:
    """Median from one milestone to another of those who began on the days of the strike."""
    begins = {each["subject"]: at(each) for each in ran.of(first, BEGINS, ENDS)}
    later = {each["subject"]: at(each) for each in ran.events if each["type"] == then}
    return median((later[who] - begins[who]).total_seconds() / 60 for who in begins if who in later)


def test_of_a_strike_everything_takes_longer_and_fewer_walk_in_or_go_home() -> None:
    for first, then in (("ed.triaged", "ed.seen"), ("ed.arrived", "ed.decision_to_admit"),
                        ("ed.decision_to_admit", "ed.departed")):  # fmt: skip
        assert minutes(struck(), first, then) > 1.1 * minutes(usual(), first, then), then
    (gone, went), (come, came) = (
        [len(ran.of(type_, BEGINS, ENDS - timedelta(days=until), **data)) for ran in (struck(), usual())]
        for type_, until, data in (
            ("bed.left", 3, {"reason": "discharged"}), ("ed.arrived", 0, {"arrival_mode": "own_transport"}),
        )
    )  # fmt: skip
    assert gone < 0.95 * went
    assert 0.8 < come / came < 0.98


def test_a_strike_at_one_trust_is_held_there_alone_and_until_it_is_over() -> None:
    feed = SyntheticSystem(SYSTEM, MONDAY, incidents=[incident(SYSTEM, "strike", BEGINS, ENDS, "AAA", 1.0)])
    levers, seen = feed.incidents._parts.world.levers, []
    for hours in (30, 80, 146, 152):
        list(feed.advance(MONDAY + timedelta(hours=hours)))
        seen.append({lever: factor for (lever, where), factor in levers._products.items() if where in ("AAA", "")})
    felt = {Lever.PACE: 1.5, Lever.BED_WAIT: 1.5, Lever.DIRECT: 0.7, Lever.LEAVERS: 0.7, Lever.WALK_INS: 0.9}
    assert seen == [{}, {**felt, Lever.ELECTIVES: 0.35}, felt, {}]
    assert not any(where == "BBB" for _, where in levers._products)


def held(levers: Levers) -> set[Lever]:
    """Of those that staff leave alone."""
    return {lever for lever, _ in levers._products} & {Lever.ADMITTED, Lever.STAY, Lever.NEED}


# A cold snap --------------------------------------------------------------------------------------------------------


def more(begin: int, end: int, type_: str, **data: Any) -> float:
    """Of a cold week, times the usual, between two days from its beginning."""
    between = MONDAY + timedelta(days=begin), MONDAY + timedelta(days=end)
    return len(cold_week().of(type_, *between, **data)) / len(usual().of(type_, *between, **data))


def test_of_a_cold_snap_falls_come_at_once_and_illness_days_later_and_it_is_felt_after() -> None:
    assert 1.05 < more(1, 3, "ambulance.called") < more(4, 9, "ambulance.called") < 1.9
    assert more(8, 14, "ambulance.called") > 1.1  # it ended on the seventh day
    assert more(5, 11, "bed.admitted", admission="emergency") > 1.12
    aged = ("75-84", "85+")
    assert sum(more(4, 9, "ambulance.called", age_band=band) for band in aged) / 2 > more(4, 9, "ambulance.called")
    told = {kind: (moment, facts) for kind, moment, facts in cold_week().truth}
    over, felt = told["incident_over"], told["cold_snap_felt"]
    assert felt[0] - over[0] == 10 * DAY
    assert felt[1]["more_calls"] > over[1]["more_calls"] > 50
    assert not held(cold_week().levers)


def test_of_a_cold_snap_more_ring_111_and_are_referred_at_home() -> None:
    between = MONDAY + timedelta(days=3), MONDAY + timedelta(days=9)
    calls, without = (
        sum(each["data"]["value"] for each in ran.of("gauge.reported", *between, measure="nhs111.calls_offered"))
        for ran in (cold_week(), usual())
    )
    assert 1.1 < calls / without < 1.5
    assert more(2, 10, "ucr.referred") > 1


@pytest.mark.parametrize("share", [cold.fallen, cold.breathless])
def test_what_a_cold_day_does_comes_about_little_by_little_and_whole(share: Any) -> None:
    felt = [share(hour * 3600) for hour in range(-24, 24 * 12)]
    assert felt[0] == 0
    assert felt[-1] == 1
    assert all(0 <= later - before < 0.03 for before, later in pairwise(felt))
    assert cold.breathless(2 * DAY) == 0
    assert cold.breathless(10 * DAY) == pytest.approx(1)


def test_a_snap_that_is_ended_early_is_felt_for_less() -> None:
    feed = SyntheticSystem(SYSTEM, MONDAY)
    running = feed.incidents.begin(*SNAP[:4], 0.3)
    list(feed.advance(MONDAY + timedelta(days=2)))
    feed.incidents.end(running, MONDAY + timedelta(days=2))
    list(feed.advance(MONDAY + timedelta(days=13)))
    told = {kind: (moment, facts) for kind, moment, facts in feed.truth()}
    whole = next(facts for kind, _, facts in cold_week().truth if kind == "cold_snap_felt")
    assert told["incident_over"][0] == (MONDAY + timedelta(days=2)).timestamp()
    assert told["cold_snap_felt"][1]["more_calls"] < 0.6 * whole["more_calls"]
    assert not held(feed.incidents._parts.world.levers)


# What is pulled is read ---------------------------------------------------------------------------------------------


def test_a_surge_is_felt_at_111_and_at_home_where_it_is() -> None:
    feed = SyntheticSystem(SYSTEM, MONDAY, incidents=[incident(SYSTEM, "surge", BEGINS, SOON, "AAA01", 3.0)])
    levers = feed.incidents._parts.world.levers
    list(feed.advance(BEGINS + timedelta(hours=1)))
    assert levers.of(Lever.NEED, "east", "") == 1.5  # half of the doors there, and half as much there
    assert levers.of(Lever.NEED, "west", "") == 1
    list(feed.advance(SOON + timedelta(hours=1)))
    assert not held(levers)


def test_every_lever_is_pulled_by_one_part_and_read_by_another() -> None:
    pullers = {"incident_kinds", "cold", "decisions"}
    pulled, read = Counter[str](), Counter[str]()
    for path in (Path(__file__).parents[2] / "simulations").glob("*.py"):
        named = re.findall(r"Lever\.([A-Z_]+)", path.read_text())
        (pulled if path.stem in pullers else read).update(named)
    names = {lever.name for lever in Lever}
    assert set(pulled) == names
    assert set(read) == names


def test_a_mental_health_ward_can_be_closed_and_takes_nobody_until_it_is_open() -> None:
    unit: dict[str, Any] = {"unit": "MMM01-ACUTE"}
    again, end = MONDAY + timedelta(days=8), MONDAY + timedelta(days=12)
    ran, open_ = Ran(("ward_closed", BEGINS, again, "MMM01-ACUTE", 1.0), days=12, seed=2), Ran(days=8, seed=2)
    on_the_way = BEGINS + timedelta(hours=13)  # to a bed that was held before
    assert not ran.of("mh.admitted", on_the_way, again, **unit)
    assert len(open_.of("mh.admitted", on_the_way, again, **unit)) > 3
    stated = ran.of("unit.capacity", BEGINS, end, **unit)
    assert max(each["data"]["closed"] for each in stated) > 1
    assert (stated[-1]["data"]["closed"], stated[-1]["data"]["reason"]) == (0, "none")
    assert ran.of("mh.admitted", again, end, **unit)
