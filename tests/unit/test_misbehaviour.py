"""Feeds that misbehave: the folded state comes back to the generator's own truth, but for what the truth lists."""

from __future__ import annotations

import io
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.domain.clock import LONDON
from services.domain.events import EVENT_TYPES
from services.errors import ConfigurationError
from simulations.feed import SyntheticSystem
from simulations.misbehaviour import Deliveries
from simulations.misbehaviour_plan import Misbehaviour, read_plan
from simulations.truth import Books, Truth
from tests.misbehaving import (
    DAYS,
    EVERYTHING,
    NIGHT,
    PHASES,
    REFUSED,
    START,
    SYSTEM,
    Event,
    Folded,
    Told,
    at,
    counted,
    differences,
    expected,
    folded,
    told,
)

EXAMPLE = Path(__file__).parents[2] / "config/kent_and_medway/misbehaviour.example.yaml"
#: Full hours less a second: a clock that shows minutes has said by then whatever really happened by then.
MOMENTS = [START + timedelta(hours=hours) - timedelta(seconds=1) for hours in range(3, DAYS * 24, 5)]


@pytest.fixture(scope="module")
def everything() -> Told:
    return told(EVERYTHING)


@pytest.fixture(scope="module")
def caught_up(everything: Told) -> Folded:
    return folded(everything.delivered)


# The state agrees with the truth ------------------------------------------------------------------------------------


def test_every_kind_of_the_plan_happened_and_was_recorded(everything: Told) -> None:
    happened = Counter(act["kind"] for act in everything.acts)
    assert set(happened) == set(Misbehaviour.model_fields)
    assert min(happened[kind] for kind in ("ghost", "merged", "corrected", "cancelled", "clock_change")) >= 20


def test_journey_by_journey_the_misbehaved_stream_folds_to_what_the_clean_one_does_but_for_what_the_truth_lists(
    everything: Told, caught_up: Folded
) -> None:
    clean = folded(expected(everything.clean, everything.acts))
    assert differences(caught_up, clean) == {}
    assert not clean.refused


@pytest.mark.parametrize("kind", ["ghost", "silent", "clock_change", "minute_clocks", "midnight_counters"])
def test_an_exception_that_the_truth_did_not_list_would_be_found(
    everything: Told, caught_up: Folded, kind: str
) -> None:
    unlisted = [act for act in everything.acts if act["kind"] != kind]
    assert differences(caught_up, folded(expected(everything.clean, unlisted)))


def test_at_any_moment_as_many_are_counted_in_each_place_as_the_books_say_and_the_listed_ghosts_besides(
    everything: Told, caught_up: Folded
) -> None:
    cleared = 0
    ghosts = _ghosts(everything, caught_up)
    for moment in MOMENTS:
        haunted = Counter(
            place for places, left, until in ghosts if left <= moment and (until is None or moment < until)
            for place in places
        )  # fmt: skip
        books = Counter({place: n for place, n in everything.feed.books.at(int(moment.timestamp())).items() if n})
        if _in_changed_night(moment):
            continue  # an hour of two senders is out of place: not caught up
        assert sum(books.values()) > 400
        assert counted(caught_up, moment) == books + haunted, moment
        cleared += sum(until is not None and until <= moment for _, _, until in ghosts)
    assert cleared > 20, "censuses take ghosts out of the counts"
    assert sum(until is None for _, _, until in ghosts) > 20, "no census comes from a department"
    services = {place[0] for places, _, _ in ghosts for place in places}
    assert services >= {"ed", "bed", "ucr", "mental_health", "s136"}
    books = everything.feed.books.at(int(MOMENTS[-1].timestamp()))
    assert {service for service, _ in books} == set(PHASES)


def _ghosts(world: Told, caught_up: Folded) -> list[tuple[list[tuple[str, str]], datetime, datetime | None]]:
    """Of each listed ghost: where it is counted, when the person left, and when a list cleared it."""
    events = {event["id"]: event for event in world.clean}
    journeys: dict[str, list[Event]] = defaultdict(list)
    lists: dict[str, list[datetime]] = defaultdict(list)
    never = {act["id"] for act in world.acts if act["kind"] == "silent" and "id" in act}
    bare = {act["id"] for act in world.of("censuses_later") if act.get("bare")}
    for event in expected(world.clean, world.of("minute_clocks", "clock_change", "ghost")):
        journeys[event["subject"]].append(event)
        if event["type"] == "unit.census" and event["id"] not in bare | never:
            lists[event["subject"]].append(at(event["time"]))
    found = []
    for act in world.of("ghost"):
        if "service" not in act:
            continue  # of mental health, and never in a bed
        story, left = journeys[act["subject"]], at(events[act["id"]]["time"])
        site = events[act["id"]]["data"]["site"]
        said = {event["type"] for event in story}
        places = [(act["service"], act["organisation"])]
        if act["service"] == "bed" and "discharge.criteria_not_met" in said:
            places.append(("no_criteria", site))
        if act["service"] == "ed" and "ed.decision_to_admit" in said:
            places.append(("bed_wait", site))
        last = max(at(event["time"]) for event in story)
        until = min((moment for moment in lists[act["organisation"]] if moment > last and moment > left), default=None)
        found.append((places, left, until))
    return found


def _in_changed_night(moment: datetime) -> bool:
    return NIGHT - timedelta(hours=1) <= moment <= NIGHT + timedelta(hours=2)


def test_before_the_feeds_have_caught_up_the_counts_are_wrong(everything: Told) -> None:
    for moment in MOMENTS[::4]:
        known = folded(everything.delivered, known_at=moment)
        books = everything_books(moment)
        assert counted(known, moment) != books


def everything_books(moment: datetime) -> Counter[tuple[str, str]]:
    feed = SyntheticSystem(SYSTEM, START, seed=1)
    list(feed.advance(moment))
    return Counter({place: n for place, n in feed.books.at(int(moment.timestamp())).items() if n})


def test_what_the_door_refuses_is_what_the_truth_lists_and_the_reason_says_what_to_do(
    everything: Told, caught_up: Folded
) -> None:
    never = {act["id"] for act in everything.of("silent") if "id" in act}
    listed = {act["id"] for act in everything.of(*REFUSED)} - never
    assert set(caught_up.refused) == listed
    reasons = {re.sub(r"mean '[a-z0-9_.]+'", "mean '...'", refusal.reason) for refusal in caught_up.refused.values()}
    assert reasons == {
        "data.measure is not a configured measure; did you mean '...'?",
        "data.organisation is not a configured organisation; correct it, or add it to the configuration",
        "data.value -9999 stands for no value; send nothing where there is none",
    }


# Delivery -----------------------------------------------------------------------------------------------------------


def _bytes(events: list[Event]) -> bytes:
    return b"\n".join(map(orjson.dumps, events))


def test_advance_by_advance_and_all_at_once_give_the_same_bytes_and_the_same_truth(everything: Told) -> None:
    feed, out = SyntheticSystem(SYSTEM, START, seed=1), io.BytesIO()
    stage = Deliveries(EVERYTHING, 1, Truth(out).record)
    pieces = list(stage.of(feed.opening(), START))
    until = START
    for number in range(10**6):
        if until == START + timedelta(days=DAYS):
            break
        until = min(until + timedelta(minutes=(1, 7, 61, 3, 240, 719)[number % 6]), START + timedelta(days=DAYS))
        piece = list(stage.of(feed.advance(until), until))
        assert all(at(event["recordedat"]) <= until for event in piece)
        pieces += piece
    pieces += stage.of([])
    assert _bytes(pieces) == _bytes(everything.delivered)
    assert [orjson.loads(line) for line in out.getvalue().splitlines()] == everything.acts


def test_events_come_in_the_order_of_their_delivery_and_none_before_it_was_said(everything: Told) -> None:
    times = [event["recordedat"] for event in everything.delivered]
    assert times == sorted(times)
    assert all(event["recordedat"] >= event["sentat"] for event in everything.delivered)


def test_an_empty_plan_delivers_what_is_said_when_it_is_said() -> None:
    world = told(Misbehaviour(), days=0.5)
    assert not world.acts
    delivered = sorted(world.delivered, key=lambda event: str(event["id"]))
    assert delivered == sorted(
        [{**event, "recordedat": event["sentat"]} for event in world.clean], key=lambda event: str(event["id"])
    )


def test_another_kind_in_the_plan_moves_no_draw_of_the_others() -> None:
    alone = told(Misbehaviour.model_validate({"ghost": [{"share": 0.1}]}), days=1)
    beside = told(Misbehaviour.model_validate({"ghost": [{"share": 0.1}], "duplicate": [{"share": 0.3}]}), days=1)
    assert alone.of("ghost") == beside.of("ghost")
    assert alone.acts != told(Misbehaviour.model_validate({"ghost": [{"share": 0.1}]}), days=1, seed=2).acts


def test_senders_and_times_of_a_plan_are_kept() -> None:
    until = START + timedelta(hours=12)
    plan = {"late": [{"share": 0.5, "sources": ["BBB"], "from": START.isoformat(), "until": until.isoformat()}]}
    acts = told(Misbehaviour.model_validate(plan), days=1).acts
    assert {act["source"] for act in acts} == {"BBB"}
    assert min(at(act["at"]) for act in acts) >= START
    assert max(at(act["at"]) for act in acts) < until


def test_so_many_a_day_happen_on_a_day() -> None:
    plan = {"ghost": [{"per_day": 12, "from": START.isoformat()}]}
    assert 30 <= len(told(Misbehaviour.model_validate(plan), days=4).acts) <= 66  # 48, and three standard deviations


def test_what_is_of_no_journey_is_late_told_twice_or_kept_back_and_never_a_ghost_or_corrected(everything: Told) -> None:
    """Levels, incidents, diverts, mutual aid, beds by number and registers of people."""
    of_none = ("opel.", "incident.", "divert.", "mutual_aid.", "bed.status", "person.")
    befell = {
        (act["type"].partition(".")[0], act["kind"]) for act in everything.acts
        if act.get("type", "").startswith(of_none)
    }  # fmt: skip
    assert {kind for _, kind in befell} <= {"late", "duplicate", "silent", "clock_change"}
    assert befell >= {("bed", "late"), ("bed", "duplicate")}
    assert {word for word, kind in befell if kind in ("late", "duplicate")} > {"bed"}  # and of rarer ones some
    others = [name for name in EVENT_TYPES if name.startswith(of_none)]
    assert {f"{name.partition('.')[0]}." for name in others} == {*of_none, "bed."} - {"bed.status"}
    every = {kind: [{"share": 1}] for kind in ("ghost", "corrected", "cancelled", "merged", "out_of_order")}
    events = [
        {**journey(minute, type_), "nhsnumber": "9990000018"} for minute, type_ in enumerate(others)
    ]  # fmt: skip
    assert [event["id"] for event in delivered(every, *events)] == [event["id"] for event in events]
    silent = {"silent": [{"from": START.isoformat(), "until": (START + timedelta(hours=1)).isoformat()}]}
    assert min(at(event["recordedat"]) for event in delivered(silent, *events)) >= START + timedelta(hours=1)


def test_a_ghost_of_mental_health_is_counted_where_its_journey_was_last() -> None:
    """Its end does not say the ward; and who never had a bed is counted in none."""
    came = journey(0, "mh.referred", setting="community", urgency="urgent")
    placed = journey(10, "mh.placed_out_of_area", bed_kind="adult")
    admitted = journey(20, "mh.admitted", unit="AAA01-ACUTE", bed_kind="adult")
    left = journey(30, "mh.left", reason="discharged")
    held = journey(0, "s136.arrived", place="ed")
    let_go = journey(30, "s136.left", reason="discharged")
    for story, where in (
        ([came, placed, admitted, left], ("mental_health", "AAA01-ACUTE")),
        ([came, placed, left], ("out_of_area", "AAA01")),
        ([came, left], (None, None)),
        ([held, let_go], ("s136_ed", "AAA01")),
        (
            [{**held, "data": {"site": "AAA01", "unit": "AAA01-SUITE", "place": "suite"}}, let_go],
            ("s136", "AAA01-SUITE"),
        ),
    ):
        out = io.BytesIO()
        stage = Deliveries(Misbehaviour.model_validate({"ghost": [{"share": 1}]}), 1, Truth(out).record)
        assert [event["type"] for event in stage.of(story)] == [event["type"] for event in story[:-1]]
        (act,) = map(orjson.loads, out.getvalue().splitlines())
        assert (act.get("service"), act.get("organisation")) == where


@pytest.mark.parametrize(
    ("word", "false_end"), [("ucr", "ucr.responded"), ("mh", "mh.left"), ("s136", "s136.left"), ("ed", "ed.departed")]
)
def test_an_end_that_was_none_befalls_every_kind_of_journey(everything: Told, word: str, false_end: str) -> None:
    cancelled = {act["id"] for act in everything.of("cancelled") if act["type"].startswith(word + ".")}
    wrong = [e for e in everything.delivered if e["id"].removesuffix("-wrong") in cancelled and e["type"] == false_end]
    assert any(event["id"].endswith("-wrong") for event in wrong)


# Kind by kind -------------------------------------------------------------------------------------------------------


def gauge(hour: int, value: float, measure: str = "nhs111.calls_offered") -> Event:
    moment = START + timedelta(hours=hour)
    return {
        "specversion": "1.0", "id": f"g{hour}", "source": "urn:nhs:ods:QQQ", "subject": f"QQQ/{measure}",
        "type": "gauge.reported", "time": moment.isoformat(), "sentat": moment.isoformat(),
        "data": {"organisation": "QQQ", "measure": measure, "value": value},
    }  # fmt: skip


def delivered(plan: dict[str, Any], *events: Event) -> list[Event]:
    return list(Deliveries(Misbehaviour.model_validate(plan), 1).of(events))


def journey(minute: int, type_: str, start: datetime = START, **data: Any) -> Event:
    moment = (start + timedelta(minutes=minute, seconds=37)).isoformat()
    return {
        "specversion": "1.0", "id": f"e{minute}", "source": "urn:nhs:ods:AAA", "subject": "AAA/E1", "type": type_,
        "time": moment, "sentat": moment, "data": {"site": "AAA01", **data},
    }  # fmt: skip


ATTENDANCE = (
    journey(0, "ed.arrived", department_type=1), journey(10, "ed.triaged", acuity=3), journey(40, "ed.seen"),
    journey(200, "ed.departed", reason="discharged"),
)  # fmt: skip


def test_a_since_midnight_counter_adds_up_and_begins_again_at_londons_midnight() -> None:
    hours = [gauge(hour, 10.0) for hour in range(24)]  # from 06:00 UTC on; it is still winter time
    found = {event["id"]: event["data"]["value"] for event in delivered({"midnight_counters": [{}]}, *hours)}
    assert (found["g0"], found["g17"], found["g18"], found["g19"]) == (10, 180, 190, 10)  # 00:00 closes the day


def test_a_ghost_is_never_sent() -> None:
    assert [e["type"] for e in delivered({"ghost": [{"share": 1}]}, *ATTENDANCE)] == [
        "ed.arrived", "ed.triaged", "ed.seen",
    ]  # fmt: skip


def test_a_clock_that_shows_minutes() -> None:
    found = delivered({"minute_clocks": [{}]}, *ATTENDANCE)
    assert all(event["time"][-3:] == "00Z" and event["sentat"][-3:] == "00Z" for event in found)
    assert all(event["recordedat"][-3:] == "37Z" for event in found)


def test_out_of_order_is_after_the_next_of_the_journey_and_the_last_waits_for_nobody() -> None:
    found = delivered({"out_of_order": [{"share": 1, "wait_hours": 2}]}, *ATTENDANCE)
    ids = [event["id"] for event in found]
    assert sorted(ids) == ["e0", "e10", "e200", "e40"]
    when = {event["id"]: at(event["recordedat"]) - at(event["sentat"]) for event in found}
    assert when["e0"] == timedelta(minutes=10)  # when triage was told
    assert when["e40"] == timedelta(hours=2)  # nothing came in time
    assert when["e200"] == timedelta(hours=2)


def test_a_silent_source_sends_its_backlog_in_its_order_or_never() -> None:
    window = {"from": START.isoformat(), "until": (START + timedelta(minutes=60)).isoformat()}
    told_ = delivered({"silent": [window]}, *ATTENDANCE)
    assert [event["id"] for event in told_] == ["e0", "e10", "e40", "e200"]
    waited = [at(event["recordedat"]) for event in told_[:3]]
    assert START + timedelta(minutes=60) <= min(waited)
    assert max(waited) <= START + timedelta(minutes=70)
    assert [e["id"] for e in delivered({"silent": [{**window, "backlog": False}]}, *ATTENDANCE)] == ["e200"]


@pytest.mark.parametrize("change", [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)])
def test_in_a_clock_change_night_an_hour_is_stated_an_hour_too_early(change: datetime) -> None:
    assert change.astimezone(LONDON).utcoffset() != (change - timedelta(seconds=1)).astimezone(LONDON).utcoffset()
    events = [journey(minute, "ed.seen", change) for minute in (-90, -1, 0, 59, 60, 120)]
    found = delivered({"clock_change": [{}]}, *events)
    early = {event["id"]: at(event["recordedat"]) - at(event["time"]) for event in found}
    hour = timedelta(hours=1)
    assert early == {"e-90": 0 * hour, "e-1": 0 * hour, "e0": hour, "e59": hour, "e60": 0 * hour, "e120": 0 * hour}


def test_a_duplicate_is_the_same_bytes_or_the_same_id_with_another_sentat() -> None:
    same = delivered({"duplicate": [{"share": 1, "changed_share": 0}]}, ATTENDANCE[2])
    assert [{**event, "recordedat": ""} for event in same] == 2 * [{**ATTENDANCE[2], "recordedat": ""}]
    assert same[0]["recordedat"] < same[1]["recordedat"]
    first, again = delivered({"duplicate": [{"share": 1, "changed_share": 1}]}, ATTENDANCE[2])
    assert first["id"] == again["id"]
    assert first["sentat"] < again["sentat"]


@pytest.mark.parametrize("kind", ["corrected", "cancelled"])
@pytest.mark.parametrize("selectors", [0, 1])
@pytest.mark.parametrize("clock", [{}, {"minute_clocks": [{}]}])
def test_a_correction_names_what_was_wrong_and_leaves_nothing_of_it(
    kind: str, selectors: int, clock: dict[str, Any]
) -> None:
    plan = {kind: [{"share": 1, "by_selector_share": selectors}], **clock}
    found = delivered(plan, *ATTENDANCE)
    named = [event.get("replaces") or event["cancels"] for event in found if "replaces" in event or "cancels" in event]
    assert len(named) >= 3
    assert all(name.startswith("select:") == bool(selectors) for name in named)
    assert not differences(folded(found), folded(delivered(clock, *ATTENDANCE)))
    wrong = [event for event in found if event["id"].endswith("-wrong")]
    without = [event for event in found if event not in wrong]
    assert len(wrong) == len(named)
    assert differences(folded([*without[:1], *wrong]), folded(without[:1]))


def test_a_merged_person_came_under_a_number_that_is_nobody_elses() -> None:
    world = told(Misbehaviour.model_validate({"merged": [{"share": 0.5}]}), days=1)
    real = {event["nhsnumber"] for event in world.clean if "nhsnumber" in event}
    other = [act["nhsnumbermerged"] for act in world.acts]
    assert len(set(other)) == len(other) > 100
    assert not set(other) & real
    assert {act["nhsnumber"] for act in world.acts} <= real


# The books and the truth --------------------------------------------------------------------------------------------


def test_books_count_what_is_written_ahead_when_its_moment_has_come() -> None:
    books = Books()
    books.enter("ed", "AAA01", 100)
    books.leave("ed", "AAA01", 300)
    books.enter("ed", "AAA01", 200)
    assert [books.at(moment)["ed", "AAA01"] for moment in (99, 100, 200, 299, 300)] == [0, 1, 2, 2, 1]


def test_the_truths_counts_are_told_once_for_each_full_hour() -> None:
    out = io.BytesIO()
    feed = SyntheticSystem(SYSTEM, START)
    truth = Truth(out)
    for minutes in (50, 70, 200, 200, 300):
        until = START + timedelta(minutes=minutes)
        list(feed.advance(until))
        truth.counts(feed.books, START, until)
    lines = [orjson.loads(line) for line in out.getvalue().splitlines()]
    assert all(list(line)[:2] == ["kind", "at"] for line in lines)
    assert sorted({line["at"] for line in lines}) == [f"2026-03-26T{hour:02}:00:00Z" for hour in range(6, 12)]
    assert len({(line["at"], line["service"], line["organisation"]) for line in lines}) == len(lines)
    assert {line["service"] for line in lines} >= {"ed", "bed", "virtual_ward", "no_criteria", "handover"}


# The plan -----------------------------------------------------------------------------------------------------------


def test_the_documented_example_is_a_plan_with_every_kind_in_it() -> None:
    from services.configuration import load_system

    plan = read_plan(EXAMPLE, load_system("kent_and_medway"))
    assert all(getattr(plan, kind) for kind in Misbehaviour.model_fields)


def test_a_plan_comes_back_from_json_as_it_was() -> None:
    kept = EVERYTHING.model_dump(mode="json", by_alias=True)
    assert Misbehaviour.model_validate(orjson.loads(orjson.dumps(kept))) == EVERYTHING


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gost:\n  - {share: 0.1}\n", "plan.yaml line 1: gost: is not a key here; did you mean 'ghost'?"),
        ("ghost:\n  - {share: 2}\n", "plan.yaml line 2: ghost[0].share: should be less than or equal to 1, not 2"),
        ("ghost:\n  - {}\n", "line 2: ghost[0]: say how often: share (of the events, 0 to 1) or per_day, and"),
        ("ghost:\n  - {share: 1, per_day: 2}\n", "say how often: share (of the events, 0 to 1) or per_day"),
        ("late:\n  - {share: 1, sources: [AAB]}\n", "'AAB' sends nothing here; did you mean 'AMB'?"),
        ("late:\n  - {share: 1, median: 4}\n", "late[0].median: is not a key here; did you mean 'median_minutes'?"),
        ("silent:\n  - {hours: 4}\n", "say when: from (and until), or per_day with hours"),
        ("silent:\n  - {from: 2026-01-01}\n", "say until when, since the backlog follows"),
        ("ghost:\n  - {share: 1, from: 2026-02-01, until: 2026-01-01}\n", "until must be after from"),
        ("ghost: 3\n", "ghost: should be a list"),
        ("ghost:\n  - {share: 1, from: soon}\n", "line 2: ghost[0].from: must be a date, or a time such as"),
    ],
)
def test_a_wrong_plan_says_where_and_what_to_do(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(text)
    with pytest.raises(ConfigurationError) as refused:
        read_plan(file, SYSTEM)
    assert words in str(refused.value)


@pytest.mark.parametrize("until", ["2026-07-02T06:00:00", "'2026-07-02 06:00'"])
def test_a_time_without_a_zone_is_londons(tmp_path: Path, until: str) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(f"ghost:\n  - {{share: 1, from: 2026-07-01, until: {until}}}\n")
    act = read_plan(file, SYSTEM).ghost[0]
    assert (act.begins, act.until) == (
        datetime(2026, 6, 30, 23, tzinfo=UTC), datetime(2026, 7, 2, 5, tzinfo=UTC),
    )  # fmt: skip
