"""The ingest benchmark's own events are ones that the door takes: a new event type must not stop it."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.ingest import _admit, _Bodies
from services.configuration import load_system
from services.domain.catalogue import GAUGES
from services.ingest.door import Door
from services.ingest.identity import KeyRing


@pytest.mark.parametrize("way", ["grouped", "scattered"])
def test_every_event_of_the_benchmark_is_taken_at_the_door(tmp_path: Path, way: str) -> None:
    system = load_system()
    door = Door(system, KeyRing.load(tmp_path / "keys", create=True), GAUGES, max_age_days=4000)
    bodies = getattr(_Bodies(system), way)(3_000)
    facts = [fact for body in bodies for fact in _admit(door, body)]
    assert len(facts) == 3_000
    assert len({fact.subject for fact in facts}) > 100
