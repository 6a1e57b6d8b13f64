"""Random networks: nobody is made or lost, nothing holds more than it has room for, and times add up to areas."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.flow_model.engine.network import Network
from services.flow_model.engine.record import figures
from services.flow_model.engine.run import Played, play
from tests.networks import document, network

PLACES = ("a", "b", "c", "d")
CLASSES = ("urgent", "routine")
durations = st.sampled_from(
    [
        {"distribution": "exponential", "mean": 2},
        {"distribution": "lognormal", "mean": 3, "sd": 4},
        {"distribution": "constant", "value": 1.5},
        {"distribution": "empirical", "values": [0.5, 6]},
        {"distribution": "weibull", "shape": 0.7, "scale": 2},
    ]
)
amounts = st.one_of(
    st.integers(0, 4).map(float),
    st.just("unlimited"),
    st.lists(st.integers(0, 4).map(float), min_size=24, max_size=24).map(lambda hours: {"by_hour": hours}),
)


@st.composite
def networks(draw: st.DrawFn) -> dict[str, Any]:
    """Up to four places of any kind, routed at random (circles too), with arrivals and people at the start."""
    names = PLACES[: draw(st.integers(1, 4))]
    said: dict[str, Any] = {"stations": {}, "pools": {}, "gates": {}, "arrivals": {}, "start": []}
    kinds: dict[str, str] = {}
    for number, name in enumerate(names):
        kind = kinds[name] = draw(st.sampled_from(["stations", "stations", "pools", "pools", "gates"]))
        onward = (
            list(names[number + 1 :]) if kind == "gates" else list(names)
        )  # a gate takes no time: no circles of them
        to = draw(st.lists(st.sampled_from(onward), max_size=2, unique=True)) if onward else []
        place: dict[str, Any] = {"next": {each: draw(st.sampled_from([0.2, 0.4])) for each in to}}
        if kind == "gates":
            place |= {"slots": {"by_hour": [draw(st.sampled_from([0.0, 0.4, 2.0])) for _ in range(24)]}, "keep": 1}
        elif kind == "stations":
            place |= {"servers": draw(amounts), "service": draw(durations), "holds": draw(st.booleans())}
            if not place["holds"]:
                place["carries"] = draw(st.booleans())
        else:
            beds = {"bay": draw(st.integers(0, 3)), "room": draw(st.integers(0, 2))}
            place |= {"beds": beds, "stay": draw(durations), "uses": {"urgent": ["room", "bay"]}}
        if kind != "gates" and draw(st.booleans()):
            place["queue"] = draw(st.integers(0, 3))
        said[kind][name] = place
    for name in draw(st.lists(st.sampled_from(names), max_size=2, unique=True)):
        said["arrivals"][f"to_{name}"] = {"to": name, "of": {"urgent": 0.3, "routine": 0.7}, "rate": 1.0}
    for name in draw(st.lists(st.sampled_from(names), max_size=3)):
        elapsed = draw(st.lists(st.floats(0, 20), min_size=1, max_size=4))
        waiting = kinds[name] == "gates" or draw(st.booleans())
        one = {"place": name, "of": draw(st.sampled_from(CLASSES)), "elapsed": elapsed, "waiting": waiting}
        holding = [each for each in names if kinds[each] == "pools" and each != name]
        if waiting and holding and draw(st.booleans()):
            one |= {"holding": holding[0], "kind": draw(st.sampled_from(["bay", "room"]))}
        said["start"].append(one)
    classes = {"urgent": {"priority": 1}, "routine": {"priority": 2}}
    return document(60, classes=classes, run={"warm_up": draw(st.sampled_from([0, 20])), "by_class": True}, **said)


@given(networks(), st.integers(0, 5))
@settings(max_examples=150)
def test_the_laws_hold_in_any_network(said: dict[str, Any], seed: int) -> None:
    made = network(said)
    played = play(made, seed, 0)  # raises where people were made or lost
    assert played.away < 1e-9
    _order_and_room(made, played)
    counted = figures(made, played)
    assert np.all(counted.series[:3] >= 0)
    for spread in counted.spread:
        assert abs(spread.sum() - 1) < 1e-9
    again = play(made, seed, 0)
    for one, two in zip(played.places, again.places, strict=True):
        assert np.array_equal(one.left, two.left)
        assert np.array_equal(one.waits, two.waits)


def _order_and_room(made: Network, played: Played) -> None:
    """A recount of each place by hand, event by event, apart from the engine's own counts."""
    for spec, told in zip(made.places, played.places, strict=True):
        assert np.all(told.waits >= 0)
        assert np.all(told.stays >= -1e-12)
        assert len(told.asked) >= len(told.entered) + len(told.lost)
        assert len(told.kept) == len(told.gone_on) <= len(told.left)
        for times in (told.asked, told.entered, told.left, told.lost, told.finished, told.gone_on):
            assert np.all(np.diff(times) >= 0)
        limits = [limit for limit in spec.limits if limit is not None]
        if spec.gate:
            slots = limits[0]
            released = np.floor(np.cumsum(slots.values) + 1e-9)
            by_then = np.searchsorted(slots.times, told.entered, side="right") - 1
            assert np.all(np.arange(1, len(told.entered) + 1) <= released[by_then])
        elif len(limits) == len(spec.limits):
            room = sum(limit.greatest for limit in limits)
            moves = sorted([(time, -1) for time in told.left] + [(time, 1) for time in told.entered])
            inside = told.inside
            for _, change in moves:
                inside += change
                # Those of the start may be in a kind that has no room for them, while another has.
                assert inside <= (max(room, told.inside) if len(limits) == 1 else room + told.inside)
