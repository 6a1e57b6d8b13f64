"""A short form of the soak (`make soak` plays 28 days)."""

from __future__ import annotations

from pathlib import Path

from tests.kafka.histories import history
from tests.kafka.production import Production
from tests.kafka.soak import Disturbances, soak


def test_nothing_is_lost_or_doubled_whatever_dies(line: Production, tmp_path: Path) -> None:
    file = history(tmp_path, days=9, scale=0.04)  # longer than a row keeps what stands for ever
    came = soak(line, file, 9, Disturbances(kills=5, restarts=1, cuts=1), seed=7)
    assert came.differing == [], line.said()[-20_000:]
    assert came.facts > 10_000
    assert came.quarantined > 20
