"""The engine's benchmark compares what is the same: three models of one network, and a Kent of its published size."""

from __future__ import annotations

import pytest

from benchmarks.engine import Model
from benchmarks.engine_kent import OCCUPIED, kent
from benchmarks.engine_rivals import ciw, document, simpy_processes
from services.flow_model.engine.network import Network
from services.flow_model.engine.record import RATIOS, figures
from services.flow_model.engine.replications import ratio
from services.flow_model.engine.run import Played, play
from tests.networks import network


def ours(made: Network, seed: int) -> Played:
    return play(made, seed, 0)


@pytest.mark.parametrize("rival", [simpy_processes, ciw])
def test_a_rival_plays_the_same_network(rival: Model) -> None:
    made = network(document(600.0))
    found = {
        name: [figures(made, model(made, seed)) for seed in range(8)]
        for name, model in (("ours", ours), ("rival", rival))
    }  # fmt: skip
    for place in range(3):
        for measure in ("census_mean", "throughput", "stay_mean", "arrivals"):
            (one, error), (two, other) = (
                ratio([tuple(each.ratios[place, RATIOS.index(measure)].tolist()) for each in found[name]])
                for name in ("ours", "rival")
            )
            assert abs(one - two) < 5 * (error**2 + other**2) ** 0.5 + 1e-9, (place, measure, one, two)


def test_kent_for_the_clock_has_the_published_size() -> None:
    made = network(kent(7))
    assert sum(len(each.ids) for each in made.start) > 2_631 * OCCUPIED
    assert 2_584 * 3 * 0.95 < sum(1 for _ in play(made, 1, 0).places[0].asked) + made.expected_people < 2_584 * 3 * 2
    assert network(kent(1)).expected_people < made.expected_people / 4
