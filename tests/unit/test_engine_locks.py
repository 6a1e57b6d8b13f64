"""Circles that stand still are said, and only those."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.cli import app
from services.flow_model.engine.run import play
from tests.networks import constant, document, network


def ring(**changed: Any) -> dict[str, Any]:
    """One bed each, whose people wait for the other's; nobody comes."""
    pools = {
        "acute": {"beds": 1, "stay": constant(2), "next": "community", **changed.get("acute", {})},
        "community": {"beds": 1, "stay": constant(3), "next": {"acute": 0.999999}, **changed.get("community", {})},
        **changed.get("more", {}),
    }
    start = [{"place": place, "of": "patient", "count": 1} for place in pools]
    return document(20, pools=pools, start=start, **({"gates": changed["gates"]} if "gates" in changed else {}))


def locked(said: dict[str, Any]) -> list[str]:
    made = network(said)
    return [made.places[index].name for index in play(made, 1, 0).locked]


def test_two_full_places_that_wait_for_each_other_are_locked_and_so_is_who_waits_for_them() -> None:
    assert locked(ring()) == ["acute", "community"]
    behind = {"department": {"beds": 1, "stay": constant(1), "next": "acute"}}
    assert locked(ring(more=behind)) == ["acute", "community", "department"]


@pytest.mark.parametrize(
    "changed",
    [
        {"acute": {"beds": 2}},
        {"acute": {"holds": False}},
        {"community": {"stay": constant(30)}},
        {"community": {"beds": {"by_hour": [2] + [1] * 23}}},
        {"community": {"beds": "unlimited"}},
        {"acute": {"next": "hub"}, "gates": {"hub": {"slots": {"steps": [[0, 0], [19, 1]]}}}},
    ],
)
def test_a_full_place_that_can_still_move_is_not(changed: dict[str, Any]) -> None:
    assert locked(ring(**changed)) == []


def test_beds_of_one_kind_may_be_locked_while_others_are_free() -> None:
    side = {"beds": {"bay": 1, "side_room": 3}, "uses": {"patient": ["bay"]}}
    assert locked(ring(community=side)) == ["acute", "community"]
    both = {"beds": {"bay": 1, "side_room": 3}, "uses": {"patient": ["bay", "side_room"]}}
    assert locked(ring(community=both)) == []


def test_a_place_without_beds_locks_who_waits_for_it_with_theirs() -> None:
    said = ring(acute={"beds": 3}, community={"beds": 0})
    said["start"] = [{"place": "acute", "of": "patient", "count": 2}]
    assert locked(said) == ["acute"]


def test_simulate_says_what_stood_still(tmp_path: Path) -> None:
    file = tmp_path / "ring.json"
    file.write_text(json.dumps(ring()))
    call = ["simulate", str(file), "--replications", "3", "--workers", "1"]
    said = CliRunner().invoke(app, call, catch_exceptions=False).stdout
    assert "acute stood still at the end of 100.0% of the replications" in said
    made = json.loads(CliRunner().invoke(app, [*call, "--json"], catch_exceptions=False).stdout)
    assert made["checks"]["locked"] == {"acute": 1.0, "community": 1.0}
