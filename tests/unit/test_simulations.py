"""The synthetic system: what it promises of its events, on a small system of two hospitals."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random

import orjson
import pytest

from services.configuration import load_system
from services.domain.events import EVENT_ADAPTERS
from services.live.feeds import SENDING_KINDS, code_of
from simulations.feed import PRODUCED, SyntheticSystem
from simulations.people import AGE_BANDS, People, check_digit
from simulations.shape import DISCHARGE_WEEKDAYS, local_time, weekday
from simulations.volumes import demand_of
from tests.hospitals import (
    NO_JOURNEY,
    ORDINARY,
    RARE,
    START,
    SYSTEM,
    UNITS,
    Event,
    at,
    in_order_of_time,
    nine_days_of_two_hospitals,
    run,
)  # fmt: skip


@pytest.fixture(scope="module")
def nine_days() -> tuple[list[Event], list[Event]]:
    return nine_days_of_two_hospitals()


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
