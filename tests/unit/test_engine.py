"""The engine: who waits for whom, what is kept while waiting, and what an alternative changes and what not."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import numpy as np
import pytest

from services.errors import LightshipError
from services.flow_model.engine import draws, run
from services.flow_model.engine.answer import answer
from services.flow_model.engine.arrivals import arrivals
from services.flow_model.engine.network import NetworkError
from services.flow_model.engine.place import Place
from services.flow_model.engine.replications import Precision, Stopped, batch, ratio, replications
from services.flow_model.engine.run import LawBroken, play
from services.workers import executor_of
from tests.networks import constant, desk, document, exponential, network, of, told

EVERY_HOUR = {"to": "desk", "of": "patient", "interval": constant(1)}


def test_the_hash_is_splitmix64() -> None:
    """The first outputs of the reference implementation from the states 0 and 1 (Vigna, splitmix64.c)."""
    with np.errstate(over="ignore"):
        hashed = draws.mixed(np.array([0, 1], dtype=np.uint64))
    assert [hex(int(each)) for each in hashed] == ["0xe220a8397b1dcdaf", "0x910a2dec89025cc1"]


def test_draws_are_even_and_unrelated_between_people_visits_and_activities() -> None:
    people = draws.persons(draws.key("stream", "a"), 0, 100_000)
    one = draws.uniforms(draws.root(1, 0), people, draws.key("stay", "ward"))
    others = [
        draws.uniforms(draws.root(1, 1), people, draws.key("stay", "ward")),
        draws.uniforms(draws.root(1, 0), people, draws.key("stay", "ward"), 1),
        draws.uniforms(draws.root(1, 0), people, draws.key("way", "ward")),
        np.roll(one, 1),
    ]
    assert one.min() > 0
    assert one.max() < 1
    assert np.histogram(one, 20, (0, 1))[0] == pytest.approx(5_000, abs=350)
    for other in others:
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.015


def test_one_server_and_people_who_come_faster_than_it_serves() -> None:
    """Arrivals at 1, 2, 3...; each service 2 hours: the nth waits n - 1 hours."""
    said = document(10.5, arrivals={"a": EVERY_HOUR}, stations={"desk": {"servers": 1, "service": constant(2)}})
    desk_told = told(said, "desk")
    assert desk_told.asked.tolist() == pytest.approx(range(1, 11))
    assert desk_told.entered.tolist() == pytest.approx([1, 3, 5, 7, 9])
    assert desk_told.waits.tolist() == pytest.approx([0, 1, 2, 3, 4])
    assert desk_told.left.tolist() == pytest.approx([3, 5, 7, 9])


def test_who_finds_no_server_and_no_room_is_lost_or_goes_elsewhere() -> None:
    stations: dict[str, Any] = {"desk": {"servers": 1, "service": constant(2.5), "queue": 0}}
    lost = told(document(10.2, arrivals={"a": EVERY_HOUR}, stations=stations), "desk")
    assert lost.entered.tolist() == pytest.approx([1, 4, 7, 10])
    assert lost.lost.tolist() == pytest.approx([2, 3, 5, 6, 8, 9])
    stations["desk"]["when_full"] = "other"
    stations["other"] = {"servers": "unlimited", "service": constant(1)}
    elsewhere = told(document(10.2, arrivals={"a": EVERY_HOUR}, stations=stations), "other")
    assert elsewhere.entered.tolist() == pytest.approx([2, 3, 5, 6, 8, 9])


def test_the_higher_priority_goes_first_and_within_it_who_came_first() -> None:
    said = document(
        20,
        classes={"urgent": {"priority": 1}, "routine": {"priority": 2}},
        stations={"desk": {"servers": 1, "service": constant(2)}},
        start=[
            {"place": "desk", "of": "routine", "count": 1},
            {"place": "desk", "of": "routine", "elapsed": [5, 4], "waiting": True},
            {"place": "desk", "of": "urgent", "elapsed": [1, 3], "waiting": True},
        ],
    )
    assert told(said, "desk").waits.tolist() == pytest.approx([2 + 3, 4 + 1, 6 + 5, 8 + 4])


def test_a_bed_is_kept_until_the_next_place_takes_its_person() -> None:
    """Two acute beds, one community bed: the second person ready is blocked until the community bed is free."""
    said = document(
        30,
        pools={
            "ward": {"beds": 2, "stay": constant(4), "next": "home_care"},
            "home_care": {"beds": 1, "stay": constant(10)},
        },
        start=[
            {"place": "ward", "of": "patient", "elapsed": [3, 1]},
            {"place": "ward", "of": "patient", "count": 1, "waiting": True},
        ],
    )
    made = network(said)
    played = play(made, 1, 0)
    ward = of(made, played, "ward")
    assert ward.finished.tolist() == pytest.approx([1, 3, 5])
    assert ward.left.tolist() == pytest.approx([1, 11, 21])
    assert ward.entered.tolist() == pytest.approx([1])
    rows = {row["measure"]: row for row in answer(made, 1, replications(made, 1, 1))["rows"] if row["place"] == "ward"}
    assert rows["blocked_mean"]["mean"] == pytest.approx((8 + 16) / 30)


def test_somebody_who_waits_at_the_start_may_hold_another_place() -> None:
    """Two in the department, one of whom waits for the only bed: the cubicle is free when they go."""
    said = document(
        20,
        run={"by_class": True, "step": 5},
        classes={"patient": {}, "planned": {"priority": 5}},
        stations={"department": {"servers": 2, "service": constant(4), "next": "ward", "holds": True}},
        pools={"ward": {"beds": 1, "stay": constant(6)}},
        start=[
            {"place": "department", "of": "patient", "count": 1, "elapsed": 1},
            {"place": "ward", "of": "patient", "elapsed": [3], "waiting": True, "holding": "department"},
            {"place": "ward", "of": "planned", "elapsed": [9], "waiting": True},
            {"place": "ward", "of": "patient", "count": 1, "elapsed": 4},
            {"place": "department", "of": "patient", "elapsed": [2], "waiting": True},
        ],
    )
    made = network(said)
    played = play(made, 1, 0)
    department, ward = of(made, played, "department"), of(made, played, "ward")
    assert ward.entered.tolist() == pytest.approx([2, 8, 14])
    assert ward.waits.tolist() == pytest.approx([2 + 3, 8 - 3, 14 - 6])
    assert department.entered.tolist() == pytest.approx([2])
    assert department.left.tolist() == pytest.approx([2, 8, 14])
    assert department.stays.tolist() == pytest.approx([2 + 3, 8 + 1, 12])
    told_of = answer(made, 1, replications(made, 1, 1))
    by_class = {(row["place"], row.get("class")): row for row in told_of["series"] if row["measure"] == "wait_mean"}
    assert by_class["ward", "patient"]["mean"] == [None, 5, 5, 8, None]
    assert ("ward", "planned") not in by_class
    assert made.places[0].holds


def test_a_place_that_carries_keeps_what_its_people_held_until_the_next_takes_them() -> None:
    """Two decided at the start, one since two hours: a bed takes three hours to find, and there is one bed."""
    said = document(
        30,
        stations={
            "department": {"servers": 2, "service": constant(4), "next": "decided", "holds": True},
            "decided": {"servers": "unlimited", "service": constant(3), "next": "ward", "carries": True},
        },
        pools={"ward": {"beds": 1, "stay": constant(6)}},
        start=[
            {"place": "decided", "of": "patient", "elapsed": [2, 0], "holding": "department"},
            {"place": "department", "of": "patient", "elapsed": [1], "waiting": True},
        ],
    )
    made = network(said)
    played = play(made, 1, 0)
    department, ward = of(made, played, "department"), of(made, played, "ward")
    assert ward.entered.tolist() == pytest.approx([1, 7, 13])
    assert department.entered.tolist() == pytest.approx([1])
    assert department.left.tolist() == pytest.approx([1, 7, 13])
    assert department.kept.tolist() == pytest.approx([3, 7, 8])
    assert of(made, played, "decided").left.tolist() == pytest.approx([1, 3, 8])
    replications(made, 1, 1)  # areas agree


def test_without_holding_the_server_is_free_while_its_person_waits_elsewhere() -> None:
    pools = {
        "ward": {"beds": 1, "stay": constant(4), "next": "home_care", "holds": False},
        "home_care": {"beds": 1, "stay": constant(10)},
    }
    start = [{"place": "ward", "of": "patient", "count": 1}, {"place": "home_care", "of": "patient", "count": 1}]
    assert told(document(30, pools=pools, start=start), "ward").left.tolist() == pytest.approx([4])


def test_a_gate_lets_as_many_pass_as_it_has_slots_and_unused_ones_lapse() -> None:
    said = document(
        24 * 4,
        run={"starts_at": "monday 00:00"},
        pools={"ward": {"beds": 10, "stay": constant(1), "next": "hub"}},
        gates={"hub": {"slots": {"by_hour": [0] * 9 + [2] + [0] * 14}}},
        start=[{"place": "ward", "of": "patient", "count": 5}],
    )
    made = network(said)
    ward = of(made, play(made, 1, 0), "ward")
    assert ward.finished.tolist() == pytest.approx([1] * 5)
    assert ward.left.tolist() == pytest.approx([9, 9, 33, 33, 57])
    # On the fourth day two slots are unused; the day after they would be there only with `keep`.
    late = {**said, "start": [{"place": "ward", "of": "patient", "count": 3}], "run": {"length": 60}}
    late["pools"] = {"ward": {"beds": 10, "stay": constant(34), "next": "hub"}}
    assert told(late, "ward").left.tolist() == pytest.approx([34, 34, 57])
    late["gates"] = {"hub": {**said["gates"]["hub"], "keep": 5}}
    assert told(late, "ward").left.tolist() == pytest.approx([34, 34, 34])


def test_who_comes_back_as_a_server_is_freed_stands_behind_who_waits() -> None:
    said = document(
        30,
        classes={"again": {"priority": 9}, "urgent": {"priority": 1}},
        pools={"ward": {"beds": 1, "stay": constant(1), "next": {"by_class": {"again": {"hub": 1}}}}},
        gates={"hub": {"slots": {"steps": [[0, 0], [10, 1]]}, "next": "ward"}},
        start=[
            {"place": "ward", "of": "again", "count": 1},
            {"place": "ward", "of": "urgent", "count": 1, "waiting": True},
        ],
    )
    ward = told(said, "ward")
    assert ward.entered.tolist() == pytest.approx([10, 11])
    assert ward.who.tolist() == [1, 0]


def test_a_way_on_is_drawn_anew_at_each_visit_to_a_gate() -> None:
    said = document(
        200,
        stations={"desk": {"servers": "unlimited", "service": constant(1), "next": "hub"}},
        gates={"hub": {"slots": {"steps": [[0, 100_000]]}, "next": {"desk": 0.5}}},
        start=[{"place": "desk", "of": "patient", "count": 4_000}],
    )
    assert len(told(said, "hub").entered) == pytest.approx(8_000, rel=0.05)


def test_somebody_who_goes_round_for_ever_is_stopped_and_one_who_comes_often_is_not() -> None:
    around = {"desk": {"servers": 1, "service": exponential(1), "next": "desk"}}
    start = [{"place": "desk", "of": "patient", "count": 1}]
    assert len(told(document(400, stations=around, start=start), "desk").left) == pytest.approx(400, rel=0.2)
    with pytest.raises(LightshipError, match=r"stations.desk.next: somebody came here"):
        told(document(400_000, stations=around, start=start), "desk")


def test_slots_by_parts_add_up_to_whole_ones() -> None:
    said = document(
        100,
        pools={"ward": {"beds": 10, "stay": constant(1), "next": "hub"}},
        gates={"hub": {"slots": {"by_hour": [0.75] + [0] * 23}, "keep": 9}},
        start=[{"place": "ward", "of": "patient", "count": 5}],
    )
    assert told(said, "ward").left.tolist() == pytest.approx([24, 48, 72])


def test_servers_come_and_go_with_the_hour_and_nobody_is_sent_away() -> None:
    said = document(
        24,
        stations={"desk": {"servers": {"by_hour": [2] * 4 + [1] * 8 + [3] * 12}, "service": constant(6)}},
        start=[
            {"place": "desk", "of": "patient", "count": 2},
            {"place": "desk", "of": "patient", "count": 4, "waiting": True},
        ],
    )
    # Two are in until 6 though one server went at 4; then one at a time; at 12 two more come.
    assert told(said, "desk").entered.tolist() == pytest.approx([6, 12, 12, 12])


def test_a_pool_gives_each_class_the_kinds_it_may_have() -> None:
    said = document(
        10,
        classes={"woman": {}, "man": {}, "any": {}},
        pools={
            "ward": {
                "beds": {"bay": 1, "side_room": 1},
                "uses": {"woman": ["side_room"], "man": ["bay"], "any": ["bay", "side_room"]},
                "stay": constant(4),
            }
        },
        start=[
            {"place": "ward", "of": "any", "count": 1, "elapsed": 2},
            {"place": "ward", "of": "woman", "count": 1, "kind": "side_room"},
            {"place": "ward", "of": "woman", "elapsed": [9], "waiting": True},
            {"place": "ward", "of": "man", "elapsed": [3, 1], "waiting": True},
        ],
    )
    ward = told(said, "ward")
    assert ward.entered.tolist() == pytest.approx([2, 4, 6])
    assert ward.waits.tolist() == pytest.approx([2 + 3, 4 + 9, 6 + 1])


def test_a_queue_like_the_books_say() -> None:
    made = network(desk(length=60_000, servers=3))
    pairs = [tuple(each.ratios[0, 1]) for each in replications(made, 12, 1)]
    share, error = ratio(pairs)
    assert abs(share - 0.702247) < 4 * error
    assert error < 0.01


def test_the_same_seed_is_the_same_answer_on_one_process_and_on_three() -> None:
    made = network(desk(length=500))
    alone = answer(made, 7, replications(made, 25, 7), keep_draws=True)
    with executor_of(3) as executor:
        many = answer(made, 7, replications(made, 25, 7, executor=executor, workers=3), keep_draws=True)
    assert many == alone
    assert answer(made, 8, replications(made, 25, 8), keep_draws=True) != alone


def two_sites(beds: int, scale: float = 1.0) -> dict[str, Any]:
    return document(
        300,
        arrivals={name: {"to": name, "of": "patient", "rate": 1.0, "scale": scale} for name in ("north", "south")},
        pools={
            "north": {"beds": beds, "stay": exponential(10), "next": {"north": 0.2}},
            "south": {"beds": 11, "stay": exponential(10), "next": {"south": 0.2}},
        },
    )


def test_a_bed_more_at_one_site_changes_nothing_at_another() -> None:
    before, after = network(two_sites(11)), network(two_sites(12))
    first, second = play(before, 3, 5), play(after, 3, 5)
    for name in ("asked", "entered", "left", "waits"):
        assert np.array_equal(getattr(of(before, first, "south"), name), getattr(of(after, second, "south"), name))
    assert not np.array_equal(of(before, first, "north").left, of(after, second, "north").left)


def test_more_demand_keeps_everybody_who_came_before_at_their_time() -> None:
    before, after = (network(two_sites(11, scale)).streams[0] for scale in (1.0, 1.1))
    came, more = (arrivals(stream, draws.root(1, 0), 3000.0) for stream in (before, after))
    kept = np.isin(more.ids, came.ids)
    assert np.array_equal(more.ids[kept], came.ids)
    assert np.array_equal(more.times[kept], came.times)
    assert len(more.ids) / len(came.ids) == pytest.approx(1.1, abs=0.02)


def test_an_alternative_that_changes_nothing_differs_by_nothing() -> None:
    said = two_sites(11)
    other = {**said, "name": "another", "start": [], "pools": dict(reversed(said["pools"].items()))}
    first, second = network(said), network(other)
    for place in ("north", "south"):
        one, two = of(first, play(first, 1, 0), place), of(second, play(second, 1, 0), place)
        assert np.array_equal(one.left, two.left)
        assert np.array_equal(one.waits, two.waits)


def test_an_hour_has_the_dispersion_that_is_said() -> None:
    said = document(20_000, arrivals={"a": {"to": "ward", "of": "patient", "rate": 8, "dispersion": 0.25}},
                    pools={"ward": {"beds": "unlimited", "stay": exponential(1)}})  # fmt: skip
    times = told(said, "ward").asked
    counts = np.bincount(times.astype(int), minlength=20_000)
    assert counts.mean() == pytest.approx(8, rel=0.02)
    assert counts.var() == pytest.approx(8 + 0.25 * 64, rel=0.06)


@pytest.mark.parametrize(("carries", "bed_free_at"), [(False, 5.0), (True, 8.0)])
def test_a_bed_empties_at_the_first_gate_or_where_that_carries_at_the_second(carries: bool, bed_free_at: float) -> None:
    said = document(20, start=[{"place": "ward", "of": "patient", "elapsed": [0]}],
                    pools={"ward": {"beds": 1, "stay": constant(2), "next": "hub"}},
                    gates={"hub": {"slots": {"steps": [[0, 0], [5, 1], [6, 0]]}, "carries": carries, "next": "home"},
                           "home": {"slots": {"steps": [[0, 0], [8, 1], [9, 0]]}}})  # fmt: skip
    made = network(said)
    played = play(made, 1, 0)
    assert of(made, played, "ward").left.tolist() == [bed_free_at]
    assert of(made, played, "home").left.tolist() == [8.0]
    # Where the carrying gate is the way out, the bed is free with it.
    said["gates"]["hub"]["next"] = {}
    assert told(said, "ward").left.tolist() == [5.0]


def test_who_finds_no_room_is_lost_to_the_place_also_where_they_go_elsewhere() -> None:
    arrivals = {"in": {"to": "desk", "of": "patient", "interval": constant(1)}}
    stations: dict[str, dict[str, Any]] = {
        "desk": {"servers": 1, "service": constant(100), "queue": 0, "when_full": "phone"},
        "phone": {"servers": "unlimited", "service": constant(0.5)},
    }
    said = network(document(10.5, arrivals=arrivals, stations=stations))
    rows = {(row["place"], row["measure"]): row["mean"] for row in answer(said, 1, replications(said, 2, 1))["rows"]}
    assert rows["desk", "share_lost"] == pytest.approx(9 / 10)
    assert rows["phone", "share_lost"] == 0
    assert rows["phone", "arrivals"] == pytest.approx(9 / 10.5)
    alone = {"desk": {key: value for key, value in stations["desk"].items() if key != "when_full"}}
    said = network(document(10.5, arrivals=arrivals, stations=alone))
    rows = {(row["place"], row["measure"]): row["mean"] for row in answer(said, 1, replications(said, 2, 1))["rows"]}
    assert rows["desk", "share_lost"] == pytest.approx(9 / 10)


def test_a_run_has_the_dispersion_that_is_said_in_all_its_hours_alike() -> None:
    said = document(20, arrivals={"a": {"to": "ward", "of": "patient", "rate": 50, "run_dispersion": 0.04}},
                    pools={"ward": {"beds": "unlimited", "stay": exponential(1)}})  # fmt: skip
    made = network(said)
    halves = np.array([
        np.histogram(of(made, play(made, 3, number), "ward").asked, (0, 10, 20))[0] for number in range(600)
    ])  # fmt: skip
    total = halves.sum(axis=1)
    assert total.mean() == pytest.approx(1000, rel=0.03)
    assert total.var() == pytest.approx(1000 + 0.04 * 1000**2, rel=0.25)
    assert np.corrcoef(halves.T)[0, 1] == pytest.approx(0.04 * 500**2 / (500 + 0.04 * 500**2), abs=0.03)


def test_arrivals_follow_the_hour_of_the_day() -> None:
    rates = [0.0] * 8 + [10.0] * 4 + [2.0] * 12
    said = document(24 * 200, arrivals={"a": {"to": "ward", "of": "patient", "rate": {"by_hour": rates}}},
                    pools={"ward": {"beds": "unlimited", "stay": exponential(1)}})  # fmt: skip
    hours = np.bincount(told(said, "ward").asked.astype(int) % 24, minlength=24) / 200
    assert hours == pytest.approx(rates, abs=0.8)


@pytest.mark.parametrize("waiting", [0, 10_000])
def test_a_system_with_nobody_and_one_with_ten_thousand_waiting_run(waiting: int) -> None:
    start = [{"place": "ward", "of": "patient", "count": waiting, "elapsed": 5, "waiting": True}] if waiting else []
    full = [{"place": "ward", "of": "patient", "count": 20}] if waiting else []
    said = document(48, pools={"ward": {"beds": 20, "stay": exponential(5)}}, start=[*full, *start])
    made = network(said)
    done = answer(made, 1, replications(made, 2, 1))
    census = next(row for row in done["series"] if row["measure"] == "census")
    assert census["mean"][0] == (20 if waiting else 0)
    assert done["people"] == waiting + len(full) * 20


def test_what_happens_before_the_warm_up_is_not_measured() -> None:
    said = document(20, run={"warm_up": 10}, arrivals={"a": EVERY_HOUR},
                    stations={"desk": {"servers": 1, "service": constant(1.5), "queue": 100}})  # fmt: skip
    made = network(said)
    rows = {row["measure"]: row["mean"] for row in answer(made, 1, replications(made, 1, 1))["rows"]}
    entered = 1 + 1.5 * np.arange(13)
    late = entered[(entered >= 10) & (entered < 20)]
    waits = late - (1 + np.arange(13))[(entered >= 10) & (entered < 20)]
    assert rows["wait_mean"] == pytest.approx(waits.mean())
    assert rows["utilisation"] == pytest.approx(1)


def test_replications_stop_when_they_are_as_precise_as_asked() -> None:
    made = network(desk(length=2000))
    done = replications(made, 400, 1, precision=Precision("desk", "census_mean", 0.05))
    assert 10 <= len(done) < 400
    assert len(done) % 10 == 0
    with pytest.raises(LightshipError, match="no place"):
        replications(made, 10, 1, precision=Precision("desc", "census_mean", 0.05))


def test_a_stop_ends_what_has_not_begun() -> None:
    told_of: list[int] = []
    with pytest.raises(Stopped):
        replications(network(desk(length=50)), 1000, 1, progress=told_of.append, stop=lambda: len(told_of) >= 3)
    assert told_of == [1, 2, 3]


def test_an_interrupt_ends_the_processes_in_the_middle_of_a_long_replication() -> None:
    made = network(desk(rate=60, mean=1, servers=70, length=60_000))  # one takes many seconds
    began = time.monotonic()
    running: list[Future[Any]] = []

    def interrupted() -> None:
        with executor_of(2) as executor:
            assert executor is not None
            running.append(executor.submit(batch, made, 1, 0, 1))
            while not running[0].running():
                time.sleep(0.05)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert isinstance(running[0].exception(timeout=0), BrokenProcessPool)
    assert time.monotonic() - began < 10


def test_people_who_vanish_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def forget(place: Place, person: Any) -> None:
        place.waiting += 1

    monkeypatch.setattr(Place, "queue", forget)
    with pytest.raises(LawBroken, match="a fault of the engine"):
        play(network(desk(length=200, servers=1)), 1, 0)


def test_areas_that_do_not_agree_with_peoples_own_times_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def early(place: Place, kind: int, entered: float, now: float) -> None:
        release(place, kind, entered + 0.1, now)

    release = Place.release
    monkeypatch.setattr(Place, "release", early)
    with pytest.raises(LightshipError, match="disagree"):
        replications(network(desk(length=200)), 1, 1)


def test_the_flow_model_loads_nothing_of_the_synthetic_system() -> None:
    source = (
        "import pkgutil, importlib, sys, services.flow_model as room\n"
        "for each in pkgutil.walk_packages(room.__path__, 'services.flow_model.'): importlib.import_module(each.name)\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'simulations'])"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert run.__name__.startswith("services.flow_model")


def test_the_class_of_who_is_there_at_the_start_is_drawn_in_each_replication() -> None:
    said = document(
        classes={"patient": {}, "other": {}},
        pools={"ward": {"beds": "unlimited", "stay": {"by_class": {"patient": constant(1), "other": constant(2)}}}},
        start=[{"place": "ward", "of": {"patient": 0.3, "other": 0.7}, "count": 100}],
    )
    left = [told(said, "ward", replication=each).left for each in range(30)]
    of_patients = [int((times < 1.5).sum()) for times in left]
    assert len(set(of_patients)) > 5
    assert np.mean(of_patients) == pytest.approx(30, abs=3)
    assert all(len(times) == 100 for times in left)


def test_a_class_drawn_for_some_changes_no_draw_of_the_others_at_the_start() -> None:
    ward = {"beds": "unlimited", "stay": exponential(10)}
    first = {"place": "ward", "of": "patient", "count": 50, "keys": [f"a{each}" for each in range(50)]}
    second = {"place": "other", "of": {"patient": 0.5, "other": 0.5}, "count": 50}
    said: dict[str, Any] = {"classes": {"patient": {}, "other": {}}, "pools": {"ward": ward, "other": ward}}
    alone = told(document(**said, start=[first]), "ward").left
    assert told(document(**said, start=[first, second]), "ward").left.tolist() == alone.tolist()


def test_people_of_drawn_class_who_have_different_kinds_of_bed_must_say_which_they_are_in() -> None:
    said = document(
        classes={"patient": {}, "other": {}},
        pools={"ward": {
            "beds": {"a": 5, "b": 5}, "uses": {"patient": ["a"], "other": ["b"]}, "stay": constant(1),
        }},
        start=[{"place": "ward", "of": {"patient": 0.5, "other": 0.5}, "count": 2}],
    )  # fmt: skip
    with pytest.raises(NetworkError, match=r"start\.0\.kind: its classes have different kinds"):
        network(said)
