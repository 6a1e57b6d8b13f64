"""The transfer-of-care hub: nobody goes without a start, the longest waiting first, and a lost service holds people."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from services.domain.system import PathwayCapacity
from simulations.feed import SyntheticSystem
from simulations.hub import SPOT_DAYS, Hub
from simulations.levers import Lever
from simulations.shape import DAY, local_seconds
from simulations.world import World
from tests.hospitals import ORDINARY, SYSTEM, Event

MONDAY = datetime(2026, 6, 1, 0, tzinfo=UTC)


def capacity(pathway: Any, council: str, place: str, starts: float, since: date = date(2022, 4, 1)) -> PathwayCapacity:
    return PathwayCapacity(pathway, council, place, starts, since)


class Waiting:
    """A hub by itself, and who went when."""

    def __init__(self, *rows: PathwayCapacity, scale: float = 1.0) -> None:
        self.world = World(replace(SYSTEM, pathways=rows), int(MONDAY.timestamp()), 1, scale)
        self.went: list[tuple[str, int]] = []
        self.hub = Hub(self.world, lambda stay, day: self.went.append((stay.subject, day - self.first)))
        self.first = self.world.day

    def join(self, subject: str, day: int = 0, pathway: int = 1, council: str = "kent", place: str = "east") -> None:
        ward = SimpleNamespace(site=SimpleNamespace(place=place))
        stay: Any = SimpleNamespace(subject=subject, pathway=pathway, council=council, ward=ward)
        self.hub.join(stay, self.first + day)

    def run(self, days: float) -> None:
        self.world.run(int((MONDAY + timedelta(days=days)).timestamp()))

    def by_day(self) -> dict[int, int]:
        return dict(Counter(day for _, day in self.went))


def test_a_service_begins_with_no_more_people_than_it_has_starts_for() -> None:
    waiting = Waiting(capacity(1, "kent", "east", 7))
    for number in range(60):
        waiting.join(str(number))
    waiting.run(4)
    weekdays = waiting.by_day()
    assert all(4 <= weekdays[day] <= 12 for day in range(4))
    assert [int(subject) for subject, _ in waiting.went] == list(range(len(waiting.went)))  # who came first goes first


def test_who_could_go_first_is_given_the_first_start_and_nobody_before_their_day() -> None:
    waiting = Waiting(capacity(1, "kent", "east", 1.2))
    waiting.join("in four days", 4)
    waiting.join("tomorrow", 1)
    waiting.join("today", 0)
    waiting.run(8)
    assert [subject for subject, _ in waiting.went] == ["today", "tomorrow", "in four days"]
    assert waiting.went[-1][1] >= 4


def test_weekends_and_bank_holidays_have_fewer_starts() -> None:
    waiting = Waiting(capacity(1, "kent", "east", 100))
    for number in range(2000):
        waiting.join(str(number), number // 300)
    waiting.run(7)
    day = waiting.by_day()
    assert day[6] < 0.7 * day[2]  # a Sunday beside a Wednesday


def test_free_starts_are_kept_for_a_while_and_not_for_ever() -> None:
    waiting = Waiting(capacity(2, "kent", "east", 4))
    waiting.run(10)
    for number in range(100):
        waiting.join(str(number), 10, pathway=2)
    (service,) = waiting.hub
    waiting.run(10.5)
    assert 8 <= waiting.by_day()[10] <= 16  # today's, and two days' worth that nobody took
    assert service.free == 0


def test_a_service_that_cannot_keep_up_leaves_some_to_be_placed_elsewhere() -> None:
    waiting = Waiting(capacity(3, "kent", "east", 0.5))
    for number in range(300):
        waiting.join(str(number), number // 10, pathway=3)
    waiting.run(SPOT_DAYS - 1)
    assert len(waiting.went) <= 5
    waiting.run(60)
    assert len(waiting.went) > 250  # ten a day came, and the queue does not grow for ever


def test_a_council_serves_its_own_here_then_elsewhere_and_a_place_takes_strangers() -> None:
    waiting = Waiting(
        capacity(1, "kent", "east", 50), capacity(1, "kent", "west", 50), capacity(1, "medway", "west", 50)
    )
    waiting.join("own", council="kent", place="west")
    waiting.join("elsewhere", council="medway", place="east")
    waiting.join("stranger", council="other", place="east")
    assert {(each.council, each.place): len(each.waiting) for each in waiting.hub} == {
        ("kent", "west"): 1, ("medway", "west"): 1, ("kent", "east"): 1,
    }  # fmt: skip


def test_where_nothing_is_configured_everybody_goes_on_their_day() -> None:
    waiting = Waiting()
    for number in range(30):
        waiting.join(str(number), number % 3)
    waiting.run(4)
    assert waiting.by_day() == {0: 10, 1: 10, 2: 10}


def test_a_change_of_capacity_holds_from_its_day() -> None:
    waiting = Waiting(capacity(1, "kent", "east", 2), capacity(1, "kent", "east", 20, date(2026, 6, 3)))
    for number in range(200):
        waiting.join(str(number))
    waiting.run(4)
    day = waiting.by_day()
    assert day[1] <= 5 < 15 <= day[2]


def test_a_lever_on_a_place_changes_its_starts_and_no_other_s() -> None:
    waiting = Waiting(capacity(1, "kent", "east", 10), capacity(1, "kent", "west", 10))
    waiting.world.levers.pull(Lever.STARTS, 0.5, "east")
    for number in range(400):
        waiting.join(f"{number}", place="east" if number % 2 else "west")
    waiting.run(5)
    gone = Counter(int(subject) % 2 for subject, _ in waiting.went)
    assert gone[1] < 0.7 * gone[0]


def test_people_come_fewer_or_more_but_a_service_has_no_more_than_it_has() -> None:
    gone = {}
    for scale in (0.5, 1.0, 2.0):
        waiting = Waiting(capacity(1, "kent", "east", 20), scale=scale)
        for number in range(1000):
            waiting.join(str(number))
        waiting.run(4)
        gone[scale] = len(waiting.went)
    assert gone[0.5] < 0.7 * gone[1.0]
    assert gone[2.0] == gone[1.0]


def test_of_a_lost_service_nobody_goes_and_then_no_more_than_its_starts() -> None:
    waiting = Waiting(capacity(1, "kent", "east", 5))
    waiting.hub.lost.append(is_lost := lambda stay: stay.council == "kent")
    for number in range(40):
        waiting.join(str(number), number // 10)
    waiting.run(4)
    assert not waiting.went
    waiting.hub.lost.remove(is_lost)
    waiting.run(5)
    assert 0 < len(waiting.went) <= 20  # not all at once: they wait for starts as everybody does


# In the whole world --------------------------------------------------------------------------------------------------


TIGHT = tuple(
    capacity(pathway, "kent", place, starts)
    for place in ("east", "west") for pathway, starts in ((1, 1.5), (2, 0.8), (3, 0.4))
)  # fmt: skip


@pytest.fixture(scope="module")
def fortnight() -> list[Event]:
    feed = SyntheticSystem(replace(SYSTEM, pathways=TIGHT), ORDINARY)
    return [*feed.opening(), *feed.advance(ORDINARY + timedelta(days=14))]


def test_every_start_is_agreed_before_it_and_the_bed_is_left_at_its_hour(fortnight: list[Event]) -> None:
    agreed = {e["subject"]: e for e in fortnight if e["type"] == "discharge.start_agreed"}
    left = {e["subject"]: e for e in fortnight if e["type"] == "bed.left" and e["data"].get("pathway") in (1, 2, 3)}
    begun = [subject for subject in left if subject in agreed]
    assert len(begun) > 30
    for subject in begun:
        assert agreed[subject]["time"] < agreed[subject]["data"]["starts_at"] == left[subject]["time"]
    since = f"{ORDINARY + timedelta(days=1):%Y-%m-%dT%H:%M:%S}"
    assert not [s for s, e in left.items() if e["time"] > since and s not in agreed]


def test_the_written_starts_keep_to_the_capacity(fortnight: list[Event]) -> None:
    days: Counter[tuple[int, int]] = Counter()
    for event in fortnight:
        if event["type"] == "discharge.start_agreed":
            data = event["data"]
            starts = int(datetime.fromisoformat(data["starts_at"]).timestamp())
            days[data["pathway"], local_seconds(starts) // DAY] += 1
    first = {day for pathway, day in days if pathway == 1}
    assert len(first) >= 12
    assert max(days[1, day] for day in first) <= 12  # 3 a day, more on a Friday, one kept each, some bought
    assert sum(days[1, day] for day in first) < 14 * 3 * 1.6


def test_the_community_provider_says_what_the_hub_knows(fortnight: list[Event]) -> None:
    said = [e["data"] for e in fortnight if e["type"] == "gauge.reported" and e["data"]["organisation"] == "AAX"]
    by_measure = {
        measure: [d["value"] for d in said if d["measure"] == measure] for measure in {d["measure"] for d in said}
    }
    assert {"community.p1_slots_today", "community.p1_slots_free", "community.p1_waiting"} <= set(by_measure)
    pairs = zip(by_measure["community.p1_slots_free"], by_measure["community.p1_slots_today"], strict=True)
    assert all(free <= today for free, today in pairs)
    assert max(by_measure["community.p1_waiting"]) > 3
