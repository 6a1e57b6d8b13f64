"""A network ready to run: names are indexes and amounts are courses. `compile.py` makes it of a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.errors import LightshipError
from services.flow_model.engine import draws
from services.flow_model.engine.amounts import Course
from services.flow_model.engine.arrivals import Stream
from services.flow_model.engine.draws import Floats
from services.flow_model.engine.durations import Distribution

Key = str | int


class NetworkError(LightshipError):
    """A document that cannot be run. where: the keys and list positions that lead to what is wrong."""

    def __init__(self, where: Sequence[Key], what: str) -> None:
        super().__init__(f"{'.'.join(str(key) for key in where)}: {what}")
        self.where = tuple(where)
        self.what = what


@dataclass(frozen=True)
class PersonKind:
    """A class of people, compiled."""

    name: str
    priority: int


@dataclass(frozen=True)
class PlaceSpec:
    """A place, compiled. limits: by kind a course of servers, None without a limit; of a gate its slots.

    stays, ways, uses: for each class. ways: the next places (None is outside) and the share at or below each.
    """

    name: str
    section: str  # of the document, such as `pools`
    gate: bool
    kinds: tuple[str, ...]
    limits: tuple[Course | None, ...]
    keep: int
    room: int | None
    holds: bool
    carries: bool
    when_full: int | None
    returns: bool
    stays: tuple[Distribution, ...]
    uses: tuple[tuple[int, ...], ...]
    ways: tuple[tuple[tuple[int | None, ...], Floats], ...]
    stay_key: np.uint64
    way_key: np.uint64


@dataclass(frozen=True)
class Seeded:
    """People there at the start, how long each has been there (or waits), and the ids of their draws.

    classes: each with the share of those at or below it.
    kind: of the server they have, in `place`, or in `holding` where they keep one while they wait for `place`.
    """

    place: int
    classes: tuple[tuple[int, float], ...]
    kind: int
    waiting: bool
    holding: int | None
    elapsed: Floats
    ids: draws.Ids


@dataclass(frozen=True)
class Network:
    """A document ready to run. length and warm_up in its unit; marks: the times of the series; by_class: waits too."""

    name: str
    unit: str
    length: float
    warm_up: float
    marks: Floats
    by_class: bool
    classes: tuple[PersonKind, ...]
    places: tuple[PlaceSpec, ...]
    streams: tuple[Stream, ...]
    start: tuple[Seeded, ...]

    @property
    def expected_people(self) -> float:
        """People of one replication, about."""
        return sum(len(each.ids) for each in self.start) + sum(expected(each, self.length) for each in self.streams)


def expected(stream: Stream, length: float) -> float:
    """People who come in a run of that length, about."""
    if stream.rate is None:
        return candidates(stream, length)
    edges = np.union1d(stream.rate.times, stream.scale.times)
    edges = np.append(edges[edges < length], length)
    begin = edges[:-1]
    return float(np.sum(np.diff(edges) * stream.rate.at(begin) * stream.scale.at(begin)))


def candidates(stream: Stream, length: float) -> float:
    """Candidates that are drawn, about; of an interval by its median."""
    if stream.rate is not None:
        return length * stream.dominating_rate
    assert stream.interval is not None
    middle = float(stream.interval.draw(np.linspace(0.05, 0.95, 19)).mean())
    return length / max(middle, 1e-12)
