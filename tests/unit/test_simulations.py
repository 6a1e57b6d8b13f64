"""The synthetic system: what it promises of its events, on a small system of two hospitals."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import orjson
import pytest

from services.configuration import load_system
from services.domain.events import EVENT_ADAPTERS
from services.domain.system import Capacity, Place, Provider, Site, System, Unit
from services.live.feeds import SENDING_KINDS, code_of
from simulations.feed import PRODUCED, SyntheticSystem
from simulations.people import AGE_BANDS, People, check_digit
from simulations.shape import DISCHARGE_WEEKDAYS, local_time, weekday
from simulations.volumes import demand_of

START = datetime(2026, 3, 26, 6, tzinfo=UTC)  # a Thursday; London's clocks change on the Sunday after
ORDINARY = datetime(2026, 6, 4, 5, tzinfo=UTC)  # a fortnight without a holiday
Event = dict[str, Any]


def unit(site: str, local: str, kind: str, core: int, escalation: int = 0, **more: Any) -> Unit:
    return Unit(f"{site}-{local}", local.title(), kind, site, (Capacity(date(2022, 4, 1), core, escalation),), **more)  # type: ignore[arg-type]


def ward(site: str, local: str, core: int, specialty: str, bed_kind: str = "ga_adult", escalation: int = 0) -> Unit:
    return unit(site, local, "ward", core, escalation, bed_kind=bed_kind, specialty=specialty)


def areas(site: str) -> tuple[Unit, ...]:
    cores = {"RESUS": 4, "MAJORS": 12, "MINORS": 6, "PAEDS": 5, "WAIT": 40, "CORRIDOR": 0}
    names = {"PAEDS": "paediatric", "WAIT": "waiting_room"}
    return tuple(
        unit(site, local, "ed_area", core, 6 if local == "CORRIDOR" else 0, area=names.get(local, local.lower()))
        for local, core in cores.items()
    )


def childrens_wards(site: str) -> tuple[Unit, ...]:
    return (
        ward(site, "CHILD", 16, "paediatrics", "ga_paediatric"),
        ward(site, "HDU", 4, "paediatrics", "paediatric_hdu"),
    )


def hospital(site: str, provider: str, place: str, town: str, children: bool = True) -> Site:
    units = (
        *areas(site),
        ward(site, "AMU", 24, "acute_internal_medicine", escalation=4),
        ward(site, "MED", 60, "general_medicine", escalation=6),
        ward(site, "OPW", 60, "geriatric_medicine"),
        ward(site, "SURG", 46, "general_surgery"),
        *(childrens_wards(site) if children else ()),
        ward(site, "CRIT", 10, "critical_care", "critical_care"),
        ward(site, "MAT", 20, "obstetrics", "maternity"),
        ward(site, "NEO", 10, "neonatology", "neonatal"),
        unit(site, "SDEC", "sdec", 10),
        unit(site, "LOUNGE", "discharge_lounge", 8),
        unit(site, "VW", "virtual_ward", 30, bed_kind="virtual", specialty="frailty"),
    )
    return Site(site, town, town, town, "acute", provider, place, 51.0, 1.0, 1, units)


def small_system() -> System:
    treatment_centre = Site(
        "AAX01", "Centre", "Centre", "Dover", "utc", "AAX", "east", 51.0, 1.0, 3,
        (unit("AAX01", "MINORS", "ed_area", 4, area="minors"),
         ward("AAX01", "REHAB", 30, "rehabilitation", "community"), unit("AAX01", "UCR", "response_team", 3)),
    )  # fmt: skip
    psychiatric = Site(
        "MMM01", "Unit", "Unit", "Ashford", "mental_health_unit", "MMM", "east", 51.0, 1.0, None,
        (ward("MMM01", "ACUTE", 20, "adult_mental_illness", "mental_health_adult"),
         ward("MMM01", "PICU", 3, "adult_mental_illness", "mental_health_picu"),
         ward("MMM01", "OLDER", 8, "old_age_psychiatry", "mental_health_older"),
         unit("MMM01", "SUITE", "place_of_safety", 2, bed_kind="s136")),
    )  # fmt: skip
    return System(
        "QQQ",
        "Test",
        (Place("east", "East"), Place("west", "West")),
        (
            Provider("AAA", "A", "A", "acute"),
            Provider("BBB", "B", "B", "acute"),
            Provider("AAX", "C", "C", "community"),
            Provider("AMB", "D", "D", "ambulance"),
            Provider("MMM", "M", "M", "mental_health"),
        ),
        (
            hospital("AAA01", "AAA", "east", "Ashford"),
            hospital("BBB01", "BBB", "west", "Maidstone", children=False),  # its children go to the other one
            treatment_centre,
            psychiatric,
        ),
        neighbourhoods=("ashford_1", "ashford_2", "maidstone_1", "dover_1"),
    )


SYSTEM = small_system()
UNITS = SYSTEM.unit_by_code
#: What nine ordinary days of two hospitals need not have in them; test_staff sees each of them under pressure.
RARE = {
    "divert.requested", "divert.agreed", "divert.ended", "mutual_aid.requested", "mutual_aid.agreed",
    "mutual_aid.ended", "incident.declared", "incident.stood_down",
}  # fmt: skip
#: Types that are about no journey.
NO_JOURNEY = ("unit.", "gauge.", "move.", "bed.status", "opel.", "incident.", "divert.", "mutual_aid.", "person.")


def run(days: float, seed: int = 1, scale: float = 1.0, start: datetime = START) -> tuple[list[Event], list[Event]]:
    feed = SyntheticSystem(SYSTEM, start, seed=seed, scale=scale)
    opening = list(feed.opening())
    return opening, list(feed.advance(start + timedelta(days=days)))


@pytest.fixture(scope="module")
def nine_days() -> tuple[list[Event], list[Event]]:
    return run(9)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def in_order_of_time(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda event: (event["time"], event["sentat"], event["id"]))


# The same seed, the same bytes --------------------------------------------------------------------------------------


def test_one_long_advance_and_many_short_ones_give_the_same_bytes() -> None:
    _, whole = run(1.5)
    feed = SyntheticSystem(SYSTEM, START, seed=1)
    pieces: list[Event] = []
    until = START
    for minutes in (1, 7, 61, 3, 240, 59, 719, 2, 480):
        until += timedelta(minutes=minutes, seconds=minutes)
        pieces.extend(feed.advance(until))
    pieces.extend(feed.advance(START + timedelta(days=1.5)))
    assert orjson.dumps(pieces) == orjson.dumps(whole)


def test_an_advance_that_was_left_half_read_goes_on_where_it_stopped() -> None:
    _, whole = run(0.25)
    feed = SyntheticSystem(SYSTEM, START, seed=1)
    end = START + timedelta(days=0.25)
    pieces = list(itertools.islice(feed.advance(end), 17))
    pieces.extend(feed.advance(end))
    assert pieces == whole


def test_the_opening_is_the_same_whether_or_not_the_feed_has_advanced() -> None:
    feed = SyntheticSystem(SYSTEM, START)
    list(feed.advance(START + timedelta(hours=3)))
    assert list(feed.opening()) == list(SyntheticSystem(SYSTEM, START).opening())


def test_another_seed_gives_other_events() -> None:
    assert run(0.1, seed=1)[1] != run(0.1, seed=2)[1]


def test_a_start_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        SyntheticSystem(SYSTEM, START.replace(tzinfo=None))


# Every event is one that a door would take --------------------------------------------------------------------------


def test_every_event_is_valid_once_the_door_has_taken_the_nhs_number_off(
    nine_days: tuple[list[Event], list[Event]],
) -> None:
    for event in [*nine_days[0], *nine_days[1]]:
        EVENT_ADAPTERS[event["type"]].validate_python({k: v for k, v in event.items() if not k.startswith("nhsnumber")})


def test_every_unit_and_site_named_exists_and_belongs_to_the_sender(
    nine_days: tuple[list[Event], list[Event]],
) -> None:
    for event in [*nine_days[0], *nine_days[1]]:
        data = event["data"]
        named = data.get("unit")
        if named is not None:
            assert UNITS[named].site == data["site"], event
        if "site" in data and not event["type"].startswith(("ambulance.", "mh.", "s136.")):
            provider = SYSTEM.site_by_code[data["site"]].provider
            assert event["source"] == f"urn:nhs:ods:{provider}", event


def test_nhs_numbers_are_ten_digits_in_the_999_range_with_their_check_digit(
    nine_days: tuple[list[Event], list[Event]],
) -> None:
    numbers = {event["nhsnumber"] for part in nine_days for event in part if "nhsnumber" in event}
    assert len(numbers) > 1000
    for number in numbers:
        assert len(number) == 10
        assert number.startswith("999")
        assert check_digit(number[:9]) == int(number[9])


def test_nobody_is_drawn_again_before_they_are_released() -> None:
    people = People(SYSTEM, Random(1))
    oldest = tuple(float(band == "85+") for band in AGE_BANDS)
    drawn = [people.draw(0, oldest, "Ashford") for _ in range(3000)]
    assert len({person.nhsnumber for person in drawn}) == 3000


def test_the_check_digit_is_that_of_the_published_example() -> None:
    assert check_digit("943476591") == 9


def test_every_journey_opens_with_an_nhs_number_and_has_an_issuer_in_its_subject(
    nine_days: tuple[list[Event], list[Event]],
) -> None:
    opened = {
        "ed.arrived", "bed.admitted", "bed.expected", "ambulance.called", "virtual_ward.referred", "ucr.referred",
        "mh.referred", "s136.arrived", "sdec.arrived",
    }  # fmt: skip
    known: set[str] = set()
    for event in in_order_of_time([*nine_days[0], *nine_days[1]]):
        if event["type"].startswith(NO_JOURNEY):
            continue
        if event["subject"] not in known:
            assert event["type"] in opened, event
            assert "nhsnumber" in event, event
            known.add(event["subject"])
        assert event["subject"].split("/")[0] == event["source"].rsplit(":", 1)[1]


def test_an_id_is_used_once(nine_days: tuple[list[Event], list[Event]]) -> None:
    ids = [event["id"] for part in nine_days for event in part]
    assert len(ids) == len(set(ids))


def test_whatever_a_journey_follows_has_been_sent(nine_days: tuple[list[Event], list[Event]]) -> None:
    events = [*nine_days[0], *nine_days[1]]
    subjects = {event["subject"] for event in events}
    followed = [event["follows"] for event in events if "follows" in event]
    assert followed
    assert set(followed) <= subjects


# Time and order -----------------------------------------------------------------------------------------------------


def test_events_come_in_the_order_they_are_sent_and_none_from_the_future() -> None:
    feed = SyntheticSystem(SYSTEM, START)
    last = START
    for hour in range(1, 13):
        until = START + timedelta(hours=hour)
        for event in feed.advance(until):
            sent, happened = at(event["sentat"]), at(event["time"])
            assert last <= sent <= until
            assert START <= happened < sent
            last = sent


def test_the_opening_is_in_order_of_time_and_over_by_the_start(nine_days: tuple[list[Event], list[Event]]) -> None:
    times = [at(event["time"]) for event in nine_days[0]]
    assert times == sorted(times)
    assert times[-1] <= START
    assert all(at(event["sentat"]) <= START for event in nine_days[0])
    assert times[0] < START - timedelta(days=5), "some people have been in bed for days"


def test_nothing_written_is_lost() -> None:
    feed = SyntheticSystem(SYSTEM, START)
    opening = list(feed.opening())
    world = feed._world
    assert world is not None
    waiting = world.outbox.waiting
    written = world.outbox.written
    sent = list(feed.advance(START + timedelta(days=2)))
    assert len(sent) == waiting + world.outbox.written - written - world.outbox.waiting
    assert opening


# People are conserved -----------------------------------------------------------------------------------------------


def test_nobody_is_in_two_beds_and_no_ward_holds_more_than_core_and_escalation(
    nine_days: tuple[list[Event], list[Event]],
) -> None:
    where: dict[str, str] = {}
    person_of: dict[str, str] = {}
    in_bed: dict[str, str] = {}
    count: Counter[str] = Counter()
    # At one and the same second a bed may be left and taken: leaving is counted first.
    rank = {"unit.capacity": 0, "bed.left": 1, "virtual_ward.discharged": 1, "bed.transferred": 2}
    events = sorted(
        [*nine_days[0], *nine_days[1]], key=lambda event: (event["time"], rank.get(event["type"], 3), event["id"])
    )
    for event in events:
        type_, subject, data = event["type"], event["subject"], event["data"]
        if type_ in ("bed.admitted", "virtual_ward.onboarded"):
            assert subject not in where, f"{subject} entered twice"
        if type_ == "bed.admitted":
            person = event["nhsnumber"]
            assert person not in in_bed, f"{person} is in two beds"
            in_bed[person] = subject
            person_of[subject] = person
        if type_ in ("bed.admitted", "bed.transferred", "virtual_ward.onboarded"):
            if type_ == "bed.transferred":
                count[where[subject]] -= 1
            where[subject] = data["unit"]
            count[data["unit"]] += 1
            capacity = UNITS[data["unit"]].capacities[-1]
            assert count[data["unit"]] <= capacity.core + capacity.escalation, data["unit"]
        if type_ in ("bed.left", "virtual_ward.discharged"):
            assert where.pop(subject) == data["unit"], f"{subject} left a unit they were not in"
            count[data["unit"]] -= 1
            in_bed.pop(person_of.get(subject, ""), None)
    assert sum(count.values()) == len(where) > 200


ENTERS = ("bed.admitted", "bed.transferred", "virtual_ward.onboarded", "mh.admitted", "s136.arrived")
LEAVES = ("bed.left", "virtual_ward.discharged", "mh.left", "s136.left")


def test_the_morning_census_names_exactly_who_is_in(nine_days: tuple[list[Event], list[Event]]) -> None:
    where: dict[str, str] = {}
    checked = 0
    for event in sorted(
        [*nine_days[0], *nine_days[1]], key=lambda event: (event["time"], event["type"] == "unit.census", event["id"])
    ):
        type_ = event["type"]
        if type_ in ENTERS and "unit" in event["data"]:
            where[event["subject"]] = event["data"]["unit"]
        elif type_ in LEAVES:
            where.pop(event["subject"], None)  # mental health also ends before a bed, and out of area
        elif type_ == "unit.census":
            inside = {subject for subject, code in where.items() if code == event["subject"]}
            difference = inside ^ set(event["data"]["visits"])
            assert len(difference) <= 1, f"{event['subject']} at {event['time']}: {difference}"  # the same second
            checked += 1
    assert checked == 9 * sum(each.kind in ("ward", "virtual_ward", "place_of_safety") for each in UNITS.values())


def in_order_of_leaving(events: Iterable[Event], *leaving: str) -> list[Event]:
    """At one and the same second a bed may be left and taken: leaving is counted first."""
    return sorted(events, key=lambda event: (event["time"], event["type"] not in leaving, event["id"]))


def test_mental_health_beds_hold_no_more_than_they_have_and_who_comes_to_the_trust_leaves_it_once(
    nine_days: tuple[list[Event], list[Event]],
) -> None:
    inside: set[str] = set()
    gone: set[str] = set()
    where: dict[str, str] = {}
    away: set[str] = set()
    passed: Counter[str] = Counter()
    for event in in_order_of_leaving([*nine_days[0], *nine_days[1]], "mh.left", "s136.left"):
        type_, subject, data = event["type"], event["subject"], event["data"]
        if not type_.startswith(("mh.", "s136.")):
            continue
        passed[type_] += 1
        if type_ in ("mh.referred", "s136.arrived"):
            assert subject not in inside | gone, f"{subject} came twice"
            inside.add(subject)
        assert subject in inside, f"{type_} of {subject}, who is not there"
        if type_ in ("mh.admitted", "s136.arrived", "mh.placed_out_of_area", "mh.left", "s136.left"):
            where.pop(subject, None)
            away.discard(subject)
            if "unit" in data:
                where[subject] = data["unit"]
                assert sum(code == data["unit"] for code in where.values()) <= UNITS[data["unit"]].capacities[-1].core
            elif type_ == "mh.placed_out_of_area":
                away.add(subject)
        if type_ in ("mh.left", "s136.left"):
            inside.remove(subject)
            gone.add(subject)
    assert {name for name in PRODUCED if name.startswith(("mh.", "s136."))} - set(passed) <= {"mh.placed_out_of_area"}
    assert passed["mh.left"] > 40
    assert 24 <= len(where) <= 33
    assert len(inside) == passed["mh.referred"] + passed["s136.arrived"] - passed["mh.left"] - passed["s136.left"]


def test_urgent_response_answers_each_referral_once_and_most_within_two_hours(
    nine_days: tuple[list[Event], list[Event]],
) -> None:
    referred = {e["subject"]: e for e in nine_days[1] if e["type"] == "ucr.referred"}
    answers = [e for e in nine_days[1] if e["type"] == "ucr.responded" and e["subject"] in referred]
    assert len({e["subject"] for e in answers}) == len(answers)
    assert len(referred) - len(answers) < 15, "nearly all are answered by the end"
    waits = [
        (at(e["time"]) - at(referred[e["subject"]]["time"])) / timedelta(hours=1)
        for e in answers
        if referred[e["subject"]]["data"]["urgency"] == "two_hour" and e["data"]["outcome"] != "not_seen"
    ]
    assert len(waits) > 25
    assert 0.65 < sum(wait <= 2 for wait in waits) / len(waits) < 0.98
    conveyed = {e["subject"] for e in answers if e["data"]["outcome"] == "conveyed"}
    followed = {e["follows"] for e in nine_days[1] if e["type"] == "ed.arrived" and "follows" in e}
    assert conveyed
    assert len(conveyed - followed) <= 2, "who is conveyed comes to a department"


def test_who_waits_in_a_department_for_mental_health_leaves_it_when_the_trust_has_done(
    nine_days: tuple[list[Event], list[Event]],
) -> None:
    events = [*nine_days[0], *nine_days[1]]
    liaison = {
        e["subject"]: e["follows"] for e in events if e["type"] == "mh.referred" and e["data"]["setting"] == "ed"
    }
    departed = {e["subject"]: e for e in events if e["type"] == "ed.departed"}
    left = {e["subject"] for e in events if e["type"] == "mh.left"}
    done = [departed.get(visit) for subject, visit in liaison.items() if subject in left]
    assert len(done) > 20
    assert all(done)
    placed = {e["subject"] for e in events if e["type"] in ("mh.admitted", "mh.placed_out_of_area")}
    reasons = {departed[visit]["data"]["reason"] for subject, visit in liaison.items() if subject in placed}
    assert reasons <= {"transferred"}


def test_everybody_who_departs_an_ed_had_arrived_and_departs_once(nine_days: tuple[list[Event], list[Event]]) -> None:
    inside: set[str] = set()
    departed: set[str] = set()
    for event in in_order_of_time([*nine_days[0], *nine_days[1]]):
        if event["type"] == "ed.arrived":
            assert event["subject"] not in inside | departed
            inside.add(event["subject"])
        elif event["type"] == "ed.departed":
            inside.remove(event["subject"])
            departed.add(event["subject"])
    assert 5 < len(inside) < 150


def test_milestones_of_an_attendance_come_in_their_order(nine_days: tuple[list[Event], list[Event]]) -> None:
    order = ["ed.arrived", "ed.triaged", "ed.seen", "ed.decision_to_admit", "ed.bed_allocated", "ed.departed"]
    journeys: dict[str, dict[str, str]] = defaultdict(dict)
    for event in [*nine_days[0], *nine_days[1]]:
        if event["type"] in order:
            journeys[event["subject"]][event["type"]] = event["time"]
    for subject, times in journeys.items():
        passed = [times[name] for name in order if name in times]
        if "ed.triaged" in times and "ed.seen" in times and times["ed.seen"] < times["ed.triaged"]:
            continue  # resus: seen before anybody sits down to triage
        assert passed == sorted(passed), subject


STEPS_IN_ORDER = (
    ("ambulance.called", "ambulance.assigned", "ambulance.on_scene", "ambulance.conveying", "ambulance.arrived",
     "ambulance.cohorted", "ambulance.handed_over", "ambulance.cleared"),
    ("ambulance.on_scene", "ambulance.conveying", "ambulance.pre_alerted", "ambulance.arrived"),
    ("bed.admitted", "discharge.criteria_not_met", "discharge.referred_to_hub", "discharge.accepted",
     "discharge.start_agreed", "bed.left"),
    ("virtual_ward.referred", "virtual_ward.accepted", "virtual_ward.onboarded", "virtual_ward.escalated",
     "virtual_ward.discharged"),
    ("virtual_ward.referred", "virtual_ward.declined"),
)  # fmt: skip


@pytest.mark.parametrize("order", STEPS_IN_ORDER, ids=lambda order: f"{order[0]} to {order[-1]}")
def test_steps_of_a_journey_come_in_their_order(
    nine_days: tuple[list[Event], list[Event]], order: tuple[str, ...]
) -> None:
    journeys: dict[str, dict[str, str]] = defaultdict(dict)
    for event in [*nine_days[0], *nine_days[1]]:
        if event["type"] in order:
            journeys[event["subject"]].setdefault(event["type"], event["time"])
    for subject, times in journeys.items():
        passed = [times[name] for name in order if name in times]
        assert passed == sorted(passed), (subject, times)
    assert {name for times in journeys.values() for name in times} == set(order)


def test_cubicles_hold_no_more_than_they_have(nine_days: tuple[list[Event], list[Event]]) -> None:
    where: dict[str, str] = {}
    count: Counter[str] = Counter()
    for event in sorted(
        [*nine_days[0], *nine_days[1]], key=lambda event: (event["time"], event["type"] != "ed.departed", event["id"])
    ):
        if event["type"] in ("ed.departed", "ed.moved") and event["subject"] in where:
            count[where.pop(event["subject"])] -= 1
        if event["type"] == "ed.moved":
            where[event["subject"]] = event["data"]["unit"]
            count[event["data"]["unit"]] += 1
            capacity = UNITS[event["data"]["unit"]].capacities[-1]
            assert count[event["data"]["unit"]] <= capacity.core + capacity.escalation, event
    assert max(count.values()) > 0


# What comes, and how much -------------------------------------------------------------------------------------------


def test_every_type_the_feed_claims_is_produced(nine_days: tuple[list[Event], list[Event]]) -> None:
    found = {event["type"] for part in (*nine_days, *run(5, seed=2)) for event in part}
    assert found - RARE == PRODUCED - RARE, f"missing {PRODUCED - found}, not claimed {found - PRODUCED}"
    assert found <= PRODUCED


def test_every_provider_that_should_send_is_heard_within_each_hour_of_the_configured_world() -> None:
    system = load_system()
    should = {each.code for each in system.providers if each.kind in SENDING_KINDS}
    feed = SyntheticSystem(system, START)
    for hour in range(1, 4):
        heard = {code_of(event["source"]) for event in feed.advance(START + timedelta(hours=hour))}
        assert should <= heard, f"not heard in hour {hour}: {should - heard}"


def test_two_days_volumes_are_near_what_is_expected() -> None:
    expected: Counter[str] = Counter()
    for row in demand_of(SYSTEM):
        expected["ed.arrived"] += sum(row.walk_in.values()) + row.ambulances  # type: ignore[assignment]
        expected["ambulance.arrived"] += row.ambulances  # type: ignore[assignment]
        expected["emergency"] += row.adults_through_ed + row.children_through_ed + row.direct  # type: ignore[assignment]
    found: Counter[str] = Counter()
    worlds = 4
    for seed in range(worlds):
        for event in run(2, seed=seed)[1]:
            emergency = event["type"] == "bed.admitted" and event["data"]["admission"] == "emergency"
            found["emergency" if emergency else event["type"]] += 1
    for name, a_day in expected.items():
        share = found[name] / (2 * worlds * a_day)
        assert 0.85 < share < 1.15, f"{name}: {share:.2f} of what is expected"


def morning_shares(days: int, seed: int) -> list[float]:
    """Adult G&A beds occupied as a share of core, each morning from the start."""
    opening, events = run(days, seed=seed, start=ORDINARY)
    core = sum(each.capacities[-1].core for each in SYSTEM.units() if each.bed_kind == "ga_adult")
    inside: dict[str, str] = {}
    shares: list[float] = []
    day = ORDINARY
    for event in in_order_of_time([*opening, *events]):
        while at(event["time"]) >= day:
            shares.append(sum(UNITS[code].bed_kind == "ga_adult" for code in inside.values()) / core)
            day += timedelta(days=1)
        if event["type"] in ("bed.admitted", "bed.transferred"):
            inside[event["subject"]] = event["data"]["unit"]
        elif event["type"] == "bed.left":
            del inside[event["subject"]]
    return shares


def test_beds_stay_about_as_full_as_they_were_for_two_weeks() -> None:
    worlds = [morning_shares(14, seed) for seed in (3, 4, 5)]
    for shares in worlds:
        assert all(0.78 < share <= 1.06 for share in shares), shares
    first = sum(sum(shares[:7]) for shares in worlds) / 21
    second = sum(sum(shares[7:14]) for shares in worlds) / 21
    assert abs(first - 0.92) < 0.04, f"{first:.3f} occupied in the first week, 0.92 is usual here"
    assert abs(first - second) < 0.04, f"{first:.3f} in the first week, {second:.3f} in the second"


def test_more_scale_brings_more_people() -> None:
    usual, surge = (sum(event["type"] == "ed.arrived" for event in run(1, scale=scale)[1]) for scale in (1.0, 1.5))
    assert 1.3 < surge / usual < 1.7


# Calendar -----------------------------------------------------------------------------------------------------------


def test_london_days_are_right_on_both_sides_of_the_change_of_clocks() -> None:
    before, after = datetime(2026, 3, 28, 8, tzinfo=UTC), datetime(2026, 3, 30, 7, tzinfo=UTC)
    for moment in (before, after):
        day = (moment.date() - date(1970, 1, 1)).days
        assert local_time(day, 8 * 3600) == int(moment.timestamp())
    assert weekday(int(before.timestamp())) == 5
    assert weekday(int(datetime(2026, 6, 28, 23, 30, tzinfo=UTC).timestamp())) == 0, "Monday has begun in London"


def test_the_weekday_shares_of_discharges_add_up_to_a_week() -> None:
    assert sum(DISCHARGE_WEEKDAYS) == pytest.approx(7.0, abs=0.01)
