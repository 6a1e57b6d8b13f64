"""Between sites: ambulances on their way, diverts and transfers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from services.flow_model.engine.run import play
from services.flow_model.system.roads import drive_hours
from services.flow_model.system.whole import whole_system
from tests.flow_states import OUTSIDE, PRIORS, SYSTEM, A, B, arrivals, divert, document, journey, state, vehicle
from tests.networks import network, of


def scale(stream: dict[str, Any], time: float) -> float:
    return float([each for start, each in stream["scale"]["steps"] if start <= time][-1])


# Diverts -----------------------------------------------------------------------------------------------------------


def test_while_a_divert_stands_its_share_of_ambulances_comes_to_the_other_site_and_then_comes_home_again() -> None:
    streams = document(state(agreed=(divert(until=2.0),)))["arrivals"]
    home, away = streams[f"{A}:ambulance"], streams[f"{A}:ambulance:to:{B}"]
    share = PRIORS.diverts.share
    assert [scale(away, time) for time in (0, 1.99, 2.0, 10)] == pytest.approx([share, share, 0, 0])
    assert all(scale(home, time) + scale(away, time) == pytest.approx(1) for time in (0, 1, 1.99, 2, 5, 23))
    assert home["rate"] == away["rate"]
    assert home["of"] == away["of"]


def test_who_is_diverted_comes_later_by_the_minutes_by_road() -> None:
    made = document(state(agreed=(divert(),)))
    road = made["stations"][f"{A}:ambulance:to:{B}"]
    hours = drive_hours(SYSTEM, A, B)
    assert hours == 42 / 60
    assert road["service"]["value"] == pytest.approx(hours)
    assert road["next"] == f"{B}:handover"


def test_fewer_come_to_the_site_that_diverts_and_more_to_the_other() -> None:
    def came(*agreed: Any) -> tuple[float, float]:
        made = network(document(state(agreed=agreed), hours=8))
        played = [play(made, 1, each) for each in range(30)]
        return tuple(
            float(np.mean([len(of(made, one, f"{site}:handover").asked) for one in played])) for site in (A, B)
        )  # type: ignore[return-value]

    usual, diverted = came(), came(divert(until=8))
    assert diverted[0] == pytest.approx(usual[0] / 2, rel=0.15)
    assert diverted[1] > usual[1] + 0.4 * usual[0] * (8 - 0.7) / 8


def test_a_divert_to_a_hospital_outside_the_system_takes_people_out_of_it() -> None:
    streams = document(state(agreed=(divert(to=OUTSIDE),)))["arrivals"]
    assert scale(streams[f"{A}:ambulance"], 0) == pytest.approx(1 - PRIORS.diverts.share)
    assert not [name for name in streams if ":to:" in name]


def test_two_diverts_of_a_site_share_those_who_are_turned_away() -> None:
    streams = document(state(agreed=(divert(), divert(to="RN707", until=4))))["arrivals"]
    first, second = streams[f"{A}:ambulance:to:{B}"], streams[f"{A}:ambulance:to:RN707"]
    share = PRIORS.diverts.share
    assert (scale(first, 1), scale(second, 1)) == (share / 2, share / 2)
    assert (scale(first, 3), scale(second, 3)) == (0, share)
    assert scale(streams[f"{A}:ambulance"], 1) == scale(streams[f"{A}:ambulance"], 3) == 1 - share


@pytest.mark.parametrize(
    ("said", "ends"),
    [({"until": None, "since": 1}, 2.0), ({"until": None, "since": 9}, 1.0), ({"until": -0.5}, 1.0)],
    ids=["the usual length", "longer than usual already", "past its end and not ended"],
)
def test_a_divert_without_an_end_to_come_lasts_as_configured(said: dict[str, Any], ends: float) -> None:
    home = document(state(agreed=(divert(**said),)))["arrivals"][f"{A}:ambulance"]
    assert (scale(home, ends - 0.01), scale(home, ends)) == (1 - PRIORS.diverts.share, 1)


def test_a_divert_that_is_only_asked_for_or_of_a_specialty_changes_nothing() -> None:
    plain = document(state())
    assert document(state(agreed=(replace(divert(), state="asked"),))) == plain
    assert document(state(agreed=(divert(kind="specialty"),))) == plain


# Ambulances on their way -------------------------------------------------------------------------------------------


def test_an_ambulance_on_its_way_arrives_when_it_is_expected() -> None:
    made = network(document(state(vehicles=(vehicle(25),)), arrivals({(B, "ambulance"): 1.0, (A, "ambulance"): 1e-6})))
    asked = of(made, play(made, 1, 0), f"{A}:handover").asked
    assert asked.tolist() == pytest.approx([25 / 60])


def test_one_that_is_late_arrives_any_minute_and_one_that_says_nothing_after_the_usual_drive() -> None:
    said = document(state(vehicles=(vehicle(-30, "late"), vehicle(None, "silent"))))
    made = network({**said, "arrivals": {}})
    late, silent = of(made, play(made, 1, 0), f"{A}:handover").asked
    assert late == pytest.approx(1 / 60, abs=1e-5)
    assert 0.1 < silent < 0.6


def test_nobody_on_the_way_is_counted_twice() -> None:
    """Of the stream only who has not set off yet: in the first minutes nearly nobody, after the longest drive all."""
    stream = document(state(vehicles=(vehicle(25),)))["arrivals"][f"{A}:ambulance"]
    shares = [share for _, share in stream["scale"]["steps"]]
    assert shares[0] < 0.001
    assert shares == sorted(shares)
    assert shares[-1] == 1
    left_out = sum(
        (1 - share) * (end - start)
        for (start, share), (end, _) in zip(stream["scale"]["steps"], stream["scale"]["steps"][1:], strict=False)
    )
    drive = PRIORS.handover.conveying
    mean = float(drive.draw((np.arange(1000) + 0.5) / 1000).mean())
    assert left_out == pytest.approx(mean, rel=0.05)  # by Little's law, who is on the way at any time


def test_where_no_vehicle_is_told_of_the_whole_stream_comes() -> None:
    assert "scale" not in document(state())["arrivals"][f"{A}:ambulance"]


def test_a_divert_turns_away_of_those_only_who_have_not_set_off() -> None:
    streams = document(state(vehicles=(vehicle(25),), agreed=(divert(),)))["arrivals"]
    alone = document(state(vehicles=(vehicle(25),)))["arrivals"][f"{A}:ambulance"]
    for time in (0, 0.3, 1, 3):
        both = scale(streams[f"{A}:ambulance"], time) + scale(streams[f"{A}:ambulance:to:{B}"], time)
        assert both == pytest.approx(scale(alone, time), abs=2e-6)


# Transfers ---------------------------------------------------------------------------------------------------------


def with_transfers(share: float) -> Any:
    return PRIORS.model_copy(update={"transfers": PRIORS.transfers.model_copy(update={"share": {"ward": share}})})


def in_bed(site: str, number: int) -> Any:
    ward = next(unit for unit in SYSTEM.site_by_code[site].units if unit.bed_kind == "ga_adult")
    return [
        journey("stay", ward.code, {"bed.place": 90, "bed.stay": 90}, key=f"{site}-{each}") for each in range(number)
    ]  # fmt: skip


def test_some_who_leave_a_bed_go_to_a_bed_of_another_site() -> None:
    def elsewhere(share: float) -> int:
        made = network(document(state(*in_bed(A, 200)), arrivals({(A, "emergency"): 1.0}), 72, with_transfers(share)))
        played = play(made, 1, 0)
        return sum(
            len(of(made, played, place.name).asked) for place in made.places
            if place.name.endswith(":beds") and place.name != f"{A}:beds"
        )  # fmt: skip

    assert elsewhere(0.0) == 0
    assert elsewhere(0.5) > 8


def between_two(share: float, people: list[Any], hours: float) -> Any:
    """A network in which A and B have only each other."""
    roads = tuple(each for each in SYSTEM.neighbours if {each.site, each.neighbour} == {A, B})
    system = replace(SYSTEM, neighbours=roads)
    demand = arrivals({(A, "emergency"): 1.0})
    return network({
        **whole_system(system, state(*people), demand, with_transfers(share), hours).document, "arrivals": {},
    })  # fmt: skip


def test_the_bed_is_kept_while_the_other_hospital_is_asked_and_not_on_the_road() -> None:
    made = between_two(1.0, in_bed(A, 100), 240)
    played = play(made, 1, 0)
    asked, freed = of(made, played, f"{A}:transfer"), of(made, played, f"{A}:beds").left
    assert np.allclose(asked.left[asked.left > 0], freed[: len(asked.left)])
    on_the_road = of(made, played, f"{A}:road:{B}").entered
    assert np.allclose(on_the_road, asked.left)
    assert freed.mean() > asked.entered.mean() + 12  # hours; a bed is offered after about a day


def test_two_full_hospitals_that_would_all_go_to_each_other_do_not_stop_the_world() -> None:
    """Every bed is taken and everybody is to be moved: if each held a bed until the other had one, nobody would."""
    made = between_two(1.0, [*in_bed(A, 600), *in_bed(B, 500)], 240)
    played = play(made, 1, 0)
    for site in (A, B):
        left = of(made, played, f"{site}:beds").left
        assert (left > 120).sum() > 50, f"{site} moves nobody any more"
