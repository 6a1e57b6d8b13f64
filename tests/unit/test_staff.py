"""Staff who act, beds by number, and registers of people: what the synthetic system sends of them, and what it does."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from services.domain.catalogue import GAUGES
from services.domain.fold import canonical_people
from services.domain.system import MENTAL_HEALTH
from services.ingest.door import Door
from services.ingest.identity import KeyRing
from simulations.feed import SyntheticSystem
from simulations.levers import Lever
from simulations.shape import local_hour
from simulations.staff import REVIEWS
from tests.hospitals import RARE, START, SYSTEM, UNITS, Event, at

STEPS = ("divert", "mutual_aid", "incident")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SITES = [site.code for site in SYSTEM.sites if site.ed_type == 1]


def in_turn(event: Event) -> tuple[str, int]:
    """As it happened: by time, and within a second as it was written."""
    return event["time"], int(event["id"].rpartition("-")[2])


class Told:
    """Some days of the small system; `levers`: of every quarter of an hour, those of calls that were pulled."""

    def __init__(self, days: int, scale: float, seed: int = 1) -> None:
        feed = SyntheticSystem(SYSTEM, START, seed=seed, scale=scale)
        self.days = days
        self.opening = list(feed.opening())
        self.events: list[Event] = []
        self.calls: dict[datetime, dict[str, float]] = {}
        moment = START
        while moment < START + timedelta(days=days):
            moment += 15 * MINUTE
            self.events += feed.advance(moment)
            assert feed._world is not None
            self.calls[moment] = {code: feed._world.levers.of(Lever.CALLS, code, "") for code in SITES}
        self.all = [*self.opening, *self.events]

    def of(self, *types: str) -> Iterator[Event]:
        return (event for event in self.all if event["type"].startswith(types))

    def agreements(self) -> dict[tuple[str, str], dict[str, Event]]:
        """By family and reference: the steps by their last word."""
        found: dict[tuple[str, str], dict[str, Event]] = defaultdict(dict)
        for event in self.of(*STEPS):
            family, step = event["type"].split(".")
            steps = found[family, event["data"]["reference"]]
            assert step not in steps, f"{event['data']['reference']} was {step} twice"
            steps[step] = event
        return found


@pytest.fixture(scope="module")
def pressed() -> Told:
    return Told(days=14, scale=1.5)


@pytest.fixture(scope="module")
def usual() -> Told:
    return Told(days=6, scale=1.0)


def test_under_pressure_staff_do_everything_that_they_can_do(pressed: Told) -> None:
    assert {event["type"] for event in pressed.of(*STEPS)} == RARE


def test_what_is_agreed_was_asked_for_and_is_told_by_who_agrees(pressed: Told) -> None:
    for (family, reference), steps in pressed.agreements().items():
        if family == "incident":
            assert "declared" in steps, reference
            continue
        asked = steps["requested"]
        assert asked["source"] == f"urn:nhs:ods:{asked['subject']}"
        if "agreed" in steps:
            agreed = steps["agreed"]
            helper = agreed["data"]["to_site" if family == "divert" else "from_site"]
            assert agreed["source"] == f"urn:nhs:ods:{SYSTEM.site_by_code[helper].provider}"
            until = datetime.fromisoformat(agreed["data"]["until"])
            assert agreed["data"] == asked["data"] | {"until": agreed["data"]["until"]}
            assert at(agreed["time"]) < until
            assert "ended" not in steps or at(steps["ended"]["time"]) <= until, "it ends when it was said to, or sooner"
            assert at(asked["time"]) < at(agreed["time"]) < at(asked["time"]) + 4 * HOUR
        if "ended" in steps:
            last = steps.get("agreed", asked)
            assert (steps["ended"]["data"]["outcome"] == "refused") == ("agreed" not in steps)
            assert at(last["time"]) < at(steps["ended"]["time"])


def test_a_divert_takes_calls_from_the_one_and_gives_them_to_the_other_until_it_ends(pressed: Told) -> None:
    checked = 0
    for (family, _), steps in pressed.agreements().items():
        if family != "divert" or not {"agreed", "ended"} <= set(steps):
            continue
        begun, over = at(steps["agreed"]["time"]), at(steps["ended"]["time"])
        assert over - begun <= 4 * HOUR
        data = steps["agreed"]["data"]
        for moment, pulled in pressed.calls.items():
            if begun <= moment < over:
                assert pulled[data["from_site"]] < 1 < pulled[data["to_site"]]
                checked += 1
    assert checked > 4
    never = START + timedelta(days=99)
    in_force = [
        (at(steps["agreed"]["time"]), at(steps["ended"]["time"]) if "ended" in steps else never)
        for (family, _), steps in pressed.agreements().items() if family == "divert" and "agreed" in steps
    ]  # fmt: skip
    free = [pulled for moment, pulled in pressed.calls.items() if not any(a <= moment < b for a, b in in_force)]
    assert free
    assert all(factor == 1 for pulled in free for factor in pulled.values())


def test_site_teams_propose_when_they_review_and_at_night_for_level_4_alone(pressed: Told, usual: Told) -> None:
    for event in (*pressed.of("opel.proposed"), *usual.of("opel.proposed")):
        assert event["subject"] in SITES
        moment = at(event["time"])
        assert moment.minute == moment.second == 0
        assert event["data"]["level"] == 4 or local_hour(int(moment.timestamp())) in REVIEWS


def test_every_organisation_has_a_level_from_the_start_and_says_it_every_day(usual: Told) -> None:
    known = {SYSTEM.code, *SITES, *(each.code for each in SYSTEM.providers)}
    opened = [event for event in usual.opening if event["type"] == "opel.declared"]
    assert {event["subject"] for event in opened} == known
    assert len(opened) == len(known)
    for code in known:
        times = [at(event["time"]) for event in usual.of("opel.declared") if event["subject"] == code]
        assert all(after - before < 26 * HOUR for before, after in pairwise(times)), code


def test_a_proposal_is_answered_within_the_hour(usual: Told) -> None:
    for event in usual.of("opel.proposed"):
        asked = at(event["time"])
        if asked < START + timedelta(days=5):
            assert any(
                each["subject"] == event["subject"] and asked < at(each["time"]) < asked + HOUR
                for each in usual.of("opel.declared")
            )


def test_the_system_is_at_level_3_nearly_always() -> None:
    days, worlds = Counter[int](), (4, 5, 6, 7, 8, 9)
    for seed in worlds:
        told = Told(days=20, scale=1.0, seed=seed)
        stated = {
            at(each["time"]): each["data"]["level"] for each in told.of("opel.declared") if each["subject"] == "QQQ"
        }
        for hour in range(20 * 24):
            moment = START + hour * HOUR
            days[max((time, stated[time]) for time in stated if time <= moment)[1]] += 1
    hours = days.total()
    assert days[3] > 0.55 * hours, days
    assert sum(level * count for level, count in days.items()) / hours == pytest.approx(2.96, abs=0.4)


def test_more_pressure_brings_higher_levels_and_more_diverts(pressed: Told, usual: Told) -> None:
    def mean(told: Told) -> float:
        levels: list[int] = [event["data"]["level"] for event in told.of("opel.declared") if event["subject"] in SITES]
        return sum(levels) / len(levels)

    assert mean(pressed) > mean(usual)
    asked = [len(list(told.of("divert.requested"))) / told.days for told in (pressed, usual)]
    assert asked[0] > asked[1]


def test_escalation_beds_do_not_flutter(pressed: Told, usual: Told) -> None:
    for told in (pressed, usual):
        changes: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
        for event in told.of("unit.capacity"):
            before = changes[event["subject"]]
            if "escalation" in event["data"] and (not before or before[-1][1] != event["data"]["escalation"]):
                before.append((at(event["time"]), event["data"]["escalation"]))
        assert any(len(each) > 1 for each in changes.values())
        for unit, each in changes.items():
            assert len(each) <= 2 * 14, f"{unit} opened and closed {len(each)} times"


# Beds by number -----------------------------------------------------------------------------------------------------


def test_every_bed_is_told_at_the_start_and_its_ward_has_as_many_as_it_may_open(usual: Told) -> None:
    told = Counter(event["data"]["unit"] for event in usual.opening if event["type"] == "bed.status")
    capacity = {code: unit.capacities[-1] for code, unit in UNITS.items() if unit.kind == "ward"}
    capacity = {code: each for code, each in capacity.items() if UNITS[code].bed_kind not in MENTAL_HEALTH}
    assert told == {code: each.core + each.escalation for code, each in capacity.items()}
    subjects = [event["subject"] for event in usual.opening if event["type"] == "bed.status"]
    assert len(set(subjects)) == len(subjects)


def test_as_many_beds_are_occupied_as_there_are_people_in_the_ward(pressed: Told) -> None:
    inside: dict[str, str] = {}
    beds: dict[str, Event] = {}
    checked = 0
    until = (START + timedelta(days=14) - HOUR).isoformat()  # what has happened since may not be sent yet
    events = [event for event in sorted(pressed.all, key=in_turn) if event["time"] < until]
    for index, event in enumerate(events):
        if event["type"] in ("bed.admitted", "bed.transferred"):
            inside[event["subject"]] = event["data"]["unit"]
        elif event["type"] == "bed.left":
            del inside[event["subject"]]
        elif event["type"] == "bed.status":
            beds[event["subject"]] = event["data"]
        settled = index + 1 == len(events) or events[index + 1]["time"] != event["time"]
        if settled and index % 50 == 0 and event["time"] >= START.isoformat()[:19]:
            people = Counter(inside.values())
            occupied = Counter(data["unit"] for data in beds.values() if data["occupied"])
            assert {unit: people[unit] for unit in occupied} == dict(occupied)
            assert all(data["staffed"] for data in beds.values() if data["occupied"])
            checked += 1
    assert checked > 100


def test_who_leaves_a_bed_leaves_it_dirty_and_it_is_clean_within_two_hours_or_taken(usual: Told) -> None:
    of_bed: dict[str, list[Event]] = defaultdict(list)
    for event in sorted(usual.of("bed.status"), key=in_turn):
        of_bed[event["subject"]].append(event)
    waits = []
    for events in of_bed.values():
        dirty_since: datetime | None = None  # of a bed that is dirty when the world begins nobody knows
        for before, after in pairwise(events):
            if before["data"]["clean"] and not after["data"]["clean"]:
                dirty_since = at(after["time"])
            if not before["data"]["clean"]:
                assert not before["data"]["occupied"]
                if dirty_since and after["data"]["clean"] and not after["data"]["occupied"]:
                    waits.append((at(after["time"]) - dirty_since) / MINUTE)
    assert len(waits) > 200
    assert 29 < min(waits) < max(waits) < 121


def test_open_beds_have_staff_and_no_others(usual: Told) -> None:
    beds: dict[str, Event] = {}
    open_: dict[str, int] = {}
    for event in usual.all:
        data = event["data"]
        if event["type"] == "bed.status":
            beds[event["subject"]] = data
        elif event["type"] == "unit.capacity" and "escalation" in data:
            open_[event["subject"]] = data["core"] + data["escalation"] - data["closed"]
    staffed = Counter(data["unit"] for data in beds.values() if data["staffed"])
    assert sum(abs(staffed[unit] - number) for unit, number in open_.items()) <= 2  # a change on its way


def test_beds_by_number_add_at_most_a_seventh_to_the_feed(usual: Told) -> None:
    types = Counter(event["type"] for event in usual.events)
    assert types["bed.status"] < 0.15 * (types.total() - types["bed.status"])


# Registers of people ------------------------------------------------------------------------------------------------


def test_people_first_unknown_are_merged_with_who_they_are(usual: Told, pressed: Told) -> None:
    merged = 0
    for told in (usual, pressed):
        seen: set[str] = set()
        for event in told.all:
            if event["type"] == "person.merged":
                assert event["nhsnumbermerged"] != event["nhsnumber"]
                assert {event["nhsnumber"][:3], event["nhsnumbermerged"][:3]} == {"999"}
                merged += event["nhsnumbermerged"] in seen
            seen.add(event.get("nhsnumber", ""))
    assert merged > 1


def test_the_door_takes_every_kind_of_these_events_and_people_become_one(pressed: Told) -> None:
    door = Door(SYSTEM, KeyRing(b"k" * 32, {"0001": b"s" * 32}), GAUGES, trusted=True)
    taken = Counter[str]()
    for event in pressed.of(*STEPS, "opel.", "person.", "bed.status"):
        if taken[event["type"]] < 40:
            sent = at(event["sentat"])
            fact = door.admit(event, sent, sent)
            taken[event["type"]] += 1
            if event["type"] == "person.merged":
                assert fact.person is not None
                assert fact.person_merged is not None
                assert len(set(canonical_people([(fact.person, fact.person_merged)]).values())) == 1
                assert event["nhsnumber"] not in repr(fact)
    assert set(taken) == RARE | {"opel.proposed", "opel.declared", "person.merged", "person.updated", "bed.status"}
