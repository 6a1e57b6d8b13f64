"""The feed's history: all that was generated, journeys whole, in the order that a board needs, in little memory."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson
import pytest

from simulations.feed import SyntheticSystem
from simulations.history import Group, History
from tests.hospitals import START, SYSTEM, Event

ENDS = {"ed.departed", "sdec.departed", "bed.left", "ambulance.cleared", "virtual_ward.discharged",
        "ucr.responded", "mh.left", "s136.left",
        "virtual_ward.declined", "event.cancelled"}  # fmt: skip
STANDING = ("unit.", "gauge.", "move.", "opel.", "incident.", "divert.", "mutual_aid.", "person.")


class Told:
    """Twelve days of the small system, as they went in and as they came out."""

    def __init__(self, folder: Path) -> None:
        feed = SyntheticSystem(SYSTEM, START)
        self.given: list[Event] = []
        self.held: list[int] = []  # bytes, at the end of each day
        with History(folder) as history:
            for day in range(13):
                for event in feed.advance(START + timedelta(days=day)) if day else feed.opening():
                    self.given.append(event)
                    history.take(event)
                self.held.append(history.held)
            self.files = list(folder.iterdir())
            self.first = _loaded(history.first())
            self.backwards = _loaded(history.backwards())
        self.count = history.events


def _loaded(groups: Any) -> list[list[Event]]:
    return [[orjson.loads(event) for event in group] for group in groups]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return Told(tmp_path_factory.mktemp("history") / "made for it")


def bag(events: Any) -> Counter[bytes]:
    return Counter(orjson.dumps(event) for event in events)


def is_standing(group: list[Event]) -> bool:
    return str(group[0]["type"]).startswith(STANDING)


def of_a_bed(group: list[Event]) -> bool:
    return bool(group[0]["type"] == "bed.status")


def ended(group: list[Event]) -> bool:
    last_word = [event for event in group if event["type"] in ENDS][-1:]
    return any(event["data"].get("reason") != "sdec" for event in last_word)


def last(group: list[Event]) -> str:
    return max(str(event["time"]) for event in group)


def test_every_event_that_went_in_comes_out_once_and_unchanged(told: Told) -> None:
    assert bag(event for group in (*told.first, *told.backwards) for event in group) == bag(told.given)
    assert told.count == len(told.given) > 10_000


def test_a_journey_comes_out_whole_and_in_the_order_in_which_it_was_sent(told: Told) -> None:
    by_subject: dict[str, list[Event]] = {}
    for event in told.given:
        by_subject.setdefault(event["subject"], []).append(event)
    groups = [group for group in (*told.first, *told.backwards) if not of_a_bed(group)]
    assert [group for group in groups if group != by_subject[group[0]["subject"]]] == []


def test_a_bed_comes_out_from_one_person_to_the_next_and_what_is_newest_first(told: Told) -> None:
    by_subject: dict[str, list[Event]] = {}
    for event in told.given:
        if event["type"] == "bed.status":
            by_subject.setdefault(event["subject"], []).append(event)
    newest = [group for group in told.first if of_a_bed(group)]
    assert {group[0]["subject"] for group in newest} == set(by_subject)
    assert len(newest) == len(by_subject)
    for group in newest:
        assert group == by_subject[group[0]["subject"]][-len(group) :]
    older = [group for group in told.backwards if of_a_bed(group)]
    assert len(older) > 100
    assert all(sum(event["data"]["occupied"] for event in group[1:]) == 0 for group in (*newest, *older))


def test_what_is_open_and_what_stands_for_ever_comes_first(told: Told) -> None:
    assert not any(ended(group) for group in told.first if not is_standing(group))
    backwards = [group for group in told.backwards if not of_a_bed(group)]
    assert all(ended(group) and not is_standing(group) for group in backwards)
    assert {is_standing(group) for group in told.first} == {True, False}


def test_the_rest_comes_backwards_an_hour_after_the_other(told: Told) -> None:
    hours = [max(event["sentat"] for event in group)[:13] for group in told.backwards]
    assert hours == sorted(hours, reverse=True)
    assert len(set(hours)) > 250
    for hour in set(hours):
        groups = [group for group, its in zip(told.backwards, hours, strict=True) if its == hour]
        moments = [last(group) for group in groups if not of_a_bed(group)]  # a bed's turn ends with the next person
        assert moments == sorted(moments, reverse=True)


def test_memory_does_not_grow_with_the_days(told: Told) -> None:
    assert max(told.held[8:]) < 1.2 * max(told.held[3:8]), told.held
    assert told.held[-1] < sum(len(orjson.dumps(event)) for event in told.given) / 3


def test_nothing_of_it_lies_about_under_a_name(told: Told) -> None:
    assert told.files == []


def test_what_is_said_long_after_an_end_comes_out_too(tmp_path: Path) -> None:
    def said(type_: str, day: int, subject: str = "RVV/1") -> Event:
        at = f"2026-03-{day:02d}T10:00:00Z"
        return {"type": type_, "subject": subject, "time": at, "sentat": at, "data": {}}

    daily = [said("ed.arrived", day, "RVV/2") for day in range(4, 12)]
    late = [said("event.cancelled", 6), said("event.cancelled", 9)]
    with History(tmp_path) as history:
        for event in sorted([said("ed.arrived", 4), said("ed.departed", 4), *daily, *late], key=itemgetter("time")):
            history.take(event)
        groups: list[Group] = [*history.first(), *history.backwards()]
    types = [[orjson.loads(event)["type"] for event in group] for group in groups]
    assert types == [["ed.arrived"] * 8, ["event.cancelled"], ["event.cancelled"], ["ed.arrived", "ed.departed"]]


def test_a_bed_whose_sender_says_a_thing_twice_loses_nothing(tmp_path: Path) -> None:
    def said(number: int, occupied: bool) -> Event:
        at = (START + timedelta(hours=number)).isoformat()
        return {"id": f"e{number}", "type": "bed.status", "subject": "AAA01-AMU/A1", "time": at, "sentat": at,
                "data": {"occupied": occupied}}  # fmt: skip

    events = [said(1, False), said(2, True), said(2, True), said(3, True), said(4, False)]
    with History(tmp_path) as history:
        for event in events:
            history.take(event)
        given = _loaded([*history.first(), *history.backwards()])
    assert bag(event for group in given for event in group) == bag(events)


def test_a_folder_that_cannot_be_used_is_an_error_before_anything_is_taken(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        History(tmp_path / "file")
