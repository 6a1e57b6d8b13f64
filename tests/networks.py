"""Small networks for tests of the engine."""

from __future__ import annotations

from typing import Any

from services.flow_model.engine.compile import compiled
from services.flow_model.engine.document import Document
from services.flow_model.engine.network import Network
from services.flow_model.engine.run import Played, Told, play


def exponential(mean: float) -> dict[str, Any]:
    return {"distribution": "exponential", "mean": mean}


def constant(value: float) -> dict[str, Any]:
    return {"distribution": "constant", "value": value}


def document(length: float = 100, **said: Any) -> dict[str, Any]:
    """A document in hours with one class, `patient`, unless more is said."""
    run = {"length": length, **said.pop("run", {})}
    return {"name": "test", "time_unit": "hours", "run": run, "classes": {"patient": {}}, **said}


def desk(rate: float = 0.25, mean: float = 10, servers: Any = 3, length: float = 1000, **said: Any) -> dict[str, Any]:
    """M/M/c: one station, one stream."""
    return document(
        length,
        arrivals={"walk_in": {"to": "desk", "of": "patient", "rate": rate}},
        stations={"desk": {"servers": servers, "service": exponential(mean), **said}},
    )


def network(said: dict[str, Any]) -> Network:
    return compiled(Document.model_validate(said))


def told(said: dict[str, Any], place: str, seed: int = 1, replication: int = 0) -> Told:
    made = network(said)
    return of(made, play(made, seed, replication), place)


def of(made: Network, played: Played, place: str) -> Told:
    return played.places[[each.name for each in made.places].index(place)]
