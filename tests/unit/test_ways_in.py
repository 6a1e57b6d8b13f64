"""How people come: who sent them, as 111 and surgeries have it that day; and past the department, to same day care."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from statistics import correlation
from typing import Any

import pytest

from services.domain.clock import LONDON
from services.domain.system import System
from simulations import mental_health, response, ways_in
from simulations.conservation import Conservation, Verdict
from simulations.feed import SyntheticSystem
from simulations.people import Person
from simulations.shape import CALLS_111_WEEKDAYS, ED_WEEKDAYS
from simulations.volumes import SAME_DAY_ADMITTED, demand_of
from simulations.ways_in import WaysIn
from simulations.world import World
from tests.hospitals import SYSTEM, Event

MONDAY = datetime(2026, 6, 8, tzinfo=LONDON)
DAYS = 14
HOLIDAY = datetime(2026, 5, 25, 10, tzinfo=LONDON)  # a Monday in spring


def ran(start: datetime = MONDAY, days: float = DAYS, system: System = SYSTEM, **more: Any) -> list[Event]:
    feed = SyntheticSystem(system, start, **more)
    return [*feed.opening(), *feed.advance(start + timedelta(days=days))]


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return ran()


def at(event: Event) -> datetime:
    return datetime.fromisoformat(event["time"]).astimezone(LONDON)


def of(events: list[Event], type_: str) -> list[Event]:
    return [each for each in events if each["type"] == type_]


def direct(events: list[Event]) -> list[Event]:
    return [each for each in of(events, "sdec.arrived") if each["data"]["referral_source"] != "ed"]


# Same day emergency care --------------------------------------------------------------------------------------------


def test_most_come_to_same_day_care_direct_while_it_is_open_and_few_from_surgeries_at_weekends(
    events: list[Event],
) -> None:
    come = direct(events)
    assert 0.45 < len(come) / len(of(events, "sdec.arrived")) < 0.75
    assert {at(each).hour for each in come} <= set(range(8, 20))
    by_gp = [each for each in come if each["data"]["referral_source"] == "gp"]
    assert sum(at(each).weekday() > 4 for each in by_gp) / 4 < 0.5 * sum(at(each).weekday() < 5 for each in by_gp) / 10
    assert {each["data"]["referral_source"] for each in come} >= {"gp", "nhs111", "ambulance"}
    departments = {each["subject"] for each in of(events, "ed.arrived")}
    assert not departments & {each["subject"] for each in come}
    assert all("nhsnumber" in each and each["data"]["age_band"] != "0-17" for each in come)


def test_whom_a_crew_sends_there_it_had_left_at_home(events: list[Event]) -> None:
    left = {each["subject"] for each in of(events, "ambulance.cleared") if each["data"]["outcome"] == "see_and_treat"}
    sent = [each for each in direct(events) if each["data"]["referral_source"] == "ambulance"]
    assert sent
    assert all(each["follows"] in left for each in sent)


def test_some_go_up_from_there_to_a_bed_and_the_others_home(events: list[Event]) -> None:
    admitted = {each["follows"]: each for each in of(events, "bed.admitted") if "follows" in each}
    come, gone = {each["subject"] for each in direct(events)}, defaultdict(list)
    for each in of(events, "sdec.departed"):
        gone[each["data"]["reason"]].append(each)
    up = [each for each in gone["admitted"] if at(each) < MONDAY + timedelta(days=DAYS - 1)]
    assert 0 < len(gone["admitted"]) < 0.3 * len(come)
    for each in up:
        assert each["subject"] in come
        bed = admitted[each["subject"]]
        assert bed["data"]["admission"] == "emergency"
        assert timedelta(0) < at(bed) - at(each) < timedelta(hours=2)
    assert not {each["subject"] for each in gone["discharged"]} & admitted.keys()


def test_those_admitted_from_there_are_taken_out_of_the_other_direct_admissions() -> None:
    rows = [row for row in demand_of(SYSTEM) if row.same_day]
    assert len(rows) == 2
    assert all(SAME_DAY_ADMITTED * row.same_day <= row.direct for row in rows)
    for provider in ("AAA", "BBB"):
        ours = [row for row in demand_of(SYSTEM) if row.site.provider == provider]
        through = sum(row.adults_through_ed + row.children_through_ed + row.direct for row in ours)
        assert through == pytest.approx(ours[0].figures.emergency_admissions, rel=1e-9)


def judged(events: list[Event], start: datetime = MONDAY, days: int = DAYS - 1) -> Verdict:
    reader = Conservation(start, days)
    for event in events:
        reader.take(event)
    return reader.finish()


def test_people_are_conserved_in_same_day_care(events: list[Event]) -> None:
    verdict = judged(events)
    assert verdict.holds
    days = [balance for balance in verdict.balances if balance.place == ("sdec", "AAA01")]
    assert len(days) == DAYS - 1
    assert sum(balance.arrivals for balance in days) > 30
    lost = next(each for each in of(events, "sdec.departed") if each["data"]["reason"] == "admitted")
    assert not judged([each for each in events if each is not lost]).holds


# Who sent them ------------------------------------------------------------------------------------------------------


def shares(found: list[Event]) -> dict[str, float]:
    counted = Counter(each["data"]["referral_source"] for each in found)
    return defaultdict(float, {source: count / len(found) for source, count in counted.items()})


def test_everybody_at_a_front_door_says_who_sent_them_and_surgeries_send_while_they_are_open(
    events: list[Event],
) -> None:
    come = of(events, "ed.arrived")
    afoot = [each for each in come if each["data"]["arrival_mode"] != "ambulance"]
    by_day = [each for each in afoot if at(each).weekday() < 5 and 9 <= at(each).hour < 18]
    weekend = [each for each in afoot if at(each).weekday() > 4]
    assert shares(afoot)["self"] > 0.6
    assert shares(by_day)["gp"] > 2 * shares(weekend)["gp"]
    assert shares(weekend)["nhs111"] > 1.3 * shares(by_day)["nhs111"]
    brought = shares([each for each in come if each["data"]["arrival_mode"] == "ambulance"])
    assert set(brought) <= {"ambulance", "nhs111", "gp", "care_home"}
    assert brought["ambulance"] > 0.6
    for each in come:
        assert (each["data"]["referral_source"] == "police") <= (each["data"]["arrival_mode"] == "police")


def ways(now: datetime) -> WaysIn:
    return WaysIn(World(SYSTEM, int(now.timestamp()), 1, 1.0))


def test_a_bank_holiday_is_felt_at_111_in_surgeries_and_in_who_is_sent() -> None:
    usual, holiday = ways(HOLIDAY + timedelta(days=7)), ways(HOLIDAY)
    moment, later = int(HOLIDAY.timestamp()), int((HOLIDAY + timedelta(days=7)).timestamp())
    assert holiday.calls_111(moment) > 1.15 * usual.calls_111(later)
    assert holiday.appointments(moment) < 0.05 * usual.appointments(later)
    assert holiday.shut(moment)
    assert not usual.shut(later)
    for stream in ("majors", "utc", "paediatric"):
        there, then = holiday.shares(stream, "east"), usual.shares(stream, "east")
        assert there["gp"] < 0.3 * then["gp"]
        assert there["nhs111"] > 1.3 * then["nhs111"]


def test_a_busy_day_is_busy_at_111_in_surgeries_and_at_the_doors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways_in, "COMMON_SPREAD", 0.4)
    monkeypatch.setattr(ways_in, "COMMON_MEMORY", 0.0)
    counts: dict[str, Counter[datetime]] = defaultdict(Counter)
    for event in ran():
        data, day = event["data"], (at(event) - timedelta(seconds=1)).replace(hour=0, minute=0, second=0)
        if event["type"] == "ed.arrived" and data["arrival_mode"] != "ambulance":
            counts["doors"][day] += 1 / ED_WEEKDAYS[day.weekday()]  # type: ignore[assignment]
        elif event["type"] == "gauge.reported" and data["measure"] == "nhs111.calls_offered":
            counts["111"][day] += data["value"] / CALLS_111_WEEKDAYS[day.weekday()]
    days = sorted(day for day in counts["111"] if day >= MONDAY)[:DAYS]
    assert correlation([counts["111"][day] for day in days], [counts["doors"][day] for day in days]) > 0.8


def test_fewer_seen_in_surgeries_are_more_who_walk_in_and_fewer_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monday = int((MONDAY + timedelta(hours=10)).timestamp())
    usual, short = ways(MONDAY + timedelta(hours=10)), ways(MONDAY + timedelta(hours=10))
    monkeypatch.setattr(short._surgeries, "of", lambda _: 0.7)
    monkeypatch.setattr(usual._surgeries, "of", lambda _: 1.0)
    assert short.appointments(monday) == pytest.approx(0.7 * usual.appointments(monday))
    assert usual.unmet == 1
    assert short.unmet > 1.02
    assert short.shares("majors", "east")["gp"] < usual.shares("majors", "east")["gp"]


def test_however_many_ring_111_some_come_by_themselves() -> None:
    found = ways(HOLIDAY)
    found._world.levers.pull("need", 20, "east")  # type: ignore[arg-type]
    assert sum(found.shares("utc", "east").values()) == pytest.approx(ways_in.MOST_SENT)
    child = Person(1, "9990000010", "0-17", {}, "Ashford")
    assert {found.sent_by("utc", child, "east") for _ in range(200)} >= {"self", "nhs111"}


# Urgent community response and section 136 --------------------------------------------------------------------------


def test_urgent_response_refers_to_virtual_wards_and_community_beds_with_a_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(response, "TO_VIRTUAL_WARD", 0.4)
    monkeypatch.setattr(response, "TO_COMMUNITY_BED", 0.3)
    events = ran(days=9)
    outcomes = {each["subject"]: each["data"]["outcome"] for each in of(events, "ucr.responded")}
    found = Counter(outcomes.values())
    assert found["virtual_ward"] >= 3
    assert found["community_bed"] > 0
    for type_, outcome, said in (
        ("virtual_ward.referred", "virtual_ward", {"direction": "step_up"}),
        ("bed.admitted", "community_bed", {"bed_kind": "community"}),
    ):
        followed = [each for each in of(events, type_) if outcomes.get(each.get("follows", "")) == outcome]
        assert found[outcome] - 2 <= len(followed) <= found[outcome]  # one or two are on their way
        assert all(said.items() <= each["data"].items() for each in followed)
    assert judged(events, days=8).holds


def test_nobody_is_held_in_a_department_that_they_have_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mental_health, "DETENTIONS_A_PLACE", 8.0)
    events = ran(days=6)
    held = {each["subject"] for each in of(events, "s136.arrived") if each["data"]["place"] == "ed"}
    ends = {each["subject"]: (at(each), each["data"]["reason"]) for each in of(events, "s136.left")}
    visits = {each["subject"]: each for each in of(events, "ed.arrived") if each.get("follows") in held}
    assert len(visits) > 20
    assert {(v["data"]["referral_source"], v["data"]["arrival_mode"]) for v in visits.values()} == {
        ("police", "police")
    }
    moved = {each["subject"]: at(each) for each in of(events, "s136.arrived") if each["data"]["place"] == "suite"}
    end = MONDAY + timedelta(days=6, hours=-2)  # later there are people on their way
    gone = [each for each in of(events, "ed.departed") if each["subject"] in visits and at(each) < end]
    for each in gone:
        assert not each["data"]["reason"].startswith("left_before")
        detention = visits[each["subject"]]["follows"]
        if detention in moved:
            assert timedelta(minutes=19) < moved[detention] - at(each) < timedelta(minutes=61)
            assert detention not in ends or moved[detention] <= ends[detention][0]
        else:  # as they leave, or assessed and let go on the way to a suite
            assert timedelta(seconds=-1) <= ends[detention][0] - at(each) < timedelta(hours=1)
    assert len(moved.keys() & held) > 3
    assert "transferred" in {reason for subject, (_, reason) in ends.items() if subject in held}
    assert judged(events, days=5).holds
