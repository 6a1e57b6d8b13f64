"""What a replication costs must not grow with those before it, and what makes figures fast must not change them."""

from __future__ import annotations

import gc

import numpy as np

from services.flow_model.engine.record import SHARES, _shares
from services.flow_model.engine.run import play
from tests.networks import constant, document, exponential, network


def test_a_replication_leaves_nothing_to_the_collector() -> None:
    """Hundreds wait and are served at the end, and hold what they had: all of it is freed without the collector."""
    made = network(document(
        200, arrivals={"a": {"to": "first", "of": "patient", "rate": 5}},
        stations={"first": {"servers": 400, "service": exponential(20), "holds": True, "next": "second"},
                  "second": {"servers": 2, "service": constant(1), "next": {"first": 0.1}}},
    ))  # fmt: skip
    play(made, 1, 0)
    gc.collect()
    gc.disable()
    try:
        played = play(made, 1, 1)
        assert played.people > 800
        assert gc.collect() < 50
        assert not gc.isenabled(), "it was off before, and stays so"
    finally:
        gc.enable()
    play(made, 1, 1)
    assert gc.isenabled()


def test_shares_are_numpys_quantiles_to_the_last_bit() -> None:
    drawn = np.random.default_rng(4)
    for number in [*range(1, 60), 997, 5_000]:
        for values in (drawn.exponential(3, number), np.zeros(number), drawn.integers(0, 3, number).astype(float)):
            assert _shares(values) == np.quantile(values, SHARES).tolist()
    assert np.isnan(_shares(np.empty(0))).all()
